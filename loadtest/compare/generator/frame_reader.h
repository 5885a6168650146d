#pragma once

#include <cstddef>
#include <cstdint>

/** Takes a server's byte stream apart into frames, wherever it is cut into pieces. A few bytes of state a client. */
class FrameReader {
public:
    enum Opcode : std::uint8_t { Close = 8, Ping = 9 };

    /**
     * Calls `payload(opcode, bytes, count)` for each piece of a payload and `end(opcode)` behind each frame.
     * Either returns nothing; after a close frame nothing more is expected.
     */
    template <typename Payload, typename End>
    void read(const char* bytes, std::size_t count, Payload payload, End end) {
        while (count > 0) {
            if (left_ > 0) {
                const std::size_t piece = left_ < count ? static_cast<std::size_t>(left_) : count;
                payload(opcode(), bytes, piece);
                bytes += piece;
                count -= piece;
                left_ -= piece;
                if (left_ == 0) end(opcode());
                continue;
            }
            if (headerSize_ == wantedHeader()) headerSize_ = 0;
            header_[headerSize_++] = static_cast<std::uint8_t>(*bytes++);
            count--;
            if (headerSize_ < 2 || headerSize_ < wantedHeader()) continue;
            left_ = length();
            if (left_ == 0) end(opcode());
        }
    }

private:
    Opcode opcode() const { return static_cast<Opcode>(header_[0] & 0x0f); }

    // A server's frames carry no mask.
    std::uint8_t wantedHeader() const {
        if (headerSize_ < 2) return 2;
        const int shortLength = header_[1] & 0x7f;
        return shortLength == 126 ? 4 : shortLength == 127 ? 10 : 2;
    }

    std::uint64_t length() const {
        const int shortLength = header_[1] & 0x7f;
        if (shortLength < 126) return shortLength;
        std::uint64_t value = 0;
        for (int i = 2; i < headerSize_; i++) value = value << 8 | header_[i];
        return value;
    }

    std::uint64_t left_ = 0;
    std::uint8_t header_[10] = {};
    std::uint8_t headerSize_ = 0;
};
