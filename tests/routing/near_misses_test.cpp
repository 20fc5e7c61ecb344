// What people are told about routes that do not take a call, and that it is never anything else than what the table
// does.
#include "routing/near_misses.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "routing/route_files.h"

namespace causeway::routing {
namespace {

constexpr const char* kV1 = "application/vnd.company.v1+json";
constexpr const char* kV2 = "application/vnd.company.v2+json";
constexpr const char* kV9 = "application/vnd.company.v9+json";

RouteFiles shop() {
  RouteFiles files;
  files.add("routes/orders.yaml", R"(api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2027-03-05, successor: v2}
  v2: {released: 2026-09-01}
routes:
  - {name: list, match: {method: GET, path: /}}
  - {name: create, match: {method: POST, path: /}}
  - {name: get, match: {method: GET, path: "/{id}"}}
  - {name: cancel, match: {method: POST, path: "/{id}/cancel"}, versions: [v2]}
)");
  files.add("routes/stock.yaml", R"(api: stock
base: /api/{version}/stock
versions: {v1: {released: 2024-01-29}, v2: {released: 2026-09-01}}
default_version: v1
routes:
  - {name: sku, match: {method: GET, path: "/{sku}"}}
  - {name: feed, match: {method: GET, path: /feed}}
  - {name: new, match: {method: GET, path: /by/name}, versions: [v2]}
)");
  files.add("routes/plain.yaml", R"(api: plain
base: /
routes:
  - {name: any, match: {methods: any, path: /tools/echo}}
  - {name: raw, match: {methods: [GET, PUT], path: "/raw/{rest...}"}}
  - {name: slash, match: {method: GET, path: /folder/}}
)");
  return files;
}

/// The near ones, a line each: name, why.
std::string near(const RouteFiles& files, std::string_view method, std::string_view path,
                 std::string_view accept = {}) {
  std::string text;
  for (const NearMiss& miss :
       near_misses(files.apis(), files.routes(), {method, path, accept, date("2026-10-01")}, "company"))
    text += files.routes()[miss.route].name + ": " + miss.verdict.why + '\n';
  return text;
}

std::string verdict(const RouteFiles& files, std::string_view route, std::string_view method, std::string_view path,
                    std::string_view accept = {}) {
  for (const RouteSpec& spec : files.routes())
    if (spec.name == route)
      return judge(files.apis()[spec.api].settings, spec, {method, path, accept, date("2026-10-01")}, "company").why;
  return "no such route";
}

TEST(NearMisses, AMisspelledSegmentIsNamedWithItsPlace) {
  EXPECT_EQ(near(shop(), "POST", "/api/v2/orders/7/cancell"),
            "cancel: segment 5 is \"cancell\", not \"cancel\"\n"
            "get: the route ends before \"/cancell\"\n");
  EXPECT_EQ(near(shop(), "GET", "/api/v2/order/7"), "get: segment 3 is \"order\", not \"orders\"\n");
}

TEST(NearMisses, AMethodThatTheRouteDoesNotTake) {
  EXPECT_EQ(verdict(shop(), "get", "DELETE", "/api/v2/orders/7"), "method \"DELETE\": the route takes GET, HEAD");
  EXPECT_EQ(verdict(shop(), "raw", "POST", "/raw/a/b"), "method \"POST\": the route takes GET, HEAD, PUT");
  EXPECT_EQ(verdict(shop(), "get", "get", "/api/v2/orders/7"), "method \"get\": the route takes GET, HEAD");
}

TEST(NearMisses, VersionsByPath) {
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/v3/orders"), "version \"v3\": unknown, known are v1, v2");
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/V1/orders"), "version \"V1\": written \"v1\" in paths");
  EXPECT_EQ(verdict(shop(), "cancel", "POST", "/api/v1/orders/7/cancel"), "not in version v1, only in v2");
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/v1/orders", kV2), "the path says version v1, Accept asks for v2");
}

TEST(NearMisses, VersionsByAccept) {
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/orders"),
            "the call names no version and the API has no default_version; known are v1, v2");
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/orders", kV9), "Accept asks for version v9, known are v1, v2");
  EXPECT_EQ(verdict(shop(), "cancel", "POST", "/api/orders/7/cancel", kV1),
            "Accept asks for version v1, the route is only in v2");
  EXPECT_EQ(verdict(shop(), "new", "GET", "/api/stock/by/name"),
            "calls that name no version get v1, the route is only in v2");
}

