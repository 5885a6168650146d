#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "histogram.h"
#include "options.h"
#include "publishing.h"

/**
 * Publishes at a fixed rate on a thread of its own, open loop: a server that stalls is not asked less, and each stamp is the time
 * at which the message was due, not when it could leave.
 */
class Publisher {
public:
    explicit Publisher(const Options& options);
    ~Publisher() { stop(); }

    void start();
    void beginMeasuring() { isMeasuring_ = true; }
    void stop();

    std::uint64_t sent() const { return sent_; }

    // After stop() only. Microseconds from due to given to the kernel, since beginMeasuring().
    const Histogram& lateness() const { return lateness_; }
    std::uint64_t refused() const { return publishing_->refused(); }
    const std::string& firstTrouble() const { return publishing_->firstTrouble(); }

private:
    void run();

    const Options options_;
    const std::unique_ptr<Publishing> publishing_;
    Histogram lateness_;
    std::atomic<std::uint64_t> sent_{0};
    std::atomic<bool> isMeasuring_{false};
    std::atomic<bool> isStopping_{false};
    std::thread thread_;
};
