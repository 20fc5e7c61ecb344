#include "upstream/outcome.h"

#include <string_view>
#include <utility>

namespace causeway::upstream {
namespace {

constexpr std::string_view kUnknown = R"("outcome":"unknown")";

}  // namespace

Error unknown_outcome(std::string why) {
  Error error(Code::kOutcomeUnknown, std::move(why));
  error.info().details = kUnknown;
  return error;
}

Error caller_left() { return Error(Code::kCallerLeft, "the caller left before the answer came"); }

bool says_nothing_about_the_system(Code code) { return number(code) < 50000 || code == Code::kOverloaded; }

Error settle(Error error, net::Method method, bool sent) {
  const bool unanswered = error.code() == Code::kUpstreamTimeout || error.code() == Code::kUpstreamBroke ||
                          error.code() == Code::kUpstreamUnreachable;  // a resend found nobody
  if (!unanswered || !sent || net::is_safe(method)) return error;
  Error unknown(Code::kOutcomeUnknown, error.resend());
  unknown.info() = std::move(error.info());
  unknown.info().details = kUnknown;
  return unknown;
}

}  // namespace causeway::upstream
