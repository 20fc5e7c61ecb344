#include "config/hidden_values.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/ascii.h"

namespace causeway::config {
namespace {

/// Calls `take(offset, hash)` for every run of the shortest length.
void for_each_run(std::string_view text, const auto& take) {
  for (std::size_t at = 0; at + HiddenValues::kShortestRun <= text.size(); ++at)
    take(at, std::hash<std::string_view>()(text.substr(at, HiddenValues::kShortestRun)));
}

/// A secret is often called after its owner, whose name messages must be able to say: `oms-gateway` of
/// `oms-gateway-0123456789`. Longer than that, and with digits in it, a run tells too much.
bool may_be_a_name(std::string_view run) {
  constexpr std::size_t kLongestName = 11;
  return run.size() <= kLongestName && std::ranges::all_of(run, [](char c) {
           return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_' || c == '.' || c == ' ';
         });
}

}  // namespace

void HiddenValues::add(std::string_view value) {
  if (value.size() >= kShortestRun) values_.emplace_back(value);
}

std::string HiddenValues::hide(std::string text) {
  // Most configurations are right: the work is left to those that are not.
  for (; indexed_ < values_.size(); ++indexed_)
    for_each_run(values_[indexed_].reveal(), [this](std::size_t, std::size_t hash) { runs_.insert(hash); });
  if (runs_.empty()) return text;

  std::string shown;
  std::size_t copied = 0;  // of the text, what is in `shown` or hidden
  const auto hide_run = [&](std::size_t from, std::size_t to) {
    const std::string_view run = std::string_view(text).substr(from, to - from);
    const auto is_run = [run](const Secret& value) { return value.reveal() == run; };
    if (may_be_a_name(run) && std::ranges::none_of(values_, is_run)) return;
    shown.append(text, copied, from - copied).append("***");
    copied = to;
  };
  std::size_t from = 0;
  std::size_t to = 0;  // of the run at hand; empty at first
  for_each_run(text, [&](std::size_t at, std::size_t hash) {
    if (!runs_.contains(hash)) return;
    if (at > to && to > 0) hide_run(from, to);
    if (at > to || to == 0) from = at;
    to = at + kShortestRun;
  });
  if (to > 0) hide_run(from, to);
  return copied == 0 ? std::move(text) : shown.append(text, copied);
}

}  // namespace causeway::config
