#include "net/headers.h"

#include <algorithm>
#include <new>

#include "net/characters.h"

namespace causeway::net {

Headers::Headers(std::pmr::memory_resource* memory) : memory_(memory) { first_.fill(kNone); }

bool Headers::add(std::string_view name, std::string_view value, HeaderId id) {
  if (size_ == kInlineFields && fields_ == inline_fields()) grow();
  if (size_ == kMaxFields) return false;
  new (fields_ + size_) HeaderField{name, value, id};
  std::uint8_t& first = first_[static_cast<std::size_t>(id)];
  if (first == kNone) first = static_cast<std::uint8_t>(size_);
  ++size_;
  return true;
}

bool Headers::set(HeaderId id, std::string_view value) {
  const std::size_t place = first_[static_cast<std::size_t>(id)];
  if (place == kNone) return add(id, value);
  fields_[place].value = value;
  remove_after(place + 1, id, {});
  return true;
}

bool Headers::set(std::string_view name, std::string_view value) {
  const std::size_t place = find(name);
  if (place == size_) return add(name, value);
  fields_[place].value = value;
  remove_after(place + 1, fields_[place].id, name);
  return true;
}

std::size_t Headers::remove(HeaderId id) {
  const std::size_t place = first_[static_cast<std::size_t>(id)];
  return place == kNone ? 0 : remove_after(place, id, {});
}

std::size_t Headers::remove(std::string_view name) { return remove_after(0, header_id(name), name); }

std::optional<std::string_view> Headers::get(std::string_view name) const {
  const std::size_t place = find(name);
  if (place == size_) return std::nullopt;
  return fields_[place].value;
}

std::size_t Headers::count(HeaderId id) const {
  const auto first = std::min<std::size_t>(first_[static_cast<std::size_t>(id)], size_);
  return static_cast<std::size_t>(
      std::count_if(fields_ + first, fields_ + size_, [id](const HeaderField& field) { return field.id == id; }));
}

void Headers::clear() {
  release();
  fields_ = inline_fields();
  size_ = 0;
  first_.fill(kNone);
}

void Headers::release() {
  if (fields_ != inline_fields()) memory_->deallocate(fields_, kMaxFields * sizeof(HeaderField), alignof(HeaderField));
}

void Headers::grow() {
  void* block = memory_->allocate(kMaxFields * sizeof(HeaderField), alignof(HeaderField));
  fields_ = std::uninitialized_copy_n(fields_, size_, static_cast<HeaderField*>(block)) - size_;
}

std::size_t Headers::find(std::string_view name) const {
  const HeaderId id = header_id(name);
  if (id != HeaderId::kUnknown) return std::min<std::size_t>(first_[static_cast<std::size_t>(id)], size_);
  for (std::size_t i = 0; i < size_; ++i) {
    if (fields_[i].id == HeaderId::kUnknown && equals_ignoring_case(fields_[i].name, name)) return i;
  }
  return size_;
}

// Unknown names are compared by `name`, all others by `id`.
std::size_t Headers::remove_after(std::size_t start, HeaderId id, std::string_view name) {
  HeaderField* const end = fields_ + size_;
  HeaderField* const kept = std::remove_if(fields_ + start, end, [&](const HeaderField& field) {
    return field.id == id && (id != HeaderId::kUnknown || equals_ignoring_case(field.name, name));
  });
  const auto removed = static_cast<std::size_t>(end - kept);
  if (removed == 0) return 0;
  size_ -= removed;
  first_.fill(kNone);
  for (std::size_t i = size_; i-- > 0;) first_[static_cast<std::size_t>(fields_[i].id)] = static_cast<std::uint8_t>(i);
  return removed;
}

}  // namespace causeway::net
