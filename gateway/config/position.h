// Where in which file something stands.
#pragma once

#include <memory>
#include <string>

namespace causeway::config {

/// A cheap value. Lines and columns count from 1; line 0 means the file as a whole, no file means nowhere (values made
/// by the program). `file` is the name as the user would write it: relative to the working directory when it lies
/// below.
struct Position {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;

  /// `routes/orders.yaml:42:9`, without the parts that are not known.
  std::string to_text() const {
    if (!file) return {};
    if (line == 0) return *file;
    return *file + ':' + std::to_string(line) + ':' + std::to_string(column);
  }
};

}  // namespace causeway::config
