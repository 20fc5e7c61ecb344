// The demo's order management system. demo/README.md lists its endpoints.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "demo/ledger.h"
#include "demo/oms/order_book.h"
#include "demo/service.h"

namespace {

using causeway::demo::OrderBook;
using causeway::demo::Service;

constexpr int kPort = 18081;
constexpr std::size_t kLargestPage = 500;

std::size_t positive(const std::string& text, std::size_t fallback) {
  const auto value = std::strtoull(text.c_str(), nullptr, 10);
  return value == 0 ? fallback : value;
}

void add_endpoints(Service& oms, OrderBook& orders) {
  oms.post("/internal/orders", [&](const auto& request) { return orders.create(request.call); });
  oms.get("/orders", [&](const auto& request) {
    const auto size = std::min(positive(request.query("size"), 20), kLargestPage);
    return orders.list(request.query("status"), positive(request.query("page"), 1), size);
  });
  oms.get("/orders/by-external/([^/]+)", [&](const auto& request) { return orders.find_external(request.groups[0]); });
  oms.get("/orders/([^/]+)", [&](const auto& request) { return orders.find(request.groups[0]); });
  oms.post("/orders/([^/]+)/cancel",
           [&](const auto& request) { return orders.cancel(request.groups[0], request.call); });
  oms.get("/inventory", [&](const auto&) { return orders.stock(); });
  oms.get("/inventory/([^/]+)", [&](const auto& request) { return orders.stock(request.groups[0]); });
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = causeway::demo::read_options(argc, argv, kPort);
  causeway::demo::Ledger ledger(options.ledger);
  OrderBook orders(ledger);
  Service oms("oms", options, ledger);
  add_endpoints(oms, orders);
  return oms.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "oms: %s\n", error.what());
  return 1;
}
