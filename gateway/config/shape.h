// What values of the configuration look like: from it come the JSON Schema, the reference page, and whatever shows a
// configuration without its secrets. Values; built once, constant and thread safe afterwards.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/text_forms.h"

namespace causeway::config {

struct KeysView;
struct Choice;

/// Bounds of a key, both included: numbers as they are, durations in nanoseconds, sizes in bytes.
struct Range {
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};
constexpr std::int64_t bound(std::integral auto value) { return static_cast<std::int64_t>(value); }
constexpr std::int64_t bound(Duration value) { return value.count(); }
constexpr std::int64_t bound(ByteSize value) { return static_cast<std::int64_t>(bytes(value)); }

/// What a text is to be understood as, beyond its type.
enum class Meaning : std::uint8_t {
  kPlain,
  kExpression,    ///< a whole program: `.items | length`
  kTemplate,      ///< text with `{{ expression }}` in it
  kPathTemplate,  ///< a path with `{parameter}`
  kReference,     ///< the name of something else, see Shape::refers_to
};

/// What a key accepts.
struct Shape {
  enum class Form {
    kBoolean,
    kInteger,
    kNumber,
    kText,
    kList,
    kMap,     ///< names that users choose, all with values of one shape
    kStruct,  ///< the keys of `keys`
    kAny,     ///< whatever YAML can say
    kTagged,  ///< a mapping with one of `choices` as its only key, or just that name
    kEither,  ///< one of the shapes in `element`
  };
  Form form = Form::kAny;
  std::string type;                                   ///< `duration`, `whole number`, `list of texts`
  std::vector<std::string> names{};                   ///< the words of an enum
  std::vector<Shape> element{};                       ///< of a list or a map: one; of kEither: the alternatives
  const KeysView& (*keys)() = nullptr;                ///< a function, because structs may hold themselves
  const std::vector<Choice>& (*choices)() = nullptr;  ///< likewise
  std::string expected{};                             ///< with an example: `a duration such as 5s`; may be empty
  std::string pattern{};                              ///< ECMAScript's, of the whole text; empty: any text
  Meaning meaning = Meaning::kPlain;
  std::string refers_to{};                            ///< of kReference: `cluster`, `topic`, `consumer`, …
  bool secret = false;                                ///< never to be shown
  bool nullable = false;                              ///< nothing may stand there, as if the key were absent
  bool filled = false;                                ///< of a list: it has an item at least
  bool has_auto = false;                              ///< or the word `auto`
  Range bounds{};                                     ///< those of the type
  std::string (*bound_text)(std::int64_t) = nullptr;  ///< how a bound is written; null: as a number
};

/// One of the names that a kTagged may have.
struct Choice {
  std::string name;
  std::string prose;
  Shape settings{};    ///< behind the name
  bool later = false;  ///< of the design, not in this version: refused, left out of the reference
};

Shape list_of(Shape item);
Shape map_of(Shape value);
/// One of several shapes; `type` says it in words.
Shape either(std::string type, std::vector<Shape> alternatives);
/// One of a few words.
Shape word(std::vector<std::string> words);
/// `type` says what the names are: `plugin with its settings`.
Shape tagged(std::string type, const std::vector<Choice>& (*choices)());
/// The texts within a shape (items of lists, values of maps, alternatives) get a meaning.
void give_meaning(Shape& shape, Meaning meaning, std::string_view refers_to = {});

/// The keys of a mapping; of alternatives, those of the first that has some. The shape has them.
const KeysView& keys_of(const Shape& shape);

/// The description of a value below `parent`, which stands in the file as `parent_node`: of the value under `key` of a
/// mapping, or of an item of a list (`key` is ignored then). Null when nobody describes it: an unknown key.
const Shape* shape_below(const Shape& parent, const Node& parent_node, std::string_view key);

}  // namespace causeway::config
