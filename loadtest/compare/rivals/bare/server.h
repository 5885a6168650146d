#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection.h"

/**
 * The least that a broadcast can be: one thread, one epoll, and for each client that is owed something one send of bytes that are made once.
 * Nothing is kept, nobody is waited for, pinged or asked who he is; whoever's socket is full is cut.
 */
class Server {
public:
    Server(const char* address, int port);

    [[noreturn]] void run();

private:
    void accept();
    void read(int descriptor);
    void readRequests(int descriptor);
    void readSubscription(int descriptor);
    void upgrade(int descriptor, const std::string& head);
    void publish(const std::string& channel, const std::string& payload);
    void deliver();
    void cut(int descriptor);

    int listener_ = -1;
    int epoll_ = -1;
    std::vector<Connection> connections_; // by descriptor
    std::unordered_map<std::string, std::vector<int>> subscribers_; // by channel
    std::unordered_map<std::string, std::string> due_; // frames by channel, since the last delivery
    std::vector<int> full_; // whose socket did not take all of it
    std::array<char, 64 * 1024> buffer_;
};
