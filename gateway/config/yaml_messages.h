// What yaml-cpp says about broken YAML, in words that help to mend it. Part of the YAML reader.
#pragma once

#include <string>
#include <string_view>

namespace causeway::config {

/// `said` is a message of yaml-cpp; one that nobody has reworded stays as it is. Holds nothing of the file's text.
std::string reworded(std::string_view said);

}  // namespace causeway::config
