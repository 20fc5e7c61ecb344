// The table against the plainest matcher that could be right, and its promises about cost.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "routing/route_files.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size != 0 ? size : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace causeway::routing {
namespace {

using Words = std::vector<std::string>;
using Kind = PathTemplate::Kind;

Words split(std::string_view path) {
  Words words;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    words.emplace_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

/// Looks at every route, best first: at the first segment in which two routes differ, the literal goes first.
class NaiveMatcher {
 public:
  void add(const PathTemplate& path, Methods methods, std::uint32_t index) {
    Route route{{path.segments().begin(), path.segments().end()}, methods, index};
    if (path.ends_with_slash()) route.segments.push_back({Kind::kLiteral, ""});
    routes_.push_back(std::move(route));
  }

  void sort() {
    std::stable_sort(routes_.begin(), routes_.end(), [](const Route& a, const Route& b) {
      return std::lexicographical_compare(a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
                                          [](const auto& x, const auto& y) {
                                            return x.kind < y.kind || (x.kind == y.kind && literal(x) < literal(y));
                                          });
    });
  }

  /// `17 a b`: the route and its values; `405`; `404`.
  std::string match(std::string_view method, std::string_view path) const {
    const Words words = split(path);
    bool fits_path = false;
    for (const Route& route : routes_) {
      std::string values;
      if (!fits(route, words, values)) continue;
      if (contains(route.methods, method_bit(method))) return std::to_string(route.index) + values;
      fits_path = true;
    }
    return fits_path ? "405" : "404";
  }

 private:
  struct Route {
    std::vector<PathTemplate::Segment> segments;
    Methods methods;
    std::uint32_t index;
  };

  static std::string_view literal(const PathTemplate::Segment& segment) {
    return segment.kind == Kind::kLiteral ? std::string_view(segment.text) : std::string_view();
  }

  static bool fits(const Route& route, const Words& words, std::string& values) {
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
      const PathTemplate::Segment& segment = route.segments[i];
      if (segment.kind == Kind::kRest) {
        std::string rest;
        for (std::size_t j = i; j < words.size(); ++j) rest += (j > i ? "/" : "") + words[j];
        values += " " + rest;
        return true;
      }
      if (i >= words.size()) return false;
      if (segment.kind == Kind::kLiteral && segment.text != words[i]) return false;
      if (segment.kind == Kind::kParameter && words[i].empty()) return false;
      if (segment.kind == Kind::kParameter) values += " " + words[i];
    }
    return words.size() == route.segments.size();
  }

  std::vector<Route> routes_;
};

PathTemplate path_of(const std::string& text) {
  TemplateError error;
  return PathTemplate::parse(text, error).value();
}

/// Words that share beginnings and differ in size, some of them longer than the steps in which segments are read.
std::string word(std::mt19937& random, int alphabet) {
  std::string text(random() % 8 == 0 ? 6 + random() % 12 : 0, 'w');
  for (unsigned size = 1 + random() % 3; size > 0; --size) text += static_cast<char>('a' + random() % alphabet);
  return text;
}

struct Generated {
  std::vector<RouteSpec> specs;
  NaiveMatcher naive;
};

Generated generate(std::mt19937& random, std::size_t count, int alphabet) {
  constexpr Methods kSets[] = {Methods::kPost, Methods::kPut, Methods::kPut | Methods::kPost, Methods::kDelete};
  Generated generated;
  std::vector<std::string> seen;
  std::set<std::string> shapes;
  while (generated.specs.size() < count) {
    std::string text;
    std::string shape;
    const unsigned segments = random() % 6;
    for (unsigned i = 0; i < segments; ++i) {
      const unsigned choice = random() % 10;
      if (choice < 3) {
        text += "/{p" + std::to_string(i) + "}";
        shape += "/{}";
      } else if (choice == 3 && i + 1 == segments) {
        text += "/{rest...}";
        shape += "/{...}";
      } else {
        const std::string literal = word(random, alphabet);
        text += "/" + literal;
        shape += "/" + literal;
      }
    }
    if (text.empty()) text = shape = "/";
    if (!shapes.insert(shape).second) continue;
    const auto index = static_cast<std::uint32_t>(generated.specs.size());
    const Methods methods = kSets[random() % std::size(kSets)];
    generated.naive.add(path_of(text), methods, index);
    generated.specs.push_back({index, 0, "r" + std::to_string(index), {methods, path_of(text)}, {}, {}, {}});
  }
  generated.naive.sort();
  return generated;
}

std::shared_ptr<const RouteTable> build(const std::vector<RouteSpec>& specs) {
  config::Errors errors;
  const ApiSpec api{{"generated", {}, {}, {}}, {}};
  std::shared_ptr<const RouteTable> table = RouteTable::build({&api, 1}, specs, {}, errors);
  EXPECT_EQ(errors.to_text(), "");
  return table;
}

std::string answer(const MatchResult& result) {
  if (result.outcome == Outcome::kNoRoute) return "404";
  if (result.outcome == Outcome::kMethodNotAllowed) return "405";
  std::string text = std::to_string(result.route->index);
  for (std::size_t i = 0; i < result.parameters.size(); ++i) text.append(" ").append(result.parameters.value(i));
  return text;
}

void compare(std::size_t routes, int alphabet, int calls, std::uint32_t seed) {
  std::mt19937 random(seed);
  const Generated generated = generate(random, routes, alphabet);
  const std::shared_ptr<const RouteTable> table = build(generated.specs);
  ASSERT_TRUE(table);
  int found = 0;
  for (int i = 0; i < calls; ++i) {
    std::string path;
    for (unsigned segments = random() % 7; segments > 0; --segments) path += "/" + word(random, alphabet);
    if (path.empty() || random() % 8 == 0) path += "/";
    const char* method = random() % 2 ? "POST" : "DELETE";
    const std::string expected = generated.naive.match(method, path);
    ASSERT_EQ(answer(table->match({method, path, {}, {}})), expected) << method << " " << path << ", seed " << seed;
    found += expected.size() > 3 ? 1 : 0;
  }
  EXPECT_GT(found, calls / 20) << "the calls miss the routes";
}

TEST(RouteTableModel, TenThousandRoutesMatchAsTheNaiveMatcherSays) { compare(10'000, 8, 4'000, 1); }

TEST(RouteTableModel, DenseTablesMatchAsTheNaiveMatcherSays) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) compare(150, 2, 500, seed);
}

