#include "expression/values/compare.h"

#include <algorithm>
#include <bit>

#include "expression/values/containers.h"
#include "expression/values/numbers.h"

namespace causeway::expression {
namespace {

std::strong_ordering order_arrays(Resources& resources, const Value& left, const Value& right) {
  Items left_walk(left);
  Items right_walk(right);
  Value a;
  Value b;
  while (true) {
    const bool more_left = left_walk.next(a);
    const bool more_right = right_walk.next(b);
    if (!more_left || !more_right) return more_left <=> more_right;
    if (const auto sign = order(resources, a, b); sign != 0) return sign;
    if (!resources.step()) return std::strong_ordering::less;
  }
}

/// First the names, sorted, then the values in their order.
std::strong_ordering order_objects(Resources& resources, const Value& left, const Value& right) {
  const Value left_keys = sorted_keys(resources, left);
  const Value right_keys = sorted_keys(resources, right);
  if (const auto sign = order_arrays(resources, left_keys, right_keys); sign != 0) return sign;
  const Block* const keys = left_keys.block();
  for (std::uint32_t i = 0; i < keys->size; ++i) {
    const std::string_view name = items(keys)[i].said();
    if (!resources.step()) return std::strong_ordering::less;
    const auto a = member_of(resources, left, name);
    const auto b = member_of(resources, right, name);
    if (const auto sign = order(resources, *a, *b); sign != 0) return sign;
  }
  return std::strong_ordering::equal;
}

bool same(const Value& left, const Value& right) {
  if (left.tag() != right.tag()) return false;
  if (left.tag() == Value::Tag::kDocument)
    return &left.document() == &right.document() && left.index() == right.index();
  return left.tag() >= Value::Tag::kOwnText && left.block() == right.block();
}

}  // namespace

std::strong_ordering order(Resources& resources, const Value& left, const Value& right) {
  const Kind kind = left.kind();
  if (const auto sign = kind <=> right.kind(); sign != 0) return sign;
  if (kind < Kind::kNumber) return std::strong_ordering::equal;
  if (kind == Kind::kNumber) {
    const bool goes_on = spend_digits(resources, left) && spend_digits(resources, right);
    return goes_on ? order_numbers(left, right) : std::strong_ordering::equal;
  }
  if (kind == Kind::kString) {
    const Value a = plain_string(resources, left);
    const Value b = plain_string(resources, right);
    if (!resources.spend_bytes(std::min(a.said().size(), b.said().size()))) return std::strong_ordering::equal;
    return a.said() <=> b.said();
  }
  if (same(left, right) || !resources.has_stack()) return std::strong_ordering::equal;
  return kind == Kind::kArray ? order_arrays(resources, left, right) : order_objects(resources, left, right);
}

Value sorted_keys(Resources& resources, const Value& object) {
  const std::size_t size = size_of(object);
  resources.spend(size + size * static_cast<std::size_t>(std::bit_width(size)) / 4);
  Value keys = new_array(resources, size);
  for (Members walk(resources, object); walk.next();) push(keys, walk.key());
  std::sort(items(keys), items(keys) + size, [](const Value& a, const Value& b) { return a.said() < b.said(); });
  return keys;
}

}  // namespace causeway::expression
