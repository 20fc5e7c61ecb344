// The demo's warehouse management system. demo/README.md lists its endpoints.
#include <cstdio>
#include <exception>

#include "demo/ledger.h"
#include "demo/service.h"
#include "demo/wms/warehouse.h"

namespace {

constexpr int kPort = 18082;

}  // namespace

int main(int argc, char** argv) try {
  const auto options = causeway::demo::read_options(argc, argv, kPort);
  causeway::demo::Ledger ledger(options.ledger);
  causeway::demo::Warehouse warehouse(ledger);
  causeway::demo::Service wms("wms", options, ledger);
  wms.post("/outbound-orders", [&](const auto& request) { return warehouse.take(request.call); });
  wms.get("/outbound-orders", [&](const auto&) { return warehouse.list(); });
  wms.get("/outbound-orders/([^/]+)", [&](const auto& request) { return warehouse.find(request.groups[0]); });
  return wms.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "wms: %s\n", error.what());
  return 1;
}
