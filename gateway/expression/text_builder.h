// Builds a string of a run, and writes values as JSON. Internal to expression.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "expression/value.h"

namespace causeway::expression {

/// Ends the run, and takes no more, when the text would exceed the memory of the run.
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
    if (!text.empty()) std::memcpy(characters(block_) + block_->size, text.data(), text.size());
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
  bool full() const { return block_->size > limit_; }
  void cut(std::size_t size) { block_->size = static_cast<std::uint32_t>(size); }

  /// What was built; then there is nothing.
  Value finish();

 private:
  bool grow(std::size_t more);

  Resources& resources_;
  Block* block_;
  std::size_t limit_ = ~std::size_t{0};
};

/// `text` as a JSON string, as append_quoted writes it.
std::string quoted(std::string_view text);

/// The value as compact JSON.
void write_json(TextBuilder& out, const Value& value);
/// What `tostring` gives: of a string what it says, of everything else JSON.
void write_plain(TextBuilder& out, Resources& resources, const Value& value);

}  // namespace causeway::expression
