#pragma once

#include <cstdint>
#include <vector>

/** Counts of durations in microseconds, exact below 256 and within 0.8 % above: 128 steps to each power of two. */
class Histogram {
public:
    void record(std::int64_t microseconds) {
        const std::uint64_t value = microseconds < 0 ? 0 : static_cast<std::uint64_t>(microseconds);
        const std::size_t index = indexOf(value);
        if (index >= counts_.size()) counts_.resize(index + 1);
        counts_[index]++;
        total_++;
        if (value > max_) max_ = value;
    }

    /** The least value that at least `share` (0 to 1) of all are at or below; 0 when there are none. */
    std::uint64_t percentile(double share) const {
        const double wanted = share * static_cast<double>(total_);
        std::uint64_t seen = 0;
        for (std::size_t index = 0; index < counts_.size(); index++) {
            seen += counts_[index];
            if (seen > 0 && static_cast<double>(seen) >= wanted) return highestOf(index) < max_ ? highestOf(index) : max_;
        }
        return max_;
    }

    std::uint64_t total() const { return total_; }
    std::uint64_t max() const { return max_; }

private:
    static constexpr int stepBits = 7;
    static constexpr std::uint64_t steps = 1u << stepBits;

    static int shiftOf(std::uint64_t value) {
        return value < 2 * steps ? 0 : 63 - __builtin_clzll(value) - stepBits;
    }

    static std::size_t indexOf(std::uint64_t value) {
        const int shift = shiftOf(value);
        return static_cast<std::size_t>(shift) * steps + (value >> shift);
    }

    static std::uint64_t highestOf(std::size_t index) {
        if (index < 2 * steps) return index;
        const std::size_t shift = index / steps - 1;
        return ((index - shift * steps + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> counts_;
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};
