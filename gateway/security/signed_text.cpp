#include "security/signed_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/errors.h"

namespace causeway::security {
namespace {

using Kind = SignedPart::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Text as it was read; an unknown name is left in `unknown`. `bodies`: how often {body} occurs.
struct Parts {
  SignedText text;
  std::string unknown;
  int bodies = 0;

  explicit Parts(std::string_view rest) {
    while (!rest.empty()) {
      const std::size_t open = std::min(rest.find('{'), rest.size());
      if (open > 0) add(Kind::kText, rest.substr(0, open));
      rest.remove_prefix(open);
      if (rest.empty()) return;
      const std::size_t end = rest.find('}');
      const std::string_view name = rest.substr(0, end == std::string_view::npos ? end : end + 1);
      if (name == "{body}") ++bodies;
      else if (name == "{id}") add(Kind::kId);
      else if (name == "{timestamp}") add(Kind::kTimestamp);
      else unknown = name;
      rest.remove_prefix(name.size());
    }
  }

  void add(Kind kind, std::string_view literal = {}) {
    (bodies == 0 ? text.before_body : text.after_body).push_back({kind, std::string(literal)});
  }
  bool has(Kind kind) const {
    const auto is = [kind](const SignedPart& part) { return part.kind == kind; };
    return std::ranges::any_of(text.before_body, is) || std::ranges::any_of(text.after_body, is);
  }
};

/// Before the body, text is taken apart from the left, behind it from the right. Then a value is told from what is
/// towards the body only by a literal character that it cannot have itself. The first that is not; empty: none.
std::string_view first_open(const std::vector<SignedPart>& parts, bool before_body) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind == Kind::kText) continue;
    const bool id = parts[i].kind == Kind::kId;
    const std::string_view name = id ? "{id}" : "{timestamp}";
    if (before_body ? i + 1 == parts.size() : i == 0) return name;
    const SignedPart& next = before_body ? parts[i + 1] : parts[i - 1];
    if (next.kind != Kind::kText) return name;
    const char border = before_body ? next.text.front() : next.text.back();
    if (id ? is_message_id_character(border) : is_digit(border)) return name;
  }
  return {};
}

}  // namespace

bool is_message_id_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

SignedText parse_signed_text(std::string_view text) { return Parts(text).text; }

std::string signed_text_problem(std::string_view text, bool has_timestamp, bool has_id) {
  const Parts parts(text);
  if (!parts.unknown.empty()) {
    return fmt::format("{} is none of {{body}}, {{timestamp}}, {{id}}", config::quote(parts.unknown));
  }
  if (parts.bodies != 1) return "{body} must occur exactly once";
  const auto pairs = [](std::string_view name, std::string_view key, bool in_text, bool has_header) -> std::string {
    if (in_text == has_header) return {};
    return in_text ? fmt::format("{{{}}} needs the key `{}`, which says where it is", name, key)
                   : fmt::format("{{{}}} must be in the text that is signed, or it proves nothing", name);
  };
  std::string problem = pairs("timestamp", "timestamp", parts.has(Kind::kTimestamp), has_timestamp);
  if (problem.empty()) problem = pairs("id", "id", parts.has(Kind::kId), has_id);
  if (!problem.empty()) return problem;
  std::string_view open = first_open(parts.text.before_body, true);
  if (open.empty()) open = first_open(parts.text.after_body, false);
  if (open.empty()) return {};
  return fmt::format("where {} begins and ends cannot be seen: set it off from the body by a character such as .",
                     open);
}

}  // namespace causeway::security
