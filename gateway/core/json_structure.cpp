#include "core/json_structure.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

namespace causeway::json {
namespace {

constexpr std::size_t kBlock = 64;

// Brackets and braces differ in one bit only: with it, they are compared at once.
constexpr char kBraceBit = 0x20;

/// What each of 64 bytes is: a bit for each, the first is the lowest.
struct Block {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t structure = 0;  // []{}:,
  std::uint64_t values = 0;     // [{, only
  std::uint64_t controls = 0;   // below the blank
  std::uint64_t high = 0;       // no ASCII

  Block behind(std::size_t count) const {
    return {quotes >> count, backslashes >> count, structure >> count,
            values >> count, controls >> count,    high >> count};
  }
};

using State = Structure::State;

struct Escaped {
  std::uint64_t bytes;     // that a backslash escapes
  std::uint64_t escaping;  // as State has it
};

[[gnu::noinline]] Escaped escaped(std::uint64_t backslashes, std::uint64_t escaping) {
  Escaped found{escaping, 0};
  backslashes &= ~escaping;
  while (backslashes != 0) {
    const std::uint64_t first = backslashes & -backslashes;
    const std::uint64_t behind = first << 1;
    if (behind == 0) found.escaping = 1;
    found.bytes |= behind;
    backslashes &= ~(first | behind);
  }
  return found;
}

/// The quotes that begin and end strings.
[[gnu::always_inline]] inline std::uint64_t quotes_of(State& state, const Block& block) {
  if ((block.backslashes | state.escaping) == 0) [[likely]]
    return block.quotes;
  const Escaped found = escaped(block.backslashes, state.escaping);
  state.escaping = found.escaping;
  state.escapes = true;
  return block.quotes & ~found.bytes;
}

/// Where the structure is. `odd`: of each bit, is the number of quotes up to it, itself included, odd?
[[gnu::always_inline]] inline std::uint64_t structure_of(State& state, const Block& block, std::uint64_t quotes,
                                                         std::uint64_t odd) {
  const std::uint64_t inside = odd ^ state.inside;  // from an opening quote on, up to its counterpart, which is outside
  state.inside = std::uint64_t{0} - (inside >> 63);
  state.controls |= block.controls & inside;
  state.high |= block.high;
  state.values += static_cast<std::size_t>(std::popcount(block.values & ~inside));
  return (block.structure & ~inside) | quotes;
}

[[gnu::always_inline]] inline std::uint64_t odd_so_far(std::uint64_t bits) {
  for (int distance = 1; distance < 64; distance *= 2) bits ^= bits << distance;
  return bits;
}

/// Writes the positions of the bits, and up to three more of no meaning behind the end that is returned.
[[gnu::always_inline]] inline std::uint32_t* write_positions(std::uint64_t bits, std::uint32_t begin,
                                                             std::uint32_t* out) {
  std::uint32_t* const end = out + std::popcount(bits);
  while (bits != 0)
    for (int i = 0; i < 4; ++i, bits &= bits - 1) *out++ = begin + static_cast<std::uint32_t>(std::countr_zero(bits));
  return end;
}

/// All of the above for one block.
[[gnu::always_inline]] inline std::uint32_t* take(State& state, const Block& block, std::uint32_t begin,
                                                  std::uint32_t* out) {
  const std::uint64_t quotes = quotes_of(state, block);
  const std::uint64_t structure = structure_of(state, block, quotes, odd_so_far(quotes));
  return out ? write_positions(structure, begin, out) : nullptr;
}

#if defined(__x86_64__)

[[gnu::always_inline]] inline __m128i equal(__m128i bytes, char byte) {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

[[gnu::always_inline]] inline std::uint64_t marks(__m128i found) {
  return static_cast<std::uint16_t>(_mm_movemask_epi8(found));
}

[[gnu::always_inline]] inline Block classify_16(const char* text) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(kBraceBit));
  const __m128i values = _mm_or_si128(equal(folded, '{'), equal(bytes, ','));
  const __m128i others = _mm_or_si128(equal(folded, '}'), equal(bytes, ':'));
  return {.quotes = marks(equal(bytes, '"')),
          .backslashes = marks(equal(bytes, '\\')),
          .structure = marks(_mm_or_si128(values, others)),
          .values = marks(values),
          .controls = marks(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes)),
          .high = marks(bytes)};
}

