// The reference page: every key of every file as Markdown, for people. Made from the descriptions that the reader uses,
// so that it is never behind.
#pragma once

#include <string>
#include <vector>

#include "app/description/files.h"

namespace causeway::app {

/// Ends with a newline; the same text for the same description.
std::string markdown_of(const std::vector<FileDescription>& files);

}  // namespace causeway::app
