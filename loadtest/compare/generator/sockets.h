#pragma once

#include <cstdint>
#include <string>

/**
 * A non-blocking connection under way to `port` of `host`, an IPv4 address. `sourceNumber` 0 leaves the source to the system, n binds
 * 127.0.n.1 where the host is 127.0.0.1: one source address affords about 28,000 connections to one port.
 * Ends the program when there are no descriptors or addresses left, for then nothing can be measured.
 */
int beginConnect(const std::string& host, int port, int sourceNumber);

struct Address {
    std::string scheme;
    std::string host; // an IPv4 address
    int port = 0;
    std::string target; // from the first / on
};

/** Whether it is an IPv4 address. */
bool isAddress(const std::string& text);

/** Ends the program when `url` is no scheme://ADDRESS:PORT/… */
Address parseAddress(const std::string& url);
