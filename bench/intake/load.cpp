// bench/intake's load: N clients on keep-alive connections, each sends its next event, or array of EVENTS, when it has
// the answer to the one before. One thread and epoll, so that the client is not what is measured.
//
//   bench_intake_load PORT CLIENTS SECONDS [PREFIX [EVENTS]]    prints one JSON object
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
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Client {
  int socket = -1;
  std::string answer;
  Clock::time_point sent;
};

int connect_to(int port) {
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket_;
}

class Load {
 public:
  Load(int port, int clients, std::string prefix, int events)
      : prefix_(std::move(prefix)),
        events_(static_cast<std::size_t>(events)),
        clients_(static_cast<std::size_t>(clients)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      clients_[i].socket = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[i].socket, &event);
    }
  }

  void run(double seconds) {
    const Clock::time_point end =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (Client& client : clients_) send_next(client);
    std::size_t waiting = clients_.size();
    epoll_event events[256];
    while (waiting > 0) {
      const int count = epoll_wait(epoll_, events, 256, 10'000);
      if (count <= 0) fail("no answer for ten seconds");
      for (int i = 0; i < count; ++i) {
        Client& client = clients_[events[i].data.u64];
        if (!receive(client)) continue;
        if (Clock::now() < end) send_next(client);
        else --waiting;
      }
    }
  }

  void report(double seconds) {
    std::sort(took_.begin(), took_.end());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const std::size_t stored = took_.size() * events_;
    std::printf("{\"events\":%zu,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"client_cpu_us\":%.1f}\n", stored,
                static_cast<double>(stored) / seconds, at(0.5), at(0.99), cpu * 1e6 / static_cast<double>(stored));
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
  }
  double at(double share) const {
    if (took_.empty()) return 0;
    return took_[static_cast<std::size_t>(share * static_cast<double>(took_.size() - 1))];
  }

  std::string next_event() {
    const std::string number = std::to_string(++number_);
    const std::string key = std::to_string(number_ % 1000);
    return R"({"eventId":")" + prefix_ + number + R"(","eventType":"ORDER_CREATED","data":{"key":"ORD)" + key +
           R"(","sku":"SKU-1","quantity":3,"price":19.90,"note":"an order of the usual size"}})";
  }

  void send_next(Client& client) {
    std::string body = next_event();
    if (events_ > 1) {
      body.insert(0, 1, '[');
      for (std::size_t i = 1; i < events_; ++i) body += ',' + next_event();
      body += ']';
    }
    const std::string request =
        "POST /events HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    client.sent = Clock::now();
    if (send(client.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      fail("send failed");  // a request is smaller than the socket's buffer
  }

  /// True once the answer is whole.
  bool receive(Client& client) {
    char buffer[4096];
    const ssize_t size = recv(client.socket, buffer, sizeof buffer, 0);
    if (size <= 0) fail("the gateway closed a connection");
    client.answer.append(buffer, static_cast<std::size_t>(size));
    const std::size_t head = client.answer.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t field = client.answer.find("Content-Length: ");
    if (field == std::string::npos || field > head) fail("an answer without Content-Length");
    if (client.answer.size() < head + 4 + std::strtoul(client.answer.c_str() + field + 16, nullptr, 10)) return false;
    if (client.answer.compare(9, 3, "202") != 0) fail(client.answer.c_str());
    took_.push_back(static_cast<float>(std::chrono::duration<double, std::micro>(Clock::now() - client.sent).count()));
    client.answer.clear();
    return true;
  }

  const std::string prefix_;
  const std::size_t events_;  // a request
  std::vector<Client> clients_;
  const int epoll_;
  std::uint64_t number_ = 0;
  std::vector<float> took_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s PORT CLIENTS SECONDS [PREFIX [EVENTS]]\n", argv[0]);
    return 2;
  }
  Load load(std::atoi(argv[1]), std::atoi(argv[2]), argc > 4 ? argv[4] : "e", argc > 5 ? std::atoi(argv[5]) : 1);
  const double seconds = std::atof(argv[3]);
  load.run(seconds);
  load.report(seconds);
}
