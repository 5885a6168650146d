#pragma once

#include <cstdint>
#include <string>

/**
 * A non-blocking loopback connection under way to `port`. `sourceNumber` 0 leaves the source to the system, n binds 127.0.n.1:
 * one source address affords about 28,000 connections to one port.
 * Ends the program when there are no descriptors or addresses left, for then nothing can be measured.
 */
int beginConnect(int port, int sourceNumber);

struct Address {
    std::string scheme;
    int port = 0;
    std::string target; // from the first / on
};

/** Ends the program when `url` is no scheme://127.0.0.1:port/… */
Address parseAddress(const std::string& url);
