#include <cstdio>
#include <exception>

#include "app/cli/commands.h"

int main(int argc, char** argv) {
  try {
    return causeway::app::cli::main(argc, argv);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "causeway: %s\n", exception.what());
    return causeway::app::cli::kFailed;
  }
}
