// The objects of containers.h. Members stand one behind the other; from kIndexed on, a table of their positions by the
// hash of the name goes with them.
#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "core/json_names.h"
#include "expression/values/containers.h"

namespace causeway::expression {
namespace {

constexpr std::size_t kIndexed = 12;

/// Between the head and the members. Positions count from 1; 0 is a free place.
struct Index {
  std::uint32_t* table = nullptr;
  std::uint32_t mask = 0;
  std::uint8_t size_class = 0;
};

Index& index_of(Block* object) { return *reinterpret_cast<Index*>(object + 1); }
Member* members_of(Block* object) { return reinterpret_cast<Member*>(object + 2); }

constexpr std::size_t kHead = 2 * sizeof(Block);
static_assert(sizeof(Block) + sizeof(Index) <= kHead);

Block* new_members(Resources& resources, std::size_t capacity) {
  std::uint8_t size_class = 0;
  void* const memory = resources.take(kHead + capacity * sizeof(Member), size_class);
  const std::size_t room = (Resources::size_of(size_class) - kHead) / sizeof(Member);
  auto* const block = new (memory) Block{.resources = &resources,
                                         .references = 1,
                                         .size = 0,
                                         .capacity = static_cast<std::uint32_t>(room),
                                         .depth = 1,
                                         .size_class = size_class};
  new (&index_of(block)) Index;
  return block;
}

void drop_index(Block* object) {
  Index& index = index_of(object);
  if (index.table) object->resources->release(index.table, index.size_class);
  index = {};
}

void enter(Block* object, std::uint32_t position) {
  const Index& index = index_of(object);
  const std::string_view name = members_of(object)[position].key.said();
  auto at = static_cast<std::uint32_t>(json::keyed_hash(name)) & index.mask;
  while (index.table[at] != 0) at = (at + 1) & index.mask;
  index.table[at] = position + 1;
}

/// A table of at least twice as many places as the members may become before it is built anew.
void build_index(Block* object) {
  drop_index(object);
  Index& index = index_of(object);
  object->resources->spend(object->size / 2);
  const auto places = std::bit_ceil(std::size_t{object->size} * 4);
  index.table = static_cast<std::uint32_t*>(object->resources->take(places * sizeof(std::uint32_t), index.size_class));
  std::memset(index.table, 0, places * sizeof(std::uint32_t));
  index.mask = static_cast<std::uint32_t>(places - 1);
  for (std::uint32_t i = 0; i < object->size; ++i) enter(object, i);
}

constexpr std::uint32_t kMissing = 0xffffffff;

std::uint32_t find(Block* object, std::string_view name) {
  object->resources->spend(1 + name.size() / 16);
  const Member* const members = members_of(object);
  const Index& index = index_of(object);
  if (!index.table) {
    if (object->size < kIndexed) {
      for (std::uint32_t i = 0; i < object->size; ++i)
        if (members[i].key.said() == name) return i;
      return kMissing;
    }
    build_index(object);
  }
  for (auto at = static_cast<std::uint32_t>(json::keyed_hash(name)) & index.mask; index.table[at] != 0;
       at = (at + 1) & index.mask)
    if (members[index.table[at] - 1].key.said() == name) return index.table[at] - 1;
  return kMissing;
}

}  // namespace

Members::Members(Resources& resources, const Value& object) : resources_(resources), object_(object) {
  if (object.tag() == Value::Tag::kDocument) at_ = object.document().first(object.index());
}

bool Members::next() {
  if (object_.tag() == Value::Tag::kDocument) {
    if (at_ == JsonDocument::kNone) return false;
    const JsonDocument& document = object_.document();
    const Bytes name = document.raw_name(at_);
    key_ = document.has_escaped_name(at_) ? unquote(resources_, name) : Value::text(name.substr(1, name.size() - 2));
    value_ = Value::node(document, at_);
    at_ = document.next(at_);
    return true;
  }
  if (at_ == object_.block()->size) return false;
  const Member& member = members_of(object_.block())[at_++];
  key_ = member.key;
  value_ = member.value;
  return true;
}

std::optional<Value> member_of(Resources& resources, const Value& object, std::string_view name) {
  if (object.tag() == Value::Tag::kDocument) {
    const JsonDocument& document = object.document();
    resources.spend(document.size(object.index()) / 16);
    const JsonDocument::Index found = document.find(object.index(), name);
    if (found == JsonDocument::kNone) return std::nullopt;
    return Value::node(document, found);
  }
  const std::uint32_t found = find(object.block(), name);
  if (found == kMissing) return std::nullopt;
  return members_of(object.block())[found].value;
}

const Value& member_value(const Block* object, std::size_t position) {
  return reinterpret_cast<const Member*>(object + 2)[position].value;
}

Value new_object(Resources& resources, std::size_t capacity) {
  return Value::own(Value::Tag::kObject, new_members(resources, capacity));
}

void own_object(Resources& resources, Value& value) {
  if (value.tag() == Value::Tag::kObject && value.sole()) return;
  const std::size_t size = size_of(value);
  resources.spend(size);
  Value copy = new_object(resources, size + 1);
  for (Members walk(resources, value); walk.next();) put_new(copy, walk.key(), walk.value());
  value = std::move(copy);
}

void put_new(Value& object, Value key, Value value) {
  Block* block = object.block();
  if (block->size == block->capacity) {
    Block* const grown = new_members(*block->resources, std::size_t{block->capacity} * 2 + 2);
    std::memcpy(static_cast<void*>(members_of(grown)), members_of(block), block->size * sizeof(Member));
    grown->size = block->size;
    grown->depth = block->depth;
    index_of(grown) = index_of(block);
    block->resources->release(block, block->size_class);
    object.rehouse(grown);
    block = grown;
  }
  note_depth(object, value);
  new (members_of(block) + block->size) Member{std::move(key), std::move(value)};
  ++block->size;
  const Index& index = index_of(block);
  if (!index.table) return;
  if (std::size_t{block->size} * 2 > index.mask) build_index(block);
  else enter(block, block->size - 1);
}

void put(Value& object, Value key, Value value) {
  Block* const block = object.block();
  const std::uint32_t found = find(block, key.said());
  if (found == kMissing) return put_new(object, std::move(key), std::move(value));
  note_depth(object, value);
  members_of(block)[found].value = std::move(value);
}

Value& slot_of(Value& object, const Value& key) {
  const std::uint32_t found = find(object.block(), key.said());
  if (found != kMissing) return members_of(object.block())[found].value;
  put_new(object, key, {});
  return members_of(object.block())[object.block()->size - 1].value;
}

bool remove(Value& object, std::string_view name) {
  Block* const block = object.block();
  const std::uint32_t found = find(block, name);
  if (found == kMissing) return false;
  Member* const members = members_of(block);
  const Member gone = std::move(members[found]);
  std::move(members + found + 1, members + block->size, members + found);
  members[--block->size].~Member();
  block->resources->spend(block->size - found);
  drop_index(block);
  return true;
}

void destroy_members(Block* object) {
  Member* const members = members_of(object);
  for (std::uint32_t i = 0; i < object->size; ++i) members[i].~Member();
  drop_index(object);
}

}  // namespace causeway::expression
