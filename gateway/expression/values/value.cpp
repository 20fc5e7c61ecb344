#include "expression/values/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <new>

#include "core/json_unescape.h"
#include "expression/values/containers.h"

namespace causeway::expression {
namespace {

Kind kind_in(const JsonDocument& document, JsonDocument::Index index) {
  static constexpr std::array<Kind, 7> kKinds = {Kind::kNull,   Kind::kNull,  Kind::kFalse, Kind::kNumber,
                                                 Kind::kString, Kind::kArray, Kind::kObject};
  const JsonKind kind = document.kind(index);
  if (kind == JsonKind::kBoolean && document.raw(index)[0] == 't') return Kind::kTrue;
  return kKinds[static_cast<std::size_t>(kind)];
}

/// So much of a text is looked through for one character in the time of a step.
constexpr std::size_t kLongText = 1024;

/// Written as an integer is printed, and it fits.
bool is_plain_integer(std::string_view token) {
  const std::string_view digits = token.starts_with('-') ? token.substr(1) : token;
  if (digits.empty() || digits.size() > 18) return false;
  if (digits[0] == '0') return token == "0";
  return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 7> kNames = {"null",   "boolean", "boolean", "number",
                                                      "string", "array",   "object"};
  return kNames[static_cast<std::size_t>(kind)];
}

Value Value::integer(std::int64_t value) {
  Value made;
  made.tag_ = Tag::kInteger;
  made.integer_ = value;
  return made;
}

Value Value::view(Tag tag, std::string_view text) {
  Value made;
  made.tag_ = tag;
  made.size_ = static_cast<std::uint32_t>(text.size());
  made.text_ = text.data();
  return made;
}

Value Value::node(const JsonDocument& document, JsonDocument::Index index) {
  Value made;
  made.tag_ = Tag::kDocument;
  made.kind_ = kind_in(document, index);
  made.size_ = index;
  made.document_ = &document;
  return made;
}

Value Value::special(Tag tag) {
  Value made;
  made.tag_ = tag;
  return made;
}

Value Value::own(Tag tag, Block* block) {
  Value made;
  made.tag_ = tag;
  made.block_ = block;
  return made;
}

Kind Value::kind() const {
  static constexpr std::array<Kind, 14> kKinds = {
      Kind::kNull,   Kind::kFalse,  Kind::kTrue, Kind::kNumber, Kind::kNumber, Kind::kNumber, Kind::kNumber,
      Kind::kNumber, Kind::kString, Kind::kNull, Kind::kNumber, Kind::kString, Kind::kArray,  Kind::kObject};
  return tag_ == Tag::kDocument ? kind_ : kKinds[static_cast<std::size_t>(tag_)];
}

std::string_view Value::digits(char (&scratch)[24]) const {
  switch (tag_) {
    case Tag::kInteger: {
      const auto [end, error] = std::to_chars(scratch, scratch + sizeof scratch, integer_);
      return {scratch, static_cast<std::size_t>(end - scratch)};
    }
    case Tag::kOwnToken:
      return {characters(block_), block_->size};
    case Tag::kDocument:
      return raw();
    default:
      return as_view();
  }
}

std::string_view Value::said() const {
  return tag_ == Tag::kOwnText ? std::string_view(characters(block_), block_->size) : as_view();
}

std::size_t Value::depth() const {
  if (tag_ >= Tag::kArray) return block_->depth;
  return tag_ == Tag::kDocument && kind_ >= Kind::kArray ? document_->depth() : 0;
}

void Value::destroy() {
  if (tag_ == Tag::kArray) destroy_items(block_);
  else if (tag_ == Tag::kObject) destroy_members(block_);
  block_->resources->release(block_, block_->size_class);
}

Block* new_text(Resources& resources, std::size_t capacity) {
  std::uint8_t size_class = 0;
  void* const memory = resources.take(sizeof(Block) + capacity, size_class);
  return new (memory) Block{.resources = &resources,
                            .references = 1,
                            .size = 0,
                            .capacity = static_cast<std::uint32_t>(Resources::size_of(size_class) - sizeof(Block)),
                            .depth = 0,
                            .size_class = size_class};
}

Value copy_text(Resources& resources, std::string_view text) {
  Block* const block = new_text(resources, text.size());
  if (!text.empty()) std::memcpy(characters(block), text.data(), text.size());
  block->size = static_cast<std::uint32_t>(text.size());
  return Value::own(Value::Tag::kOwnText, block);
}

Value copy_number(Resources& resources, std::string_view token) {
  if (is_plain_integer(token)) {
    std::int64_t value = 0;
    std::from_chars(token.data(), token.data() + token.size(), value);
    return Value::integer(value);
  }
  Block* const block = new_text(resources, token.size());
  std::memcpy(characters(block), token.data(), token.size());
  block->size = static_cast<std::uint32_t>(token.size());
  return Value::own(Value::Tag::kOwnToken, block);
}

Value unquote(Resources& resources, Bytes raw) {
  const Bytes inner = raw.substr(1, raw.size() - 2);
  if (inner.size() >= kLongText) resources.spend(inner.size() / kLongText);
  if (inner.find('\\') == Bytes::npos) return Value::text(inner);
  resources.spend_characters(2 * inner.size());
  Block* const block = new_text(resources, inner.size());  // an escape is longer than what it says
  char* out = characters(block);
  const char* at = inner.data();
  const char* const end = at + inner.size();
  while (at != end) {
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    const json::Unescaped escape = json::unescape(at, end);
    out = std::copy_n(escape.bytes.data(), escape.size, out);
    at = escape.behind;
  }
  block->size = static_cast<std::uint32_t>(out - characters(block));
  return Value::own(Value::Tag::kOwnText, block);
}

Value plain_string(Resources& resources, const Value& string) {
  if (string.tag() != Value::Tag::kDocument) return string;
  const Bytes raw = string.raw();
  if (string.document().is_escaped(string.index())) return unquote(resources, raw);
  return Value::text(raw.substr(1, raw.size() - 2));
}

}  // namespace causeway::expression
