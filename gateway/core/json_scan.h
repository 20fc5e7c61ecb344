// Looking into JSON as text: members, items and strings as slices of it, so that numbers keep their digits.
//
// The text has passed check_json: other text gives nonsense, but never reads outside of it. Views point into the text
// that was given. No recursion; thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace causeway {

enum class JsonKind : std::uint8_t { kNone, kNull, kBoolean, kNumber, kString, kArray, kObject };

/// What a value is, by its first byte that is no blank; kNone for a text without one.
JsonKind json_kind(Bytes raw);

/// The text without blanks around it.
Bytes trim_json(Bytes raw);

/// The members of an object, in the order of the text, doubled names included. Nothing for what is not an object.
///   for (JsonMembers members(object); members.next();) use(members.key(), members.value());
class JsonMembers {
 public:
  explicit JsonMembers(Bytes object);
  JsonMembers(const JsonMembers&) = delete;
  JsonMembers& operator=(const JsonMembers&) = delete;
  bool next();
  /// Unescaped; valid until the next call.
  std::string_view key() const { return key_; }
  /// Raw: a string with its quotes, a number digit by digit; no blanks around it.
  Bytes value() const { return value_; }
  /// The member as it stands in the text: key, colon, value.
  Bytes raw() const { return raw_; }

 private:
  const char* at_;
  const char* end_;
  std::string unescaped_;
  std::string_view key_;
  Bytes value_;
  Bytes raw_;
};

/// The items of an array, raw. Nothing for what is not an array.
class JsonItems {
 public:
  explicit JsonItems(Bytes array);
  bool next();
  Bytes value() const { return value_; }

 private:
  const char* at_;
  const char* end_;
  Bytes value_;
};

/// `visit(std::string_view key, Bytes raw_value)` for every member; false when it is not an object.
template <class Visit>
bool for_each_member(Bytes object, Visit visit) {
  if (json_kind(object) != JsonKind::kObject) return false;
  for (JsonMembers members(object); members.next();) visit(members.key(), members.value());
  return true;
}

/// `visit(Bytes raw_value)` for every item; false when it is not an array.
template <class Visit>
bool for_each_item(Bytes array, Visit visit) {
  if (json_kind(array) != JsonKind::kArray) return false;
  for (JsonItems items(array); items.next();) visit(items.value());
  return true;
}

/// The raw value of a member, the last one of a doubled name (as jq and JavaScript have it); empty when there is none.
Bytes find_member(Bytes object, std::string_view name);

/// What a string says, unescaped: UTF-8, with U+FFFD for lone surrogates. Empty when it is not a string.
std::optional<std::string> json_string_value(Bytes raw);

}  // namespace causeway
