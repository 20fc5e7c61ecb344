// What the load programs have in common: connections to a gateway on this machine that are kept, answers read from
// them, and how long those took. For one thread with epoll; whatever goes wrong ends the program, because then nothing
// is measured.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

struct Connection {
  int socket = -1;
  std::string answer;       ///< what of it is there
  Clock::time_point since;  ///< its latency counts from here

  void send(const std::string& request) const {
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      fail("send failed");  // a request is smaller than the socket's buffer
  }
  /// True once the answer is whole, which begins with `status` ("2": any success); then it is forgotten.
  bool receive(std::string_view status) {
    char buffer[4096];
    const ssize_t size = recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) fail("the gateway closed a connection");
    answer.append(buffer, static_cast<std::size_t>(size));
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t field = answer.find("Content-Length: ");
    if (field == std::string::npos || field > head) fail("an answer without Content-Length");
    if (answer.size() < head + 4 + std::strtoul(answer.c_str() + field + 16, nullptr, 10)) return false;
    if (answer.compare(9, status.size(), status) != 0) fail(answer.c_str());
    answer.clear();
    return true;
  }
};

/// Open ones; an event of `epoll` has the index of its connection as `data.u64`.
inline std::vector<Connection> connect_all(int port, std::size_t count, int epoll) {
  std::vector<Connection> all(count);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (std::size_t i = 0; i < count; ++i) {
    all[i].socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(all[i].socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
    const int on = 1;
    setsockopt(all[i].socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].socket, &event);
  }
  return all;
}

class Latencies {
 public:
  void add(Clock::duration took) {
    micros_.push_back(static_cast<float>(std::chrono::duration<double, std::micro>(took).count()));
  }
  std::size_t count() const { return micros_.size(); }
  void sort() { std::sort(micros_.begin(), micros_.end()); }
  /// Of sorted ones, in microseconds: 0.5 is the median, 1 the longest.
  double at(double share) const {
    if (micros_.empty()) return 0;
    return micros_[static_cast<std::size_t>(share * static_cast<double>(micros_.size() - 1))];
  }

 private:
  std::vector<float> micros_;
};

/// Of this program until now, in microseconds.
inline double own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

}  // namespace causeway::bench
