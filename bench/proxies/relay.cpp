// The floor of bench/run: a TCP relay that parses nothing. One thread, epoll; each client gets a connection to the
// system of its own, so that bytes only have to be handed on: one read and one send a hop is the least that any proxy
// can do.
//
//   bench_relay PORT UPSTREAM_PORT    both on 127.0.0.1; runs until it is ended
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr int kNobody = -1;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void send_at_once(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

class Relay {
 public:
  Relay(int port, int upstream) : upstream_(loopback(upstream)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = loopback(port);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (listen(listener_, 4096) != 0) fail("listen");
    watch(listener_);
  }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        const int socket = events[i].data.fd;
        if (socket == listener_) accept_one();
        else if (peer(socket) != kNobody) hand_on(socket);  // else closed by an earlier event of this round
      }
    }
  }

 private:
  int& peer(int socket) {
    if (peers_.size() <= static_cast<std::size_t>(socket)) peers_.resize(static_cast<std::size_t>(socket) + 1, kNobody);
    return peers_[static_cast<std::size_t>(socket)];
  }

  void watch(int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
  }

  void accept_one() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int system = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(system, reinterpret_cast<const sockaddr*>(&upstream_), sizeof upstream_) != 0) fail("connect");
    send_at_once(client);
    send_at_once(system);
    peer(client) = system;
    peer(system) = client;
    watch(client);
    watch(system);
  }

  void hand_on(int from) {
    const int to = peer(from);
    const ssize_t size = recv(from, buffer_, sizeof buffer_, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0 && send_all(to, buffer_, static_cast<std::size_t>(size))) return;
    peer(from) = peer(to) = kNobody;
    close(from);
    close(to);
  }

  /// Waits for a slow reader: nothing is dropped, and closed loops cannot wait for each other here.
  static bool send_all(int to, const char* data, std::size_t size) {
    while (size > 0) {
      const ssize_t sent = send(to, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) return false;
        pollfd room{to, POLLOUT, 0};
        if (poll(&room, 1, 5000) <= 0) return false;
        continue;
      }
      data += sent;
      size -= static_cast<std::size_t>(sent);
    }
    return true;
  }

  const sockaddr_in upstream_;
  const int epoll_;
  int listener_ = kNobody;
  std::vector<int> peers_;
  char buffer_[64 << 10];
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PORT UPSTREAM_PORT\n", argv[0]);
    return 2;
  }
  Relay relay(std::atoi(argv[1]), std::atoi(argv[2]));
  relay.run();
}
