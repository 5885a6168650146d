#include "crowd.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "channels.h"
#include "clock.h"
#include "payload.h"
#include "sockets.h"

namespace {

constexpr std::size_t bufferBytes = 256 * 1024;
constexpr int connectsInFlight = 200; // below every contestant's backlog
constexpr int clientsPerSource = 20'000;
constexpr std::uint32_t latencyOfEvery = 16;
constexpr std::size_t longestHandshake = 8 * 1024;

std::string requestFor(const Options& options) {
    return "GET " + options.path + " HTTP/1.1\r\nHost: " + options.host + ":" + std::to_string(options.port) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

/** A client's frames must be masked; a mask of zeros is one as well and leaves the payload readable. */
std::string maskedFrame(int firstByte, const std::string& payload) {
    std::string frame(1, static_cast<char>(firstByte));
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size());
    }
    frame.append(4, 0);
    return frame + payload;
}

}

Crowd::Crowd(const Options& options)
    : options_(options),
      request_(requestFor(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      begunAt_(nowNanoseconds()),
      clients_(static_cast<std::size_t>(options.clients)),
      events_(4096),
      buffer_(bufferBytes) {}

void Crowd::turn(int most) {
    connectThoseDue();
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), isComplete() ? most : 1);
    for (int i = 0; i < count; i++) ready(events_[i].data.u32, events_[i].events);
}

void Crowd::connectThoseDue() {
    if (begun_ == options_.clients) return;
    const double seconds = static_cast<double>(nowNanoseconds() - begunAt_) / nanosecondsPerSecond;
    const int due = static_cast<int>(std::min<double>(options_.clients, seconds * options_.connectsPerSecond + 1));
    while (begun_ < due && begun_ - in_ - failed_ < connectsInFlight) {
        Client& client = clients_[begun_];
        client.descriptor = beginConnect(options_.host, options_.port, 1 + begun_ / clientsPerSource);
        epoll_event event{};
        event.events = EPOLLOUT;
        event.data.u32 = static_cast<std::uint32_t>(begun_);
        epoll_ctl(epoll_, EPOLL_CTL_ADD, client.descriptor, &event);
        begun_++;
    }
}

void Crowd::ready(std::uint32_t number, std::uint32_t events) {
    Client& client = clients_[number];
    if (client.state == Client::State::Gone) return;
    if (client.state != Client::State::Connecting) readFrom(number);
    else if (events & (EPOLLERR | EPOLLHUP)) end(client, "the connection was refused");
    else sendRequest(number);
}

void Crowd::sendRequest(std::uint32_t number) {
    Client& client = clients_[number];
    if (write(client.descriptor, request_.data(), request_.size()) != static_cast<ssize_t>(request_.size())) {
        end(client, "the request could not be sent");
        return;
    }
    client.state = Client::State::Handshaking;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = number;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, client.descriptor, &event);
}

void Crowd::readFrom(std::uint32_t number) {
    Client& client = clients_[number];
    const ssize_t count = read(client.descriptor, buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        end(client, count == 0 ? "the server ended the connection" : std::strerror(errno));
        return;
    }
    if (client.state == Client::State::Handshaking) readHandshake(number, static_cast<std::size_t>(count));
    else readFrames(number, buffer_.data(), static_cast<std::size_t>(count));
}

void Crowd::readHandshake(std::uint32_t number, std::size_t count) {
    Client& client = clients_[number];
    client.collected.append(buffer_.data(), count);
    const std::size_t headEnd = client.collected.find("\r\n\r\n");
    if (headEnd == std::string::npos) {
        if (client.collected.size() > longestHandshake) end(client, "no end of the handshake's answer");
        return;
    }
    if (client.collected.compare(0, 12, "HTTP/1.1 101") != 0) {
        end(client, "not let in: " + client.collected.substr(0, client.collected.find("\r\n")));
        return;
    }
    const std::string subscription = options_.subscribe.empty() ? "" : maskedFrame(0x81, withNames(options_.subscribe, options_, number));
    if (write(client.descriptor, subscription.data(), subscription.size()) != static_cast<ssize_t>(subscription.size())) {
        end(client, "the subscription could not be sent");
        return;
    }
    client.state = Client::State::Open;
    in_++;
    std::string behind;
    behind.swap(client.collected);
    readFrames(number, behind.data() + headEnd + 4, behind.size() - headEnd - 4);
}

void Crowd::readFrames(std::uint32_t number, const char* bytes, std::size_t count) {
    Client& client = clients_[number];
    counts_.bytes += count;
    const bool isSampled = measuresLatency_ && number % latencyOfEvery == 0;
    const std::int64_t arrived = isSampled ? nowNanoseconds() : 0;
    bool isClosing = false;
    client.frames.read(bytes, count,
        [&](FrameReader::Opcode opcode, const char* piece, std::size_t size) {
            if (opcode >= FrameReader::Close) {
                if (opcode == FrameReader::Ping) client.collected.append(piece, size);
                return;
            }
            const std::size_t stamps = countStamps(piece, size);
            counts_.messages += stamps;
            client.hasMessage |= stamps > 0;
            if (isSampled) client.stamps.read(piece, size, [&](std::int64_t stamp) { latency_.record((arrived - stamp) / 1000); });
        },
        [&](FrameReader::Opcode opcode) {
            if (opcode == FrameReader::Ping) {
                answerPing(client);
            } else if (opcode == FrameReader::Close) {
                isClosing = true;
            } else if (opcode < FrameReader::Close) {
                counts_.frames += client.hasMessage;
                client.hasMessage = false;
            }
        });
    if (isClosing) end(client, "the server sent a close frame");
}

void Crowd::answerPing(Client& client) {
    const std::string pong = maskedFrame(0x8a, client.collected);
    client.collected.clear();
    // What a full socket does not take is a lost pong; the server will judge that.
    if (write(client.descriptor, pong.data(), pong.size()) < 0 && firstTrouble_.empty()) firstTrouble_ = "a pong could not be sent";
}

void Crowd::end(Client& client, const std::string& why) {
    if (client.state == Client::State::Open) closed_++;
    else failed_++;
    if (firstTrouble_.empty()) firstTrouble_ = why;
    client.state = Client::State::Gone;
    close(client.descriptor);
}
