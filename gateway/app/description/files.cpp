#include "app/description/files.h"

#include "app/route_tests/test_file.h"
#include "app/settings.h"

namespace causeway::app {

const std::vector<FileDescription>& describe_files() {
  static const std::vector<FileDescription> files{
      {"operators",
       "The operators' files",
       "`config/causeway.yaml`, which is named with `-c`, and the parts that it includes: `topics.yaml`, "
       "`clusters.yaml` "
       "… All of them have the same keys, and together they are one mapping. Only these files may name secrets of the "
       "machine.",
       &config::view_of<Settings>,
       {},
       true},
      {"routes",
       "Route files",
       "`routes/*.yaml`, one for each API, included by the operators' files. A file with `api` or `routes` is one.",
       &config::view_of<RouteFile>,
       {"api", "routes"}},
      {"tests",
       "Test files",
       "`routes/*.test.yaml`, read by `causeway test` and never included: calls to try out, and what is expected of "
       "them.",
       &config::view_of<TestFile>,
       {"tests"}},
  };
  return files;
}

}  // namespace causeway::app
