#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "accept_key.h"

namespace {

constexpr int mostEvents = 512;
constexpr int backlog = 4096;
constexpr std::size_t mostUnread = 64 * 1024; // bytes of a request or of the frame that subscribes; whoever sends more is cut

[[noreturn]] void endWith(const char* what) {
    std::perror(what);
    std::exit(2);
}

void watch(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

bool sendWhole(int descriptor, const std::string& bytes) {
    return send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/** The value of a header as the generator writes it; empty when it isn't there. */
std::string header(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

/** A frame of text. The payloads of the comparison are shorter than 64 KB. */
std::string textFrame(const std::string& payload) {
    std::string frame = "\x81";
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else {
        frame += static_cast<char>(126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size());
    }
    return frame + payload;
}

/** The payload of the masked frame of text at the start of `bytes`; empty while a part of it is missing. */
std::string unmasked(const std::string& bytes) {
    if (bytes.size() < 4) return "";
    std::size_t length = bytes[1] & 0x7f, at = 2;
    if (length == 126) {
        length = static_cast<std::uint8_t>(bytes[2]) << 8 | static_cast<std::uint8_t>(bytes[3]);
        at = 4;
    }
    if (bytes.size() < at + 4 + length) return "";
    std::string payload = bytes.substr(at + 4, length);
    for (std::size_t i = 0; i < length; i++) payload[i] = static_cast<char>(payload[i] ^ bytes[at + i % 4]);
    return payload;
}

/** The strings of the first list in `text`. False, and none, when the list has no end. */
bool readNames(const std::string& text, std::vector<std::string>& names) {
    for (std::size_t at = text.find('['); at != std::string::npos;) {
        at = text.find_first_of("\"]", at);
        if (at == std::string::npos) break;
        if (text[at] == ']') return true;
        const std::size_t end = text.find('"', at + 1);
        if (end == std::string::npos) break;
        names.push_back(text.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    names.clear();
    return false;
}

/** What a request publishes. False when it is not `POST /…/NAME HTTP/1.1` with a length of its body that can be kept. */
bool readPublish(const std::string& head, std::string& name, std::size_t& length) {
    const std::size_t pathEnd = head.find(" HTTP/1.1\r\n");
    const std::size_t nameAt = head.rfind('/', pathEnd) + 1;
    const std::string digits = header(head, "Content-Length");
    if (head.compare(0, 6, "POST /") != 0 || pathEnd == std::string::npos || pathEnd > head.find("\r\n")) return false;
    if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) return false;
    name = head.substr(nameAt, pathEnd - nameAt);
    length = std::strtoul(digits.c_str(), nullptr, 10);
    return length <= mostUnread;
}

}

Server::Server(const char* host, int port) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int one = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); // what is accepted inherits it
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) endWith(host);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) endWith("bind");
    if (listen(listener_, backlog) < 0) endWith("listen");
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) endWith("epoll_create1");
    watch(epoll_, listener_);
}

void Server::run() {
    std::array<epoll_event, mostEvents> events;
    for (;;) {
        const int count = epoll_wait(epoll_, events.data(), mostEvents, -1);
        if (count < 0 && errno != EINTR) endWith("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener_) accept();
            else read(events[i].data.fd);
        }
        deliver();
    }
}

void Server::accept() {
    for (;;) {
        const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) return;
        if (connections_.size() <= static_cast<std::size_t>(descriptor)) connections_.resize(descriptor + 1);
        connections_[descriptor] = Connection{};
        connections_[descriptor].isOpen = true;
        watch(epoll_, descriptor);
    }
}

void Server::read(int descriptor) {
    Connection& connection = connections_[descriptor];
    const ssize_t count = recv(descriptor, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        cut(descriptor);
        return;
    }
    if (connection.isSubscribed) return; // whatever it says further
    if (connection.unread.size() + static_cast<std::size_t>(count) > mostUnread) {
        cut(descriptor);
        return;
    }
    connection.unread.append(buffer_.data(), static_cast<std::size_t>(count));
    if (connection.isClient) readSubscription(descriptor);
    else readRequests(descriptor);
}

void Server::readRequests(int descriptor) {
    std::string& unread = connections_[descriptor].unread;
    for (std::size_t end; (end = unread.find("\r\n\r\n")) != std::string::npos;) {
        const std::string head = unread.substr(0, end + 2);
        if (head.compare(0, 4, "GET ") == 0) {
            unread.erase(0, end + 4);
            upgrade(descriptor, head);
            return;
        }
        std::string name;
        std::size_t length = 0;
        if (!readPublish(head, name, length)) {
            cut(descriptor);
            return;
        }
        if (unread.size() < end + 4 + length) return;
        publish(name, unread.substr(end + 4, length));
        unread.erase(0, end + 4 + length);
        if (!sendWhole(descriptor, "HTTP/1.1 204 No Content\r\n\r\n")) {
            cut(descriptor);
            return;
        }
    }
}

void Server::upgrade(int descriptor, const std::string& head) {
    const std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                             + acceptKey(header(head, "Sec-WebSocket-Key")) + "\r\n\r\n";
    if (!sendWhole(descriptor, answer)) {
        cut(descriptor);
        return;
    }
    connections_[descriptor].isClient = true;
}

void Server::readSubscription(int descriptor) {
    Connection& connection = connections_[descriptor];
    const std::string said = unmasked(connection.unread);
    if (said.empty()) return;
    connection.isSubscribed = true;
    std::string().swap(connection.unread);
    std::vector<std::string> names;
    if (!readNames(said, names)) cut(descriptor);
    for (const std::string& name : names) subscribers_[name].push_back(descriptor);
}

void Server::publish(const std::string& channel, const std::string& payload) { due_[channel] += textFrame(payload); }

void Server::deliver() {
    for (const auto& [channel, frames] : due_) {
        const auto found = subscribers_.find(channel);
        if (found == subscribers_.end()) continue;
        for (const int descriptor : found->second) {
            if (!sendWhole(descriptor, frames)) full_.push_back(descriptor);
        }
    }
    due_.clear();
    for (const int descriptor : full_) {
        if (connections_[descriptor].isOpen) cut(descriptor);
    }
    full_.clear();
}

void Server::cut(int descriptor) {
    if (connections_[descriptor].isSubscribed) {
        for (auto at = subscribers_.begin(); at != subscribers_.end();) {
            auto& subscribers = at->second;
            subscribers.erase(std::remove(subscribers.begin(), subscribers.end(), descriptor), subscribers.end());
            at = subscribers.empty() ? subscribers_.erase(at) : std::next(at);
        }
    }
    connections_[descriptor] = Connection{};
    close(descriptor);
}
