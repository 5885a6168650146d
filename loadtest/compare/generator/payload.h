#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

/** Ends the time stamp and occurs once in each message, in no envelope: whoever counts it counts messages, however many share a frame. */
constexpr char stampEnd = '|';
constexpr char stampBegin = 'T';

constexpr int leastPayload = 64;

/** `{"t":"T<nanoseconds>|","x":"xxx…"}` of exactly `size` bytes. */
inline std::string stampedPayload(std::int64_t stamp, int size) {
    std::string text = "{\"t\":\"";
    text += stampBegin;
    text += std::to_string(stamp);
    text += stampEnd;
    text += "\",\"x\":\"";
    text.append(static_cast<std::size_t>(size) - text.size() - 2, 'x');
    text += "\"}";
    return text;
}

inline std::size_t countStamps(const char* bytes, std::size_t count) {
    std::size_t stamps = 0;
    const char* const end = bytes + count;
    while ((bytes = static_cast<const char*>(std::memchr(bytes, stampEnd, static_cast<std::size_t>(end - bytes)))) != nullptr) {
        stamps++;
        bytes++;
    }
    return stamps;
}
