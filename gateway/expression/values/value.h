// A JSON value while a program runs. Internal to expression.
//
// Immutable as seen from outside and counted by reference, within one run and so one thread. Nothing is converted
// before it must be: a value of the input is a node of its document, a number is its digits, a text of the program lies
// in the plan. 16 bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/json_document.h"
#include "expression/values/resources.h"

namespace causeway::expression {

/// In the order in which jq sorts.
enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

/// `boolean`, `number` and so on, as `type` says it.
std::string_view name_of(Kind kind);

/// The head of what values share: characters, items or members follow it.
struct Block {
  Resources* resources;
  std::uint32_t references;
  std::uint32_t size;
  std::uint32_t capacity;
  std::uint16_t depth;  ///< of containers: 1, and one more for each level within
  std::uint8_t size_class;
};

class Value {
 public:
  enum class Tag : std::uint8_t {
    kNull,
    kFalse,
    kTrue,
    kInteger,
    kToken,  ///< a number's digits, which outlive the run
    kNan,
    kInfinite,
    kMinusInfinite,
    kText,      ///< what a string says, which outlives the run
    kDocument,  ///< a node of a document, which outlives the run
    // From here on: counted blocks.
    kOwnToken,
    kOwnText,
    kArray,
    kObject,
  };

  /// null
  Value() : block_(nullptr) {}
  /// null, of what was looked for in vain: the run's Absences have it under this number.
  static Value absent(std::uint32_t number) {
    Value value;
    value.size_ = number;
    value.integer_ = ~static_cast<std::int64_t>(number);
    return value;
  }
  explicit Value(bool value) : tag_(value ? Tag::kTrue : Tag::kFalse), block_(nullptr) {}
  static Value integer(std::int64_t value);
  static Value token(std::string_view digits) { return view(Tag::kToken, digits); }
  static Value text(std::string_view text) { return view(Tag::kText, text); }
  static Value node(const JsonDocument& document, JsonDocument::Index index);
  static Value special(Tag tag);
  /// Takes over the reference that the block was made with.
  static Value own(Tag tag, Block* block);

  Value(const Value& other) : tag_(other.tag_), kind_(other.kind_), size_(other.size_), block_(other.block_) {
    if (counted()) ++block_->references;
  }
  Value(Value&& other) noexcept
      : tag_(std::exchange(other.tag_, Tag::kNull)), kind_(other.kind_), size_(other.size_), block_(other.block_) {}
  Value& operator=(const Value& other) {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Value() {
    if (counted() && --block_->references == 0) destroy();
  }
  void swap(Value& other) noexcept {
    std::swap(tag_, other.tag_);
    std::swap(kind_, other.kind_);
    std::swap(size_, other.size_);
    std::swap(block_, other.block_);
  }

  Tag tag() const { return tag_; }
  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_number() const { return kind() == Kind::kNumber; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  /// Neither false nor null.
  bool truthy() const { return kind() >= Kind::kTrue; }

  // Each for its tags only.
  /// Of a null: its number, 0 when it is any null.
  std::uint32_t absence() const {
    return tag_ == Tag::kNull && integer_ == ~static_cast<std::int64_t>(size_) ? size_ : 0;
  }
  std::int64_t as_integer() const { return integer_; }
  std::string_view as_view() const { return {text_, size_}; }
  const JsonDocument& document() const { return *document_; }
  JsonDocument::Index index() const { return size_; }
  Block* block() const { return block_; }
  /// Of a document: the bytes.
  Bytes raw() const { return document_->raw(size_); }
  /// Of a number that is not special: its digits, in `scratch` where it has none of its own.
  std::string_view digits(char (&scratch)[24]) const;
  /// Of kText and kOwnText: what it says.
  std::string_view said() const;
  /// How deep it is nested, at most: 0 for scalars, for a container of a document what the document is.
  std::size_t depth() const;
  /// Its block was replaced by a larger one, which holds what the old one held.
  void rehouse(Block* block) { block_ = block; }
  /// The only reference to a counted block.
  bool sole() const { return counted() && block_->references == 1; }

 private:
  static Value view(Tag tag, std::string_view text);
  bool counted() const { return tag_ >= Tag::kOwnToken; }
  void destroy();

  Tag tag_ = Tag::kNull;
  Kind kind_ = Kind::kNull;  // of kDocument
  std::uint32_t size_ = 0;   // of a view, or the node
  union {
    std::int64_t integer_;
    const char* text_;
    const JsonDocument* document_;
    Block* block_;
  };
};
static_assert(sizeof(Value) == 16);

/// So deep that functions that go through two values at once refuse them.
inline bool both_deeper_than_operands(const Value& left, const Value& right) {
  if (left.tag() < Value::Tag::kArray || right.tag() < Value::Tag::kArray) return false;
  return left.block()->depth > kDeepestOperand && right.block()->depth > kDeepestOperand;
}

/// As many characters as `capacity`, none yet.
Block* new_text(Resources& resources, std::size_t capacity);
inline char* characters(Block* block) { return reinterpret_cast<char*>(block + 1); }
inline const char* characters(const Block* block) { return reinterpret_cast<const char*>(block + 1); }

/// A string that says a copy of `text`.
Value copy_text(Resources& resources, std::string_view text);
/// The number that `token`, which is valid JSON, writes; its digits are kept.
Value copy_number(Resources& resources, std::string_view token);
/// What a JSON string in `raw`, which outlives the run, says.
Value unquote(Resources& resources, Bytes raw);
/// A string as kText or kOwnText, unescaped.
Value plain_string(Resources& resources, const Value& string);

}  // namespace causeway::expression
