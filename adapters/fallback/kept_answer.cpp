#include "adapters/fallback/kept_answer.h"

#include <cstring>
#include <functional>

#include "core/ascii.h"

namespace causeway::adapters {
namespace {

/// What the list, the index and the allocations of an entry take besides its texts.
constexpr std::uint64_t kOverhead = 256;

bool stays(const net::HeaderField& field) {
  if (field.id == net::HeaderId::kSetCookie || field.id == net::HeaderId::kRetryAfter) return false;
  return !equals_ignoring_case(field.name, "Age") && !equals_ignoring_case(field.name, "Set-Cookie2");
}

}  // namespace

KeptAnswer::KeptAnswer(int status, const net::Headers& fields, Bytes body, std::string_view vary,
                       const security::Sha256Digest& varied, SteadyTime at)
    : status_(status), varied_(varied), at_(at) {
  std::size_t size = body.size() + vary.size();
  std::size_t count = 0;
  for (const net::HeaderField& field : fields) {
    if (!stays(field)) continue;
    size += field.name.size() + field.value.size();
    ++count;
  }
  text_ = std::make_unique_for_overwrite<char[]>(size);
  char* end = text_.get();
  const auto copy = [&end](std::string_view text) {
    if (!text.empty()) std::memcpy(end, text.data(), text.size());
    end += text.size();
    return std::string_view(end - text.size(), text.size());
  };
  fields_.reserve(count);
  for (const net::HeaderField& field : fields) {
    if (!stays(field)) continue;
    const std::string_view name = copy(field.name);
    fields_.push_back({name, copy(field.value), field.id});
  }
  vary_ = copy(vary);
  body_ = copy(body);
  cost_ = sizeof(KeptAnswer) + size + count * sizeof(net::HeaderField) + kOverhead;
}

std::uint64_t print_of(int status, const net::Headers& fields, Bytes body) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  std::uint64_t print = static_cast<std::uint64_t>(status);
  const auto mix = [&print](std::string_view text) {
    print = (print ^ std::hash<std::string_view>{}(text)) * kPrime + text.size();
  };
  for (const net::HeaderField& field : fields) {
    mix(field.name);
    mix(field.value);
  }
  mix(body);
  return print;
}

}  // namespace causeway::adapters
