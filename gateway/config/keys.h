// The description of a mapping's keys, written once next to the struct that holds them. From it come the reader, and
// the JSON Schema and the reference page.
//
//   struct RateLimitSettings {
//     Rate rate;
//     std::optional<std::uint64_t> burst;
//     static const config::Keys<RateLimitSettings>& keys();
//   };
//   const config::Keys<RateLimitSettings>& RateLimitSettings::keys() {
//     static const auto keys = config::Keys<RateLimitSettings>("rate limit")
//         .required("rate", &RateLimitSettings::rate, "calls admitted per unit of time")
//         .optional("burst", &RateLimitSettings::burst, "calls admitted at once; default: one second's worth")
//         .range(1, 100000)
//         .later("shared")
//         .check([](const RateLimitSettings& settings, const Node& node, Reading& reading) { ... });
//     return keys;
//   }
//
// The defaults are those of the struct. Built during the first use, constant (and thread safe) afterwards.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"

namespace causeway::config {

struct KeyView {
  std::string name;
  Shape shape;
  std::string default_text;   ///< as it would be written; empty when there is none
  std::string default_prose;  ///< in words, where nothing stands in the struct: `the cluster's`
  std::string prose;
  std::string unit;
  std::optional<Range> range;
  bool required = false;
  bool later = false;  ///< of the design, not in this version: refused by the reader, left out of the reference
};

/// Keys of which one is written and not several, for the schema and the reference; a check of the reader says so.
struct KeyGroup {
  std::vector<std::string> names;
  bool needed = false;  ///< exactly one; else at most one
};

/// A description without its type.
struct KeysView {
  std::string title;
  std::string prose;  ///< what the mapping is about, one or two sentences; may be empty
  std::vector<KeyView> keys;
  std::vector<KeyGroup> groups;
};

template <class T>
const KeysView& view_of() {
  return T::keys().view();
}
/// The shape of a mapping that is described by `keys`.
inline Shape struct_of(const KeysView& (*keys)()) {
  return {.form = Shape::Form::kStruct, .type = "mapping", .keys = keys};
}

/// The parts of Keys that do not depend on the type.
namespace detail {
/// Reports what is no mapping, unknown keys, later keys and missing ones. False when there is nothing to read.
bool check_keys(const KeysView& view, const Node& node, Reading& reading);
}  // namespace detail

template <class T>
class Keys {
 public:
  using Check = std::function<void(const T&, const Node&, Reading&)>;

  explicit Keys(std::string title, std::string prose = {}) {
    view_.title = std::move(title);
    view_.prose = std::move(prose);
  }

  template <class M, class Owner>
  Keys& required(std::string_view name, M Owner::*member, std::string_view prose) {
    return add(name, member, prose, true);
  }
  template <class M, class Owner>
  Keys& optional(std::string_view name, M Owner::*member, std::string_view prose) {
    return add(name, member, prose, false);
  }
  /// Keys of the design that this version lacks: refused as "not in this version".
  template <class... Names>
  Keys& later(Names... names) {
    const auto add_later = [this](std::string_view name) {
      KeyView key;
      key.name = name;
      key.later = true;
      view_.keys.push_back(std::move(key));
    };
    (add_later(names), ...);
    return *this;
  }
  /// Bounds of the key before, both included: numbers, durations or sizes. Lists pass them to their items.
  template <class A, class B>
  Keys& range(A minimum, B maximum) {
    view_.keys.back().range = Range{bound(minimum), bound(maximum)};
    return *this;
  }
  template <class B>
  Keys& at_least(B minimum) {
    view_.keys.back().range = Range{.minimum = bound(minimum)};
    return *this;
  }
  /// What a number of the key before counts, for the reference.
  Keys& unit(std::string_view unit) {
    view_.keys.back().unit = unit;
    return *this;
  }
  /// What the key before holds, where its type does not say it: what is read later (Deferred) or by somebody else.
  Keys& holds(Shape shape) {
    shape.nullable = shape.nullable || view_.keys.back().shape.nullable;
    view_.keys.back().shape = std::move(shape);
    return *this;
  }
  /// What the texts of the key before are: whole programs, templates with `{{ }}`, paths with `{parameter}`, or names
  /// of something else (`cluster`).
  Keys& expression() { return mean(Meaning::kExpression); }
  Keys& text_template() { return mean(Meaning::kTemplate); }
  Keys& path_template() { return mean(Meaning::kPathTemplate); }
  Keys& refers_to(std::string_view what) { return mean(Meaning::kReference, what); }
  /// What holds when the key before is absent, in words, where its type has no value for that: `the cluster's`.
  Keys& by_default(std::string_view words) {
    view_.keys.back().default_prose = words;
    view_.keys.back().default_text.clear();
    return *this;
  }
  /// The list of the key before has an item at least; a check of the reader says so.
  Keys& not_empty() {
    view_.keys.back().shape.filled = true;
    return *this;
  }
  /// The key before is never shown: what is written there by mistake may be a secret.
  Keys& hidden() {
    view_.keys.back().shape.secret = true;
    return *this;
  }
  /// A key that is read by somebody else. It is described here, and known.
  Keys& read_elsewhere(std::string_view name, Shape shape, std::string_view prose) {
    KeyView key;
    key.name = name;
    key.shape = std::move(shape);
    key.prose = prose;
    view_.keys.push_back(std::move(key));
    return *this;
  }
  /// Of these keys one is written, or at most one.
  template <class... Names>
  Keys& exactly_one(Names... names) {
    view_.groups.push_back({{names...}, true});
    return *this;
  }
  template <class... Names>
  Keys& at_most_one(Names... names) {
    view_.groups.push_back({{names...}, false});
    return *this;
  }
  /// A rule that spans keys. Runs only when every key of this mapping could be read, so that it never blames the
  /// default of a key that is wrong already.
  Keys& check(Check check) {
    checks_.push_back(std::move(check));
    return *this;
  }

