#pragma once

#include <cstdint>
#include <string>

#include "frame_reader.h"
#include "stamp_reader.h"

/** One WebSocket connection. */
struct Client {
    enum class State : std::uint8_t { Connecting, Handshaking, Open, Gone };

    int descriptor = -1;
    State state = State::Connecting;
    bool hasMessage = false; // in the frame under way
    FrameReader frames;
    StampReader stamps;      // read for every 16th client only
    std::string collected;   // the handshake's answer, later a ping's payload; empty in between
};
