// One attempt of a call: a connection to one endpoint, the request, the head of its answer.
#pragma once

#include "upstream/call.h"
#include "upstream/credentials.h"
#include "upstream/endpoint.h"

namespace causeway::upstream {

/// Of one attempt.
struct AttemptOptions {
  SteadyTime deadline;
  bool fresh = false;                     ///< not over a connection that has served before
  bool went_before = false;               ///< an attempt before this one may have reached the system
  const CredentialFields* own = nullptr;  ///< what the system is shown; null: nothing
};

/// Takes a connection of the endpoint's pool, or opens one. The error says what happened: 50290 not a byte was sent,
/// or the system refused our certificate, 50291 broke off (Resend::kSafe: before a byte of the answer), 50292 nonsense,
/// 50490 too late; the caller's own when its body failed, 49990 when it left. Sets `response.sent`, which is false
/// before, once a byte was sent.
Task<Result<>> attempt(runtime::Worker& worker, const Endpoint& endpoint, const CallRequest& request,
                       CallResponse& response, const CallOptions& options, AttemptOptions mine);

}  // namespace causeway::upstream
