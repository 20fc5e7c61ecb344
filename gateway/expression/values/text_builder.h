// Builds a string of a run, and writes values as JSON. Internal to expression.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "expression/values/value.h"

namespace causeway::expression {

/// Ends the run, and takes no more, when the text would exceed the memory of the run. What is written into it has then
/// to end too, which full() says.
class TextBuilder {
 public:
  explicit TextBuilder(Resources& resources, std::size_t capacity = 40)
      : resources_(resources), block_(new_text(resources, capacity)) {}
  ~TextBuilder() {
    if (block_) resources_.release(block_, block_->size_class);
  }
  TextBuilder(const TextBuilder&) = delete;
  TextBuilder& operator=(const TextBuilder&) = delete;

  void append(std::string_view text) {
    if (text.size() > block_->capacity - block_->size && !grow(text.size())) return;
    copy(characters(block_) + block_->size, text.data(), text.size());
    block_->size += static_cast<std::uint32_t>(text.size());
  }
  void append(char c) { append(std::string_view(&c, 1)); }
  /// The UTF-8 of a code point; of what is none, U+FFFD.
  void append_point(std::uint32_t point);
  /// `text` in quotes, with what JSON wants escaped.
  void append_quoted(std::string_view text);
  std::string_view view() const { return {characters(block_), block_->size}; }
  /// Whatever comes behind so many bytes is dropped, and full() says so.
  void limit(std::size_t size) { limit_ = size; }
  bool full() const { return full_ || block_->size > limit_; }
  /// Strings of the input are written as they were sent. Else write_json writes the same string always the same, as
  /// programs that look at the text expect it.
  void keep_escapes() { keeps_escapes_ = true; }
  bool keeps_escapes() const { return keeps_escapes_; }
  Resources& resources() { return resources_; }
  /// One container further in. False: it is left out, as what nests too deeply.
  bool enter() {
    if (++level_ <= kDeepestOperand && resources_.has_stack()) return true;
    append("\"<skipped: too deep>\"");
    leave();
    return false;
  }
  void leave() { --level_; }
  void cut(std::size_t size) { block_->size = static_cast<std::uint32_t>(size); }

  /// What was built; then there is nothing.
  Value finish();

 private:
  bool grow(std::size_t more);
  /// As memcpy, for tokens: most are short.
  static void copy(char* to, const char* from, std::size_t size) {
    if (size > 16) std::memcpy(to, from, size);
    else if (size >= 8) copy_ends<std::uint64_t>(to, from, size);
    else if (size >= 4) copy_ends<std::uint32_t>(to, from, size);
    else if (size >= 2) copy_ends<std::uint16_t>(to, from, size);
    else if (size == 1) *to = *from;
  }
  template <class Word>
  static void copy_ends(char* to, const char* from, std::size_t size) {
    Word first;
    Word last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
  }

  Resources& resources_;
  Block* block_;
  std::size_t limit_ = ~std::size_t{0};
  bool full_ = false;
  bool keeps_escapes_ = false;
  std::uint32_t level_ = 0;
};

/// `text` as a JSON string, as append_quoted writes it.
std::string quoted(std::string_view text);

/// The value as compact JSON.
void write_json(TextBuilder& out, const Value& value);
/// What `tostring` gives: of a string what it says, of everything else JSON.
void write_plain(TextBuilder& out, Resources& resources, const Value& value);

}  // namespace causeway::expression
