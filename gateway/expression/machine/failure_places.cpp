// Where in the data a value stands that a failure is about, and where one was looked for in vain.
#include <fmt/format.h>

#include <algorithm>

#include "expression/machine/failure_text.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

/// Names in paths are cut to so many bytes.
constexpr std::size_t kLongestName = 32;

void append_name(std::string& path, std::string_view name) {
  const std::string shown = shortened(name, kLongestName);
  const bool plain = name.size() <= kLongestName && !name.empty() && std::ranges::all_of(name, is_word) &&
                     !(name[0] >= '0' && name[0] <= '9') &&
                     std::ranges::none_of(name, [](char c) { return (c & 0x80) != 0; });
  if (plain) path += "." + shown;
  else path += fmt::format("[{:?}]", shown);
}

}  // namespace

std::string FailureText::path_of(const ReadDocument& read, JsonDocument::Index index, bool& masked) const {
  const JsonDocument& document = *read.document;
  std::string path = read.name == "." ? "" : std::string(read.name);
  std::string scratch;
  for (JsonDocument::Index at = 0; at != index;) {
    const bool is_object = document.kind(at) == JsonKind::kObject;
    std::size_t position = 0;
    JsonDocument::Index child = document.first(at);
    while (child != JsonDocument::kNone) {
      const JsonDocument::Index next = document.next(child);
      if (index >= child && (next == JsonDocument::kNone || index < next)) break;
      child = next;
      ++position;
    }
    if (child == JsonDocument::kNone) return read.name == "." ? "." : std::string(read.name);
    if (is_object) {
      const Bytes name = document.name(child, scratch);
      masked = masked || is_masked(name);
      append_name(path, name);
    } else {
      if (path.empty()) path = ".";
      path += fmt::format("[{}]", position);
    }
    at = child;
  }
  if (path.empty()) return ".";
  return path.starts_with('[') ? "." + path : path;
}

std::string FailureText::path_of_absent(const Absences::Absence& absence) const {
  std::string path;
  if (const std::uint32_t number = absence.of.absence()) {
    const Absences::Absence* const up = absences_.find(number);
    path = up ? path_of_absent(*up) : "";
  } else if (const auto* const read = document_at(reinterpret_cast<std::uintptr_t>(&absence.of.document()))) {
    bool masked = false;
    path = path_of(*read, absence.of.index(), masked);
  }
  if (path.empty()) return {};
  // A key that the data gave may be the value of a masked field.
  const bool is_index = absence.key.tag() == Value::Tag::kInteger;
  const std::string_view name = is_index ? std::string_view() : absence.key.as_view();
  if (is_index ? !has_integer(static_cast<std::uint64_t>(absence.key.as_integer()))
               : !has_text(reinterpret_cast<std::uintptr_t>(name.data()), name.size()))
    return path + "[...]";
  if (is_index) return path + fmt::format("[{}]", absence.key.as_integer());
  if (path == ".") path.clear();
  append_name(path, name);
  return path.starts_with('[') ? "." + path : path;
}

std::string FailureText::place_of_absent(std::uint32_t number) const {
  const Absences::Absence* const absence = absences_.find(number);
  const std::string path = absence ? path_of_absent(*absence) : "";
  return path.empty() ? "" : " at " + path;
}

}  // namespace causeway::expression
