// bench/transactions' load: N connections that are kept, each order under a key of its own. One thread and epoll, so
// that the client is not what is measured.
//
// Closed loop: each connection sends its next order when it has the answer to the one before. Open loop (RATE): orders
// are due at fixed times, whatever became of those before, and an order's latency counts from when it was due, also
// while it waits for a connection.
//
//   bench_transactions_load PORT PATH CONNECTIONS SECONDS PREFIX TOKEN [RATE]    prints one JSON object
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Micro = std::chrono::duration<double, std::micro>;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

int connect_to(int port) {
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket_;
}

struct Connection {
  int socket = -1;
  std::string answer;
  Clock::time_point due;
};

class Load {
 public:
  Load(int port, int connections, std::string path, std::string prefix, std::string token)
      : path_(std::move(path)),
        prefix_(std::move(prefix)),
        token_(std::move(token)),
        connections_(static_cast<std::size_t>(connections)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].socket = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
    }
  }

  void run_closed(Clock::duration length) {
    const Clock::time_point end = Clock::now() + length;
    for (Connection& connection : connections_) send_next(connection, Clock::now());
    for (std::size_t waiting = connections_.size(); waiting > 0;) {
      if (!collect({10, 0})) fail("no answer for ten seconds");
      const Clock::time_point now = Clock::now();
      for (Connection* connection : idle_) {
        if (now < end) send_next(*connection, now);
        else --waiting;
      }
      idle_.clear();
    }
  }

  void run_open(Clock::duration length, double rate) {
    prctl(PR_SET_TIMERSLACK, 1000);
    for (Connection& connection : connections_) idle_.push_back(&connection);
    const Clock::duration gap = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate));
    const Clock::time_point end = Clock::now() + length;
    Clock::time_point due = Clock::now();
    for (Clock::time_point now = due; due < end || idle_.size() < connections_.size(); now = Clock::now()) {
      for (; due <= now && due < end; due += gap) {
        if (idle_.empty()) {
          ++late_;
          break;
        }
        Connection& connection = *idle_.back();
        idle_.pop_back();
        send_next(connection, due);
      }
      const bool waits_for_time = due < end && !idle_.empty();
      const auto wait = waits_for_time ? std::max(due - Clock::now(), Clock::duration(0)) : std::chrono::seconds(10);
      const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
      const timespec patience{whole.count(),
                              std::chrono::duration_cast<std::chrono::nanoseconds>(wait - whole).count()};
      if (!collect(patience) && !waits_for_time) fail("no answer for ten seconds");
    }
  }

  void report(double seconds) {
    std::sort(took_.begin(), took_.end());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const auto calls = static_cast<double>(took_.size());
    std::printf(
        "{\"calls\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f,"
        "\"late\":%zu,\"client_cpu_us\":%.1f}\n",
        took_.size(), calls / seconds, at(0.5), at(0.99), at(0.999), at(1), late_, cpu * 1e6 / calls);
  }

 private:
  double at(double share) const {
    if (took_.empty()) return 0;
    return took_[static_cast<std::size_t>(share * static_cast<double>(took_.size() - 1))];
  }

  void send_next(Connection& connection, Clock::time_point due) {
    char number[16];
    std::snprintf(number, sizeof number, "%010zu", ++number_);
    const std::string key = prefix_ + number;
    const std::string body =
        R"({"orderId":")" + key +
        R"(","status":"PENDING","customer":{"id":"C10086","name":"Zhang San"},"items":[{"sku":"SKU001","qty":10},)"
        R"({"sku":"SKU002","qty":3}],"total":1299.5,"currency":"CNY","ts":1706518800000})";
    const std::string request =
        "POST " + path_ + " HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nX-API-Key: " + token_ +
        "\r\nIdempotency-Key: " + key + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    connection.due = due;
    if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      fail("send failed");  // a request is smaller than the socket's buffer
  }

  /// Answers that are there, or come meanwhile; their connections become idle. False: none came.
  bool collect(timespec patience) {
    epoll_event events[256];
    const int count = epoll_pwait2(epoll_, events, 256, &patience, nullptr);
    for (int i = 0; i < count; ++i)
      if (Connection& connection = connections_[events[i].data.u64]; receive(connection)) idle_.push_back(&connection);
    return count > 0;
  }

  /// True once the answer is whole.
  bool receive(Connection& connection) {
    char buffer[4096];
    const ssize_t size = recv(connection.socket, buffer, sizeof buffer, 0);
    if (size <= 0) fail("the gateway closed a connection");
    std::string& answer = connection.answer;
    answer.append(buffer, static_cast<std::size_t>(size));
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t field = answer.find("Content-Length: ");
    if (field == std::string::npos || field > head) fail("an answer without Content-Length");
    if (answer.size() < head + 4 + std::strtoul(answer.c_str() + field + 16, nullptr, 10)) return false;
    if (answer.compare(9, 1, "2") != 0) fail(answer.c_str());
    took_.push_back(static_cast<float>(Micro(Clock::now() - connection.due).count()));
    answer.clear();
    return true;
  }

  const std::string path_, prefix_, token_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  const int epoll_;
  std::size_t number_ = 0;
  std::size_t late_ = 0;  ///< how often an order was due and no connection free
  std::vector<float> took_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "usage: %s PORT PATH CONNECTIONS SECONDS PREFIX TOKEN [RATE]\n", argv[0]);
    return 2;
  }
  Load load(std::atoi(argv[1]), std::atoi(argv[3]), argv[2], argv[5], argv[6]);
  const double seconds = std::atof(argv[4]);
  const auto length = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  if (argc > 7) load.run_open(length, std::atof(argv[7]));
  else load.run_closed(length);
  load.report(seconds);
}
