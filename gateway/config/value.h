// What it means to be readable from configuration: the contract that every type fulfils, and the word tables of enums.
// The types themselves are in values.h.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/reading.h"
#include "config/shape.h"
#include "config/text_forms.h"

namespace causeway::config {

/// The contract of every specialisation:
///   static bool read_into(const Node&, Reading&, T& out, const Range*);   // false: an error was reported
///   static Shape shape();
///   static std::string text(const T&);                                    // as in a file; empty when it is not short
template <class T>
struct Value;

/// Reads anything readable; a value that is wrong comes back as T{}.
template <class T>
T read(const Node& node, Reading& reading) {
  T value{};
  Value<T>::read_into(node, reading, value, nullptr);
  return value;
}

/// The settings behind a name (`- rate_limit: {…}`); none at all are those of an empty mapping.
template <class T>
T read(const Tagged& tagged, Reading& reading) {
  auto step = reading.resume(tagged.path);
  return read<T>(tagged.settings.is_null() ? Node::mapping(tagged.key.position(), {}) : tagged.settings, reading);
}

/// The words of an enum. Next to the enum, found by its argument:
///   constexpr auto names(Per) { return config::table<Per>({{"consumer", Per::kConsumer}, {"ip", Per::kIp}}); }
template <class E>
struct Name {
  std::string_view text;
  E value;
};
template <class E, std::size_t n>
constexpr std::array<Name<E>, n> table(const Name<E> (&rows)[n]) {
  return std::to_array(rows);
}

template <class E>
concept Named = std::is_enum_v<E> && requires(E value) { names(value); };
template <class T>
concept HasTextForm = requires(std::string_view text) {
  { TextForm<T>::parse(text) } -> std::same_as<std::optional<T>>;
};
template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// The word of an enum's value; empty when the table lacks it.
template <Named E>
constexpr std::string_view name_of(E value) {
  for (const Name<E>& row : names(E{}))
    if (row.value == value) return row.text;
  return {};
}

}  // namespace causeway::config
