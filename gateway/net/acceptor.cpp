#include "net/acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace causeway::net {
namespace {

constexpr int kBacklog = 4096;
constexpr Duration kExhaustedPause = std::chrono::milliseconds(50);

IpAddress address_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    std::array<std::uint8_t, 4> octets;
    std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, octets.size());
    return IpAddress::v4(octets);
  }
  if (storage.ss_family == AF_INET6) {
    IpAddress::Octets octets;
    std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, octets.size());
    return IpAddress::v6(octets);
  }
  return {};
}

std::uint16_t port_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  if (storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return 0;
}

}  // namespace

std::variant<std::unique_ptr<Acceptor>, std::string> Acceptor::open(runtime::Worker& worker, const HostPort& where) {
  const std::vector<SocketAddress> addresses = resolve(where);
  if (addresses.empty()) return "cannot listen on " + where.text() + ": the name has no address";
  const SocketAddress& address = addresses.front();
  Socket socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  constexpr int kOn = 1;
  const bool listens =
      socket.is_open() && ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn) == 0 &&
      ::bind(socket.descriptor(), address.data(), address.size()) == 0 && ::listen(socket.descriptor(), kBacklog) == 0;
  if (!listens) return "cannot listen on " + where.text() + ": " + std::generic_category().message(errno);
  std::unique_ptr<Acceptor> acceptor(new Acceptor(worker, std::move(socket)));
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(acceptor->socket_.descriptor(), reinterpret_cast<sockaddr*>(&bound), &size);
  acceptor->local_ = HostPort{address_of(bound).to_string(), port_of(bound)}.text();
  return acceptor;
}

Task<> Acceptor::run(AcceptSink& sink) {
  if (!readiness_.watch(socket_.descriptor())) co_return;
  sink_ = &sink;
  for (;;) {
    co_await readiness_.wait(runtime::Readiness::Side::kRead);
    if (!socket_.is_open()) co_return;
    if (accept_all()) {
      readiness_.exhausted(runtime::Readiness::Side::kRead);
    } else {
      sink.on_exhausted();
      co_await runtime::sleep_for(worker_, kExhaustedPause);
      if (!socket_.is_open()) co_return;
    }
  }
}

bool Acceptor::accept_all() {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int descriptor =
        ::accept4(socket_.descriptor(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      sink_->on_accept({descriptor, peer.ss_family, address_of(peer)});
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
  }
}

void Acceptor::close() {
  if (sink_ != nullptr && socket_.is_open()) accept_all();
  readiness_.stop();
  socket_.close();
}

Socket adopt(const AcceptedSocket& accepted) {
  Socket socket(accepted.descriptor);
  if (accepted.family != AF_UNIX) set_no_delay(socket);
  return socket;
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace causeway::net