  /// A member that says whether the mapping could be read, for whoever would only blame what is wrong already.
  Keys& sound(bool T::*member) {
    sound_ = member;
    return *this;
  }

  /// Keys that are absent keep the value that `out` has. False when something was wrong; the rest is read all the same.
  bool read_into(const Node& node, Reading& reading, T& out) const {
    const bool ok = read_all(node, reading, out);
    if (sound_ != nullptr) out.*sound_ = ok;
    return ok;
  }

  const KeysView& view() const { return view_; }

 private:
  bool read_all(const Node& node, Reading& reading, T& out) const {
    const std::size_t before = reading.errors().error_count();
    if (!detail::check_keys(view_, node, reading)) return false;
    for (const Field& field : fields_) {
      const Node* value = node.find(view_.keys[field.index].name);
      if (!value) continue;
      auto step = reading.enter(view_.keys[field.index].name);
      reading.describe(view_.keys[field.index].shape);
      const std::optional<Range>& range = view_.keys[field.index].range;
      field.read_into(*value, reading, out, range ? &*range : nullptr);
    }
    if (reading.errors().error_count() != before) return false;
    for (const Check& check : checks_) check(out, node, reading);
    return reading.errors().error_count() == before;
  }

  Keys& mean(Meaning meaning, std::string_view what = {}) {
    give_meaning(view_.keys.back().shape, meaning, what);
    return *this;
  }

  struct Field {
    std::size_t index;  ///< into the view
    std::function<bool(const Node&, Reading&, T&, const Range*)> read_into;
  };

  template <class M, class Owner>
  Keys& add(std::string_view name, M Owner::*member, std::string_view prose, bool required) {
    static_assert(std::is_base_of_v<Owner, T>);
    fields_.push_back({view_.keys.size(), [member](const Node& node, Reading& reading, T& out, const Range* range) {
                         return Value<M>::read_into(node, reading, out.*member, range);
                       }});
    KeyView key;
    key.name = name;
    key.shape = Value<M>::shape();
    key.prose = prose;
    key.required = required;
    if (!required) key.default_text = Value<M>::text(T{}.*member);
    view_.keys.push_back(std::move(key));
    return *this;
  }

  KeysView view_;
  std::vector<Field> fields_;
  std::vector<Check> checks_;
  bool T::*sound_ = nullptr;
};

template <class T>
concept HasKeys = requires {
  { T::keys() } -> std::same_as<const Keys<T>&>;
};

template <HasKeys T>
struct Value<T> {
  static bool read_into(const Node& node, Reading& reading, T& out, const Range*) {
    return T::keys().read_into(node, reading, out);
  }
  static Shape shape() {
    // The view is asked for later: describing a struct must not need the description of the structs within it.
    return struct_of(&view_of<T>);
  }
  static std::string text(const T&) { return {}; }
};

}  // namespace causeway::config