TEST(NearMisses, PathsOfAnotherLength) {
  EXPECT_EQ(verdict(shop(), "cancel", "POST", "/api/v2/orders/7"), "the call ends before \"/cancel\"");
  EXPECT_EQ(verdict(shop(), "get", "GET", "/api/v2/orders"), "the call ends before \"/{id}\"");
  EXPECT_EQ(verdict(shop(), "list", "GET", "/api/v2/orders/7/8"), "the route ends before \"/7/8\"");
  EXPECT_EQ(verdict(shop(), "get", "GET", "/api/v2/orders/7/"), "the call ends with a slash, the route does not");
  EXPECT_EQ(verdict(shop(), "slash", "GET", "/folder"), "the route ends with a slash, the call does not");
  EXPECT_EQ(verdict(shop(), "get", "GET", "/api/v2/orders/"), "nothing stands where {id} is");
  EXPECT_EQ(verdict(shop(), "slash", "GET", "/folder/x"), "segment 2 is \"x\", where the route ends");
}

TEST(NearMisses, ARestMayBeEmptyButNotWhatIsBeforeIt) {
  RouteFiles files;
  files.add("routes/a.yaml", R"(api: a
base: /
routes:
  - {name: rest, match: {method: GET, path: "/a/{b}/{rest...}"}}
)");
  EXPECT_EQ(verdict(files, "rest", "GET", "/a/1"), "");
  EXPECT_EQ(verdict(files, "rest", "GET", "/a"), "the call ends before \"/{b}\"");
}

TEST(NearMisses, SeveralDifferencesAreToldUpToTwo) {
  EXPECT_EQ(verdict(shop(), "cancel", "GET", "/apis/v2/order/7/cancell"),
            "segment 1 is \"apis\", not \"api\"; segment 3 is \"order\", not \"orders\"; and 1 more");
}

TEST(NearMisses, WhatOfTheCallIsShownIsQuotedAndCut) {
  const std::string why = verdict(shop(), "get", "GET", "/api/v2/" + std::string(5000, 'x') + "/7");
  EXPECT_LT(why.size(), 400u) << why;
  EXPECT_EQ(verdict(shop(), "any", "GET", "/tools/\x1b[31m"), "segment 2 is \"\\x1b[31m\", not \"echo\"");
}

TEST(NearMisses, StrangersAreNotNear) { EXPECT_EQ(near(shop(), "GET", "/favicon.ico"), ""); }

TEST(NearMisses, TheNearestIsFirstAndNotMoreThanAsked) {
  RouteFiles files;
  std::string routes;
  for (int i = 0; i < 30; ++i)
    routes +=
        "  - {name: r" + std::to_string(i) + ", match: {method: GET, path: /things/t" + std::to_string(i) + "}}\n";
  files.add("routes/many.yaml", "api: many\nbase: /\nroutes:\n" + routes);
  const auto found = near_misses(files.apis(), files.routes(), {"GET", "/things/t2x", {}, {}}, "company", 3);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(files.routes()[found[0].route].name, "r2");
}

TEST(Outranked, TheReasonIsTheFirstDifference) {
  const RouteFiles files = shop();
  const auto behind = [&](std::string_view method, std::string_view path, std::uint32_t taken) {
    std::string text;
    for (const NearMiss& miss :
         outranked(files.apis(), files.routes(), {method, path, {}, date("2026-10-01")}, "company", taken))
      text += files.routes()[miss.route].name + ": " + miss.verdict.why + '\n';
    return text;
  };
  EXPECT_EQ(behind("GET", "/api/v1/stock/feed", 5), "sku: \"feed\" goes before {sku}\n");
  EXPECT_EQ(behind("GET", "/api/v1/stock/other", 4), "");
}

/// What the verdicts about each route together say about a call.
std::string expected_of(const RouteFiles& files, const MatchRequest& request) {
  Misfit best = Misfit::kPath;
  for (const RouteSpec& route : files.routes())
    best = std::max(best, judge(files.apis()[route.api].settings, route, request, "company").misfit);
  const bool options = request.method == "OPTIONS";
  if (best == Misfit::kNone) return "taken";
  if (options && best != Misfit::kPath) return "options";
  return best == Misfit::kMethod ? "405" : best == Misfit::kVersion ? "406" : "404";
}

std::string told_by(const MatchResult& result) {
  switch (result.outcome) {
    case Outcome::kFound:
    case Outcome::kSunset:
      return "taken";
    case Outcome::kOptions:
      return "options";
    case Outcome::kMethodNotAllowed:
      return "405";
    case Outcome::kVersionNotAcceptable:
      return "406";
    case Outcome::kNoRoute:
      return "404";
  }
  return {};
}

