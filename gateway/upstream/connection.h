// One HTTP/1.1 connection to an endpoint: sends a request, reads its answer, and knows whether it can serve another.
// Belongs to one worker.
#pragma once

#include <memory>
#include <string>

#include "net/body_decoder.h"
#include "net/endpoint_address.h"
#include "net/http1_response.h"
#include "net/stream.h"
#include "upstream/call.h"

namespace causeway::upstream {

class Connection final : public BodySource {
 public:
  explicit Connection(runtime::Worker& worker);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<net::IoResult> connect(const net::SocketAddress& address, SteadyTime deadline);

  /// Sends head and body, a small body in one write with the head. Errors say whether the system may have seen a byte.
  Task<Result<>> send(const CallRequest& request, std::string_view host, CallResponse& response, SteadyTime deadline);
  /// Reads the head of the answer and as much of its body as came along.
  Task<Result<>> receive(const CallRequest& request, CallResponse& response, const CallOptions& options);

  /// Nothing but silence since the last answer: it can be used again.
  bool quiet() { return stream_.quiet(); }
  /// The request was sent whole, the answer ended in order, both sides want to go on.
  bool reusable() const { return sent_whole_ && decoder_.done() && keep_alive_ && surplus_ == 0; }
  bool used_before() const { return answers_ > 0; }
  SteadyTime idle_since() const { return idle_since_; }
  /// Back in the pool: forgets the exchange that it served.
  void rest();

  // BodySource: the body of the answer that `receive` began.
  std::optional<std::uint64_t> declared_size() const override;
  Bytes arrived() const override { return pending_; }
  Task<Result<Bytes>> read() override;
  Task<Result<Bytes>> gather(std::uint64_t limit) override;
  Task<Result<bool>> prefetch(std::uint64_t amount) override;

 private:
  Task<Result<>> send_streamed(Body& body, Duration patience);
  Result<> begin_body(CallResponse& response, std::size_t head_length);
  Task<Result<Bytes>> next_piece(char* into, std::size_t size, SteadyTime latest);
  void grow();
  Error broken(net::IoStatus status, bool answered) const;

  static constexpr std::size_t kBuffer = 16 * 1024;
  static constexpr std::size_t kPiece = 64 * 1024;
  static constexpr std::size_t kOneWrite = 8 * 1024;

  runtime::Worker& worker_;
  net::Stream stream_;
  std::string out_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t filled_ = 0;
  net::ResponseParser parser_;
  net::BodyDecoder decoder_;
  std::optional<std::uint64_t> declared_;
  Bytes pending_;  // decoded, not yet handed out
  char* piece_ = nullptr;
  std::size_t piece_size_ = 0;
  runtime::Arena* arena_ = nullptr;
  runtime::BudgetHold hold_;
  net::PaceRules pace_;
  SteadyTime deadline_;  // of the call
  net::Method method_ = net::Method::kGet;
  SteadyTime body_started_;
  std::size_t surplus_ = 0;
  bool sent_whole_ = false;
  bool keep_alive_ = false;
  unsigned answers_ = 0;
  SteadyTime idle_since_;
};

}  // namespace causeway::upstream
