#include "security/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <new>
#include <utility>
#include <vector>

namespace causeway::security {
namespace {

const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) throw std::bad_alloc();
  return fetched;
}

// Idle contexts of this thread. They keep the algorithm's own state, so that taking one up again allocates nothing.
class IdleContexts {
 public:
  IdleContexts() { idle_.reserve(kMost); }
  ~IdleContexts() {
    for (EVP_MD_CTX* context : idle_) EVP_MD_CTX_free(context);
  }
  EVP_MD_CTX* take() {
    if (idle_.empty()) return EVP_MD_CTX_new();
    EVP_MD_CTX* context = idle_.back();
    idle_.pop_back();
    return context;
  }
  void give_back(EVP_MD_CTX* context) {
    if (idle_.size() < kMost) {
      idle_.push_back(context);
    } else {
      EVP_MD_CTX_free(context);
    }
  }

 private:
  static constexpr std::size_t kMost = 64;
  std::vector<EVP_MD_CTX*> idle_;
};

IdleContexts& idle_contexts() {
  thread_local IdleContexts contexts;
  return contexts;
}

// With a fetched algorithm, these calls fail only for lack of memory.
void require(int succeeded) {
  if (succeeded != 1) throw std::bad_alloc();
}

constexpr std::uint8_t kNoDigit = 0x80;
constexpr std::array<std::uint8_t, 256> kDigitValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0') + i] = i;
  for (std::uint8_t i = 10; i < 16; ++i) values[static_cast<std::size_t>('a') + i - 10] = i;
  return values;
}();

}  // namespace

Sha256::Sha256() : context_(idle_contexts().take()) {
  if (context_ == nullptr) throw std::bad_alloc();
  require(EVP_DigestInit_ex2(context_, algorithm(), nullptr));
}

Sha256::~Sha256() {
  if (context_ != nullptr) idle_contexts().give_back(context_);
}

Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void Sha256::update(Bytes piece) { require(EVP_DigestUpdate(context_, piece.data(), piece.size())); }

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  require(EVP_DigestFinal_ex(context_, digest.data(), nullptr));
  return digest;
}

Sha256 Sha256::fork() const {
  Sha256 copy;
  require(EVP_MD_CTX_copy_ex(copy.context_, context_));
  return copy;
}

Sha256Digest sha256(Bytes text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

std::string sha256_hex(Bytes text) { return to_hex(sha256(text)); }

std::string to_hex(std::span<const std::uint8_t> octets) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

std::optional<Sha256Digest> parse_sha256(std::string_view hex) {
  Sha256Digest digest;
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::uint8_t high = kDigitValues[static_cast<unsigned char>(hex[2 * i])];
    const std::uint8_t low = kDigitValues[static_cast<unsigned char>(hex[2 * i + 1])];
    all |= high | low;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return all < kNoDigit ? std::optional(digest) : std::nullopt;
}

bool equal_in_constant_time(const Sha256Digest& a, const Sha256Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace causeway::security
