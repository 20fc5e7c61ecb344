// What a run looked for and did not find: a failure over such a null names the place. Internal to expression.
#pragma once

#include <array>
#include <cstdint>

#include "expression/values/value.h"

namespace causeway::expression {

/// The last few only: whoever fails over a null has mostly just looked for it. One thread: a run's own.
class Absences {
 public:
  struct Absence {
    std::uint32_t number = 0;
    Value of;   ///< a node of a document, or itself what was not found
    Value key;  ///< a text or an integer, of the program or of the data
  };

  /// The null that `of` has at `key`; it remembers both where they are something that a reader would know.
  Value note(const Value& of, const Value& key) {
    const bool known = of.tag() == Value::Tag::kDocument || of.absence() != 0;
    if (!known || (key.tag() != Value::Tag::kText && key.tag() != Value::Tag::kInteger)) return {};
    Absence& place = last_[++noted_ % last_.size()];
    place.number = noted_;
    place.of = of;
    place.key = key;
    return Value::absent(noted_);
  }
  /// Null when it is one of none, or of too many since.
  const Absence* find(std::uint32_t number) const {
    const Absence& place = last_[number % last_.size()];
    return number != 0 && place.number == number ? &place : nullptr;
  }

 private:
  std::array<Absence, 8> last_{};
  std::uint32_t noted_ = 0;
};

}  // namespace causeway::expression
