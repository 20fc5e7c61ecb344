#include "net/acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

namespace causeway::net {
namespace asio = boost::asio;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<asio::io_context::executor_type>{});
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
  Socket socket(worker.io().get_executor());
  boost::system::error_code error;
  const SocketAddress& address = addresses.front();
  socket.open(address.protocol(), error);
  if (!error) socket.set_option(Socket::reuse_address(true), error);
  if (!error) socket.bind(address, error);
  if (!error) socket.listen(kBacklog, error);
  if (!error) socket.non_blocking(true, error);
  if (error) return "cannot listen on " + where.text() + ": " + error.message();
  std::unique_ptr<Acceptor> acceptor(new Acceptor(worker, std::move(socket)));
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(acceptor->socket_.native_handle(), reinterpret_cast<sockaddr*>(&bound), &size);
  acceptor->local_ = HostPort{address_of(bound).to_string(), port_of(bound)}.text();
  return acceptor;
}

Task<> Acceptor::run(AcceptSink& sink) {
  for (;;) {
    const auto [error] = co_await socket_.async_wait(Socket::wait_read, kAwait);
    if (error || !socket_.is_open()) co_return;
    bool exhausted = false;
    for (;;) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      const int descriptor =
          ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor >= 0) {
        sink.on_accept({descriptor, peer.ss_family, address_of(peer)});
        continue;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      break;
    }
    if (exhausted) {
      sink.on_exhausted();
      co_await runtime::sleep_for(worker_, kExhaustedPause);
      if (!socket_.is_open()) co_return;
    }
  }
}

void Acceptor::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Socket adopt(runtime::Worker& worker, const AcceptedSocket& accepted) {
  Socket socket(worker.io().get_executor());
  boost::system::error_code error;
  socket.assign(asio::generic::stream_protocol(accepted.family, IPPROTO_TCP), accepted.descriptor, error);
  if (error) ::close(accepted.descriptor);
  else socket.set_option(asio::ip::tcp::no_delay(true), error);
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
