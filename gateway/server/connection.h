// One connection of a caller: reads requests one after the other, has each answered, writes the answers in order. Owned
// by its coroutine, on one worker.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exchange/exchange.h"
#include "net/http1_request.h"
#include "net/stream.h"
#include "server/listener.h"

namespace causeway::server {

class RequestBody;
struct ActiveExchange;

class Connection {
 public:
  Connection(Listener& listener, WorkerConnections& home, const net::AcceptedSocket& accepted);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves until one side is done with it.
  static Task<> serve(std::unique_ptr<Connection> connection);

  Connection* next() const { return next_; }
  /// Between two requests: closes, so that `serve` ends.
  void close_if_idle();

 private:
  friend class RequestBody;
  enum class Then : bool { kClose, kNextRequest };

  Task<> run();
  Task<bool> handshake();
  bool misdirected(const net::RequestHead& head) const;
  Task<bool> wait_for_request();
  Task<Then> serve_one();
  Task<Then> exchange(ActiveExchange& active);
  Task<Result<std::size_t>> read_head(ActiveExchange& active);
  void prepare(ActiveExchange& active, std::size_t head_length);
  Task<bool> respond(ActiveExchange& active);
  Task<bool> write_streamed(ActiveExchange& active, bool chunked);
  Task<> let_finish(Exchange& exchange, BodySource& rest);
  void lend();
  void give_back();
  void write_head(const ActiveExchange& active, bool close, bool chunked);
  Task<bool> write(Exchange& exchange, std::span<const Bytes> parts);
  Task<> linger();

  void take_buffer();
  void free_buffer();
  void grow_buffer();
  void set_idle(bool idle);
  bool closing(const ActiveExchange& active) const;

  Listener& listener_;
  WorkerConnections& home_;
  WorkerContext& context_;
  runtime::Worker& worker_;
  std::shared_ptr<const ListenerView> view_;
  const IpAddress peer_;
  net::Stream stream_;
  std::optional<net::PeerCertificate> certificate_;  ///< the caller's, verified
  net::RequestParser parser_;
  char* buffer_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;  ///< bytes received and not yet used up, from the buffer's start
  std::string out_;         ///< the worker's memory, while an answer is written
  bool idle_ = false;
  bool cut_ = false;                       ///< the last answer could not be written whole
  std::size_t most_lingered_ = 64 * 1024;  ///< bytes that are read and dropped behind the last answer
  Duration writing_{};                     ///< that the caller has made us wait while its answer is written
  Connection* next_ = nullptr;
  Connection** link_ = nullptr;
};

}  // namespace causeway::server
