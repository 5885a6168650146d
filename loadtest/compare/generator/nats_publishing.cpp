#include "nats_publishing.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "channels.h"
#include "clock.h"

NatsPublishing::NatsPublishing(const Address& address, const Options& options)
    : options_(options), subject_(address.target.substr(1)), descriptor_(beginConnect(address.host, address.port, 0)), unsent_("CONNECT {\"verbose\":false}\r\n") {}

NatsPublishing::~NatsPublishing() {
    close(descriptor_);
}

void NatsPublishing::send(const std::string& payload, std::uint64_t number) {
    unsent_ += "PUB " + withName(subject_, options_, number) + " " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
    progress();
}

void NatsPublishing::listen(std::int64_t nanoseconds) {
    pollfd polled{isLost_ ? -1 : descriptor_, static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    const timespec most{nanoseconds / nanosecondsPerSecond, nanoseconds % nanosecondsPerSecond};
    if (ppoll(&polled, 1, &most, nullptr) <= 0) return;
    if (polled.revents & POLLOUT) progress();
    if (polled.revents & (POLLIN | POLLERR | POLLHUP)) take();
}

void NatsPublishing::progress() {
    const ssize_t count = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
}

void NatsPublishing::take() {
    char bytes[4096];
    const ssize_t count = recv(descriptor_, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        refuse("the broker ended the publisher's connection");
        isLost_ = true;
        return;
    }
    const std::string text(bytes, static_cast<std::size_t>(count));
    if (text.find("PING\r\n") != std::string::npos) unsent_ += "PONG\r\n";
    const std::size_t error = text.find("-ERR");
    if (error != std::string::npos) refuse(text.substr(error, text.find("\r\n", error) - error));
}
