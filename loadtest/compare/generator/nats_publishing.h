#pragma once

#include "options.h"
#include "publishing.h"
#include "sockets.h"

/** PUB over one NATS connection, without acknowledgements: a server that falls behind shows by a connection that takes no more. */
class NatsPublishing final : public Publishing {
public:
    NatsPublishing(const Address& address, const Options& options);
    ~NatsPublishing() override;

    bool canTake() const override { return !isLost_ && unsent_.size() < mostUnsent; }
    void send(const std::string& payload, std::uint64_t number) override;
    void listen(std::int64_t nanoseconds) override;

private:
    static constexpr std::size_t mostUnsent = 1024;

    void progress();
    void take();

    const Options options_;
    const std::string subject_;
    const int descriptor_;
    std::string unsent_;
    bool isLost_ = false;
};
