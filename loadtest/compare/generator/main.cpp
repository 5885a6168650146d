// Opens WebSocket clients on loopback, subscribes each, publishes at a fixed rate meanwhile and counts what arrives.
// Prints READY when all clients are in, and behind the measured time one line of JSON. README.md has the meaning of each figure.

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "clock.h"
#include "crowd.h"
#include "descriptors.h"
#include "options.h"
#include "publisher.h"
#include "usage.h"

namespace {

constexpr double mostSecondsToGetIn = 90;
constexpr int turnMilliseconds = 20;

volatile std::sig_atomic_t isAskedToEnd = 0;

/** What is read at both ends of the measured time. */
struct Reading {
    std::int64_t at;
    Crowd::Counts counts;
    std::uint64_t published;
    double serverSeconds;
    double coreSeconds;
    OwnUse own;
};

Reading take(const Options& options, const Crowd& crowd, const Publisher* publisher) {
    return {nowNanoseconds(), crowd.counts(), publisher ? publisher->sent() : 0,
            options.serverPid ? cpuSecondsOf(options.serverPid) : 0,
            options.serverCore >= 0 ? busySecondsOfCore(options.serverCore) : 0, OwnUse::now()};
}

void turnFor(Crowd& crowd, double seconds) {
    const std::int64_t end = nowNanoseconds() + toNanoseconds(seconds);
    while (nowNanoseconds() < end && !isAskedToEnd) crowd.turn(turnMilliseconds);
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c >= ' ' ? c : ' ';
    }
    return result + '"';
}

void print(const Options& options, const Crowd& crowd, const Publisher* publisher, const Reading& before, const Reading& after) {
    const double seconds = static_cast<double>(after.at - before.at) / nanosecondsPerSecond;
    const double ran = after.own.threadSeconds - before.own.threadSeconds;
    const double waited = after.own.threadWaitSeconds - before.own.threadWaitSeconds;
    const Histogram& latency = crowd.latency();
    const Histogram none;
    const Histogram& late = publisher ? publisher->lateness() : none;
    const std::string trouble = !crowd.firstTrouble().empty() || !publisher ? crowd.firstTrouble() : publisher->firstTrouble();
    std::printf("{\"clients\":%d,\"in\":%d,\"failed\":%d,\"closed\":%d,\"seconds\":%.3f,\"rate\":%g,\"channels\":%d,\"subscriptions\":%d,\"size\":%d,"
                "\"messages\":%llu,\"frames\":%llu,\"bytes\":%llu,",
                options.clients, crowd.in(), crowd.failed(), crowd.closed(), seconds, options.rate, options.channels, options.subscriptions, options.size,
                static_cast<unsigned long long>(after.counts.messages - before.counts.messages),
                static_cast<unsigned long long>(after.counts.frames - before.counts.frames),
                static_cast<unsigned long long>(after.counts.bytes - before.counts.bytes));
    std::printf("\"latencyMicroseconds\":{\"samples\":%llu,\"p50\":%llu,\"p99\":%llu,\"p999\":%llu,\"max\":%llu},",
                static_cast<unsigned long long>(latency.total()), static_cast<unsigned long long>(latency.percentile(0.5)),
                static_cast<unsigned long long>(latency.percentile(0.99)), static_cast<unsigned long long>(latency.percentile(0.999)),
                static_cast<unsigned long long>(latency.max()));
    std::printf("\"publisher\":{\"sent\":%llu,\"refused\":%llu,\"lateP99Microseconds\":%llu},",
                static_cast<unsigned long long>(after.published - before.published),
                static_cast<unsigned long long>(publisher ? publisher->refused() : 0), static_cast<unsigned long long>(late.percentile(0.99)));
    std::printf("\"serverCpuSeconds\":%.2f,\"coreBusySeconds\":%.2f,\"generator\":{\"cpuShare\":%.3f,\"wantedShare\":%.3f},\"trouble\":%s}\n",
                after.serverSeconds - before.serverSeconds, after.coreSeconds - before.coreSeconds, (after.own.cpuSeconds - before.own.cpuSeconds) / seconds,
                (ran + waited) / seconds, quoted(trouble).c_str());
}

}

int main(int count, char** arguments) {
    const Options options = readOptions(count, arguments);
    raiseDescriptorLimit();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGTERM, [](int) { isAskedToEnd = 1; });

    Crowd crowd(options);
    const std::int64_t deadline = nowNanoseconds() + toNanoseconds(mostSecondsToGetIn);
    while (!crowd.isComplete() && nowNanoseconds() < deadline && !isAskedToEnd) crowd.turn(turnMilliseconds);
    if (crowd.in() < options.clients) {
        std::fprintf(stderr, "generator: only %d of %d clients got in: %s\n", crowd.in(), options.clients,
                     crowd.firstTrouble().empty() ? "no answer in time" : crowd.firstTrouble().c_str());
        return 1;
    }
    std::puts("READY");
    std::fflush(stdout);

    const std::unique_ptr<Publisher> publisher = options.publish.empty() ? nullptr : std::make_unique<Publisher>(options);
    if (publisher) publisher->start();
    turnFor(crowd, options.warmUpSeconds);
    crowd.beginLatency();
    if (publisher) publisher->beginMeasuring();
    const Reading before = take(options, crowd, publisher.get());
    turnFor(crowd, options.seconds);
    const Reading after = take(options, crowd, publisher.get());
    if (publisher) publisher->stop();
    print(options, crowd, publisher.get(), before, after);
    return 0;
}
