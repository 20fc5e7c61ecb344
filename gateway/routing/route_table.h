// Which route a call belongs to. Built once from all route files, immutable, shared by all workers.
//
// Matching is one walk of a trie over the path's segments: the cost grows with the length of the path, not with the
// number of routes. At each segment a literal goes before `{parameter}`, and that before `{rest...}`; a choice that
// leads nowhere (also: not for this method or version) is taken back. Every node of the trie is visited at most once,
// and both sides of a choice only where a literal and a parameter fit the same segment: k such segments cost at most
// 2^k short walks, and k is small unless a configuration is written for it; callers cannot make it larger.
//
// A method that a route lists goes before the HEAD that GET brings along, and that before `methods: any`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "routing/method.h"
#include "routing/parameters.h"
#include "routing/route_trie.h"
#include "routing/settings.h"
#include "routing/version.h"

namespace causeway::routing {

/// One route file, input of RouteTable::build.
struct ApiSpec {
  ApiSettings settings;
  config::Node file;  ///< the mapping that `settings` were read from, for positions
};

/// One route as configured, input of RouteTable::build.
struct RouteSpec {
  std::uint32_t index = 0;  ///< chosen by the caller, given back in RouteInfo
  std::uint32_t api = 0;    ///< index into the apis of the same build
  std::string name;         ///< unique in the table
  MatchSettings match;
  std::vector<std::string> versions;                  ///< only these of the api's; empty: all
  config::Position position;                          ///< of the route's mapping, named in errors
  std::string path;                                   ///< likewise: `routes[3]`
  std::vector<config::Position> version_places = {};  ///< where `versions` are named, for errors; may be empty
};

/// One route of the table, for as long as the table lives, at one address.
struct RouteInfo {
  std::uint32_t index = 0;
  std::string name;
  std::string api;
  std::string pattern;                  ///< base and path as written, for logs and labels: `/api/{version}/orders/{id}`
  std::vector<std::string> parameters;  ///< names of the path's parameters, in order
};

enum class Outcome : std::uint8_t {
  kFound,
  kNoRoute,               ///< 40490
  kMethodNotAllowed,      ///< 40590 with `Allow: allow`
  kOptions,               ///< 204 with `Allow: allow`
  kVersionNotAcceptable,  ///< 40690: none named and no default, an unknown one in Accept, or path and Accept disagree
  kSunset,                ///< 41090, the version is retired; route and version say which
};

struct MatchRequest {
  std::string_view method;
  std::string_view path;    ///< normalised, without the query; `*` for OPTIONS of the whole server
  std::string_view accept;  ///< empty when absent; several header lines joined by commas
  WallTime now;
};

/// Views of the table and of the request's path.
struct MatchResult {
  Outcome outcome = Outcome::kNoRoute;
  const RouteInfo* route = nullptr;  ///< kFound, kSunset
  const Version* version = nullptr;  ///< kFound, kSunset; null for a route without versions
  std::string_view allow;            ///< kMethodNotAllowed, kOptions
  Parameters parameters;             ///< kFound, kSunset
};

class RouteTable {
 public:
  static constexpr std::size_t kMostSegments = 64;  ///< of one route's path with its base

  /// Null when there are errors. Errors: routes that take the same call (both lines are named), doubled names, too many
  /// parameters or segments, unknown versions. Warnings: a sunset too soon after its successor's release or after its
  /// deprecation. `states` is what a running process knows of its versions; without it none is retired when unused.
  static std::shared_ptr<const RouteTable> build(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                                 const VersioningSettings& versioning, config::Errors& errors,
                                                 VersionStates* states = nullptr);
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  /// Thread safe; allocates nothing, locks nothing.
  MatchResult match(const MatchRequest& request) const;

  /// In the order of the build.
  std::span<const RouteInfo> routes() const { return routes_; }

  /// The versions of an api of the build, by its index; ascending by name.
  std::span<const Version> versions(std::size_t api) const { return versions_[api]; }

 private:
  class Builder;
  class Attempt;

  /// One way to answer at a leaf. Those of one leaf lie side by side, in the order in which they are tried. Most calls
  /// are matched without a look at the route and the version themselves, which may not be in any cache.
  struct Candidate {
    Methods methods = Methods::kNone;
    bool by_accept = false;     ///< the path does not say the version
    bool is_default = false;    ///< the version of callers that name none
    bool may_sunset = false;    ///< the version has a sunset
    std::uint32_t of_leaf = 0;  ///< how many the leaf has; said by its first
    const RouteInfo* route = nullptr;
    const Version* version = nullptr;
  };

  RouteTable() = default;
  std::span<const Candidate> candidates(std::uint32_t first) const {
    return {candidates_.data() + first, candidates_[first].of_leaf};
  }

  std::string vendor_;
  std::vector<std::vector<Version>> versions_;
  std::vector<RouteInfo> routes_;
  RouteTrie trie_;  ///< its values are where the candidates of a leaf begin
  std::vector<Candidate> candidates_;
  Methods all_methods_ = Methods::kNone;
};

}  // namespace causeway::routing
