#include "expression/compile_problem.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/json_text.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

// Characters of the line that are shown before the place and from it on.
constexpr std::size_t kMostBefore = 80;
constexpr std::size_t kMostBehind = 40;
constexpr std::string_view kCut = "...";

/// Does a terminal give it two columns (Unicode, UAX #11)?
bool is_wide(std::uint32_t point) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 9> kWide = {{{0x1100, 0x115F},
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
  while (!text.empty()) columns += is_wide(take_point(text)) ? 2 : 1;
  return columns;
}

/// Control characters, and those that turn the direction of a line.
bool acts_on_terminals(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

/// Blanks for what a terminal would act on. A byte that is no UTF-8 is a blank too: what follows it might complete it.
std::string visible(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(utf8_sequence(text), 1));
    std::string_view rest = character;
    const bool shows = utf8_sequence(text) > 0 && !acts_on_terminals(take_point(rest));
    shown += shows ? character : " ";
    text.remove_prefix(character.size());
  }
  return shown;
}

}  // namespace

std::string excerpt_of(std::string_view text, const CompileProblem& problem) {
  const std::size_t from = std::min(problem.shown_from, text.size());
  text = text.substr(from, problem.shown_size);
  if (text.empty() || problem.offset < from || problem.offset > from + text.size()) return {};
  const std::size_t at = problem.offset - from;
  const std::size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::string all_before = visible(text.substr(line_begin, at - line_begin));
  const std::string all_behind = visible(text.substr(at, text.find('\n', at) - at));
  std::string_view before = all_before;
  std::string_view behind = all_behind;
  std::string shown;
  if (const std::size_t count = count_points(before); count > kMostBefore) {
    before.remove_prefix(offset_of_point(before, count - kMostBefore));
    shown += kCut;
  }
  const std::size_t gap = shown.size() + columns_of(before);
  const bool cut = count_points(behind) > kMostBehind;
  if (cut) behind = behind.substr(0, offset_of_point(behind, kMostBehind));
  shown.append(before).append(behind);
  if (cut) shown += kCut;
  return shown + '\n' + std::string(gap, ' ') + '^';
}

}  // namespace causeway::expression
