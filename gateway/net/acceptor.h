// Listens on an address and hands out accepted sockets. Runs on the listener's own loop; a socket is adopted by the
// worker that will serve it.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/ip_address.h"
#include "net/endpoint_address.h"
#include "net/stream.h"

namespace causeway::net {

struct AcceptedSocket {
  int descriptor = -1;  ///< non-blocking; the receiver owns it
  int family = 0;
  IpAddress peer;
};

class AcceptSink {
 public:
  virtual void on_accept(AcceptedSocket accepted) = 0;
  /// No descriptor was free: nothing is accepted for a moment.
  virtual void on_exhausted() = 0;

 protected:
  ~AcceptSink() = default;
};

class Acceptor {
 public:
  /// Binds and listens. The alternative is what went wrong, in words. Port 0 lets the system choose.
  static std::variant<std::unique_ptr<Acceptor>, std::string> open(runtime::Worker& worker, const HostPort& where);

  /// `127.0.0.1:41234`: the address that was bound, with its real port.
  const std::string& local() const { return local_; }
  /// Accepts until `close`, which is called on the worker's thread. The sink outlives the task.
  Task<> run(AcceptSink& sink);
  /// Hands out who is connected already, then nobody any more.
  void close();

 private:
  Acceptor(runtime::Worker& worker, Socket socket) : worker_(worker), socket_(std::move(socket)) {}

  /// Everybody who waits. False when no descriptor was free.
  bool accept_all();

  runtime::Worker& worker_;
  AcceptSink* sink_ = nullptr;  ///< while it runs
  Socket socket_;
  runtime::Readiness readiness_{worker_.io()};
  std::string local_;
};

/// The accepted socket, with TCP_NODELAY.
Socket adopt(const AcceptedSocket& accepted);

/// Raises the limit of open descriptors to what is allowed; returns the limit in force.
std::uint64_t raise_descriptor_limit();

}  // namespace causeway::net
