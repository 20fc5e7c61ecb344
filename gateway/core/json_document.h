// JSON read once into an index of its tokens, for what looks into bodies on the way of a call. Nothing is converted:
// a number is the digits that were sent, a string the bytes between its quotes.
//
// One pass, no recursion; memory is one array of nodes from the given resource, which outlives the document. A document
// is immutable once read and then thread safe; it refers to the text, which outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <variant>

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
  static constexpr std::size_t kMostValues = (std::size_t{1} << 27) - 1;  ///< whatever is allowed

  /// Strictly what check_json takes. The problem's offset is that of the first wrong byte; of a doubled name, of its
  /// second occurrence; of a text of 4 GiB and more, 0.
  static std::variant<JsonDocument, JsonProblem> read(
      Bytes text, const JsonReadOptions& options = {},
      std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  JsonDocument(JsonDocument&& other) noexcept
      : text_(other.text_),
        nodes_(std::exchange(other.nodes_, nullptr)),
        count_(other.count_),
        capacity_(other.capacity_),
        depth_(other.depth_),
        unique_names_(other.unique_names_),
        has_blanks_(other.has_blanks_),
        memory_(other.memory_) {}
  JsonDocument& operator=(JsonDocument&& other) noexcept;
  ~JsonDocument() { release(); }

  Bytes text() const { return text_; }
  /// How many values there are.
  std::size_t count() const { return count_; }
  /// How deep containers nest: 0 for a scalar.
  std::size_t depth() const { return depth_; }
  /// Are there blanks between the tokens, or around them?
  bool has_blanks() const { return has_blanks_; }

  JsonKind kind(Index node) const { return static_cast<JsonKind>(nodes_[node].kind); }
  /// The bytes of the value: a number's digits, a string with its quotes and escapes, a container with all that is in
  /// it.
  Bytes raw(Index node) const { return {text_.data() + nodes_[node].begin, nodes_[node].end - nodes_[node].begin}; }
  /// Items of an array, members of an object; 0 for others.
  std::size_t size(Index node) const { return nodes_[node].size; }
  /// The first child and the one behind a child; kNone behind the last. Of an object they are the values.
  Index first(Index container) const { return nodes_[container].size == 0 ? kNone : container + 1; }
  Index next(Index child) const { return nodes_[child].next; }
  /// The name of a member whose value is `child`, with its quotes and escapes.
  Bytes raw_name(Index child) const { return {text_.data() + nodes_[child].name, nodes_[child].name_size}; }
  /// Has a string, or the name of a member, escapes? Else it says what stands between its quotes.
  bool is_escaped(Index string) const { return nodes_[string].escaped; }
  bool has_escaped_name(Index child) const { return nodes_[child].name_escaped; }
  /// Does the name say `name`? Compares unescaped, without allocating.
  bool is_named(Index child, std::string_view name) const;
  /// What a string says, unescaped, U+FFFD for lone surrogates: a view of the text where it has no escape, else of
  /// `scratch`, which is replaced.
  Bytes text(Index string, std::string& scratch) const;
  /// The same of a member's name.
  Bytes name(Index child, std::string& scratch) const;
  /// The member of that name, the last one if doubled names were let through; kNone when there is none.
  Index find(Index object, std::string_view name) const;
  /// The same for many names in turn, which are found faster in the order in which they stand: `place` goes from call
  /// to call, kNone at first.
  Index find(Index object, std::string_view name, Index& place) const;

 private:
  friend class JsonDocumentReader;
  struct Node {
    std::uint32_t begin;  // of the value in the text
    std::uint32_t end;
    std::uint32_t name;  // where the member's name begins; unused outside of objects
    std::uint32_t name_size;
    std::uint32_t next;
    std::uint32_t size : 27;
    std::uint32_t kind : 3;
    bool escaped : 1;
    bool name_escaped : 1;
  };
  static_assert(sizeof(Node) == 24);

  explicit JsonDocument(Bytes text, std::pmr::memory_resource* memory) : text_(text), memory_(memory) {}
  void release();
  bool has_name(const Node& member, std::string_view name) const;

  Bytes text_;
  Node* nodes_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint16_t depth_ = 0;
  bool unique_names_ = true;
  bool has_blanks_ = false;
  std::pmr::memory_resource* memory_;
};

}  // namespace causeway
