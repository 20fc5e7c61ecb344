// Versions in the path and in Accept, and their life.
#include <gtest/gtest.h>

#include "routing/route_files.h"

namespace causeway::routing {
namespace {

constexpr const char* kV1 = "application/vnd.company.v1+json";
constexpr const char* kV2 = "application/vnd.company.v2+json";
constexpr const char* kV9 = "application/vnd.company.v9+json";

class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return now; }
  SteadyTime steady() const override { return {}; }
  WallTime now;
};

RouteFiles orders(const std::string& extra = {}) {
  RouteFiles files;
  files.add("routes/orders.yaml", "api: orders\nbase: /api/{version}/orders\n" + extra + R"(
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2027-03-05, successor: v2, guide: https://docs.example.com/orders-v2}
  v2: {released: 2026-09-01}
routes:
  - {name: list, match: {method: GET, path: /}}
  - {name: recent, match: {method: GET, path: /recent}, versions: [v2]}
  - {name: get, match: {method: GET, path: "/{id}"}}
  - {name: create, match: {method: POST, path: /}, versions: [v2]}
)");
  return files;
}

TEST(Versions, StandInThePath) {
  RouteFiles files = orders();
  EXPECT_EQ(files.call("GET", "/api/v1/orders"), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/v2/orders/"), "list@v2");
  EXPECT_EQ(files.call("GET", "/api/v2/orders/7"), "get@v2 id=7");
  EXPECT_EQ(files.call("GET", "/api/v9/orders"), "404");
  EXPECT_EQ(files.call("GET", "/api/V1/orders"), "404");
}

TEST(Versions, StandInAccept) {
  RouteFiles files = orders();
  EXPECT_EQ(files.call("GET", "/api/orders", kV1), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/orders/", "Application/Vnd.Company.V2+Json"), "list@v2");
  EXPECT_EQ(files.call("GET", "/api/orders/7", kV2), "get@v2 id=7");
  EXPECT_EQ(files.call("GET", "/api/orders", kV9), "406");
  EXPECT_EQ(files.call("GET", "/api/orders", "application/vnd.other.v1+json"), "406");
}

TEST(Versions, TheHeaviestThatExistsIsTaken) {
  RouteFiles files = orders();
  const std::string v1 = kV1, v2 = kV2, v9 = kV9;
  EXPECT_EQ(files.call("GET", "/api/orders", v1 + ";q=0.3, " + v2 + ";q=0.7"), "list@v2");
  EXPECT_EQ(files.call("GET", "/api/orders", v9 + ", " + v1 + ";q=0.1"), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/orders", v1 + ";q=0"), "406");
  EXPECT_EQ(files.call("GET", "/api/orders", v1 + "," + v2 + ";q=0.5", date("2028-01-01")), "list@v2")
      << "one that lives goes before a heavier one that does not";
}

TEST(Versions, PathAndAcceptMustAgree) {
  RouteFiles files = orders();
  const std::string v1 = kV1, v2 = kV2;
  EXPECT_EQ(files.call("GET", "/api/v1/orders", kV1), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", kV2), "406");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", kV9), "406");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", v1 + ";q=0"), "406");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", v2 + ", */*;q=0.1"), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", "text/html"), "list@v1");
}

TEST(Versions, CallsThatNameNoneAreNeverGivenTheNewest) {
  for (const char* accept : {"", "*/*", "application/json", "text/html"})
    EXPECT_EQ(orders().call("GET", "/api/orders", accept), "406") << accept;
}

TEST(Versions, CallsThatNameNoneGetTheDefault) {
  RouteFiles files = orders("default_version: v1");
  for (const char* accept : {"", "*/*", "application/json", "text/html"})
    EXPECT_EQ(files.call("GET", "/api/orders", accept), "list@v1") << accept;
  EXPECT_EQ(files.call("GET", "/api/orders", kV2), "list@v2");
  EXPECT_EQ(files.call("GET", "/api/orders", kV9), "406");
  EXPECT_EQ(files.call("GET", "/api/orders", std::string(kV9) + ", */*;q=0.1"), "list@v1");
  EXPECT_EQ(files.call("GET", "/api/orders", std::string(kV1) + ";q=0, */*"), "406");
  EXPECT_EQ(files.call("GET", "/api/orders", {}, date("2028-01-01")), "410 list@v1");
}

TEST(Versions, ARouteOfOneVersionOnly) {
  RouteFiles files = orders("default_version: v1");
  EXPECT_EQ(files.call("GET", "/api/v2/orders/recent"), "recent@v2");
  EXPECT_EQ(files.call("GET", "/api/v1/orders/recent"), "get@v1 id=recent");
  EXPECT_EQ(files.call("GET", "/api/orders/recent", kV2), "recent@v2");
  EXPECT_EQ(files.call("GET", "/api/orders/recent", kV1), "get@v1 id=recent");
  EXPECT_EQ(files.call("POST", "/api/v1/orders"), "405 GET, HEAD, OPTIONS");
  EXPECT_EQ(files.call("POST", "/api/orders", kV1), "405 GET, HEAD, OPTIONS");
  EXPECT_EQ(files.call("POST", "/api/orders"), "405 GET, HEAD, OPTIONS");
  EXPECT_EQ(files.call("POST", "/api/orders", kV2), "create@v2");
  EXPECT_EQ(files.call("DELETE", "/api/orders", kV9), "406");
  EXPECT_EQ(files.call("OPTIONS", "/api/orders"), "204 GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(files.call("OPTIONS", "/api/v1/orders", kV2), "204 GET, HEAD, OPTIONS");
}

TEST(Versions, TwoFilesMayShareABase) {
  RouteFiles files;
  files.add("a.yaml",
            "api: a\nbase: /{version}/o\ndefault_version: v1\nversions: {v1: {released: 2024-01-29}}\n"
            "routes: [{name: get, match: {method: GET, path: /}}]");
  files.add("b.yaml",
            "api: b\nbase: /{version}/o\ndefault_version: v2\nversions: {v1: {released: 2024-01-29}, v2: "
            "{released: 2025-01-29}}\nroutes: [{name: post, match: {method: POST, path: /}}]");
  ASSERT_EQ(files.problems(), "");
  EXPECT_EQ(files.call("GET", "/o"), "get@v1");
  EXPECT_EQ(files.call("POST", "/o"), "post@v2");
  EXPECT_EQ(files.call("POST", "/o", kV1), "post@v1");
  EXPECT_EQ(files.call("GET", "/o", kV2), "405 POST, OPTIONS");
}

TEST(Versions, ABaseMayLeaveThemToAcceptAlone) {
  RouteFiles files;
  files.add("a.yaml",
            "api: a\nbase: /orders\nversions:\n"
            "  v1: {released: 2024-01-29, deprecated: 2025-01-29, successor: v2}\n"
            "  v2: {released: 2025-01-29}\nroutes: [{name: get, match: {method: GET, path: /}}]");
  EXPECT_EQ(files.call("GET", "/orders", kV2), "get@v2");
  EXPECT_EQ(files.call("GET", "/orders"), "406");
  EXPECT_EQ(files.call("GET", "/v1/orders"), "404");
  std::string link;
  files.table().versions(0)[0].append_link(date("2026-01-01"), "/orders", link);
  EXPECT_EQ(link, "</orders>; rel=\"successor-version\"; type=\"application/vnd.company.v2+json\"");
}

TEST(Versions, AnApiWithoutThemTakesEveryAccept) {
  RouteFiles files;
  files.add("a.yaml", "api: a\nbase: /\nroutes: [{name: get, match: {method: GET, path: /x}}]");
  EXPECT_EQ(files.call("GET", "/x", kV9), "get");
}

TEST(Lifecycle, FromReleaseToSunset) {
  RouteFiles files = orders();
  FakeClock clock;
  const auto headers = [&](std::string_view path) {
    const MatchResult result = files.match("GET", path, kV1, clock.wall());
    const LifecycleHeaders found = result.version->headers(clock.wall());
    std::string link;
    result.version->append_link(clock.wall(), path, link);
    return std::vector<std::string>{std::string(found.deprecation), std::string(found.sunset), link};
  };
  const std::vector<std::string> none{"", "", ""};
  const auto told = [](const std::string& path) {
    return std::vector<std::string>{
        "@1788220800", "Fri, 05 Mar 2027 00:00:00 GMT",
        "<" + path +
            ">; rel=\"successor-version\", "
            "<https://docs.example.com/orders-v2>; rel=\"deprecation\"; type=\"text/html\""};
  };

  clock.now = date("2026-08-31T23:59:59.999Z");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", {}, clock.wall()), "list@v1");
  EXPECT_EQ(headers("/api/v1/orders"), none);

  clock.now = date("2026-09-01");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", {}, clock.wall()), "list@v1");
  EXPECT_EQ(headers("/api/v1/orders"), told("/api/v2/orders"));
  EXPECT_EQ(headers("/api/v1/orders/a%20b"), told("/api/v2/orders/a%20b"));
  EXPECT_EQ(headers("/api/orders/7"), told("/api/v2/orders"));

  clock.now = date("2027-03-04T23:59:59.999Z");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", {}, clock.wall()), "list@v1");

  clock.now = date("2027-03-05");
  EXPECT_EQ(files.call("GET", "/api/v1/orders/7", {}, clock.wall()), "410 get@v1 id=7");
  EXPECT_EQ(files.call("GET", "/api/orders", kV1, clock.wall()), "410 list@v1");
  EXPECT_EQ(files.call("GET", "/api/v2/orders", {}, clock.wall()), "list@v2");
  EXPECT_EQ(headers("/api/v1/orders"), told("/api/v2/orders"));
  EXPECT_EQ(files.match("GET", "/api/v1/orders", {}, clock.wall()).version->sunset_details(), "\"successor\":\"v2\"");
}

TEST(Lifecycle, WarnsOfASunsetTooSoon) {
  RouteFiles files;
  files.add("a.yaml",
            "api: a\nbase: /{version}\nversions:\n"
            "  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2026-10-01, successor: v2}\n"
            "  v2: {released: 2026-09-01}\nroutes: []\n");
  EXPECT_EQ(files.problems(),
            "a.yaml:4:62: versions.v1.sunset: warning: sooner than 180d after the release of v2 "
            "(versioning.minimum_overlap)\n"
            "a.yaml:4:62: versions.v1.sunset: warning: sooner than 90d after \"deprecated\" (versioning.notice)\n");
}

TEST(Lifecycle, WithoutDatesAVersionIsCurrentForEver) {
  const Version version("v1", {.released = date("2024-01-29")}, {}, "company");
  EXPECT_EQ(version.lifecycle(date("9999-12-31")), Lifecycle::kCurrent);
  EXPECT_EQ(version.headers(date("9999-12-31")).deprecation, "");
  EXPECT_EQ(version.sunset_details(), "");
}

TEST(Versions, OneThatIsRetiredWhenUnusedIsServedUntilItsStateSaysSo) {
  VersionStates states;
  RouteFiles files;
  files.states(states).add("routes/orders.yaml", R"(api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2027-03-05, successor: v2, retire: when_unused}
  v2: {released: 2026-09-01}
routes:
  - {name: list, match: {method: GET, path: /}}
)");
  const WallTime later = date("2027-04-01");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", "", later), "list@v1");
  const Version& v1 = *files.match("GET", "/api/v1/orders", "", later).version;
  EXPECT_EQ(v1.lifecycle(later), Lifecycle::kSunset);
  EXPECT_EQ(v1.headers(later).sunset, "Fri, 05 Mar 2027 00:00:00 GMT") << "callers are told as before";

  states.of("orders", "v1")->retire(date("2027-03-20"));
  EXPECT_EQ(v1.lifecycle(later), Lifecycle::kRetired);
  EXPECT_EQ(files.call("GET", "/api/v1/orders", "", later), "410 list@v1");
  EXPECT_EQ(files.call("GET", "/api/v1/orders", "", date("2027-01-01")), "list@v1") << "the clock was set back";
  states.of("orders", "v1")->retire(date("2027-03-01"));
  EXPECT_EQ(files.call("GET", "/api/v1/orders", "", later), "list@v1") << "the sunset was moved behind it";
}

TEST(Versions, TheStagesOfALifeHaveNames) {
  RouteFiles files = orders();
  const Version& v1 = *files.match("GET", "/api/v1/orders").version;
  const auto state = [&](const char* day) { return config::name_of(v1.lifecycle(date(day))); };
  EXPECT_EQ(state("2026-08-31"), "current");
  EXPECT_EQ(state("2026-09-01"), "deprecated");
  EXPECT_EQ(state("2027-03-05"), "retired");
}

}  // namespace
}  // namespace causeway::routing
