// bench_routing: what matching a call costs in tables of 10 to 10,000 routes, and what the tables themselves cost.
//
//   bench_routing [ROUNDS]    prints Markdown; some 20 seconds
//
// Resources of ten routes each, as APIs have them. A call is made of literals only, or has parameters, or belongs to
// nobody. `spread` asks for all resources in random order, so that a large table does not stay in the processor's
// caches; `few` asks for the same ten resources again and again, as much of real traffic does. Rounds are interleaved.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "routing/route_files.h"

namespace {

using causeway::routing::MatchResult;
using causeway::routing::Outcome;
using causeway::routing::RouteFiles;
using Clock = std::chrono::steady_clock;

constexpr int kRoutesOfResource = 10;
constexpr std::size_t kCalls = 1 << 14;  // of one kind, each asked for several times a round
constexpr int kTurns = 8;
constexpr const char* kKinds[] = {"literals", "parameters", "nobody's"};
constexpr int kSizes[] = {10, 100, 1000, 10000};

struct Call {
  std::string method;
  std::string path;
};

std::string resource(int number) {
  char name[32];
  std::snprintf(name, sizeof name, "resource-%04d", number);
  return name;
}

std::string file_of(int number) {
  const std::string name = resource(number);
  return "api: " + name + "\nbase: /api/{version}/" + name +
         "\nversions: {v1: {released: 2024-01-29}}\nroutes:\n"
         "  - {name: list-N, match: {method: GET, path: /}}\n"
         "  - {name: create-N, match: {method: POST, path: /}}\n"
         "  - {name: summary-N, match: {method: GET, path: /summary}}\n"
         "  - {name: export-N, match: {method: GET, path: /export/daily}}\n"
         "  - {name: get-N, match: {method: GET, path: \"/{id}\"}}\n"
         "  - {name: put-N, match: {method: PUT, path: \"/{id}\"}}\n"
         "  - {name: delete-N, match: {method: DELETE, path: \"/{id}\"}}\n"
         "  - {name: cancel-N, match: {method: POST, path: \"/{id}/cancel\"}}\n"
         "  - {name: lines-N, match: {method: GET, path: \"/{id}/lines\"}}\n"
         "  - {name: line-N, match: {method: GET, path: \"/{id}/lines/{line}\"}}\n";
}

std::string numbered(std::string text, int number) {
  const std::string name = '-' + std::to_string(number);
  for (std::size_t at = 0; (at = text.find("-N,", at)) != std::string::npos; at += name.size())
    text.replace(at, 2, name);
  return text;
}

Call call(int kind, int number, unsigned variant) {
  const std::string base = "/api/v1/" + resource(number);
  switch (kind) {
    case 0:
      if (variant % 3 == 0) return {"POST", base};
      return {"GET", base + (variant % 3 == 1 ? "/summary" : "/export/daily")};
    case 1:
      if (variant % 3 == 0) return {"GET", base + "/ORD202401290001"};
      if (variant % 3 == 1) return {"POST", base + "/ORD202401290001/cancel"};
      return {"GET", base + "/ORD202401290001/lines/17"};
    default:
      if (variant % 3 == 0) return {"GET", base + "/ORD202401290001/pages"};
      if (variant % 3 == 1) return {"GET", base + "x/summary"};
      return {"GET", "/api/v9/" + resource(number)};
  }
}

class Subject {
 public:
  explicit Subject(int routes) : routes(routes) {
    const auto begin = Clock::now();
    for (int i = 0; i < routes / kRoutesOfResource; ++i) files_.add(resource(i) + ".yaml", numbered(file_of(i), i));
    const auto read = Clock::now();
    const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
    files_.table();
    memory = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    read_ms = std::chrono::duration<double, std::milli>(read - begin).count();
    build_ms = std::chrono::duration<double, std::milli>(Clock::now() - read).count();
    std::mt19937 random(7);
    for (int kind = 0; kind < 3; ++kind)
      for (int few = 0; few < 2; ++few)
        for (std::size_t i = 0; i < kCalls; ++i) {
          const int most = few ? std::min(10, routes / kRoutesOfResource) : routes / kRoutesOfResource;
          calls_[kind][few].push_back(
              call(kind, static_cast<int>(random() % static_cast<unsigned>(most)), random() % 3));
        }
  }

  /// Nanoseconds a match. Ends the program when a call finds what it should not.
  double match(int kind, bool few) {
    const auto& table = files_.table();
    const auto now = causeway::routing::date("2026-01-01");
    std::size_t found = 0;
    const auto begin = Clock::now();
    for (int turn = 0; turn < kTurns; ++turn)
      for (const Call& each : calls_[kind][few]) {
        const MatchResult result = table.match({each.method, each.path, {}, now});
        found += result.outcome == Outcome::kFound;
      }
    const std::chrono::duration<double, std::nano> duration = Clock::now() - begin;
    if (found != (kind == 2 ? 0 : kTurns * kCalls)) {
      std::fprintf(stderr, "%d routes, %s: %zu found\n", routes, kKinds[kind], found);
      std::exit(1);
    }
    return duration.count() / (kTurns * static_cast<double>(kCalls));
  }

  const int routes;
  double read_ms = 0, build_ms = 0;
  std::size_t memory = 0;
  std::vector<double> taken[3][2];

 private:
  RouteFiles files_;
  std::vector<Call> calls_[3][2];
};

std::string spread(std::vector<double> values) {
  std::ranges::sort(values);
  char text[64];
  std::snprintf(text, sizeof text, "%.0f (%.0f–%.0f)", values[values.size() / 2], values.front(), values.back());
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 15;
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const int size : kSizes) subjects.push_back(std::make_unique<Subject>(size));
  for (int round = -1; round < rounds; ++round)  // the first one warms up
    for (int kind = 0; kind < 3; ++kind)
      for (int few = 0; few < 2; ++few)
        for (const auto& subject : subjects) {
          const double taken = subject->match(kind, few == 1);
          if (round >= 0) subject->taken[kind][few].push_back(taken);
        }
  std::printf(
      "| routes | literals, few | literals, spread | parameters, few | parameters, spread | nobody's, few | nobody's, "
      "spread | files read, ms | table built, ms | table, KiB | bytes a route "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const auto& subject : subjects) {
    std::printf("| %d |", subject->routes);
    for (int kind = 0; kind < 3; ++kind)
      for (const int few : {1, 0}) std::printf(" %s |", spread(subject->taken[kind][few]).c_str());
    std::printf(" %.1f | %.1f | %zu | %zu |\n", subject->read_ms, subject->build_ms, subject->memory / 1024,
                subject->memory / static_cast<std::size_t>(subject->routes));
  }
}