template <class T>
const T& one_of(std::mt19937& random, const std::vector<T>& all) {
  return all[random() % all.size()];
}

/// `by_default` is that of all files: where two share a base, the default of one is that of the other, too, and a route
/// by itself does not know.
std::string generated_file(std::mt19937& random, int index, const std::string& by_default) {
  const bool versioned = random() % 3 != 0;
  const std::string word = one_of<std::string>(random, {"a", "b", "ab"});
  std::string text = "api: api" + std::to_string(index) + "\nbase: ";
  if (!versioned) text += random() % 2 != 0 ? "/" + word : "/";
  else text += (random() % 3 != 0 ? "/{version}/" : "/") + word;
  text += '\n';
  if (versioned) {
    text +=
        "versions: {v1: {released: 2024-01-01, deprecated: 2025-01-01, sunset: 2026-06-01}, v2: {released: "
        "2024-01-01}}\n";
    if (!by_default.empty()) text += "default_version: " + by_default + "\n";
  }
  text += "routes:\n";
  const std::vector<std::string> segments{"/a", "/b", "/ab", "/{p}", "/{q}"};
  for (int i = 0; i < 4; ++i) {
    std::string path;
    for (unsigned n = random() % 3; n > 0; --n) {
      const std::string& segment = one_of(random, segments);
      if (path.find(segment) == std::string::npos) path += segment;
    }
    if (random() % 6 == 0) path += "/{rest...}";
    else if (random() % 6 == 0 || path.empty()) path += "/";
    const std::string methods =
        one_of<std::string>(random, {"GET", "POST", "any", "[GET, PUT]", "[DELETE, OPTIONS]", "[GET, HEAD]"});
    text += fmt::format("  - {{name: r{}-{}, match: {{methods: {}, path: \"{}\"}}", index, i, methods, path);
    if (versioned && random() % 3 == 0) text += ", versions: [" + one_of<std::string>(random, {"v1", "v2"}) + "]";
    text += "}\n";
  }
  return text;
}

TEST(NearMisses, VerdictsAgreeWithTheTable) {
  const std::vector<std::string> methods{"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "get"};
  const std::vector<std::string> accepts{"",
                                         "*/*",
                                         "application/json",
                                         kV1,
                                         kV2,
                                         kV9,
                                         std::string(kV1) + ";q=0",
                                         std::string(kV1) + ", " + kV2 + ";q=0.5",
                                         std::string(kV9) + ", */*;q=0.1",
                                         "application/vnd.other.v1+json"};
  const std::vector<std::string> words{"a", "b", "ab", "v1", "v2", "V1", "v9", "x"};
  std::map<std::string, int> seen;
  int tables = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    RouteFiles files;
    std::string all_files;
    const std::string by_default = one_of<std::string>(random, {"", "v1", "v2"});
    for (int i = 0; i < 3; ++i) {
      const std::string file = generated_file(random, i, by_default);
      files.add("routes/" + std::to_string(i) + ".yaml", file);
      all_files += file;
    }
    if (!files.problems().empty() && files.problems().find("warning") == std::string::npos) continue;
    try {
      files.table();
    } catch (const std::logic_error&) {
      continue;  // two routes take one call
    }
    ++tables;
    for (int i = 0; i < 100; ++i) {
      std::string path;
      for (unsigned n = random() % 5; n > 0; --n) path += "/" + one_of(random, words);
      if (path.empty() || random() % 6 == 0) path += "/";
      const std::string& method = one_of(random, methods);
      const std::string& accept = one_of(random, accepts);
      const MatchRequest request{method, path, accept, date("2026-10-01")};
      const MatchResult result = files.table().match(request);
      const std::string what = told_by(result);
      ASSERT_EQ(what, expected_of(files, request))
          << "seed " << seed << ": " << method << ' ' << path << " Accept: " << accept << '\n'
          << all_files << files.call(method, path, accept, request.now);
      if (what == "taken") {
        const RouteSpec& route = files.routes()[result.route->index];
        ASSERT_EQ(judge(files.apis()[route.api].settings, route, request, "company").misfit, Misfit::kNone);
        for (const NearMiss& other : outranked(files.apis(), files.routes(), request, "company", result.route->index))
          ASSERT_FALSE(other.verdict.why.empty());
      }
      ++seen[what];
    }
  }
  EXPECT_GT(tables, 50);
  for (const char* what : {"taken", "options", "404", "405", "406"}) EXPECT_GT(seen[what], 50) << what;
}

}  // namespace
}  // namespace causeway::routing
