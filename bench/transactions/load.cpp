// bench/transactions' load: N connections that are kept, each order under a key of its own. One thread and epoll, so
// that the client is not what is measured.
//
// Closed loop: each connection sends its next order when it has the answer to the one before. Open loop (RATE): orders
// are due at fixed times, whatever became of those before, and an order's latency counts from when it was due, also
// while it waits for a connection.
//
//   bench_transactions_load PORT PATH CONNECTIONS SECONDS PREFIX TOKEN [RATE]    prints one JSON object
#include <sys/prctl.h>

#include <string>
#include <utility>
#include <vector>

#include "bench/load_client.h"

namespace causeway::bench {
namespace {

class Load {
 public:
  Load(int port, int connections, std::string path, std::string prefix, std::string token)
      : path_(std::move(path)),
        prefix_(std::move(prefix)),
        token_(std::move(token)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        connections_(connect_all(port, static_cast<std::size_t>(connections), epoll_)) {}

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
    took_.sort();
    const auto calls = static_cast<double>(took_.count());
    std::printf(
        "{\"calls\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f,"
        "\"late\":%zu,\"client_cpu_us\":%.1f}\n",
        took_.count(), calls / seconds, took_.at(0.5), took_.at(0.99), took_.at(0.999), took_.at(1), late_,
        own_cpu() / calls);
  }

 private:
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
    connection.since = due;
    connection.send(request);
  }

  /// Answers that are there, or come meanwhile; their connections become idle. False: none came.
  bool collect(timespec patience) {
    epoll_event events[256];
    const int count = epoll_pwait2(epoll_, events, 256, &patience, nullptr);
    for (int i = 0; i < count; ++i) {
      Connection& connection = connections_[events[i].data.u64];
      if (!connection.receive("2")) continue;
      took_.add(Clock::now() - connection.since);
      idle_.push_back(&connection);
    }
    return count > 0;
  }

  const std::string path_, prefix_, token_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::size_t number_ = 0;
  std::size_t late_ = 0;  ///< how often an order was due and no connection free
  Latencies took_;
};

}  // namespace
}  // namespace causeway::bench

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "usage: %s PORT PATH CONNECTIONS SECONDS PREFIX TOKEN [RATE]\n", argv[0]);
    return 2;
  }
  causeway::bench::Load load(std::atoi(argv[1]), std::atoi(argv[3]), argv[2], argv[5], argv[6]);
  const double seconds = std::atof(argv[4]);
  const auto length =
      std::chrono::duration_cast<causeway::bench::Clock::duration>(std::chrono::duration<double>(seconds));
  if (argc > 7) load.run_open(length, std::atof(argv[7]));
  else load.run_closed(length);
  load.report(seconds);
}
