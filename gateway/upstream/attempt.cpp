#include "upstream/attempt.h"

#include <algorithm>

#include "upstream/connecting.h"
#include "upstream/outcome.h"
#include "upstream/retry.h"

namespace causeway::upstream {
namespace {

/// Ends what the connection waits for when the caller leaves, if the call may end: it only reads, or the system has not
/// seen a byte of it.
class EndWithCaller final : public runtime::Cancel::Hook {
 public:
  EndWithCaller(const CallRequest& request, const CallResponse& response) : request_(request), response_(response) {}
  void watch(Connection& connection, runtime::Cancel* cancel) {
    connection_ = &connection;
    if (cancel != nullptr && !cancel->requested()) cancel->add(*this);
  }
  bool fired() const { return fired_; }

 private:
  void on_cancel() override {
    if (response_.sent && !net::is_safe(request_.method)) return;
    fired_ = true;
    connection_->interrupt();
  }
  const CallRequest& request_;
  const CallResponse& response_;
  Connection* connection_ = nullptr;
  bool fired_ = false;
};

}  // namespace

Task<Result<>> attempt(runtime::Worker& worker, const Endpoint& endpoint, const CallRequest& request,
                       CallResponse& response, const CallOptions& options, AttemptOptions mine) {
  // An unsafe call goes on if an attempt before may have reached the system: `response.sent` tells of this one only.
  const bool may_end = net::is_safe(request.method) || !mine.went_before;
  runtime::Cancel* const leaving = may_end ? options.cancel : nullptr;
  if (leaving != nullptr && leaving->requested()) co_return caller_left();
  EndWithCaller hook(request, response);
  Pool& pool = endpoint.pool(worker);
  std::unique_ptr<Connection> connection = mine.fresh ? nullptr : pool.take();
  if (!connection) {
    const SteadyTime due = std::min(mine.deadline, worker.now() + options.connect_timeout);
    Result<std::unique_ptr<Connection>> made = co_await make_connection(worker, endpoint, due, leaving);
    if (leaving != nullptr && leaving->requested()) co_return caller_left();
    if (!made) co_return std::move(made.error());
    connection = *std::move(made);
    hook.watch(*connection, leaving);
    Result<> opened = co_await connect(*connection, worker, endpoint, due, leaving);
    if (hook.fired()) co_return caller_left();
    if (!opened) co_return opened;
  }
  hook.watch(*connection, leaving);
  response.lease = Lease(pool, std::move(connection));
  CallOptions rest = options;
  rest.deadline = mine.deadline;
  Result<> outcome = co_await response.lease->send(request, endpoint.host(), mine.own, response, mine.deadline);
  if (outcome) {
    outcome = co_await response.lease->receive(request, response, rest);
  } else if (!response.sent && outcome.error().code() == Code::kUpstreamBroke) {
    outcome = Error(Code::kUpstreamBroke, "closed before a byte was sent", Resend::kIfUnsent);
  }
  if (hook.fired()) co_return caller_left();
  // Only right after the handshake: one that has served before, or has begun to answer, took our certificate then.
  if (!outcome && outcome.error().resend() != Resend::kNever && response.lease && !response.lease->used_before() &&
      response.lease->certificate_refused()) {
    response.sent = false;
    co_return Error(Code::kUpstreamUnreachable, "it refused our certificate, or asks for one", Resend::kIfUnsent);
  }
  if (outcome && !response.body.streams()) response.source.release();  // what is whole needs no connection
  co_return outcome;
}

}  // namespace causeway::upstream
