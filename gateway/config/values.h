// How nodes become values. `Value<T>` says it for every type; what is readable:
//   bool, integers, double, std::string, Secret, std::filesystem::path (absolute, from the file that names it), Node
//   and Deferred (raw, for later), enums with a table `names(E)`, types with a TextForm (Duration, ByteSize, ByteRate,
//   Rate, Percent, WallTime, and those that other rooms add), std::optional, std::vector, std::map<std::string, T>,
//   OrAuto, and structs with static keys() (keys.h).
// Errors go to the Reading; a value that cannot be read leaves its target as it was.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/value.h"

namespace causeway::config {

/// A node to be read later, by somebody who knows what it is: `auto step = reading.resume(deferred.path);`
struct Deferred {
  Node node;
  std::string path;
};

/// `auto` (empty) or a value.
template <class T>
struct OrAuto {
  std::optional<T> value;
};

/// The parts that do not depend on the type.
namespace detail {
/// Reads a whole number within [minimum, maximum]; `type_bounds`: those are only the type's, not worth naming at once.
bool read_signed(const Node&, Reading&, std::int64_t& out, std::int64_t minimum, std::int64_t maximum,
                 bool type_bounds);
bool read_unsigned(const Node&, Reading&, std::uint64_t& out, std::uint64_t minimum, std::uint64_t maximum,
                   bool type_bounds);
bool read_double(const Node&, Reading&, double& out, const Range*);
bool read_bool(const Node&, Reading&, bool& out);
bool read_string(const Node&, Reading&, std::string& out);
bool read_path(const Node&, Reading&, std::filesystem::path& out);
enum class SecretRead { kOk, kError, kDropped };
SecretRead read_secret(const Node&, Reading&, Secret& out);
bool read_auto(const Node&);
/// True when a list or mapping may be read; null counts as an empty one.
bool is_list(const Node&, Reading&);
bool is_mapping(const Node&, Reading&);
/// The item's index within its own file: lists of included files are appended, but users count in their file.
class Indexer {
 public:
  std::size_t next(const Node& item);

