#include "json_schema/configured.h"

#include <algorithm>
#include <fstream>

#include "config/document.h"
#include "core/json_text.h"
#include "json_schema/yaml_schema.h"

namespace causeway::config {
namespace {

using json_schema::ConfiguredSchema;
using json_schema::Schema;
using json_schema::SchemaProblem;

constexpr std::string_view kSlug = "schema";
constexpr std::size_t kMaximumFile = 1 << 20;

/// `12:7`, counted from 1; columns are bytes.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return std::to_string(line) + ":" + std::to_string(offset - start + 1);
}

std::optional<std::string> read_file(const std::filesystem::path& path, std::string& problem) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) {
    problem = std::filesystem::exists(path, failed) ? "is not a file" : "there is no such file";
    return std::nullopt;
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMaximumFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream && !stream.eof()) {
    problem = "cannot be read";
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() <= kMaximumFile) return text;
  problem = "is larger than 1MiB";
  return std::nullopt;
}

bool read_from_file(const Node& node, Reading& reading, ConfiguredSchema& out) {
  std::filesystem::path path;
  if (!Value<std::filesystem::path>::read_into(node, reading, path, nullptr)) return false;
  const std::string name = display_name(path);
  std::string problem;
  const std::optional<std::string> text = read_file(path, problem);
  if (!text) {
    reading.error(node, name + ": " + problem, kSlug);
    return false;
  }
  auto compiled = Schema::compile(*text);
  if (auto* schema = std::get_if<Schema>(&compiled)) {
    out.schema = std::move(*schema);
    return true;
  }
  for (const SchemaProblem& one : std::get<std::vector<SchemaProblem>>(compiled)) {
    const std::string pointer = one.pointer.empty() ? "" : one.pointer + ": ";
    std::string message = name;
    message.append(":").append(line_and_column(*text, one.offset)).append(": ").append(pointer).append(one.message);
    reading.error(node, std::move(message), kSlug);
  }
  return false;
}

bool read_inline(const Node& node, Reading& reading, ConfiguredSchema& out) {
  std::string text;
  json_schema::append_json(text, node);
  auto compiled = Schema::compile(text);
  if (auto* schema = std::get_if<Schema>(&compiled)) {
    out.schema = std::move(*schema);
    return true;
  }
  for (const SchemaProblem& one : std::get<std::vector<SchemaProblem>>(compiled)) {
    const std::string pointer = one.pointer.empty() ? "" : one.pointer + ": ";
    reading.error(json_schema::node_at(node, one.pointer), pointer + one.message, kSlug);
  }
  return false;
}

}  // namespace

bool Value<ConfiguredSchema>::read_into(const Node& node, Reading& reading, ConfiguredSchema& out, const Range*) {
  if (node.is_mapping()) return read_inline(node, reading, out);
  if (node.is_scalar()) return read_from_file(node, reading, out);
  reading.expected(node, "the path of a JSON Schema, or the schema itself");
  return false;
}

}  // namespace causeway::config
