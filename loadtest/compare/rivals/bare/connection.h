#pragma once

#include <string>

/** A descriptor's record. A client of the WebSocket or somebody who publishes. */
struct Connection {
    bool isOpen = false;
    bool isClient = false;
    bool isSubscribed = false;
    std::string unread; // a request, or the frame that subscribes, of which a part has come; empty in between
};
