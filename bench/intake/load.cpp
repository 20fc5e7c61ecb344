// bench/intake's load: N clients on keep-alive connections, each sends its next event, or array of EVENTS, when it has
// the answer to the one before. One thread and epoll, so that the client is not what is measured.
//
//   bench_intake_load PORT CLIENTS SECONDS [PREFIX [EVENTS]]    prints one JSON object
#include <string>
#include <utility>
#include <vector>

#include "bench/load_client.h"

namespace causeway::bench {
namespace {

class Load {
 public:
  Load(int port, int clients, std::string prefix, int events)
      : prefix_(std::move(prefix)),
        events_(static_cast<std::size_t>(events)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        clients_(connect_all(port, static_cast<std::size_t>(clients), epoll_)) {}

  void run(double seconds) {
    const Clock::time_point end =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (Connection& client : clients_) send_next(client);
    std::size_t waiting = clients_.size();
    epoll_event events[256];
    while (waiting > 0) {
      const int count = epoll_wait(epoll_, events, 256, 10'000);
      if (count <= 0) fail("no answer for ten seconds");
      for (int i = 0; i < count; ++i) {
        Connection& client = clients_[events[i].data.u64];
        if (!client.receive("202")) continue;
        took_.add(Clock::now() - client.since);
        if (Clock::now() < end) send_next(client);
        else --waiting;
      }
    }
  }

  void report(double seconds) {
    took_.sort();
    const std::size_t stored = took_.count() * events_;
    std::printf("{\"events\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"client_cpu_us\":%.1f}\n", stored,
                static_cast<double>(stored) / seconds, took_.at(0.5), took_.at(0.99),
                own_cpu() / static_cast<double>(stored));
  }

 private:
  std::string next_event() {
    const std::string number = std::to_string(++number_);
    const std::string key = std::to_string(number_ % 1000);
    return R"({"eventId":")" + prefix_ + number + R"(","eventType":"ORDER_CREATED","data":{"key":"ORD)" + key +
           R"(","sku":"SKU-1","quantity":3,"price":19.90,"note":"an order of the usual size"}})";
  }

  void send_next(Connection& client) {
    std::string body = next_event();
    if (events_ > 1) {
      body.insert(0, 1, '[');
      for (std::size_t i = 1; i < events_; ++i) body += ',' + next_event();
      body += ']';
    }
    const std::string request =
        "POST /events HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    client.since = Clock::now();
    client.send(request);
  }

  const std::string prefix_;
  const std::size_t events_;  // a request
  const int epoll_;
  std::vector<Connection> clients_;
  std::uint64_t number_ = 0;
  Latencies took_;
};

}  // namespace
}  // namespace causeway::bench

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s PORT CLIENTS SECONDS [PREFIX [EVENTS]]\n", argv[0]);
    return 2;
  }
  causeway::bench::Load load(std::atoi(argv[1]), std::atoi(argv[2]), argc > 4 ? argv[4] : "e",
                             argc > 5 ? std::atoi(argv[5]) : 1);
  const double seconds = std::atof(argv[3]);
  load.run(seconds);
  load.report(seconds);
}
