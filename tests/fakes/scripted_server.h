// A system behind the gateway, played by a thread that follows a script with blocking calls on a loopback port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace causeway::fakes {

/// The descriptors of a server's connections, so that its end can end them.
class OpenDescriptors {
 public:
  void add(int descriptor) {
    const std::lock_guard lock(mutex_);
    open_.insert(descriptor);
    if (ended_) ::shutdown(descriptor, SHUT_RDWR);
  }
  void close(int descriptor) {
    const std::lock_guard lock(mutex_);
    open_.erase(descriptor);
    ::close(descriptor);
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
  }

 private:
  std::mutex mutex_;
  std::set<int> open_;
  bool ended_ = false;
};

/// One accepted connection. Everything ends quietly once the other side, or the server, is gone.
class Peer {
 public:
  Peer(int descriptor, OpenDescriptors& open) : descriptor_(descriptor), open_(&open) {
    if (descriptor_ < 0) return;
    const timeval guard{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard);
    open_->add(descriptor_);
  }
  Peer(Peer&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), open_(other.open_), received_(std::move(other.received_)) {}
  ~Peer() { close(); }

  bool is_open() const { return descriptor_ >= 0; }

  /// The next request with its body by Content-Length, or chunks as they came; empty at the end.
  std::string read_request() {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return {};
    std::size_t size = end + 4;
    const std::size_t length = received_.substr(0, end).find("Content-Length: ");
    if (length != std::string::npos) size += std::stoul(received_.substr(length + 16));
    const bool chunked = received_.substr(0, end).find("Transfer-Encoding: chunked") != std::string::npos;
    while (received_.size() < size)
      if (!receive()) return {};
    if (chunked) {
      while ((end = received_.find("0\r\n\r\n", size)) == std::string::npos)
        if (!receive()) return {};
      size = end + 5;
    }
    std::string request = received_.substr(0, size);
    received_.erase(0, size);
    return request;
  }

  /// The next head, without what follows it.
  std::string read_head() { return read_until("\r\n\r\n"); }
  /// Up to and with `text`; empty at the end.
  std::string read_until(std::string_view text) {
    std::size_t at;
    while ((at = received_.find(text)) == std::string::npos)
      if (!receive()) return {};
    std::string result = received_.substr(0, at + text.size());
    received_.erase(0, at + text.size());
    return result;
  }
  /// What has come, at least a byte; empty at the end.
  std::string some() {
    if (received_.empty()) receive();
    return std::exchange(received_, {});
  }
  /// Everything up to the end.
  std::string rest() {
    while (receive()) continue;
    return std::exchange(received_, {});
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// Returns once the other side has closed.
  void wait_for_end() {
    while (receive()) continue;
  }

  /// Reads nothing; returns once the other side has reset or closed the connection.
  void wait_without_reading() {
    pollfd watched{descriptor_, POLLRDHUP, 0};
    ::poll(&watched, 1, 20000);
  }

  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

  void close() {
    if (descriptor_ >= 0) open_->close(std::exchange(descriptor_, -1));
  }

 private:
  bool receive() {
    char buffer[16384];
    const ssize_t count = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  int descriptor_;
  OpenDescriptors* open_;
  std::string received_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedServer&)>;

  explicit ScriptedServer(Script script) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port on the loopback");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] { script(*this); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    open_.end();
    thread_.join();
    ::close(listener_);
  }

  /// For the script: the next connection. Once the server is to end, one that is at its end already.
  Peer accept() {
    const int descriptor = ::accept(listener_, nullptr, nullptr);
    if (descriptor >= 0) ++accepted_;
    return {descriptor, open_};
  }
  /// For the script: nobody can connect any more.
  void stop_listening() { ::shutdown(listener_, SHUT_RDWR); }

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  int listener_;
  std::uint16_t port_;
  std::atomic<int> accepted_{0};
  OpenDescriptors open_;
  std::thread thread_;
};

/// Answers every request of every connection with the same bytes.
inline ScriptedServer::Script answers(std::string text) {
  return [text = std::move(text)](ScriptedServer& server) {
    std::list<std::thread> threads;
    for (;;) {
      Peer peer = server.accept();
      if (!peer.is_open()) break;
      threads.emplace_back([&text, peer = std::move(peer)]() mutable {
        while (!peer.read_request().empty()) peer.send(text);
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
}

/// A port that nobody gets while this process lasts, but who asks for it and says SO_REUSEADDR: a socket that does not
/// listen keeps it.
inline std::uint16_t kept_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int on = 1;
  const int place = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::setsockopt(place, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(place, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(place, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port on the loopback");
  return ntohs(address.sin_port);
}

/// A port where nobody listens.
inline std::uint16_t closed_port() { return kept_port(); }

}  // namespace causeway::fakes
