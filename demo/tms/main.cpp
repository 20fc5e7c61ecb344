// The demo's transport system. demo/README.md lists its endpoints.
#include <cstdio>
#include <exception>

#include "demo/ledger.h"
#include "demo/service.h"
#include "demo/tms/waybills.h"

namespace {

constexpr int kPort = 18085;

}  // namespace

int main(int argc, char** argv) try {
  const auto options = causeway::demo::read_options(argc, argv, kPort);
  causeway::demo::Ledger ledger(options.ledger);
  causeway::demo::Waybills waybills(ledger);
  causeway::demo::Service tms("tms", options, ledger);
  tms.post("/waybills", [&](const auto& request) { return waybills.book(request.call); });
  tms.get("/waybills", [&](const auto&) { return waybills.list(); });
  tms.get("/tracking/([^/]+)", [&](const auto& request) { return waybills.track(request.groups[0]); });
  return tms.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "tms: %s\n", error.what());
  return 1;
}
