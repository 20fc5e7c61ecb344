// The header fields of one message, as views of bytes that somebody else keeps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include "net/header_id.h"

namespace causeway::net {

struct HeaderField {
  std::string_view name;   ///< as received or as it is to be sent; compared without case
  std::string_view value;  ///< without surrounding blanks
  HeaderId id = HeaderId::kUnknown;
};

/// A list in the order of the wire. Names and values are not copied: what they view outlives the list (the connection's
/// buffer, the exchange's arena, static text). 32 fields are held inside; beyond that one block for kMaxFields comes
/// from `memory`. Finding a known id costs one array access. Not thread safe; its address is stable, so it neither
/// copies nor moves. Pointers from iteration are valid until the list changes.
class Headers {
 public:
  static constexpr std::size_t kInlineFields = 32;
  static constexpr std::size_t kMaxFields = 128;

  explicit Headers(std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~Headers() { release(); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;

  /// Appends. False, and nothing happens, when kMaxFields are there. The three-argument form trusts `id`.
  bool add(std::string_view name, std::string_view value) { return add(name, value, header_id(name)); }
  bool add(std::string_view name, std::string_view value, HeaderId id);
  bool add(HeaderId id, std::string_view value) { return add(header_name(id), value, id); }

  /// Leaves exactly one field of that name, at the first one's place or at the end. False when the list is full.
  bool set(HeaderId id, std::string_view value);
  bool set(std::string_view name, std::string_view value);

  /// Removes every field of that name; returns how many.
  std::size_t remove(HeaderId id);
  std::size_t remove(std::string_view name);

  /// The first value of that name.
  std::optional<std::string_view> get(HeaderId id) const {
    const std::size_t place = first_[static_cast<std::size_t>(id)];
    return place == kNone ? std::nullopt : std::optional(fields_[place].value);
  }
  std::optional<std::string_view> get(std::string_view name) const;
  bool contains(HeaderId id) const { return first_[static_cast<std::size_t>(id)] != kNone; }
  std::size_t count(HeaderId id) const;

  /// Empty again; the block, if there was one, goes back to `memory`.
  void clear();
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const HeaderField* begin() const { return fields_; }
  const HeaderField* end() const { return fields_ + size_; }

 private:
  static constexpr std::uint8_t kNone = 0xff;

  void grow();
  std::size_t remove_after(std::size_t start, HeaderId id, std::string_view name);
  std::size_t find(std::string_view name) const;

  HeaderField* inline_fields() { return reinterpret_cast<HeaderField*>(inline_); }
  void release();

  std::pmr::memory_resource* memory_;
  HeaderField* fields_ = inline_fields();
  std::size_t size_ = 0;
  std::array<std::uint8_t, kHeaderIdCount> first_;                              ///< place of the first field of each id
  alignas(HeaderField) std::byte inline_[kInlineFields * sizeof(HeaderField)];  ///< raw: only what is added is written
};

}  // namespace causeway::net