Block classify(const char* text) {
  Block block;
  for (std::size_t at = kBlock; at > 0;) {
    const Block part = classify_16(text + (at -= 16));
    block = {.quotes = block.quotes << 16 | part.quotes,
             .backslashes = block.backslashes << 16 | part.backslashes,
             .structure = block.structure << 16 | part.structure,
             .values = block.values << 16 | part.values,
             .controls = block.controls << 16 | part.controls,
             .high = block.high << 16 | part.high};
  }
  return block;
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i equal(__m256i bytes, char byte) {
  return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i either(__m256i one, __m256i other) {
  return _mm256_or_si256(one, other);
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i controls(__m256i bytes) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
}

[[gnu::target("avx2"), gnu::always_inline]] inline std::uint64_t marks(__m256i low, __m256i high) {
  const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
  const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
  return low_bits | std::uint64_t{high_bits} << 32;
}

[[gnu::target("avx2"), gnu::always_inline]] inline Block classify_avx2(const char* text) {
  const __m256i brace = _mm256_set1_epi8(kBraceBit);
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
  const __m256i low_folded = either(low, brace);
  const __m256i high_folded = either(high, brace);
  const __m256i low_values = either(equal(low_folded, '{'), equal(low, ','));
  const __m256i high_values = either(equal(high_folded, '{'), equal(high, ','));
  const __m256i low_others = either(equal(low_folded, '}'), equal(low, ':'));
  const __m256i high_others = either(equal(high_folded, '}'), equal(high, ':'));
  return {.quotes = marks(equal(low, '"'), equal(high, '"')),
          .backslashes = marks(equal(low, '\\'), equal(high, '\\')),
          .structure = marks(either(low_values, low_others), either(high_values, high_others)),
          .values = marks(low_values, high_values),
          .controls = marks(controls(low), controls(high)),
          .high = marks(low, high)};
}

/// A product without carries has in each bit the sum of those up to it.
[[gnu::target("avx2,pclmul"), gnu::always_inline]] inline std::uint64_t odd_so_far_pclmul(std::uint64_t bits) {
  const __m128i ones = _mm_set1_epi8(static_cast<char>(0xff));
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(bits)), ones, 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

[[gnu::target("avx2,bmi,pclmul,popcnt")]] std::uint32_t* take_blocks_avx2(State& state, const char* text,
                                                                          std::size_t count, std::uint32_t begin,
                                                                          std::uint32_t* out) {
  State now = state;  // in registers
  for (; count > 0; --count, text += kBlock, begin += kBlock) {
    const Block block = classify_avx2(text);
    const std::uint64_t quotes = quotes_of(now, block);
    const std::uint64_t structure = structure_of(now, block, quotes, odd_so_far_pclmul(quotes));
    if (out) out = write_positions(structure, begin, out);
  }
  state = now;
  return out;
}

bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("pclmul") &&
         __builtin_cpu_supports("popcnt");
}

#else

constexpr bool has_avx2() { return false; }
std::uint32_t* take_blocks_avx2(State&, const char*, std::size_t, std::uint32_t, std::uint32_t*) { return nullptr; }

Block classify(const char* text) {
  Block block;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const int folded = byte | kBraceBit;
    const auto mark = [i](std::uint64_t& marks, bool found) { marks |= std::uint64_t{found} << i; };
    const bool value = folded == '{' || byte == ',';
    mark(block.quotes, byte == '"');
    mark(block.backslashes, byte == '\\');
    mark(block.structure, value || folded == '}' || byte == ':');
    mark(block.values, value);
    mark(block.controls, byte < 0x20);
    mark(block.high, byte >= 0x80);
  }
  return block;
}

#endif

std::uint32_t* take_blocks(State& state, const char* text, std::size_t count, std::uint32_t begin, std::uint32_t* out) {
  for (; count > 0; --count, text += kBlock, begin += kBlock) out = take(state, classify(text), begin, out);
  return out;
}

/// The last `rest` bytes of a text.
Block classify_rest(Bytes text, std::size_t rest) {
  if (text.size() >= kBlock) return classify(text.data() + text.size() - kBlock).behind(kBlock - rest);
  char filled[kBlock];
  std::memset(filled, ' ', kBlock);
  std::memcpy(filled, text.data(), rest);
  return classify(filled);
}

}  // namespace

std::uint32_t* Structure::next(std::uint32_t* out) {
  const std::size_t size = std::min(text_.size() - at_, kWindow);
  const std::size_t count = size / kBlock;
  const std::size_t rest = size % kBlock;
  const bool avx2 = with_ == With::kBest && has_avx2();
  out =
      (avx2 ? take_blocks_avx2 : take_blocks)(state_, text_.data() + at_, count, static_cast<std::uint32_t>(at_), out);
  at_ += size;
  if (rest > 0) out = take(state_, classify_rest(text_, rest), static_cast<std::uint32_t>(at_ - rest), out);
  return out;
}

}  // namespace causeway::json
