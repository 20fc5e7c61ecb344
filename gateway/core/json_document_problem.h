// What is wrong with a text that is no document: internal to core. Thread safe.
#pragma once

#include <memory_resource>

#include "core/json_document.h"

namespace causeway::json {

/// The first problem of `text` as JsonDocument::read says it. One pass; memory grows with the names of open objects.
JsonProblem document_problem(Bytes text, const JsonReadOptions& options, std::pmr::memory_resource* memory);

}  // namespace causeway::json
