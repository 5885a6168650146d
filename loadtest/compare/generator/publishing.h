#pragma once

#include <cstdint>
#include <string>

/** Where messages are published: the connections to a server. Used by one thread. */
class Publishing {
public:
    virtual ~Publishing() = default;

    /** A message given now leaves at once. */
    virtual bool canTake() const = 0;

    /** `number` counts the messages from 0. */
    virtual void send(const std::string& payload, std::uint64_t number) = 0;

    /** Takes in what the server answers, for at most `nanoseconds`; returns earlier when something came. */
    virtual void listen(std::int64_t nanoseconds) = 0;

    std::uint64_t refused() const { return refused_; } // answered with an error, or not at all
    const std::string& firstTrouble() const { return firstTrouble_; }

protected:
    void refuse(const std::string& why) {
        refused_++;
        if (firstTrouble_.empty()) firstTrouble_ = why;
    }

private:
    std::uint64_t refused_ = 0;
    std::string firstTrouble_;
};
