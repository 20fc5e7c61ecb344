// The kinds of files that a configuration consists of, each with the description of its keys: what the JSON Schema and
// the reference page are made from.
#pragma once

#include <string_view>
#include <vector>

#include "config/keys.h"

namespace causeway::app {

struct FileDescription {
  std::string_view name;   ///< `operators`: what commands call it
  std::string_view title;  ///< for people
  std::string_view prose;  ///< which files these are
  const config::KeysView& (*keys)();
  std::vector<std::string_view> told_by;  ///< a file with one of these keys is of this kind; empty: any other is
  /// Files of this kind may be in parts, so that none needs to have all that is needed.
  bool in_parts = false;
};

/// Told apart as the loader does (config/document.h). The one that any other file is comes first.
const std::vector<FileDescription>& describe_files();

}  // namespace causeway::app
