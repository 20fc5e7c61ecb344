// The body of the request that a connection is serving: decoded as it is asked for, held whole only within the limits.
#pragma once

#include "exchange/exchange.h"
#include "net/body_decoder.h"
#include "net/http1_request.h"

namespace causeway::server {

class Connection;

class RequestBody final : public BodySource {
 public:
  /// `at`: where the body begins in the connection's buffer.
  RequestBody(Connection& connection, Exchange& exchange, const net::RequestHead& head, std::size_t at);

  std::optional<std::uint64_t> declared_size() const override;
  Bytes arrived() const override { return pending_; }
  Task<Result<Bytes>> read() override;
  Task<Result<Bytes>> gather(std::uint64_t limit) override;
  std::optional<Result<Bytes>> gather_arrived() override;
  Task<Result<bool>> prefetch(std::uint64_t amount) override;

  /// Uses up what has already arrived, without waiting. True when the body has ended: the next request begins behind
  /// it.
  bool finish();
  /// It streams to a system and has not ended: when its answer ends first, the rest is dropped.
  bool broken_off() const { return streamed_ && !done(); }
  bool done() const { return framing_ == net::BodyFraming::kNone || decoder_.done(); }
  /// Where the next request begins in the connection's buffer.
  std::size_t end() const { return at_; }
  /// Bytes behind the body that were read into memory of its own.
  Bytes surplus() const { return surplus_; }
  std::uint64_t received() const { return framing_ == net::BodyFraming::kNone ? 0 : decoder_.total(); }

 private:
  void start();
  Task<Result<>> say_continue();
  Result<Bytes> take_buffered();
  Task<Result<Bytes>> receive(char* into, std::size_t size);
  Task<Result<Bytes>> gather_in_buffer(std::size_t begin, std::size_t size);
  Task<Result<Bytes>> gather_apart(Bytes first, std::uint64_t limit, std::uint64_t enough);
  void observe(Bytes piece);

  Connection& connection_;
  Exchange& exchange_;
  const net::BodyFraming framing_;
  const std::uint64_t length_;
  bool expect_continue_;
  bool started_ = false;
  bool streamed_ = false;  ///< piece by piece
  bool failed_ = false;
  net::BodyDecoder decoder_;
  std::size_t at_;
  Bytes pending_;  ///< prefetched, not yet handed out
  char* piece_ = nullptr;
  Bytes surplus_;
  SteadyTime began_;
  runtime::BudgetHold hold_;
};

}  // namespace causeway::server
