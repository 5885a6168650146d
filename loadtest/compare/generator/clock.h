#pragma once

#include <cstdint>
#include <ctime>

constexpr std::int64_t nanosecondsPerSecond = 1'000'000'000;

/** CLOCK_MONOTONIC: publisher and clients live in one process on one machine, so differences are exact. */
inline std::int64_t nowNanoseconds() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * nanosecondsPerSecond + time.tv_nsec;
}

inline std::int64_t toNanoseconds(double seconds) {
    return static_cast<std::int64_t>(seconds * nanosecondsPerSecond);
}
