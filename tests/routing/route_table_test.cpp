#include "routing/route_table.h"

#include <gtest/gtest.h>

#include "routing/route_files.h"

namespace causeway::routing {
namespace {

RouteFiles plain(const std::string& routes, const std::string& base = "/") {
  RouteFiles files;
  files.add("routes/plain.yaml", "api: plain\nbase: " + base + "\nroutes:\n" + routes);
  return files;
}

TEST(RouteTable, PutsLiteralsBeforeParametersBeforeTheRest) {
  RouteFiles files = plain(R"(
  - {name: rest, match: {method: GET, path: "/o/{rest...}"}}
  - {name: parameter, match: {method: GET, path: "/o/{id}"}}
  - {name: literal, match: {method: GET, path: "/o/new"}}
  - {name: bare, match: {method: GET, path: "/o"}}
)");
  EXPECT_EQ(files.call("GET", "/o/new"), "literal");
  EXPECT_EQ(files.call("GET", "/o/newer"), "parameter id=newer");
  EXPECT_EQ(files.call("GET", "/o/ne"), "parameter id=ne");
  EXPECT_EQ(files.call("GET", "/o/new/er"), "rest rest=new/er");
  EXPECT_EQ(files.call("GET", "/o"), "bare");
  EXPECT_EQ(files.call("GET", "/o/"), "rest rest=");
  EXPECT_EQ(files.call("GET", "/ox"), "404");
  EXPECT_EQ(files.call("GET", "/"), "404");
  EXPECT_EQ(files.call("GET", ""), "404");
}

TEST(RouteTable, TakesBackAChoiceThatLeadsNowhere) {
  RouteFiles files = plain(R"(
  - {name: deep, match: {method: GET, path: "/a/b/c/d"}}
  - {name: middle, match: {method: GET, path: "/a/{x}/c/e"}}
  - {name: outer, match: {method: GET, path: "/{w}/b/{y}/f"}}
  - {name: all, match: {method: GET, path: "/{rest...}"}}
)");
  EXPECT_EQ(files.call("GET", "/a/b/c/d"), "deep");
  EXPECT_EQ(files.call("GET", "/a/b/c/e"), "middle x=b");
  EXPECT_EQ(files.call("GET", "/a/b/c/f"), "outer w=a y=c");
  EXPECT_EQ(files.call("GET", "/a/b/c/g"), "all rest=a/b/c/g");
  EXPECT_EQ(files.call("GET", "/"), "all rest=");
}

TEST(RouteTable, TheFirstSegmentThatDiffersDecides) {
  RouteFiles files = plain(R"(
  - {name: early, match: {method: GET, path: "/a/{x}/{y}"}}
  - {name: late, match: {method: GET, path: "/{x}/b/c"}}
)");
  EXPECT_EQ(files.call("GET", "/a/b/c"), "early x=b y=c");
  EXPECT_EQ(files.call("GET", "/z/b/c"), "late x=z");
}

TEST(RouteTable, ParametersTakeExactlyOneSegmentAsItStands) {
  RouteFiles files = plain(R"(
  - {name: cancel, match: {method: POST, path: "/{id}/cancel"}}
  - {name: two, match: {method: POST, path: "/{from}/to/{to}"}}
)");
  EXPECT_EQ(files.call("POST", "/4%2F2/cancel"), "cancel id=4%2F2");
  EXPECT_EQ(files.call("POST", "/a/to/b"), "two from=a to=b");
  EXPECT_EQ(files.call("POST", "//cancel"), "404");
  EXPECT_EQ(files.call("POST", "/a/b/cancel"), "404");
  EXPECT_EQ(files.call("POST", "/a/to/"), "404");
  const MatchResult result = files.match("POST", "/a/to/b");
  EXPECT_EQ(result.parameters.find("to"), "b");
  EXPECT_EQ(result.route->pattern, "/{from}/to/{to}");
}

TEST(RouteTable, OnlyTheRootOfABaseMatchesWithAndWithoutItsSlash) {
  RouteFiles files = plain(R"(
  - {name: root, match: {method: GET, path: /}}
  - {name: one, match: {method: GET, path: "/{id}"}}
  - {name: folder, match: {method: GET, path: "/folder/"}}
)",
                           "/orders");
  EXPECT_EQ(files.call("GET", "/orders"), "root");
  EXPECT_EQ(files.call("GET", "/orders/"), "root");
  EXPECT_EQ(files.call("GET", "/orders/7"), "one id=7");
  EXPECT_EQ(files.call("GET", "/orders/7/"), "404");
  EXPECT_EQ(files.call("GET", "/orders/folder/"), "folder");
  EXPECT_EQ(files.call("GET", "/orders/folder"), "one id=folder");
  EXPECT_EQ(files.call("GET", "/order"), "404");
}

TEST(RouteTable, TheRestMatchesTheMissingSlashToo) {
  RouteFiles files = plain(R"(  - {name: raw, match: {methods: any, path: "/raw/{rest...}"}})");
  EXPECT_EQ(files.call("GET", "/raw"), "raw rest=");
  EXPECT_EQ(files.call("GET", "/raw/"), "raw rest=");
  EXPECT_EQ(files.call("GET", "/raw/a/b/"), "raw rest=a/b/");
  EXPECT_EQ(files.call("GET", "/rawer"), "404");
}

TEST(RouteTable, AWrongMethodHearsWhichAreAllowed) {
  RouteFiles files = plain(R"(
  - {name: list, match: {method: GET, path: /o}}
  - {name: create, match: {method: POST, path: /o}}
  - {name: remove, match: {method: DELETE, path: "/{any}"}}
)");
  EXPECT_EQ(files.call("PUT", "/o"), "405 GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(files.call("PROPFIND", "/x"), "405 DELETE, OPTIONS");
  EXPECT_EQ(files.call("TRACE", "/x"), "405 DELETE, OPTIONS");
  EXPECT_EQ(files.call("get", "/o"), "405 GET, HEAD, POST, DELETE, OPTIONS");
  EXPECT_EQ(files.call("DELETE", "/o"), "remove any=o") << "a literal without the method gives way";
}

TEST(RouteTable, GetTakesHeadAlongUnlessSomebodyListsIt) {
  RouteFiles files = plain(R"(
  - {name: page, match: {method: GET, path: /a}}
  - {name: get, match: {method: GET, path: /b}}
  - {name: head, match: {method: HEAD, path: /b}}
)");
  EXPECT_EQ(files.call("HEAD", "/a"), "page");
  EXPECT_EQ(files.call("HEAD", "/b"), "head");
  EXPECT_EQ(files.call("GET", "/b"), "get");
}

TEST(RouteTable, AListedMethodGoesBeforeAny) {
  RouteFiles files = plain(R"(
  - {name: any, match: {methods: any, path: /a}}
  - {name: get, match: {method: GET, path: /a}}
)");
  EXPECT_EQ(files.call("GET", "/a"), "get");
  EXPECT_EQ(files.call("HEAD", "/a"), "get");
  EXPECT_EQ(files.call("POST", "/a"), "any");
  EXPECT_EQ(files.call("PROPFIND", "/a"), "any");
  EXPECT_EQ(files.call("CONNECT", "/a"), "405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST(RouteTable, AnswersOptionsUnlessARouteListsIt) {
  RouteFiles files = plain(R"(
  - {name: list, match: {method: GET, path: /o}}
  - {name: any, match: {methods: any, path: /any}}
  - {name: own, match: {methods: [PUT, OPTIONS], path: /own}}
)");
  EXPECT_EQ(files.call("OPTIONS", "/o"), "204 GET, HEAD, OPTIONS");
  EXPECT_EQ(files.call("OPTIONS", "/any"), "204 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(files.call("OPTIONS", "/own"), "own");
  EXPECT_EQ(files.call("GET", "/own"), "405 PUT, OPTIONS");
  EXPECT_EQ(files.call("OPTIONS", "/none"), "404");
  EXPECT_EQ(files.call("OPTIONS", "*"), "204 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(files.call("GET", "*"), "404");
}

TEST(RouteTable, GivesBackTheCallersIndexAtAStableAddress) {
  RouteFiles files =
      plain("  - {name: a, match: {method: GET, path: /a}}\n  - {name: b, match: {method: GET, path: /b}}");
  EXPECT_EQ(files.match("GET", "/b").route->index, 1u);
  EXPECT_EQ(files.match("GET", "/b").route, &files.table().routes()[1]);
  EXPECT_EQ(files.match("GET", "/b").route->api, "plain");
}

TEST(RouteTable, AnEmptyTableHasNoRoutes) {
  config::Errors errors;
  const std::shared_ptr<const RouteTable> table = RouteTable::build({}, {}, {}, errors);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->match({"GET", "/", {}, {}}).outcome, Outcome::kNoRoute);
}

TEST(RouteTableErrors, TwoRoutesForOneCallNameBothLines) {
  RouteFiles files;
  files.add("routes/b.yaml",
            "api: b\nbase: /api/{version}/orders\nversions: {v1: {released: 2024-01-29}}\nroutes:\n"
            "  - name: get\n    match: {method: GET, path: \"/{id}\"}\n");
  files.add("routes/a.yaml",
            "api: a\nbase: /api/v1\nroutes:\n"
            "  - {name: fine, match: {method: POST, path: \"/orders/{id}\"}}\n"
            "  - {name: twice, match: {methods: [PUT, GET], path: \"/orders/{no}\"}}\n");
  EXPECT_EQ(files.problems(),
            "routes/a.yaml:5:5: routes[1]: also matches GET /api/v1/orders/{no}, which routes/b.yaml:5:5 takes\n");
}

TEST(RouteTableErrors, OneLineForARouteThatCollidesInEveryVersion) {
  RouteFiles files;
  const std::string head = "base: /{version}\nversions: {v1: {released: 2024-01-29}, v2: {released: 2025-01-29}}\n";
  files.add("a.yaml", "api: a\n" + head + "routes: [{name: a, match: {methods: any, path: /x}}]");
  files.add("b.yaml", "api: b\n" + head + "routes: [{name: b, match: {methods: any, path: /x}}]");
  EXPECT_EQ(files.problems(), "b.yaml:4:10: routes[0]: also matches any method /v1/x, which a.yaml:4:10 takes\n");
}

TEST(RouteTableErrors, VersionsThatDoNotOverlapShareAPath) {
  RouteFiles files;
  const std::string routes =
      "routes:\n  - {name: one, match: {method: GET, path: /}, versions: [v1]}\n"
      "  - {name: two, match: {method: GET, path: /}, versions: [v2]}\n";
  files.add(
      "a.yaml",
      "api: a\nbase: /{version}/o\nversions: {v1: {released: 2024-01-29}, v2: {released: 2025-01-29}}\n" + routes);
  EXPECT_EQ(files.problems(), "");
  EXPECT_EQ(files.call("GET", "/v1/o"), "one@v1");
  EXPECT_EQ(files.call("GET", "/v2/o"), "two@v2");
  EXPECT_EQ(files.call("GET", "/o", "application/vnd.company.v2+json"), "two@v2");
}

TEST(RouteTableErrors, TwoDefaultsOfOneCall) {
  RouteFiles files;
  files.add("a.yaml",
            "api: a\nbase: /{version}/o\ndefault_version: v1\nversions: {v1: {released: 2024-01-29}}\n"
            "routes: [{name: a, match: {method: GET, path: /x}}]");
  files.add("b.yaml",
            "api: b\nbase: /{version}/o\ndefault_version: v2\nversions: {v2: {released: 2025-01-29}}\n"
            "routes: [{name: b, match: {method: GET, path: /x}}]");
  EXPECT_EQ(files.problems(),
            "b.yaml:5:10: routes[0]: also is the default version of GET /o/x, which a.yaml:5:10 takes\n");
}

TEST(RouteTableErrors, ANamesakeThatTakesTheSameCallsIsBlamedOnce) {
  EXPECT_EQ(plain("  - {name: a, match: {method: GET, path: /a}}\n"
                  "  - {name: a, match: {method: GET, path: /a}}\n")
                .problems(),
            "routes/plain.yaml:5:5: routes[1]: also matches GET /a, which routes/plain.yaml:4:5 takes\n");
}

TEST(RouteTableErrors, NamesThatAreTakenVersionsThatAreUnknownAndTooMuch) {
  std::string parameters;
  for (int i = 0; i < 17; ++i) parameters += "/{p" + std::to_string(i) + "}";
  std::string segments;
  for (int i = 0; i < 65; ++i) segments += "/s";
  RouteFiles files = plain(
      "  - {name: a, match: {method: GET, path: /a}}\n"
      "  - {name: a, match: {method: GET, path: /b}}\n"
      "  - {name: c, match: {method: GET, path: /c}, versions: [v3]}\n"
      "  - {name: d, match: {method: GET, path: \"" +
      parameters +
      "\"}}\n"
      "  - {name: e, match: {method: GET, path: " +
      segments + "}}\n");
  EXPECT_EQ(files.problems(),
            "routes/plain.yaml:5:5: routes[1].name: \"a\" is taken by routes/plain.yaml:4:5\n"
            "routes/plain.yaml:6:5: routes[2].versions[0]: \"v3\" is not a version of the API \"plain\"\n"
            "routes/plain.yaml:7:5: routes[3].match.path: 17 parameters, at most 16\n"
            "routes/plain.yaml:8:5: routes[4].match.path: 65 segments, at most 64\n");
}

}  // namespace
}  // namespace causeway::routing
