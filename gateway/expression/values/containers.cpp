#include "expression/values/containers.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace causeway::expression {
namespace {

Value* items_of(Block* array) { return reinterpret_cast<Value*>(array + 1); }

Block* new_items(Resources& resources, std::size_t capacity) {
  std::uint8_t size_class = 0;
  void* const memory = resources.take(sizeof(Block) + capacity * sizeof(Value), size_class);
  const std::size_t room = (Resources::size_of(size_class) - sizeof(Block)) / sizeof(Value);
  return new (memory) Block{.resources = &resources,
                            .references = 1,
                            .size = 0,
                            .capacity = static_cast<std::uint32_t>(room),
                            .depth = 1,
                            .size_class = size_class};
}

/// The values of a block that goes are moved as bytes: none refers to where it stands.
Block* grow_items(Block* array, std::size_t capacity) {
  Block* const grown = new_items(*array->resources, capacity);
  std::memcpy(static_cast<void*>(grown + 1), array + 1, array->size * sizeof(Value));
  grown->size = array->size;
  grown->depth = array->depth;
  array->resources->release(array, array->size_class);
  return grown;
}

}  // namespace

Items::Items(const Value& container) : container_(container) {
  if (container.tag() == Value::Tag::kDocument) at_ = container.document().first(container.index());
}

bool Items::next(Value& out) {
  if (container_.tag() == Value::Tag::kDocument) {
    if (at_ == JsonDocument::kNone) return false;
    out = Value::node(container_.document(), at_);
    at_ = container_.document().next(at_);
    return true;
  }
  const Block* const block = container_.block();
  if (at_ == block->size) return false;
  out = container_.is_array() ? items(block)[at_] : member_value(block, at_);
  ++at_;
  return true;
}

Value item_at(Resources& resources, const Value& array, std::size_t index) {
  if (index >= size_of(array)) return {};
  if (array.tag() == Value::Tag::kArray) return items(array.block())[index];
  const JsonDocument& document = array.document();
  JsonDocument::Index at = document.first(array.index());
  for (std::size_t i = 0; i < index; ++i) at = document.next(at);
  resources.spend(index / 16);
  return Value::node(document, at);
}

std::size_t size_of(const Value& container) {
  if (container.tag() == Value::Tag::kDocument) return container.document().size(container.index());
  return container.block()->size;
}

Value new_array(Resources& resources, std::size_t capacity) {
  return Value::own(Value::Tag::kArray, new_items(resources, capacity));
}

void own_array(Resources& resources, Value& value) {
  if (value.tag() == Value::Tag::kArray && value.sole()) return;
  const std::size_t size = size_of(value);
  resources.spend(size / 4);
  Value copy = new_array(resources, size + 1);
  if (value.tag() == Value::Tag::kArray) {
    copy.block()->depth = value.block()->depth;
    for (const Value* item = items(value.block()); copy.block()->size < size; ++item)
      new (items_of(copy.block()) + copy.block()->size++) Value(*item);
  } else {
    Items walk(value);
    for (Value item; walk.next(item);) push(copy, std::move(item));
  }
  value = std::move(copy);
}

Value* items(Value& array) { return items_of(array.block()); }

void push(Value& array, Value item) {
  Block* block = array.block();
  if (block->size == block->capacity) {
    block = grow_items(block, std::size_t{block->capacity} * 2 + 2);
    array.rehouse(block);
  }
  note_depth(array, item);
  new (items_of(block) + block->size) Value(std::move(item));
  ++block->size;
}

void truncate(Value& array, std::size_t size) {
  Block* const block = array.block();
  while (block->size > size) items_of(block)[--block->size].~Value();
}

void extend(Value& array, std::size_t size) {
  Block* block = array.block();
  if (size > block->capacity) {
    block = grow_items(block, std::max<std::size_t>(size, block->size + block->size / 2));
    array.rehouse(block);
  }
  while (block->size < size) new (items_of(block) + block->size++) Value();
}

void note_depth(Value& container, const Value& inner) {
  const std::size_t depth = inner.depth() + 1;
  Block* const block = container.block();
  if (depth <= block->depth) return;
  block->depth = static_cast<std::uint16_t>(std::min<std::size_t>(depth, 0xffff));
  block->resources->note_depth(depth);
}

void destroy_items(Block* array) {
  Value* const values = items_of(array);
  for (std::uint32_t i = 0; i < array->size; ++i) values[i].~Value();
}

}  // namespace causeway::expression
