// The demo's reporting system. demo/README.md lists its endpoints.
#include <cstdio>
#include <exception>

#include "demo/bi/report.h"
#include "demo/ledger.h"
#include "demo/service.h"

namespace {

constexpr int kPort = 18084;

}  // namespace

int main(int argc, char** argv) try {
  const auto options = causeway::demo::read_options(argc, argv, kPort);
  causeway::demo::Ledger ledger(options.ledger);
  causeway::demo::Report report(ledger);
  causeway::demo::Service bi("bi", options, ledger);
  bi.post("/rows", [&](const auto& request) { return report.take(request.call); });
  bi.get("/rows", [&](const auto&) { return report.rows(); });
  bi.get("/sales", [&](const auto&) { return report.sales(); });
  return bi.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "bi: %s\n", error.what());
  return 1;
}
