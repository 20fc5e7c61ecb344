// What programs of routes cost: compiling them, and one run over a body of some 500 bytes, reading the body included.
// Prints the median of rounds and their range in nanoseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "expression/program.h"

namespace {

using causeway::expression::Program;

constexpr std::string_view kOrder =
    R"({"eventType":"ORDER_CREATED","externalNo":"ORD20261126000001","orderId":4781320682406083640,"shopId":"S-1001",)"
    R"("buyer":{"name":"Zhang San","phone":"13800000000","city":"Shanghai"},"currency":"CNY","total":59.80,)"
    R"("discount":0.00,"createdAt":"2026-11-26T04:58:28Z","note":null,"items":[{"skuId":"SKU-A-0001","qty":2,)"
    R"("price":19.90,"warehouseId":"WH-01"},{"skuId":"SKU-B-0002","qty":1,"price":20.00,"warehouseId":"WH-02"}],)"
    R"("tags":["new","gift"],"channel":"web"})";

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

template <class Work>
void measure(const char* what, const char* name, int turns, Work work) {
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < turns; ++i) work();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    rounds.push_back(taken.count() / turns);
  }
  std::ranges::sort(rounds);
  std::printf("%-8s %-22s %8.0f (%.0f-%.0f) ns\n", what, name, rounds[kRounds / 2], rounds.front(), rounds.back());
}

}  // namespace

int main() {
  std::printf("body: %zu bytes\n", kOrder.size());
  std::vector<std::byte> memory(64 << 10);
  for (const Subject& subject : kSubjects)
    measure("compile", subject.name, 200, [&] { (void)Program::compile(subject.program, {}); });
  for (const Subject& subject : kSubjects) {
    const auto compiled = Program::compile(subject.program, {});
    const Program& program = std::get<Program>(compiled);
    const bool filter = std::string_view(subject.name) == "filter";
    measure("run", subject.name, 2000, [&] {
      std::pmr::monotonic_buffer_resource arena(memory.data(), memory.size());
      if (filter) (void)program.test(kOrder, {}, &arena).ok();
      else (void)program.run_one(kOrder, {}, &arena).ok();
    });
  }
}
