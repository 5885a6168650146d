#pragma once

#include <string>

/** What a server answers to a client's Sec-WebSocket-Key (RFC 6455, 4.2.2). */
std::string acceptKey(const std::string& key);
