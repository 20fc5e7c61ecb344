#include "routing/route_table.h"

#include <optional>

#include "core/ascii.h"
#include "routing/accept.h"

namespace causeway::routing {

/// One match under way: asked at every leaf that fits the path, and for the outcome when none of them would do.
class RouteTable::Attempt {
 public:
  Attempt(const RouteTable& table, const MatchRequest& request, MatchResult& result)
      : table_(table),
        request_(request),
        result_(result),
        method_(method_bit(request.method)),
        accept_matters_(!request.accept.empty() && request.accept != "*/*") {}

  bool take(std::uint32_t first) {
    const std::span<const Candidate> candidates = table_.candidates(first);
    std::optional<const Version*> chosen;  // worked out only where the path leaves the version open
    for (const Candidate& candidate : candidates) {
      if (candidate.by_accept && !chosen) chosen = choose(candidates);
      const bool fits = candidate.by_accept ? same(candidate.version, *chosen) : fits_accept(candidate.version);
      if (!fits && method_ != Methods::kOptions) {
        version_refused_ = true;
      } else if (fits && contains(candidate.methods, method_)) {
        answer(candidate);
        return true;
      } else {
        allowed_ |= candidate.methods;
      }
    }
    return false;
  }

  void give_up() {
    if (!empty(allowed_)) {
      result_.outcome = method_ == Methods::kOptions ? Outcome::kOptions : Outcome::kMethodNotAllowed;
      result_.allow = allow_text(allowed_);
    } else if (version_refused_) {
      result_.outcome = Outcome::kVersionNotAcceptable;
    }
  }

 private:
  /// Versions of one name can come from two files; to callers they are the same.
  static bool same(const Version* version, const Version* chosen) {
    return chosen && equals_ignoring_case(version->name(), chosen->name());
  }

  /// Null is no version at all, which suits everybody.
  bool fits_accept(const Version* version) {
    return !version || !accept_matters_ || accepted().weight(version->name()) > 0;
  }

  /// The version for a path that says none. One that has the method goes before one that would only refuse it.
  const Version* choose(std::span<const Candidate> candidates) {
    const Version* const version = choose(candidates, method_);
    return version ? version : choose(candidates, ~Methods::kNone);
  }

  /// The best that Accept names, one that still lives before one that does not; else the default, unless Accept rules
  /// it out.
  const Version* choose(std::span<const Candidate> candidates, Methods methods) {
    const Version* best = nullptr;
    unsigned best_rank = 0;
    const Version* fallback = nullptr;
    for (const Candidate& candidate : candidates) {
      if (!candidate.by_accept || !contains(candidate.methods, methods)) continue;
      if (candidate.is_default && !fallback && fits_accept(candidate.version)) fallback = candidate.version;
      if (!accept_matters_) continue;
      for (const AcceptedVersion& wanted : accepted().named()) {
        if (wanted.weight == 0 || !equals_ignoring_case(wanted.name, candidate.version->name())) continue;
        const unsigned rank = wanted.weight + (is_sunset(candidate) ? 0u : AcceptedVersions::kFullWeight);
        if (rank <= best_rank) continue;
        best = candidate.version;
        best_rank = rank;
      }
    }
    return best ? best : fallback;
  }

  void answer(const Candidate& candidate) {
    result_.outcome = is_sunset(candidate) ? Outcome::kSunset : Outcome::kFound;
    result_.route = candidate.route;
    result_.version = candidate.version;
    result_.parameters.set_names(candidate.route->parameters);
  }

  bool is_sunset(const Candidate& candidate) const {
    return candidate.may_sunset && candidate.version->lifecycle(request_.now) == Lifecycle::kRetired;
  }

  const AcceptedVersions& accepted() {
    if (!accepted_) accepted_.emplace(request_.accept, table_.vendor_);
    return *accepted_;
  }

  const RouteTable& table_;
  const MatchRequest& request_;
  MatchResult& result_;
  const Methods method_;
  const bool accept_matters_;
  std::optional<AcceptedVersions> accepted_;
  Methods allowed_ = Methods::kNone;
  bool version_refused_ = false;
};

MatchResult RouteTable::match(const MatchRequest& request) const {
  MatchResult result;
  if (request.path == "*") {
    if (request.method == "OPTIONS") {
      result.outcome = Outcome::kOptions;
      result.allow = allow_text(all_methods_);
    }
    return result;
  }
  Attempt attempt(*this, request, result);
  if (!trie_.walk(request.path, result.parameters, [&](std::uint32_t first) { return attempt.take(first); }))
    attempt.give_up();
  return result;
}

}  // namespace causeway::routing
