#include "expression/regex.h"

#include <fmt/format.h>

#include <array>

#include "config/errors.h"

namespace causeway::expression {
namespace {

constexpr std::size_t kLongestPattern = 4096;
constexpr std::int64_t kMemory = 1 << 20;

/// `(?<name>` is what this RE2 calls `(?P<name>`; with `x`, blanks and comments go.
std::string translated(std::string_view pattern, bool extended) {
  std::string out;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      // \h is a hex digit for Oniguruma.
      if (pattern[at + 1] == 'h') out += in_class ? "0-9a-fA-F" : "[0-9a-fA-F]";
      else (out += c) += pattern[at + 1];
      ++at;
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (extended && !in_class) {
      if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
      if (c == '#') {
        at = std::min(pattern.find('\n', at), pattern.size() - 1);
        continue;
      }
    }
    out += c;
    const std::string_view rest = pattern.substr(at);
    if (!in_class && rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
      out += "?P<";
      at += 2;
    }
  }
  return out;
}

std::variant<std::shared_ptr<const Regex>, std::string> compile(std::string_view pattern, std::string_view flags) {
  if (pattern.size() > kLongestPattern) return fmt::format("a pattern has at most {} bytes", kLongestPattern);
  auto regex = std::make_shared<Regex>();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  bool extended = false;
  for (const char flag : flags) {
    switch (flag) {
      case 'g':
        regex->global = true;
        break;
      case 'i':
        options.set_case_sensitive(false);
        break;
      case 'x':
        extended = true;
        break;
      case 's':
        break;  // `^` and `$` are the ends of the text anyway
      case 'p':
        options.set_dot_nl(true);
        break;
      case 'n':
        regex->skip_empty = true;
        break;
      case 'l':
        options.set_longest_match(true);
        break;
      default:
        return fmt::format("{} is not a valid modifier string", flags);
    }
  }
  regex->compiled = std::make_unique<re2::RE2>(translated(pattern, extended), options);
  if (!regex->compiled->ok())
    return fmt::format("{} (at offset 0) is not a valid regex: {}", pattern, regex->compiled->error());
  regex->groups = regex->compiled->NumberOfCapturingGroups();
  return std::shared_ptr<const Regex>(std::move(regex));
}

struct Remembered {
  std::string pattern;
  std::string flags;
  std::shared_ptr<const Regex> regex;
};

}  // namespace

std::string_view Regex::name_of(int group) const {
  const auto& names = compiled->CapturingGroupNames();
  const auto found = names.find(group);
  return found == names.end() ? std::string_view() : std::string_view(found->second);
}

std::variant<std::shared_ptr<const Regex>, std::string> find_regex(std::string_view pattern, std::string_view flags) {
  thread_local std::array<Remembered, 32> remembered;
  thread_local std::size_t next = 0;
  for (const Remembered& known : remembered)
    if (known.regex && known.pattern == pattern && known.flags == flags) return known.regex;
  auto made = compile(pattern, flags);
  if (const auto* const regex = std::get_if<0>(&made)) {
    remembered[next] = {std::string(pattern), std::string(flags), *regex};
    next = (next + 1) % remembered.size();
  }
  return made;
}

}  // namespace causeway::expression
