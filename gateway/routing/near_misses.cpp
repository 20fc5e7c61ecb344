#include "routing/near_misses.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace causeway::routing {
namespace {

using Kind = PathTemplate::Kind;

constexpr unsigned kMuchFarther = 8;  // than the nearest
constexpr unsigned kNear = 12;        // whatever else the route has
constexpr unsigned kFarther = 22;     // when half of its literals are there

bool is_near(const Verdict& verdict) {
  if (verdict.misfit == Misfit::kNone) return false;
  return verdict.distance <= kNear || (verdict.distance <= kFarther && 2 * verdict.matched >= verdict.literals);
}

/// What two routes of one call are told apart by, in the order in which the table looks.
std::string why_first(const ApiSettings& first_api, const RouteSpec& first, const ApiSettings& api,
                      const RouteSpec& other) {
  const auto segments = [](const ApiSettings& its_api, const RouteSpec& route) {
    std::vector<PathTemplate::Segment> all(its_api.base.segments().begin(), its_api.base.segments().end());
    all.insert(all.end(), route.match.path.segments().begin(), route.match.path.segments().end());
    return all;
  };
  const auto text = [](const PathTemplate::Segment& segment) {
    if (segment.kind == Kind::kLiteral) return fmt::format("\"{}\"", segment.text);
    return fmt::format("{{{}{}}}", segment.text, segment.kind == Kind::kRest ? "..." : "");
  };
  const auto a = segments(first_api, first);
  const auto b = segments(api, other);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (a[i].kind != b[i].kind) return fmt::format("{} goes before {}", text(a[i]), text(b[i]));
  if (a.size() < b.size() && b[a.size()].kind == Kind::kRest)
    return fmt::format("a path that ends goes before {}", text(b[a.size()]));
  if (contains(other.match.methods, Methods::kOther) && !contains(first.match.methods, Methods::kOther))
    return "a method that is listed goes before any";
  return "its version goes first";
}

}  // namespace

std::vector<NearMiss> near_misses(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                  const MatchRequest& request, std::string_view vendor, std::size_t most) {
  std::vector<NearMiss> all;
  if (request.path == "*") return all;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    Verdict verdict = judge(apis[routes[i].api].settings, routes[i], request, vendor);
    if (is_near(verdict)) all.push_back({static_cast<std::uint32_t>(i), std::move(verdict)});
  }
  const auto nearer = [](const NearMiss& a, const NearMiss& b) {
    return std::pair(a.verdict.distance, a.route) < std::pair(b.verdict.distance, b.route);
  };
  const std::size_t kept = std::min(most, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), nearer);
  all.resize(kept);
  std::erase_if(all, [farthest = all.empty() ? 0 : all.front().verdict.distance + kMuchFarther](const NearMiss& miss) {
    return miss.verdict.distance > farthest;
  });
  return all;
}

std::vector<NearMiss> outranked(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                const MatchRequest& request, std::string_view vendor, std::uint32_t taken) {
  std::vector<NearMiss> all;
  for (std::size_t i = 0; i < routes.size() && request.path != "*"; ++i) {
    const ApiSettings& api = apis[routes[i].api].settings;
    if (i == taken || judge(api, routes[i], request, vendor).misfit != Misfit::kNone) continue;
    Verdict verdict;
    verdict.why = why_first(apis[routes[taken].api].settings, routes[taken], api, routes[i]);
    all.push_back({static_cast<std::uint32_t>(i), std::move(verdict)});
  }
  return all;
}

}  // namespace causeway::routing
