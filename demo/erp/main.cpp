// The demo's finance system. demo/README.md lists its endpoints.
#include <cstdio>
#include <exception>

#include "demo/erp/books.h"
#include "demo/ledger.h"
#include "demo/service.h"

namespace {

constexpr int kPort = 18083;

}  // namespace

int main(int argc, char** argv) try {
  const auto options = causeway::demo::read_options(argc, argv, kPort);
  causeway::demo::Ledger ledger(options.ledger);
  causeway::demo::Books books(ledger);
  causeway::demo::Service erp("erp", options, ledger);
  erp.post("/entries", [&](const auto& request) { return books.take(request.call); });
  erp.get("/entries", [&](const auto&) { return books.entries(); });
  return erp.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "erp: %s\n", error.what());
  return 1;
}
