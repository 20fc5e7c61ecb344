// JSON read once into an index of its tokens, for what looks into bodies on the way of a call. Nothing is converted:
// a number is the digits that were sent, a string the bytes between its quotes.
//
// One pass, no recursion; memory is one array of nodes from the given resource. A document is immutable once read and
// then thread safe; it refers to the text, which outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway {

struct JsonReadOptions {
  std::size_t depth = 64;            ///< containers nested at most this deep (≤ kMaxJsonDepth)
  std::size_t values = 1u << 20;     ///< at most so many: memory is 24 bytes for each
  bool refuse_doubled_names = true;  ///< an object with one name twice is a problem (RFC 8259, 4: unpredictable)
};

class JsonDocument {
 public:
  using Index = std::uint32_t;  ///< of a node; the root is 0
  static constexpr Index kNone = 0xffffffff;

  /// Strictly what check_json takes. The problem's offset is that of the first wrong byte; of a doubled name, of its
  /// second occurrence; of a text of 4 GiB and more, 0.
  static std::variant<JsonDocument, JsonProblem> read(
      Bytes text, const JsonReadOptions& options = {},
      std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  JsonKind kind(Index node) const;
  /// The bytes of the value: a number's digits, a string with its quotes and escapes, a container with all that is in
  /// it.
  Bytes raw(Index node) const;
  /// Items of an array, members of an object; 0 for others.
  std::size_t size(Index node) const;
  /// The first child and the one behind a child; kNone behind the last. Of an object they are the values.
  Index first(Index container) const;
  Index next(Index child) const;
  /// The name of a member whose value is `child`, with its quotes and escapes.
  Bytes raw_name(Index child) const;
  /// Does the name say `name`? Compares unescaped, without allocating.
  bool is_named(Index child, std::string_view name) const;
  /// What a string says, unescaped, U+FFFD for lone surrogates: a view of the text where it has no escape, else of
  /// `scratch`, which is replaced.
  Bytes text(Index string, std::string& scratch) const;
  /// The same of a member's name.
  Bytes name(Index child, std::string& scratch) const;
  /// The member of that name, the last one if doubled names were let through; kNone when there is none.
  Index find(Index object, std::string_view name) const;

 private:
  friend class JsonDocumentReader;
  struct Node {
    std::uint32_t begin = 0;  ///< of the value in the text
    std::uint32_t end = 0;
    std::uint32_t name = 0;  ///< where the member's name begins; unused outside of objects
    std::uint32_t name_end = 0;
    std::uint32_t next = kNone;
    std::uint32_t size = 0;
  };
  explicit JsonDocument(Bytes text, std::pmr::memory_resource* memory) : text_(text), nodes_(memory) {}

  Bytes text_;
  std::pmr::vector<Node> nodes_;
};

}  // namespace causeway