TEST(RouteTableCost, MatchingAllocatesNothing) {
  RouteFiles files;
  files.add("a.yaml", R"(
api: orders
base: /api/{version}/orders
versions: {v1: {released: 2024-01-29, deprecated: 2025-01-01, sunset: 2026-01-01}, v2: {released: 2025-01-01}}
routes:
  - {name: get, match: {method: GET, path: "/{id}/{part}/{rest...}"}}
  - {name: list, match: {method: GET, path: /}}
)");
  const RouteTable& table = files.table();
  const WallTime now = date("2026-06-01");
  const std::string_view accept = "text/html;q=0.1, application/vnd.company.v2+json;q=0.9, application/json";
  const std::size_t before = allocations.load();
  const Outcome outcomes[] = {
      table.match({"GET", "/api/v2/orders/a/b/c/d/e", accept, now}).outcome,
      table.match({"GET", "/api/orders", accept, now}).outcome,
      table.match({"PUT", "/api/v2/orders", accept, now}).outcome,
      table.match({"OPTIONS", "/api/v2/orders", accept, now}).outcome,
      table.match({"GET", "/api/v1/orders", {}, now}).outcome,
      table.match({"GET", "/api/orders", {}, now}).outcome,
      table.match({"GET", "/nowhere/at/all", accept, now}).outcome,
  };
  EXPECT_EQ(allocations.load(), before);
  EXPECT_EQ(std::vector<Outcome>(std::begin(outcomes), std::end(outcomes)),
            (std::vector<Outcome>{Outcome::kFound, Outcome::kFound, Outcome::kMethodNotAllowed, Outcome::kOptions,
                                  Outcome::kSunset, Outcome::kVersionNotAcceptable, Outcome::kNoRoute}));
}

}  // namespace
}  // namespace causeway::routing
