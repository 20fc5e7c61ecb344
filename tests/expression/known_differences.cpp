#include "expression/known_differences.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace causeway::expression {
namespace {

using nlohmann::json;

bool same_number(double left, double right) {
  return left == right || std::abs(left - right) <= 1e-12 * std::max(std::abs(left), std::abs(right));
}

/// From the first value that it shows to the last.
std::string without_values(std::string text) {
  const std::size_t begin = text.find_first_of("(\"[{");
  const std::size_t end = text.find_last_of(")\"]}");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return text;
  return text.erase(text.find_last_not_of(' ', begin - 1) + 1, end + 1 - text.find_last_not_of(' ', begin - 1) - 1);
}

/// More digits than a double keeps, or an exponent.
bool long_number(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    digits = digit ? digits + 1 : text[i] == '.' ? digits : 0;
    if (digits > 15 || (i > 0 && text.substr(i).starts_with("e+")) || text.substr(i).starts_with("e-0")) return true;
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return text.find("\\u") == text.npos && std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; });
}

bool same(const json& left, const json& right, bool message) {
  if (left.is_number() && right.is_number()) return same_number(left.get<double>(), right.get<double>());
  if (left.type() != right.type()) return false;
  if (left.is_string())
    return left == right ||
           (message && without_values(left.get<std::string>()) == without_values(right.get<std::string>()));
  if (left.size() != right.size()) return false;
  if (left.is_array()) {
    for (std::size_t i = 0; i < left.size(); ++i)
      if (!same(left[i], right[i], message)) return false;
    return true;
  }
  if (left.is_object()) {
    for (const auto& [name, value] : left.items()) {
      const auto found = right.find(name);
      if (found == right.end() || !same(value, *found, message)) return false;
    }
    return true;
  }
  return left == right;
}

}  // namespace

bool same_result(std::string_view ours, std::string_view theirs) {
  const json left = json::parse(ours, nullptr, false);
  const json right = json::parse(theirs, nullptr, false);
  return !left.is_discarded() && !right.is_discarded() && same(left, right, true);
}

std::string_view known_difference(const Generator::Case& one, std::string_view ours, std::string_view theirs) {
  const std::string_view program = one.program;
  const auto has = [program](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return program.find(word) != program.npos; });
  };
  const bool we_fail = ours.starts_with(R"([{"error")");
  const bool jq_fails = theirs.starts_with(R"([{"error")");
  if (ours.starts_with("error: ")) return "a limit of ours";
  if (we_fail && jq_fails) return "an error in other words";
  if (theirs.empty()) return "jq dies, or takes too long";
  if (long_number(ours) || long_number(theirs)) return "numbers of more than 15 digits, which jq rounds";
  if (jq_fails && theirs.find("Invalid path expression") != theirs.npos && has({"reduce", "foreach"}))
    return "paths through reduce and foreach, newer than 1.6";
  if (jq_fails && theirs.find("as object key") != theirs.npos) return "from_entries takes keys of any kind";
  if (has({"reverse"})) return "reverse of texts and of what is no array, otherwise in 1.6";
  if (has({"index(", "indices("}) && !(is_ascii(program) && is_ascii(one.document)))
    return "places in texts are bytes in 1.6";
  if (has({"|="})) return "|= of what has no result, which 1.6 does not delete from an array right";
  if (we_fail && has({"?", "try "})) return "? and try catch what fails behind them in 1.6";
  if (has({"?", "try "}) && has({"label", "first(", "limit(", "until(", "any(", "all(", "isempty(", "IN("}))
    return "? and try catch what breaks off behind them in 1.6";
  return {};
}

}  // namespace causeway::expression
