// Whose turn it is by weight: 2:1 becomes A B A, not A A B.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace causeway::upstream {

/// Indices of `weights` in the order in which they are asked, again and again: each as often as its weight says, as
/// evenly spread as possible. Weights are from 1 to 1000.
std::vector<std::uint32_t> interleave(std::span<const std::uint32_t> weights);

}  // namespace causeway::upstream