 private:
  std::shared_ptr<const std::string> file_;
  std::size_t index_ = 0;
};
}  // namespace detail

template <>
struct Value<bool> {
  static bool read_into(const Node& node, Reading& reading, bool& out, const Range*) {
    return detail::read_bool(node, reading, out);
  }
  static Shape shape() { return {Shape::Form::kBoolean, "true or false"}; }
  static std::string text(bool value) { return value ? "true" : "false"; }
};

template <Whole T>
struct Value<T> {
  static bool read_into(const Node& node, Reading& reading, T& out, const Range* range) {
    using Wide = std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>;
    using Limits = std::numeric_limits<T>;
    Wide minimum = Limits::min();
    Wide maximum = Limits::max();
    if (range && std::cmp_greater(range->minimum, minimum)) minimum = static_cast<Wide>(range->minimum);
    if (range && range->maximum != Range{}.maximum && std::cmp_less(range->maximum, maximum))
      maximum = static_cast<Wide>(range->maximum);
    Wide wide{};
    const bool type_bounds = !range && sizeof(T) > 2;
    bool ok;
    if constexpr (std::signed_integral<T>) ok = detail::read_signed(node, reading, wide, minimum, maximum, type_bounds);
    else ok = detail::read_unsigned(node, reading, wide, minimum, maximum, type_bounds);
    if (ok) out = static_cast<T>(wide);
    return ok;
  }
  static Shape shape() {
    Shape shape{Shape::Form::kInteger, "whole number"};
    if (std::cmp_greater(std::numeric_limits<T>::min(), shape.bounds.minimum))
      shape.bounds.minimum = std::numeric_limits<T>::min();
    if (std::cmp_less(std::numeric_limits<T>::max(), shape.bounds.maximum))
      shape.bounds.maximum = std::numeric_limits<T>::max();
    return shape;
  }
  static std::string text(T value) { return std::to_string(value); }
};

template <>
struct Value<double> {
  static bool read_into(const Node& node, Reading& reading, double& out, const Range* range) {
    return detail::read_double(node, reading, out, range);
  }
  static Shape shape() { return {Shape::Form::kNumber, "number"}; }
  static std::string text(double value) { return format_double(value); }
};

template <>
struct Value<std::string> {
  static bool read_into(const Node& node, Reading& reading, std::string& out, const Range*) {
    return detail::read_string(node, reading, out);
  }
  static Shape shape() { return {Shape::Form::kText, "text"}; }
  static std::string text(const std::string& value) { return value; }
};

template <>
struct Value<Secret> {
  static bool read_into(const Node& node, Reading& reading, Secret& out, const Range*);
  static Shape shape() {
    Shape shape{Shape::Form::kText, "secret"};
    shape.secret = true;
    // In characters, where bytes are meant: only ASCII can be judged.
    shape.pattern = R"([\s\S]{16,}|[\s\S]*[^\u0000-\u007F][\s\S]*)";
    return shape;
  }
  static std::string text(const Secret&) { return {}; }
};

template <>
struct Value<std::filesystem::path> {
  static bool read_into(const Node& node, Reading& reading, std::filesystem::path& out, const Range*) {
    return detail::read_path(node, reading, out);
  }
  static Shape shape() { return {Shape::Form::kText, "path"}; }
  static std::string text(const std::filesystem::path& value) { return value.string(); }
};

template <>
struct Value<Node> {
  static bool read_into(const Node& node, Reading&, Node& out, const Range*) {
    out = node;
    return true;
  }
  static Shape shape() { return {Shape::Form::kAny, "anything"}; }
  static std::string text(const Node&) { return {}; }
};

template <>
struct Value<Deferred> {
  static bool read_into(const Node& node, Reading& reading, Deferred& out, const Range*) {
    out = {node, reading.path()};
    return true;
  }
  static Shape shape() { return {Shape::Form::kAny, "anything"}; }
  static std::string text(const Deferred&) { return {}; }
};

template <HasTextForm T>
struct Value<T> {
  static bool read_into(const Node& node, Reading& reading, T& out, const Range* range) {
    const std::optional<Text> text = reading.text(node, TextForm<T>::kExpected);
    if (!text) return false;
    std::optional<T> value = TextForm<T>::parse(text->value);
    if (!value) {
      reading.expected(node, TextForm<T>::kExpected);
      return false;
    }
    if constexpr (requires { bound(*value); }) {
      if (range && (bound(*value) < range->minimum || bound(*value) > range->maximum)) {
        reading.expected(node, range_text(*range));
        return false;
      }
    }
    out = std::move(*value);
    return true;
  }
  static Shape shape() {
    Shape shape{Shape::Form::kText, std::string(TextForm<T>::kType)};
    shape.expected = TextForm<T>::kExpected;
    if constexpr (requires { TextForm<T>::kPattern; }) shape.pattern = TextForm<T>::kPattern;
    if constexpr (requires(T value) { bound(value); })
      shape.bound_text = [](std::int64_t value) { return TextForm<T>::format(static_cast<T>(value)); };
    return shape;
  }
  static std::string text(const T& value) { return TextForm<T>::format(value); }

