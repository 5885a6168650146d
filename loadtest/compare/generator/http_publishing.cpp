#include "http_publishing.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "channels.h"
#include "clock.h"

namespace {

// As many requests may wait for an answer before a message has to wait for a connection.
constexpr std::size_t mostConnections = 64;

/** Bytes of a whole answer at the start of `text`, 0 while it is incomplete. */
std::size_t answerLength(const std::string& text) {
    const std::size_t headEnd = text.find("\r\n\r\n");
    if (headEnd == std::string::npos) return 0;
    const std::size_t body = headEnd + 4;
    std::string head = text.substr(0, body);
    std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::size_t lengthAt = head.find("\r\ncontent-length:");
    if (lengthAt != std::string::npos) {
        const std::size_t whole = body + std::strtoul(head.c_str() + lengthAt + 17, nullptr, 10);
        return text.size() >= whole ? whole : 0;
    }
    if (head.find("\r\ntransfer-encoding: chunked") != std::string::npos) {
        static const std::string lastChunk = "0\r\n\r\n";
        const std::size_t end = text.find(lastChunk, body);
        return end == std::string::npos ? 0 : end + lastChunk.size();
    }
    return body;
}

}

HttpPublishing::HttpPublishing(const Address& address, const Options& options) : address_(address), options_(options), connections_(mostConnections) {}

HttpPublishing::~HttpPublishing() {
    for (Connection& connection : connections_) close(connection);
}

bool HttpPublishing::canTake() const {
    return std::any_of(connections_.begin(), connections_.end(), [](const Connection& connection) { return !connection.isBusy; });
}

void HttpPublishing::send(const std::string& payload, std::uint64_t number) {
    Connection& connection = *std::find_if(connections_.begin(), connections_.end(), [](const Connection& each) { return !each.isBusy; });
    if (connection.descriptor < 0) connection.descriptor = beginConnect(address_.host, address_.port, 0);
    connection.isBusy = true;
    connection.unsent = "POST " + withName(address_.target, options_, number) + " HTTP/1.1\r\nHost: " + address_.host + ":" + std::to_string(address_.port) +
                        (options_.publishToken.empty() ? "" : "\r\nAuthorization: Bearer " + options_.publishToken) + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload;
    progress(connection);
}

void HttpPublishing::listen(std::int64_t nanoseconds) {
    polled_.clear();
    for (const Connection& connection : connections_) {
        polled_.push_back({connection.descriptor, static_cast<short>(connection.unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    }
    const timespec most{nanoseconds / nanosecondsPerSecond, nanoseconds % nanosecondsPerSecond};
    if (ppoll(polled_.data(), polled_.size(), &most, nullptr) <= 0) return;
    for (std::size_t i = 0; i < polled_.size(); i++) {
        if (polled_[i].revents & POLLOUT) progress(connections_[i]);
        if (polled_[i].revents & (POLLIN | POLLERR | POLLHUP)) take(connections_[i]);
    }
}

void HttpPublishing::progress(Connection& connection) {
    const ssize_t count = ::send(connection.descriptor, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (count > 0) connection.unsent.erase(0, static_cast<std::size_t>(count));
}

void HttpPublishing::take(Connection& connection) {
    char bytes[4096];
    const ssize_t count = recv(connection.descriptor, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        if (connection.isBusy) refuse("a publish got no answer");
        close(connection); // idle for long: that is the server's right
        return;
    }
    connection.answer.append(bytes, static_cast<std::size_t>(count));
    const std::size_t length = answerLength(connection.answer);
    if (length == 0) return;
    if (connection.answer.compare(0, 10, "HTTP/1.1 2") != 0) refuse("a publish was answered with: " + connection.answer.substr(0, connection.answer.find("\r\n")));
    connection.answer.erase(0, length);
    connection.isBusy = false;
}

void HttpPublishing::close(Connection& connection) {
    if (connection.descriptor >= 0) ::close(connection.descriptor);
    connection = Connection();
}
