#include "exchange/header_changes.h"

#include <algorithm>
#include <new>

#include "net/characters.h"

namespace causeway {
namespace {

bool is_same_field(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return net::kFold[static_cast<unsigned char>(a)] == net::kFold[static_cast<unsigned char>(b)];
  });
}

}  // namespace

void HeaderChanges::add(runtime::Arena& arena, const HeaderChange& change) {
  auto* item = new (arena.allocate(sizeof(Item), alignof(Item))) Item{change};
  (last_ == nullptr ? first_ : last_->next) = item;
  last_ = item;
}

void HeaderChanges::add(runtime::Arena& arena, const HeaderChanges& others) {
  for (const Item* item = others.first_; item != nullptr; item = item->next) add(arena, item->change);
}

void HeaderChanges::apply(net::Headers& to) const {
  for (const Item* item = first_; item != nullptr; item = item->next) causeway::apply(item->change, to);
}

void apply(const HeaderChange& change, net::Headers& to) {
  for (;;) {
    const auto* found = std::find_if(
        to.begin(), to.end(), [&](const net::HeaderField& field) { return is_same_field(field.name, change.name); });
    if (found == to.end()) break;
    to.remove(std::string_view(found->name));
  }
  if (change.value) to.add(change.name, *change.value);
}

}  // namespace causeway
