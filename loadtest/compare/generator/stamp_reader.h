#pragma once

#include <cstddef>
#include <cstdint>

#include "payload.h"

/** Finds the time stamps in a stream of payload bytes, wherever it is cut into pieces. */
class StampReader {
public:
    /** Calls `found(nanoseconds)` for each stamp that ends in these bytes. */
    template <typename Found>
    void read(const char* bytes, std::size_t count, Found found) {
        for (std::size_t i = 0; i < count; i++) {
            const char byte = bytes[i];
            if (byte == stampBegin) {
                isInStamp_ = true;
                value_ = 0;
            } else if (isInStamp_ && byte >= '0' && byte <= '9') {
                value_ = value_ * 10 + (byte - '0');
            } else if (isInStamp_) {
                isInStamp_ = false;
                if (byte == stampEnd) found(value_);
            }
        }
    }

private:
    bool isInStamp_ = false;
    std::int64_t value_ = 0;
};
