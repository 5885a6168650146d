#include "options.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "payload.h"
#include "sockets.h"

namespace {

constexpr int wrongUsage = 78;

[[noreturn]] void refuse(const std::string& problem) {
    std::fputs("usage: generator --port N [--host 127.0.0.1] [--path /] [--clients 1] [--connects-per-second 4000] [--warm-up 3] [--seconds 8]\n"
               "                 [--subscribe TEXT] [--publish URL --rate N] [--publish-token TOKEN] [--channels 1] [--subscriptions 1] [--size 400] [--server-pid PID] [--server-core N]\n", stderr);
    std::fprintf(stderr, "generator: %s\n", problem.c_str());
    std::exit(wrongUsage);
}

double number(const std::string& name, const char* text, double least, double most) {
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end == text || *end != 0 || !(value >= least && value <= most)) refuse(name + " " + text + ": must be a number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

int whole(const std::string& name, const char* text, int least, int most) {
    return static_cast<int>(number(name, text, least, most));
}

}

Options readOptions(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; i += 2) {
        const std::string name = arguments[i];
        if (i + 1 == count) refuse(name + ": a value is missing");
        const char* value = arguments[i + 1];
        if (name == "--port") options.port = whole(name, value, 1, 65535);
        else if (name == "--host") options.host = value;
        else if (name == "--path") options.path = value;
        else if (name == "--clients") options.clients = whole(name, value, 1, 200'000);
        else if (name == "--connects-per-second") options.connectsPerSecond = whole(name, value, 1, 1'000'000);
        else if (name == "--warm-up") options.warmUpSeconds = number(name, value, 0, 600);
        else if (name == "--seconds") options.seconds = number(name, value, 0.1, 3600);
        else if (name == "--subscribe") options.subscribe = value;
        else if (name == "--publish") options.publish = value;
        else if (name == "--publish-token") options.publishToken = value;
        else if (name == "--channels") options.channels = whole(name, value, 1, 100'000);
        else if (name == "--subscriptions") options.subscriptions = whole(name, value, 1, 1'000);
        else if (name == "--rate") options.rate = number(name, value, 0, 1'000'000);
        else if (name == "--size") options.size = whole(name, value, leastPayload, 60'000);
        else if (name == "--server-pid") {
            options.serverPid = whole(name, value, 1, 1 << 30);
            if (kill(options.serverPid, 0) < 0 && errno == ESRCH) refuse(name + " " + value + ": there is no such process");
        }
        else if (name == "--server-core") options.serverCore = whole(name, value, 0, 4095);
        else refuse(name + ": unknown");
    }
    if (!isAddress(options.host)) refuse("--host " + options.host + ": must be an IPv4 address");
    if (options.port == 0) refuse("--port is missing");
    if (options.subscriptions > options.channels) refuse("--subscriptions: there are not so many --channels");
    if (options.subscribe.size() > 65'535) refuse("--subscribe: at most 65535 bytes");
    if (options.publish.empty() != (options.rate == 0)) refuse("--publish and --rate belong together");
    if (!options.publish.empty()) parseAddress(options.publish);
    return options;
}
