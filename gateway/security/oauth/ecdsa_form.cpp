#include "security/oauth/ecdsa_form.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <cassert>
#include <new>

#include "security/oauth/openssl.h"

namespace causeway::security {
namespace {

/// Writes an INTEGER and gives the byte behind it.
char* put_integer(char* out, Bytes magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == 0) magnitude.remove_prefix(1);
  const bool looks_negative = (static_cast<unsigned char>(magnitude.front()) & 0x80) != 0;
  *out++ = 0x02;
  *out++ = static_cast<char>(magnitude.size() + (looks_negative ? 1 : 0));
  if (looks_negative) *out++ = 0;
  return out + magnitude.copy(out, magnitude.size());
}

}  // namespace

bool DerSignature::assign(Bytes fixed) {
  constexpr std::size_t kLargestHalf = 66;
  const std::size_t half = fixed.size() / 2;
  if (half == 0 || half > kLargestHalf || fixed.size() % 2 != 0) return false;
  std::array<char, 2 * (kLargestHalf + 3)> integers;
  char* const end = put_integer(put_integer(integers.data(), fixed.substr(0, half)), fixed.substr(half));
  const Bytes content(integers.data(), static_cast<std::size_t>(end - integers.data()));

  char* out = octets_.data();
  *out++ = 0x30;
  if (content.size() >= 0x80) *out++ = static_cast<char>(0x81);
  *out++ = static_cast<char>(content.size());
  out += content.copy(out, content.size());
  size_ = static_cast<std::size_t>(out - octets_.data());
  return true;
}

std::string fixed_signature(Bytes der, std::size_t octets) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const openssl::Owned<ECDSA_SIG> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed) throw std::bad_alloc();
  std::string fixed(2 * octets, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(fixed.data());
  const int width = static_cast<int>(octets);
  [[maybe_unused]] const int r = BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out, width);
  [[maybe_unused]] const int s = BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out + octets, width);
  assert(r == width && s == width);
  return fixed;
}

}  // namespace causeway::security
