#pragma once

#include <vector>

#include <poll.h>

#include "publishing.h"
#include "sockets.h"

/** POST over kept connections, one request at a time on each. */
class HttpPublishing final : public Publishing {
public:
    explicit HttpPublishing(const Address& address);
    ~HttpPublishing() override;

    bool canTake() const override;
    void send(const std::string& payload) override;
    void listen(std::int64_t nanoseconds) override;

private:
    struct Connection {
        int descriptor = -1; // -1: the next request opens it
        std::string unsent;
        std::string answer;
        bool isBusy = false;
    };

    void progress(Connection& connection);
    void take(Connection& connection);
    void close(Connection& connection);

    const Address address_;
    std::vector<Connection> connections_;
    std::vector<pollfd> polled_;
};
