// What a cluster is asked and what it answers: the same for proxied calls, deliveries and jobs.
#pragma once

#include <memory>
#include <string_view>

#include "core/call_class.h"
#include "core/clock.h"
#include "core/result.h"
#include "exchange/body.h"
#include "net/http1_response.h"
#include "net/method.h"
#include "net/pace.h"
#include "runtime/arena.h"
#include "runtime/budget.h"
#include "runtime/cancel.h"
#include "telemetry/shard.h"
#include "upstream/admission.h"
#include "upstream/answer_body.h"
#include "upstream/breaker_call.h"
#include "upstream/buffers.h"

namespace causeway::upstream {

class Connection;
class Pool;
struct CallResponse;

/// Everything it refers to outlives the call and its answer.
struct CallRequest {
  net::Method method = net::Method::kGet;
  std::string_view method_name;
  std::string_view target;                ///< path and query, ready for the request line
  const net::Headers* headers = nullptr;  ///< without Host, framing and X-Request-Timeout-Ms, which the call writes
  Body* body = nullptr;
  bool repeatable = false;  ///< the system may get it twice, whatever the method: it has a key that stays the same
};

/// Says what an answer means where its status alone does not tell: reads as much of the body as that takes. Whether the
/// call is tried again, and what counts against the system, follows from it.
class AnswerReader {
 public:
  /// After the head of each answer, on the call's worker. An error: it cannot be taken for an answer.
  virtual Task<Result<CallClass>> read(CallResponse& answer) = 0;
  /// The answer does not count, and its memory goes: no view of it may be kept.
  virtual void forget() noexcept = 0;

 protected:
  ~AnswerReader() = default;
};

struct CallOptions {
  SteadyTime deadline;  ///< of the whole call with its retries
  Duration connect_timeout{};
  net::PaceRules pace;  ///< of a streamed answer's body
  runtime::Budget* budget = nullptr;
  telemetry::Shard* shard = nullptr;
  AnswerReader* reader = nullptr;     ///< null: the status says it
  runtime::Cancel* cancel = nullptr;  ///< ends what may end: a safe call, or one that was not sent yet
  bool patient = false;  ///< waits for its turn however long, and is tried once: its caller tries again by itself
};

/// A connection on loan from its pool; goes back, or is closed, when the lease ends.
class Lease {
 public:
  Lease() = default;
  Lease(Pool& pool, std::unique_ptr<Connection> connection);
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();
  explicit operator bool() const { return connection_ != nullptr; }
  Connection* operator->() const { return connection_.get(); }
  Connection& operator*() const { return *connection_; }
  /// Of the pool; null where there is none.
  Buffers* buffers() const;

 private:
  Pool* pool_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

/// Lives as long as the views of its head and body are used: it holds the memory that they lie in.
struct CallResponse {
  explicit CallResponse(runtime::Arena& its_arena) : arena(its_arena), head(&its_arena) {}
  CallResponse(const CallResponse&) = delete;
  CallResponse& operator=(const CallResponse&) = delete;
  ~CallResponse() { source.release(); }

  /// Forgets an answer that the call does not end with; its connection goes back or is closed.
  void drop();

  runtime::Arena& arena;  ///< for a body that has to be gathered
  net::ResponseHead head;
  Body body;
  Bytes first_piece;                           ///< of the body, as it came with the head: for the log
  CallClass call_class = CallClass::kSuccess;  ///< of the answer
  int attempts = 0;
  bool sent = false;         ///< a byte of the request was handed to a connection: the system may have seen it
  BreakerCall breaker;       ///< while its body streams: it may still break off
  Admission admission;       ///< the call's turn: given back with the connection
  LentBuffer memory;         ///< with the head, once the connection has gone back
  AnswerBody source{*this};  ///< of `body` while it streams
  Lease lease;               ///< until the answer is whole
};

}  // namespace causeway::upstream
