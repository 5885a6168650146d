#include "sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace {

[[noreturn]] void endWith(const char* what) {
    std::perror(what);
    std::exit(2);
}

sockaddr_in loopback(std::uint32_t offset, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
    return address;
}

}

int beginConnect(int port, int sourceNumber) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) endWith("socket");
    const int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (sourceNumber > 0) {
        // The port is chosen at connect, when the whole quadruple is known; else one address would have 28,000 ports for everybody.
        setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        const sockaddr_in source = loopback(256u * static_cast<std::uint32_t>(sourceNumber), 0);
        if (bind(descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof source) < 0) endWith("bind");
    }
    const sockaddr_in server = loopback(0, port);
    // A refusal is seen when the socket becomes ready.
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&server), sizeof server) < 0 && errno == EADDRNOTAVAIL) endWith("connect");
    return descriptor;
}

Address parseAddress(const std::string& url) {
    static const std::string host = "://127.0.0.1:";
    const std::size_t hostAt = url.find(host);
    const std::size_t pathAt = hostAt == std::string::npos ? hostAt : url.find('/', hostAt + host.size());
    if (pathAt == std::string::npos) {
        std::fprintf(stderr, "generator: --publish %s: must be http://127.0.0.1:PORT/PATH or nats://127.0.0.1:PORT/SUBJECT\n", url.c_str());
        std::exit(78);
    }
    return {url.substr(0, hostAt), std::atoi(url.c_str() + hostAt + host.size()), url.substr(pathAt)};
}
