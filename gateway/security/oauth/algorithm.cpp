#include "security/oauth/algorithm.h"

#include <iterator>

namespace causeway::security {
namespace {

// In the order of the enumerators.
constexpr AlgorithmTraits kTraits[] = {
    {.family = KeyFamily::kSecret, .digest = "SHA256", .octets = 32},
    {.family = KeyFamily::kSecret, .digest = "SHA384", .octets = 48},
    {.family = KeyFamily::kSecret, .digest = "SHA512", .octets = 64},
    {.family = KeyFamily::kRsa, .digest = "SHA256"},
    {.family = KeyFamily::kRsa, .digest = "SHA384"},
    {.family = KeyFamily::kRsa, .digest = "SHA512"},
    {.family = KeyFamily::kRsa, .pss = true, .digest = "SHA256"},
    {.family = KeyFamily::kRsa, .pss = true, .digest = "SHA384"},
    {.family = KeyFamily::kRsa, .pss = true, .digest = "SHA512"},
    {.family = KeyFamily::kEc, .digest = "SHA256", .curve = "prime256v1", .octets = 32},
    {.family = KeyFamily::kEc, .digest = "SHA384", .curve = "secp384r1", .octets = 48},
    {.family = KeyFamily::kEc, .digest = "SHA512", .curve = "secp521r1", .octets = 66},
    {.family = KeyFamily::kEd25519},
};
static_assert(std::size(kTraits) == static_cast<std::size_t>(JwsAlgorithm::kEdDsa) + 1);

}  // namespace

const AlgorithmTraits& traits(JwsAlgorithm algorithm) { return kTraits[static_cast<std::size_t>(algorithm)]; }

std::optional<JwsAlgorithm> parse_algorithm(std::string_view name) {
  for (const auto& row : names(JwsAlgorithm{}))
    if (row.text == name) return row.value;
  return std::nullopt;
}

}  // namespace causeway::security
