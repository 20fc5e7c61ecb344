#include "core/json_names.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

#include "core/json_unescape.h"

namespace causeway::json {
namespace {

constexpr std::uint32_t kFree = 0xffffffff;

struct Key {
  std::uint64_t low;
  std::uint64_t high;
};

Key draw_key() {
  std::random_device random;
  const auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
  const std::uint64_t low = word();
  return {low, word()};
}

void mix(std::uint64_t (&v)[4]) {
  v[0] += v[1], v[1] = std::rotl(v[1], 13) ^ v[0], v[0] = std::rotl(v[0], 32);
  v[2] += v[3], v[3] = std::rotl(v[3], 16) ^ v[2];
  v[0] += v[3], v[3] = std::rotl(v[3], 21) ^ v[0];
  v[2] += v[1], v[1] = std::rotl(v[1], 17) ^ v[2], v[2] = std::rotl(v[2], 32);
}

template <class Word>
Word word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Equal for equal names, and rarely for others: the size, the first and the last bytes.
std::uint64_t mark_of(Bytes name) {
  const char* const at = name.data();
  const std::size_t size = name.size();
  const std::uint64_t length = std::uint64_t{size} << 56;
  if (size >= 8) return (word_at<std::uint64_t>(at) ^ std::rotl(word_at<std::uint64_t>(at + size - 8), 24)) + length;
  if (size >= 4)
    return (word_at<std::uint32_t>(at) | std::uint64_t{word_at<std::uint32_t>(at + size - 4)} << 24) + length;
  if (size == 0) return 0;
  const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
  return (byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16) + length;
}

}  // namespace

std::uint64_t keyed_hash(Bytes text) {
  static const Key key = draw_key();
  std::uint64_t v[4] = {key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d, key.low ^ 0x6c7967656e657261,
                        key.high ^ 0x7465646279746573};
  const std::uint64_t length = std::uint64_t{text.size()} << 56;
  std::uint64_t word = 0;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::memcpy(&word, text.data(), 8);
    v[3] ^= word, mix(v), v[0] ^= word;
  }
  word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  word |= length;
  v[3] ^= word, mix(v), v[0] ^= word;
  v[2] ^= 0xff;
  mix(v), mix(v), mix(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void NameSet::reset(std::size_t count) {
  size_ = 0;
  mask_ = 0;
  any_escaped_ = false;
  if (count <= kFew) return;
  slots_ = own_.data();
  const std::size_t slots = std::bit_ceil(count * 2);
  if (slots > kSlots) {
    if (large_.size() < slots) large_.resize(slots);
    slots_ = large_.data();
  }
  mask_ = slots - 1;
  std::fill_n(slots_, slots, Slot{nullptr, kFree, 0});
}

bool NameSet::insert(Bytes name, bool escaped) {
  return mask_ == 0 ? insert_few(name, escaped) : insert_hashed(name, escaped);
}

bool NameSet::insert_few(Bytes name, bool escaped) {
  any_escaped_ = any_escaped_ || escaped;
  const std::uint64_t mark = mark_of(name);
  for (std::size_t i = 0; i < size_; ++i)
    if (marks_[i] == mark && few_[i].text == name) return false;
  for (std::size_t i = 0; any_escaped_ && i < size_; ++i)
    if ((escaped || few_[i].escaped) && same_text(few_[i].text, name)) return false;
  marks_[size_] = mark;
  few_[size_++] = {name, escaped};
  return true;
}

bool NameSet::insert_hashed(Bytes name, bool escaped) {
  Bytes text = name;
  if (escaped) {
    unescaped_.clear();
    append_unescaped(name, unescaped_);
    text = unescaped_;
  }
  const auto hash = static_cast<std::uint32_t>(keyed_hash(text));
  std::size_t at = hash & mask_;
  for (; slots_[at].size != kFree; at = (at + 1) & mask_)
    if (slots_[at].hash == hash && same_text({slots_[at].name, slots_[at].size}, name)) return false;
  slots_[at] = {name.data(), static_cast<std::uint32_t>(name.size()), hash};
  return true;
}

}  // namespace causeway::json
