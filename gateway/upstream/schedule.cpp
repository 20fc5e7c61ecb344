#include "upstream/schedule.h"

#include <algorithm>
#include <numeric>

namespace causeway::upstream {

/// Smooth weighted round robin, unrolled once.
std::vector<std::uint32_t> interleave(std::span<const std::uint32_t> weights) {
  std::uint32_t common = 0;
  for (const std::uint32_t weight : weights) common = std::gcd(common, weight);
  std::int64_t total = 0;
  for (const std::uint32_t weight : weights) total += weight / common;
  std::vector<std::int64_t> credit(weights.size(), 0);
  std::vector<std::uint32_t> schedule;
  schedule.reserve(static_cast<std::size_t>(total));
  for (std::int64_t turn = 0; turn < total; ++turn) {
    for (std::size_t i = 0; i < weights.size(); ++i) credit[i] += weights[i] / common;
    const auto best = std::max_element(credit.begin(), credit.end());
    *best -= total;
    schedule.push_back(static_cast<std::uint32_t>(best - credit.begin()));
  }
  return schedule;
}

}  // namespace causeway::upstream
