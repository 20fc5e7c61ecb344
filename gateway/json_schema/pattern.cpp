#include "json_schema/pattern.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace causeway::json_schema {
namespace {

constexpr std::int64_t kProgramMemory = 1 << 20;

/// The four hex digits behind `\u` at `at`, -1 when there are none.
int unit_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int value = 0;
  const char* const begin = text.data() + at + 2;
  const auto read = std::from_chars(begin, begin + 4, value, 16);
  return read.ptr == begin + 4 && *begin != '-' ? value : -1;
}

struct Alias {
  std::string_view ecma;
  std::string_view re2;
};
constexpr Alias kProperties[] = {
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Symbol", "S"},
    {"Currency_Symbol", "Sc"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
};

/// RE2's name of what stands in `\p{…}`.
std::string_view property_named(std::string_view name) {
  for (const std::string_view prefix : {"Script=", "sc=", "General_Category=", "gc="})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  for (const Alias& alias : kProperties)
    if (alias.ecma == name) return alias.re2;
  return name;
}

/// The length of `p{…}` or `P{…}`, 0 when it is something else.
std::size_t property_size(std::string_view text) {
  const std::size_t end = text.find('}');
  const bool property = text.size() > 1 && (text[0] | 0x20) == 'p' && text[1] == '{' && end != std::string_view::npos;
  return property ? end + 1 : 0;
}

std::string translated(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int point = unit_at(text, i);
    if (point < 0) {
      out += text[i];
      if (text[i] != '\\' || i + 1 == text.size()) continue;
      const std::size_t size = property_size(text.substr(i + 1));
      if (size == 0) {
        out += text[++i];
      } else {
        out.append(text.substr(i + 1, 2)).append(property_named(text.substr(i + 3, size - 3))).append("}");
        i += size;
      }
      continue;
    }
    i += 5;
    if (const int low = unit_at(text, i + 1); point >= 0xd800 && point < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
      i += 6;
    }
    std::array<char, 8> hex{};
    const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), point, 16).ptr;
    out.append("\\x{").append(hex.data(), end).append("}");
  }
  return out;
}

}  // namespace

std::variant<Pattern, std::string> compile_pattern(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kProgramMemory);
  options.set_never_capture(true);
  auto program = std::make_unique<const re2::RE2>(translated(text), options);
  if (!program->ok()) return program->error();
  return Pattern{std::string(text), std::move(program)};
}

}  // namespace causeway::json_schema
