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

bool NameSet::is_escaped_double(Bytes name, bool escaped) const {
  for (std::size_t i = 0; i < size_; ++i)
    if ((escaped || few_[i].escaped) && same_text(few_[i].bytes(), name)) return true;
  return false;
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
