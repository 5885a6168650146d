#include "publisher.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "clock.h"
#include "http_publishing.h"
#include "nats_publishing.h"
#include "payload.h"

namespace {

constexpr std::int64_t longestWait = 50'000'000; // nanoseconds, so that stop() is soon seen

std::unique_ptr<Publishing> publishingTo(const Options& options) {
    const std::string& url = options.publish;
    const Address address = parseAddress(url);
    if (address.scheme == "nats") return std::make_unique<NatsPublishing>(address, options);
    if (address.scheme == "http") return std::make_unique<HttpPublishing>(address, options);
    std::fprintf(stderr, "generator: --publish %s: must begin with http:// or nats://\n", url.c_str());
    std::exit(78);
}

}

Publisher::Publisher(const Options& options) : options_(options), publishing_(publishingTo(options)) {}

void Publisher::start() {
    thread_ = std::thread([this] { run(); });
}

void Publisher::stop() {
    isStopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Publisher::run() {
    const std::int64_t begun = nowNanoseconds();
    const double interval = nanosecondsPerSecond / options_.rate;
    std::uint64_t number = 0;
    while (!isStopping_) {
        const std::int64_t due = begun + static_cast<std::int64_t>(static_cast<double>(number) * interval);
        const std::int64_t now = nowNanoseconds();
        const bool canTake = publishing_->canTake();
        if (canTake && now >= due) {
            publishing_->send(stampedPayload(due, options_.size), number);
            if (isMeasuring_) lateness_.record((now - due) / 1000);
            number++;
            sent_++;
            publishing_->listen(0);
        } else {
            publishing_->listen(canTake ? std::min(due - now, longestWait) : longestWait);
        }
    }
}
