// What programs of routes cost: compiling one, and one run of it from the bytes of a body, which are read and checked
// each time, to the bytes of the result. Beside them the same of jq's library, where it is installed.
//
// In each round every program has its turn with both; a figure is the median of the rounds with (lowest–highest), in
// nanoseconds. Bodies differ from run to run, as those of callers do: 64 orders of 400 to 500 bytes in turn.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory_resource>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_document.h"
#include "expression/program.h"
#include "libjq.h"

namespace {

using causeway::JsonDocument;
using causeway::expression::Program;

struct Subject {
  const char* name;
  const char* program;
};

constexpr Subject kSubjects[] = {
    {"filter", ".eventType == \"ORDER_CREATED\""},
    {"path", ".buyer.name"},
    {"identity", "."},
    {"ten fields",
     "{order_no: .externalNo, id: .orderId, shop: .shopId, buyer: .buyer.name, phone: .buyer.phone, city: .buyer.city, "
     "currency, total, created: .createdAt, lines: .items}"},
    {"ten fields and lines",
     "{order_no: .externalNo, id: .orderId, shop: .shopId, buyer: .buyer.name, phone: .buyer.phone, city: .buyer.city, "
     "currency, total, created: .createdAt, lines: [.items[] | {sku: .skuId, n: .qty, at: .warehouseId}]}"},
    {"sum", ".items | map(.qty * .price) | add"},
    {"change", ".goods = .items | del(.items)"},
    {"key", "\"\\(.shopId):\\(.orderId)\""},
};

constexpr int kRounds = 21;
constexpr int kTurns = 1024;
constexpr int kSlowTurns = 128;  // of what takes microseconds

std::vector<std::string> orders() {
  std::mt19937 random(10);
  const auto text = [&](std::string_view letters, unsigned from, unsigned to) {
    std::string made;
    for (unsigned size = from + random() % (to - from + 1); size > 0; --size)
      made += letters[random() % letters.size()];
    return made;
  };
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  const auto price = [&] { return std::to_string(1 + random() % 99) + '.' + text(kDigits, 2, 2); };
  std::vector<std::string> made;
  for (int i = 0; i < 64; ++i) {
    std::string order = R"({"eventType":")";
    order += i % 2 == 0 ? "ORDER_CREATED" : "ORDER_PAID";
    order += R"(","externalNo":"ORD2026112600)" + text(kDigits, 4, 8) + R"(","orderId":4781320)" + text(kDigits, 9, 12);
    order += R"(,"shopId":"S-)" + text(kDigits, 3, 5) + R"(","buyer":{"name":")" + text(kLetters, 4, 14);
    order += R"(","phone":"13)" + text(kDigits, 9, 9) + R"(","city":")" + text(kLetters, 5, 9);
    order += R"("},"currency":"CNY","total":)" + price() + R"(,"discount":0.00,"createdAt":"2026-11-26T04:58:)";
    order += text("012345", 1, 1) + text(kDigits, 1, 1) + R"(Z","note":null,"items":[)";
    for (int line = 0; line < 2; ++line) {
      order += line == 0 ? "" : ",";
      order += R"({"skuId":"SKU-A-)" + text(kDigits, 3, 5) + R"(","qty":)" + text("123456789", 1, 1) + R"(,"price":)";
      order += price() + R"(,"warehouseId":"WH-)" + text(kDigits, 2, 2) + "\"}";
    }
    order += R"(],"tags":["new",")" + text(kLetters, 3, 6) + R"("],"channel":"web"})";
    made.push_back(std::move(order));
  }
  return made;
}

class Figure {
 public:
  template <class Work>
  void round(int turns, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < turns; ++i) work(i);
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    rounds_.push_back(taken.count() / turns);
  }
  double median() {
    std::ranges::sort(rounds_);
    return rounds_[rounds_.size() / 2];
  }
  void print() {
    const double middle = median();
    std::printf(" %.0f (%.0f–%.0f) |", middle, rounds_.front(), rounds_.back());
  }

 private:
  std::vector<double> rounds_;
};

struct Row {
  explicit Row(const Subject& of)
      : subject(of), program(std::get<Program>(Program::compile(of.program, {}))), libjq(of.program) {}
  const Subject& subject;
  Program program;
  LibjqProgram libjq;
  Figure compile;
  Figure run;
  Figure run_libjq;
};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

int main() {
  const std::vector<std::string> bodies = orders();
  const auto body = [&](int turn) -> std::string_view {
    return bodies[static_cast<std::size_t>(turn) % bodies.size()];
  };
  std::vector<std::byte> memory(64 << 10);
  std::vector<Row> rows;
  rows.reserve(std::size(kSubjects));
  for (const Subject& subject : kSubjects) rows.emplace_back(subject);
  const bool has_libjq = rows[0].libjq.run(bodies[0]) > 0;
  Figure reading;
  for (int round = 0; round < kRounds; ++round) {
    reading.round(kTurns, [&](int turn) {
      std::pmr::monotonic_buffer_resource arena(memory.data(), memory.size());
      require(JsonDocument::read(body(turn), {}, &arena).index() == 0);
    });
    for (Row& row : rows) {
      row.compile.round(kSlowTurns, [&](int) { require(Program::compile(row.subject.program, {}).index() == 0); });
      const bool filter = std::string_view(row.subject.name) == "filter";
      row.run.round(kTurns, [&](int turn) {
        std::pmr::monotonic_buffer_resource arena(memory.data(), memory.size());
        if (filter) require(row.program.test(body(turn), {}, &arena).ok());
        else require(row.program.run_one(body(turn), {}, &arena).ok());
      });
      if (has_libjq) row.run_libjq.round(kSlowTurns, [&](int turn) { require(row.libjq.run(body(turn)) > 0); });
    }
  }
  std::printf("| program | compile | run |%s\n|---|---|---|%s\n", has_libjq ? " libjq's run | times |" : "",
              has_libjq ? "---|---|" : "");
  std::printf("| reading and checking the body | |");
  reading.print();
  std::printf("%s\n", has_libjq ? " | |" : "");
  for (Row& row : rows) {
    std::printf("| %s |", row.subject.name);
    row.compile.print();
    row.run.print();
    if (has_libjq) {
      row.run_libjq.print();
      std::printf(" %.0f |", row.run_libjq.median() / row.run.median());
    }
    std::printf("\n");
  }
}
