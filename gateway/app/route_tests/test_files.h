// Which test files there are, and what they say.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/route_tests/test_file.h"
#include "app/settings.h"
#include "config/errors.h"

namespace causeway::app {

struct NamedTestFile {
  std::string name;  ///< as users know it
  TestFile content;
};

/// The files that patterns (`*`, `?`, `[...]`) and names stand for, in the order of the list, each once; without any,
/// every `*.test.yaml` beside a route file. A name of no file is an error. Blocks.
std::vector<std::filesystem::path> find_test_files(const std::vector<std::string>& patterns,
                                                   const std::vector<std::filesystem::path>& route_files,
                                                   config::Errors& errors);

/// Reads them all; what is wrong goes to `errors`, references to what `settings` lack too. Blocks.
std::vector<NamedTestFile> read_test_files(const std::vector<std::filesystem::path>& files, const Settings& settings,
                                           config::Errors& errors);

}  // namespace causeway::app
