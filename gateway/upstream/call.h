// What a cluster is asked and what it answers: the same for proxied calls, deliveries and jobs.
#pragma once

#include <memory>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "exchange/body.h"
#include "net/http1_response.h"
#include "net/method.h"
#include "net/pace.h"
#include "runtime/arena.h"
#include "runtime/budget.h"
#include "telemetry/shard.h"

namespace causeway::upstream {

class Connection;
class Pool;

/// Everything it refers to outlives the call and its answer.
struct CallRequest {
  net::Method method = net::Method::kGet;
  std::string_view method_name;
  std::string_view target;                ///< path and query, ready for the request line
  const net::Headers* headers = nullptr;  ///< without Host, framing and X-Request-Timeout-Ms, which the call writes
  Body* body = nullptr;
  bool repeatable = false;  ///< the system may get it twice, whatever the method: it has a key that stays the same
};

struct CallOptions {
  SteadyTime deadline;  ///< of the whole call with its retries
  Duration connect_timeout{};
  net::PaceRules pace;  ///< of a streamed answer's body
  runtime::Budget* budget = nullptr;
  telemetry::Shard* shard = nullptr;
};

/// A connection on loan from its pool; goes back, or is closed, when the lease ends.
class Lease {
 public:
  Lease() = default;
  Lease(Pool& pool, std::unique_ptr<Connection> connection);
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();
  Connection* operator->() const { return connection_.get(); }
  Connection& operator*() const { return *connection_; }

 private:
  Pool* pool_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

/// Lives as long as the views of its head and body are used: it holds the connection that they lie in.
struct CallResponse {
  explicit CallResponse(runtime::Arena& its_arena) : arena(its_arena), head(&its_arena) {}
  runtime::Arena& arena;  ///< for a body that has to be gathered
  net::ResponseHead head;
  Body body;
  Bytes first_piece;  ///< of the body, as it came with the head: for the log
  int attempts = 0;
  bool sent = false;  ///< a byte of the request was handed to a connection: the system may have seen it
  Lease lease;
};

}  // namespace causeway::upstream
