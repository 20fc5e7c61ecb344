#include "upstream/outcome.h"

namespace causeway::upstream {

Error settle(Error error, net::Method method, bool sent) {
  const bool unanswered = error.code() == Code::kUpstreamTimeout || error.code() == Code::kUpstreamBroke ||
                          error.code() == Code::kUpstreamUnreachable;  // a resend found nobody
  if (!unanswered || !sent || net::is_safe(method)) return error;
  Error unknown(Code::kOutcomeUnknown, error.resend());
  unknown.info() = std::move(error.info());
  unknown.info().details = R"("outcome":"unknown")";
  return unknown;
}

}  // namespace causeway::upstream
