// From YAML text to nodes. The only place that knows yaml-cpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/errors.h"
#include "config/node.h"

namespace causeway::config {

inline constexpr std::size_t kMaximumFileSize = 8 << 20;
inline constexpr int kMaximumDepth = 64;
inline constexpr std::size_t kMaximumNodes = 1'000'000;     ///< as written; some 100 to a route of 10,000
inline constexpr std::size_t kMaximumAliasNodes = 500'000;  ///< what aliases stand for, so that a bomb ends here

/// Reads one document. YAML 1.2 as yaml-cpp has it, within bounds; merge keys are applied; keys are scalars, each once.
/// Refused: a second document, tags outside YAML's own, an alias within its own anchor.
/// Gives nothing after an error of syntax or a bound; duplicate keys and tags are reported and the rest is kept.
/// `file` is the name in positions. Never throws for what the text holds. Thread safe.
std::optional<Node> read_yaml(std::string_view text, const std::string& file, Errors& errors);

/// The same for a file; `name` is how the user knows it. A file that cannot be read or is too large is an error.
std::optional<Node> read_yaml_file(const std::filesystem::path& path, const std::string& name, Errors& errors);

}  // namespace causeway::config
