#include "expression/compile_problem.h"

#include <algorithm>
#include <array>
#include <utility>

namespace causeway::expression {
namespace {

// Characters of the line that are shown before the place and from it on.
constexpr std::size_t kMostBefore = 80;
constexpr std::size_t kMostBehind = 40;
constexpr std::string_view kCut = "...";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// Of the character that `text` begins with. The text need not be UTF-8.
char32_t first_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t point = lead & (size == 1 ? 0x7F : 0x7F >> size);
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i)
    point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return point;
}

/// Does a terminal give it two columns (Unicode, UAX #11)?
bool is_wide(char32_t point) {
  constexpr std::array<std::pair<char32_t, char32_t>, 9> kWide = {{{0x1100, 0x115F},
                                                                   {0x2E80, 0xA4CF},
                                                                   {0xAC00, 0xD7A3},
                                                                   {0xF900, 0xFAFF},
                                                                   {0xFE30, 0xFE6F},
                                                                   {0xFF00, 0xFF60},
                                                                   {0xFFE0, 0xFFE6},
                                                                   {0x1F300, 0x1F9FF},
                                                                   {0x20000, 0x3FFFD}}};
  return std::ranges::any_of(kWide,
                             [point](const auto& range) { return point >= range.first && point <= range.second; });
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (begins_character(text[at])) columns += is_wide(first_point(text.substr(at))) ? 2 : 1;
  return columns;
}

/// Where a character begins, as the `count`th of the text or behind its end.
std::size_t offset_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && (!begins_character(text[at]) || count-- > 0)) ++at;
  return at;
}

/// Control characters, and those that turn the direction of a line.
bool acts_on_terminals(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

void append_visible(std::string& out, std::string_view text) {
  bool blank = false;  // is the character that these bytes belong to?
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = begins_character(text[at]);
    if (begins) blank = acts_on_terminals(first_point(text.substr(at)));
    if (!blank) out += text[at];
    else if (begins) out += ' ';
  }
}

}  // namespace

std::string excerpt_of(std::string_view text, const CompileProblem& problem) {
  const std::size_t from = std::min(problem.shown_from, text.size());
  text = text.substr(from, problem.shown_size);
  if (text.empty() || problem.offset < from || problem.offset > from + text.size()) return {};
  const std::size_t at = problem.offset - from;
  const std::size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  std::string_view before = text.substr(line_begin, at - line_begin);
  std::string_view behind = text.substr(at, text.find('\n', at) - at);
  std::string shown;
  if (const std::size_t count = characters_of(before); count > kMostBefore) {
    before.remove_prefix(offset_of(before, count - kMostBefore));
    shown += kCut;
  }
  const std::size_t gap = shown.size() + columns_of(before);
  append_visible(shown, before);
  const bool cut = characters_of(behind) > kMostBehind;
  if (cut) behind = behind.substr(0, offset_of(behind, kMostBehind));
  append_visible(shown, behind);
  if (cut) shown += kCut;
  return shown + '\n' + std::string(gap, ' ') + '^';
}

}  // namespace causeway::expression
