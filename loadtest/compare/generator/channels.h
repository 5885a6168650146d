#pragma once

#include <cstdint>
#include <string>

#include "options.h"

/** Who hears what when there are several channels: c0, c1, … Everybody has as many, neighbours others, and each channel as many clients. */
inline std::string channelName(std::uint64_t number) { return "c" + std::to_string(number); }

/** `text` with {names} made the client's channels as JSON strings. */
inline std::string withNames(const std::string& text, const Options& options, std::uint32_t client) {
    static const std::string place = "{names}";
    const std::size_t at = text.find(place);
    if (at == std::string::npos) return text;
    std::string names;
    for (int i = 0; i < options.subscriptions; i++) {
        const std::uint64_t channel = (static_cast<std::uint64_t>(client) * options.subscriptions + i) % options.channels;
        names += (i == 0 ? "\"" : ",\"") + channelName(channel) + "\"";
    }
    return text.substr(0, at) + names + text.substr(at + place.size());
}

/** `text` with {name} made the channel of a message: each in turn. */
inline std::string withName(const std::string& text, const Options& options, std::uint64_t message) {
    static const std::string place = "{name}";
    const std::size_t at = text.find(place);
    if (at == std::string::npos) return text;
    return text.substr(0, at) + channelName(message % options.channels) + text.substr(at + place.size());
}
