// The JSON Schema (draft-07) of configuration files, for editors: completion, what a key means, and mistakes underlined
// while one types. It takes whatever `causeway check` takes; `check` finds more.
#pragma once

#include <string>
#include <vector>

#include "app/description/files.h"

namespace causeway::app {

/// One document for files of these kinds, which tells them apart as the loader does. Pretty-printed, ends with a
/// newline; the same text for the same description.
std::string json_schema_of(const std::vector<FileDescription>& files);

}  // namespace causeway::app
