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

sockaddr_in at(std::uint32_t host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(host);
    return address;
}

std::uint32_t addressOf(const std::string& text) {
    in_addr address{};
    return inet_pton(AF_INET, text.c_str(), &address) == 1 ? ntohl(address.s_addr) : 0;
}

}

bool isAddress(const std::string& text) {
    return addressOf(text) != 0;
}

int beginConnect(const std::string& host, int port, int sourceNumber) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) endWith("socket");
    const int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const sockaddr_in server = at(addressOf(host), port);
    if (sourceNumber > 0 && server.sin_addr.s_addr == htonl(INADDR_LOOPBACK)) {
        // The port is chosen at connect, when the whole quadruple is known; else one address would have 28,000 ports for everybody.
        setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        const sockaddr_in source = at(INADDR_LOOPBACK + 256u * static_cast<std::uint32_t>(sourceNumber), 0);
        if (bind(descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof source) < 0) endWith("bind");
    }
    // A refusal is seen when the socket becomes ready.
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&server), sizeof server) < 0 && errno == EADDRNOTAVAIL) endWith("connect");
    return descriptor;
}

Address parseAddress(const std::string& url) {
    static const std::string separator = "://";
    const std::size_t schemeEnd = url.find(separator);
    const std::size_t hostAt = schemeEnd == std::string::npos ? url.size() : schemeEnd + separator.size();
    const std::size_t portAt = url.find(':', hostAt);
    const std::size_t pathAt = url.find('/', hostAt);
    if (portAt == std::string::npos || pathAt == std::string::npos || pathAt < portAt || !isAddress(url.substr(hostAt, portAt - hostAt))) {
        std::fprintf(stderr, "generator: --publish %s: must be http://ADDRESS:PORT/PATH or nats://ADDRESS:PORT/SUBJECT, the address an IPv4 one\n", url.c_str());
        std::exit(78);
    }
    return {url.substr(0, schemeEnd), url.substr(hostAt, portAt - hostAt), std::atoi(url.c_str() + portAt + 1), url.substr(pathAt)};
}