 private:
  static std::string range_text(const Range& range) {
    using Limits = std::numeric_limits<std::int64_t>;
    std::string text = "a " + std::string(TextForm<T>::kType);
    if (range.minimum != Limits::min())
      text += (range.maximum == Limits::max() ? " of at least " : " from ") +
              TextForm<T>::format(static_cast<T>(range.minimum));
    if (range.maximum != Limits::max())
      text += (range.minimum == Limits::min() ? " of at most " : " to ") +
              TextForm<T>::format(static_cast<T>(range.maximum));
    return text;
  }
};

template <Named E>
struct Value<E> {
  static bool read_into(const Node& node, Reading& reading, E& out, const Range*) {
    std::vector<std::string_view> words;
    for (const Name<E>& row : names(E{})) words.push_back(row.text);
    if (!node.is_scalar()) {
      reading.expected_one_of(node, words);
      return false;
    }
    const std::optional<Text> text = reading.text(node, {});
    if (!text) return false;
    for (const Name<E>& row : names(E{})) {
      if (row.text != text->value) continue;
      out = row.value;
      return true;
    }
    reading.expected_one_of(node, words);
    return false;
  }
  static Shape shape() {
    Shape shape{Shape::Form::kText, "one of"};
    for (const Name<E>& row : names(E{})) shape.names.emplace_back(row.text);
    return shape;
  }
  static std::string text(E value) { return std::string(name_of(value)); }
};

template <class T>
struct Value<std::optional<T>> {
  static bool read_into(const Node& node, Reading& reading, std::optional<T>& out, const Range* range) {
    if (node.is_null()) {
      out.reset();
      return true;
    }
    T value{};
    const bool ok = Value<T>::read_into(node, reading, value, range);
    if (ok) out = std::move(value);
    return ok;
  }
  static Shape shape() {
    Shape shape = Value<T>::shape();
    shape.nullable = true;
    return shape;
  }
  static std::string text(const std::optional<T>& value) { return value ? Value<T>::text(*value) : std::string(); }
};

template <class T>
struct Value<OrAuto<T>> {
  static bool read_into(const Node& node, Reading& reading, OrAuto<T>& out, const Range* range) {
    if (!detail::read_auto(node)) return Value<std::optional<T>>::read_into(node, reading, out.value, range);
    out.value.reset();
    return true;
  }
  static Shape shape() {
    Shape shape = Value<T>::shape();
    shape.type = "auto or " + shape.type;
    shape.nullable = true;
    shape.has_auto = true;
    return shape;
  }
  static std::string text(const OrAuto<T>& value) { return value.value ? Value<T>::text(*value.value) : "auto"; }
};

template <class T>
struct Value<std::vector<T>> {
  static bool read_into(const Node& node, Reading& reading, std::vector<T>& out, const Range* range) {
    if (!detail::is_list(node, reading)) return false;
    std::vector<T> values;
    detail::Indexer indexer;
    bool ok = true;
    for (const Node& item : node.items()) {
      auto step = reading.enter(indexer.next(item));
      T value{};
      if constexpr (std::same_as<T, Secret>) {
        const detail::SecretRead result = detail::read_secret(item, reading, value);
        if (result == detail::SecretRead::kDropped) continue;
        ok &= result == detail::SecretRead::kOk;
      } else {
        ok &= Value<T>::read_into(item, reading, value, range);
      }
      values.push_back(std::move(value));
    }
    out = std::move(values);
    return ok;
  }
  static Shape shape() { return list_of(Value<T>::shape()); }
  static std::string text(const std::vector<T>& values) {
    std::string text = "[";
    for (const T& value : values) text += (text.size() > 1 ? ", " : "") + Value<T>::text(value);
    return text + "]";
  }
};

template <class T>
struct Value<std::map<std::string, T>> {
  static bool read_into(const Node& node, Reading& reading, std::map<std::string, T>& out, const Range* range) {
    if (!detail::is_mapping(node, reading)) return false;
    std::map<std::string, T> values;
    bool ok = true;
    for (const Node::Entry& entry : node.entries()) {
      // A name with nothing behind it may be a secret that lacks its name.
      const bool hidden = entry.value.is_null() && reading.hides();
      auto step = reading.enter(hidden ? std::string_view("***") : entry.key.text());
      T value{};
      ok &= Value<T>::read_into(entry.value, reading, value, range);
      values.insert_or_assign(entry.key.text(), std::move(value));
    }
    out = std::move(values);
    return ok;
  }
  static Shape shape() { return map_of(Value<T>::shape()); }
  static std::string text(const std::map<std::string, T>&) { return {}; }
};

}  // namespace causeway::config
