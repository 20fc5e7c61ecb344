// Arrays and objects: walking through those of a document and those that a run made alike, and making and changing the
// latter. Internal to expression.
//
// Changing one is only for who holds its sole reference; own_array and own_object see to that. Objects keep the order
// in which their members came; large ones have an index of names, keyed against made collisions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "expression/values/value.h"

namespace causeway::expression {

struct Member {
  Value key;  ///< kText or kOwnText
  Value value;
};

/// Items of an array, members of an object.
std::size_t size_of(const Value& container);

/// Walks through an array, or through the values of an object. The container outlives it and does not change.
class Items {
 public:
  explicit Items(const Value& container);
  /// The next one in `out`; false behind the last.
  bool next(Value& out);

 private:
  const Value& container_;
  std::uint32_t at_ = 0;  // index, or node
};

/// Walks through the members of an object.
class Members {
 public:
  Members(Resources& resources, const Value& object);
  bool next();
  const Value& key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  Resources& resources_;
  const Value& object_;
  std::uint32_t at_ = 0;
  Value key_;
  Value value_;
};

/// The item at `index`, null when there is none.
Value item_at(Resources& resources, const Value& array, std::size_t index);
/// The member of that name.
std::optional<Value> member_of(Resources& resources, const Value& object, std::string_view name);

Value new_array(Resources& resources, std::size_t capacity = 0);
Value new_object(Resources& resources, std::size_t capacity = 0);

// The following change a container whose sole owner is the caller.

/// Makes `value`, an array, the caller's own.
void own_array(Resources& resources, Value& value);
/// Makes `value`, an object, the caller's own.
void own_object(Resources& resources, Value& value);
void push(Value& array, Value item);
Value* items(Value& array);
inline const Value* items(const Block* array) { return reinterpret_cast<const Value*>(array + 1); }
/// The items behind the first `size` go.
void truncate(Value& array, std::size_t size);
/// Nulls are put behind the last until there are `size`.
void extend(Value& array, std::size_t size);
/// Sets the member of that name, in its place or behind the last.
void put(Value& object, Value key, Value value);
/// Behind the last: there is no member of that name.
void put_new(Value& object, Value key, Value value);
/// The value of that name, made null when there is none.
Value& slot_of(Value& object, const Value& key);
/// A member that is there; false when there is none.
bool remove(Value& object, std::string_view name);
/// What was put into the container may be nested deeper than it knew.
void note_depth(Value& container, const Value& inner);

/// The value of the member at that position of an object that is no document.
const Value& member_value(const Block* object, std::size_t position);
void destroy_items(Block* array);
void destroy_members(Block* object);

}  // namespace causeway::expression
