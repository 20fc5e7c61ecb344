#include "adapters/composite/cache_rules.h"

#include <algorithm>
#include <span>
#include <string>

#include "net/characters.h"

namespace causeway::adapters {

using net::HeaderId;
using net::Keeping;

void CacheRules::add(const net::Headers& part) {
  keeping_ = std::max(keeping_, net::keeping_of(part));
  if (!part.contains(HeaderId::kVary)) return;
  for (const net::HeaderField& field : part) {
    if (field.id != HeaderId::kVary) continue;
    for (std::string_view list = field.value; !list.empty();) add_name(net::next_name(list));
  }
}

void CacheRules::add_name(std::string_view name) {
  if (name.empty() || varies_by_anything_) return;
  const auto same = [name](std::string_view other) { return net::equals_ignoring_case(name, other); };
  if (std::ranges::any_of(std::span(names_).first(size_), same)) return;
  if (name == "*" || size_ == names_.size()) varies_by_anything_ = true;
  else names_[size_++] = name;
}

void CacheRules::write(net::Headers& whole, runtime::Arena& arena) const {
  if (keeping_ == Keeping::kNever || varies_by_anything_) whole.set(HeaderId::kCacheControl, "no-store");
  else if (keeping_ == Keeping::kForItsCaller) whole.set(HeaderId::kCacheControl, "private");
  if (varies_by_anything_) {
    whole.set(HeaderId::kVary, "*");
  } else if (size_ > 0) {
    std::pmr::string names(&arena);
    for (const std::string_view name : std::span(names_).first(size_))
      names.append(names.empty() ? "" : ", ").append(name);
    whole.set(HeaderId::kVary, arena.copy(names));
  }
}

}  // namespace causeway::adapters
