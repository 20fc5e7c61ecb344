// The key `fallback` of a route: an adapter around the route's own. When the system fails, the first of the listed
// fallbacks that has something answers in its place (design: http.md, "Failure classes" and "Resilience").
//
// The system has failed when the call ended with 50290, 50291, 50292, 50390, 50391 or 50490, and when its answer says
// so (a 5xx, an outcome that is `system`). A failure of the caller's is never hidden, nor is a write that the system
// may have carried out: 50491, and whatever else is said once a byte of it was sent. Nor is anything put in the place
// of an answer that has begun to go out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/fallback/cached_fallback.h"
#include "exchange/adapter.h"
#include "net/method.h"
#include "telemetry/metrics.h"

namespace causeway::adapters {

/// The caller gets the fallback's status and body, and `X-Causeway-Fallback`; the record keeps the class and the words
/// of the failure.
class FallbackAdapter final : public Adapter {
 public:
  /// `method`: what `inner` calls its system with; kOther: the caller's. kGet for one that makes several calls, and
  /// says 50491 itself where one of them was a write.
  explicit FallbackAdapter(std::unique_ptr<const Adapter> inner, net::Method method = net::Method::kOther)
      : inner_(std::move(inner)), method_(method) {}

  /// In the order in which they are tried; `answered` counts for each how often it did.
  void add(CachedFallback cached, telemetry::Counter answered);
  void add(std::unique_ptr<const Adapter> canned, telemetry::Counter answered);

  const Adapter& inner() const { return *inner_; }

  bool needs_whole_request() const override;
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  /// One of the two.
  struct Fallback {
    std::optional<CachedFallback> cached;
    std::unique_ptr<const Adapter> canned;
    telemetry::Counter answered;
  };

  bool writes(const Exchange& exchange) const;
  Task<Result<>> stand_in(Exchange& exchange, Result<> called) const;
  /// What it is called, to the caller; empty when it has nothing.
  Task<std::string_view> try_one(Exchange& exchange, const Fallback& fallback) const;

  std::unique_ptr<const Adapter> inner_;
  net::Method method_;
  std::vector<Fallback> fallbacks_;
};

}  // namespace causeway::adapters
