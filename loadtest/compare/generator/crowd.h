#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/epoll.h>

#include "client.h"
#include "histogram.h"
#include "options.h"

/**
 * All clients: one thread, one epoll, one buffer, a few microseconds a message, so that the server is what is measured.
 * Not thread-safe.
 */
class Crowd {
public:
    struct Counts {
        std::uint64_t messages = 0; // payloads of the publisher
        std::uint64_t frames = 0;   // those with messages in them, one or several
        std::uint64_t bytes = 0;    // all that came, headers included
    };

    explicit Crowd(const Options& options);

    /** Waits up to `most` milliseconds for something to do and does it. Returns early on a signal. */
    void turn(int most);

    /** Everybody has been let in or turned away. */
    bool isComplete() const { return in_ + failed_ == options_.clients; }

    int in() const { return in_; }
    int failed() const { return failed_; }
    int closed() const { return closed_; }             // those who were in
    const std::string& firstTrouble() const { return firstTrouble_; }
    const Counts& counts() const { return counts_; }

    void beginLatency() { measuresLatency_ = true; }
    const Histogram& latency() const { return latency_; } // microseconds since a message was due to be published

private:
    void connectThoseDue();
    void ready(std::uint32_t number, std::uint32_t events);
    void sendRequest(std::uint32_t number);
    void readFrom(std::uint32_t number);
    void readHandshake(std::uint32_t number, std::size_t count);
    void readFrames(std::uint32_t number, const char* bytes, std::size_t count);
    void answerPing(Client& client);
    void end(Client& client, const std::string& why);

    const Options options_;
    const std::string request_;
    const int epoll_;
    const std::int64_t begunAt_;
    std::vector<Client> clients_;
    std::vector<epoll_event> events_;
    std::vector<char> buffer_;
    int begun_ = 0, in_ = 0, failed_ = 0, closed_ = 0;
    Counts counts_;
    Histogram latency_;
    bool measuresLatency_ = false;
    std::string firstTrouble_;
};
