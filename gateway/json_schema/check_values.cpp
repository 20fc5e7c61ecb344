// Rules for values that hold no others.
#include <algorithm>
#include <compare>

#include "core/decimal.h"
#include "json_schema/canonical.h"
#include "json_schema/validator.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

constexpr std::uint64_t kBytesAStep = 16;  // of texts that are looked through

/// Code points of UTF-8.
std::uint64_t length_of(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace

void Validator::check_values(const Node& node, const ValueRules& rules, bool list, const Place& place,
                             Findings& findings) {
  const JsonKind kind = document_.kind(place.value);
  if ((rules.kinds & type_of(kind)) != 0) {
    if (!effort_.spend(raw(place).size() / kBytesAStep)) return findings.note();
    std::string text;
    append_canonical(text, document_, place.value);
    if (std::binary_search(rules.canonical.begin(), rules.canonical.end(), text)) return;
  }
  report(findings, place, list ? "enum" : "const", [&] {
    return (list && rules.canonical.size() > 1 ? "expected one of " : "expected ") + rules.shown + ", got " +
           got(node, place);
  });
}

void Validator::check_number(const Node& node, const Place& place, Findings& findings) {
  const NumberRules& rules = *node.number;
  const Bytes value = raw(place);
  const auto refuse = [&](std::string_view keyword, std::string_view expected, const std::string& bound) {
    report(findings, place, keyword, [&] {
      return std::string("expected ").append(expected).append(bound).append(", got ").append(got(node, place));
    });
  };
  const auto is_below = [&](const std::string& bound) { return std::is_lt(compare_numbers(value, bound)); };
  const auto is_above = [&](const std::string& bound) { return std::is_gt(compare_numbers(value, bound)); };
  if (!rules.minimum.empty() && is_below(rules.minimum)) refuse("minimum", "at least ", rules.minimum);
  if (!rules.maximum.empty() && is_above(rules.maximum)) refuse("maximum", "at most ", rules.maximum);
  if (!rules.exclusive_minimum.empty() && !is_above(rules.exclusive_minimum))
    refuse("exclusiveMinimum", "more than ", rules.exclusive_minimum);
  if (!rules.exclusive_maximum.empty() && !is_below(rules.exclusive_maximum))
    refuse("exclusiveMaximum", "less than ", rules.exclusive_maximum);
  if (!rules.multiple_of.empty() && !is_multiple(value, rules.multiple_of))
    refuse("multipleOf", "a multiple of ", rules.multiple_of);
}

void Validator::check_string(const Node& node, const Place& place, Findings& findings) {
  const StringRules& rules = *node.string;
  if (!effort_.spend(raw(place).size() / kBytesAStep)) return findings.note();
  std::string scratch;
  const std::string_view text = document_.text(place.value, scratch);
  const auto counted_characters = [](std::uint64_t count) { return counted(count, "character", "characters"); };
  if (rules.length.least > 0 || rules.length.most < text.size()) {
    const std::uint64_t length = length_of(text);
    if (length < rules.length.least)
      report(findings, place, "minLength", [&] {
        return "expected at least " + counted_characters(rules.length.least) + ", got " + std::to_string(length);
      });
    if (length > rules.length.most)
      report(findings, place, "maxLength", [&] {
        return "expected at most " + counted_characters(rules.length.most) + ", got " + std::to_string(length);
      });
  }
  if (findings.full()) return;
  if (rules.pattern && !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *rules.pattern->program))
    report(findings, place, "pattern",
           [&] { return "expected a match of " + rules.pattern->text + ", got " + got(node, place); });
  if (rules.format != nullptr && !rules.format->matches(text))
    report(findings, place, "format",
           [&] { return "expected " + std::string(rules.format->expected) + ", got " + got(node, place); });
}

}  // namespace causeway::json_schema
