// The body of a system's answer: decoded while it arrives, held whole only within limits. Once it is whole, what it
// lies in belongs to the exchange and the connection goes back to its pool: a slow caller holds no connection to a
// system.
#pragma once

#include <optional>

#include "exchange/body.h"
#include "net/body_decoder.h"
#include "net/method.h"
#include "net/pace.h"
#include "runtime/budget.h"
#include "runtime/cancel.h"

namespace causeway::upstream {

class Connection;
struct CallOptions;
struct CallRequest;
struct CallResponse;

/// A part of its CallResponse, on the call's worker. A stream of events (`text/event-stream`) lasts as long as both
/// sides stay: no time and no rate ends it; the caller's leaving does.
class AnswerBody final : public BodySource, private runtime::Cancel::Hook {
 public:
  explicit AnswerBody(CallResponse& answer) : answer_(answer) {}

  /// The head of the answer is there, and of what follows it the `size` bytes at `came`, in the connection's buffer.
  /// Sets `answer.body`.
  Result<> begin(Connection& connection, const CallRequest& request, const CallOptions& options, char* came,
                 std::size_t size);
  /// Gives the connection back, or closes it where the body has not ended. Views stay valid.
  void release() noexcept;
  /// The call ends with this answer: from now on its turn ends with the use of the connection.
  void conclude() noexcept;
  /// Forgets the answer; views of it end.
  void forget() noexcept;

  std::optional<std::uint64_t> declared_size() const override { return declared_; }
  Bytes arrived() const override { return pending_; }
  Task<Result<Bytes>> read() override;
  Task<Result<Bytes>> gather(std::uint64_t limit) override;
  Task<Result<bool>> prefetch(std::uint64_t amount) override;
  void drop() noexcept override { release(); }
  bool endless() const override { return events_; }

 private:
  Task<Result<Bytes>> next_piece(char* into, std::size_t size, SteadyTime latest);
  Result<Bytes> decode(char* data, std::size_t size);
  SteadyTime due(SteadyTime latest) const;
  Error failed(Error error) noexcept;
  void on_cancel() override;

  static constexpr std::size_t kPiece = 64 * 1024;

  CallResponse& answer_;
  Connection* connection_ = nullptr;  ///< until it is released
  net::BodyDecoder decoder_;
  std::optional<std::uint64_t> declared_;
  Bytes pending_;  ///< decoded, not yet handed out
  char* piece_ = nullptr;
  std::size_t piece_size_ = 0;
  runtime::BudgetHold hold_;
  net::PaceRules pace_;
  SteadyTime deadline_;  ///< of the call
  SteadyTime started_;
  net::Method method_ = net::Method::kGet;
  bool events_ = false;
  bool left_ = false;  ///< the caller
  bool concluded_ = false;
  bool cut_ = false;  ///< ended before its end
};

}  // namespace causeway::upstream
