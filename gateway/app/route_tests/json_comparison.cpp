#include "app/route_tests/json_comparison.h"

#include <algorithm>
#include <optional>

#include "config/errors.h"
#include "core/json_document.h"
#include "json_schema/yaml_schema.h"

namespace causeway::app {
namespace {

using Kind = config::Node::Kind;
using Index = JsonDocument::Index;

constexpr std::string_view kNothing = "nothing";

bool is_word(const config::Node& node, std::string_view word) { return node.is_scalar() && node.text() == word; }

class Comparison {
 public:
  Comparison(const JsonDocument& document, Mismatches& out) : document_(document), out_(out) {}

  void compare(const config::Node& expected, Index actual, const std::string& what) {
    if (is_word(expected, kAny)) return;
    const JsonKind kind = document_.kind(actual);
    if (expected.is_mapping() && kind == JsonKind::kObject) return compare_members(expected, actual, what);
    if (expected.is_sequence() && kind == JsonKind::kArray) return compare_items(expected, actual, what);
    const std::string wanted = as_json(expected);
    if (expected.is_mapping() || expected.is_sequence() || !is_same(wanted, actual))
      report(expected, what, shortened(wanted), shortened(document_.raw(actual)));
  }

 private:
  void compare_members(const config::Node& expected, Index object, const std::string& what) {
    for (const config::Node::Entry& entry : expected.entries()) {
      if (entry.key.text() == kMore) continue;
      const std::string name = config::extend_path(what, entry.key.text());
      const Index member = document_.find(object, entry.key.text());
      if (member != JsonDocument::kNone) compare(entry.value, member, name);
      else report(entry.key, name, shortened(as_json(entry.value)), std::string(kNothing));
    }
    if (expected.find(kMore) != nullptr) return;
    std::string scratch;
    for (Index member = document_.first(object); member != JsonDocument::kNone; member = document_.next(member)) {
      const std::string name(document_.name(member, scratch));
      if (expected.find(name) == nullptr)
        report(expected, config::extend_path(what, name), std::string(kNothing), shortened(document_.raw(member)));
    }
  }

  void compare_items(const config::Node& expected, Index array, const std::string& what) {
    std::size_t place = 0;
    Index item = document_.first(array);
    for (const config::Node& wanted : expected.items()) {
      if (is_word(wanted, kMore) && &wanted == &expected.items().back()) return;
      const std::string name = config::extend_path(what, place++);
      if (item == JsonDocument::kNone) {
        report(wanted, name, shortened(as_json(wanted)), std::string(kNothing));
        continue;
      }
      compare(wanted, item, name);
      item = document_.next(item);
    }
    for (; item != JsonDocument::kNone; item = document_.next(item))
      report(expected, config::extend_path(what, place++), std::string(kNothing), shortened(document_.raw(item)));
  }

  bool is_same(const std::string& wanted, Index actual) const {
    const JsonKind kind = document_.kind(actual);
    if (kind != JsonKind::kString) return wanted == document_.raw(actual);
    std::string scratch;
    return json_string_value(wanted) == std::string(document_.text(actual, scratch));
  }

  void report(const config::Node& at, const std::string& what, std::string expected, std::string got) {
    out_.push_back({at.position(), what, std::move(expected), std::move(got), {}});
  }

  const JsonDocument& document_;
  Mismatches& out_;
};

}  // namespace

void compare_json(const config::Node& expected, Bytes text, const std::string& what, Mismatches& out) {
  if (is_word(expected, kAny) && !text.empty()) return;
  if (expected.is_scalar() && expected.text() == text) return;
  JsonReadOptions options;
  options.refuse_doubled_names = false;
  const auto read = JsonDocument::read(text, options);
  if (const auto* document = std::get_if<JsonDocument>(&read))
    return Comparison(*document, out).compare(expected, 0, what);
  out.push_back({expected.position(),
                 what,
                 shortened(as_json(expected)),
                 text.empty() ? std::string(kNothing) : "the text " + config::quote(text),
                 {}});
}

std::string shortened(Bytes json, std::size_t most) {
  std::string line(json.substr(0, most));
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  if (json.size() <= most) return line;
  line.resize(valid_utf8(line));
  return line + "…";
}

std::string as_json(const config::Node& node) {
  std::string json;
  json_schema::append_json(json, node);
  return json;
}

}  // namespace causeway::app
