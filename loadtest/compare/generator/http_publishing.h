#pragma once

#include <vector>

#include <poll.h>

#include "options.h"
#include "publishing.h"
#include "sockets.h"

/** POST over kept connections, one request at a time on each. */
class HttpPublishing final : public Publishing {
public:
    HttpPublishing(const Address& address, const Options& options);
    ~HttpPublishing() override;

    bool canTake() const override;
    void send(const std::string& payload, std::uint64_t number) override;
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
    const Options options_;
    std::vector<Connection> connections_;
    std::vector<pollfd> polled_;
};
