#include "upstream/signature_credentials.h"

#include <algorithm>
#include <charconv>

#include "security/signature_v1.h"
#include "security/signature_v2.h"
#include "upstream/call.h"
#include "upstream/connection.h"

namespace causeway::upstream {
namespace {

constexpr std::string_view kVersion2 = "v2=";
constexpr std::size_t kTimestamp = 13;
constexpr std::size_t kDigest = 64;
constexpr std::size_t kNonce = 32;
constexpr std::int64_t kMostAhead = 10'000;  // milliseconds
static_assert(kTimestamp + kNonce + kVersion2.size() + 2 * kDigest <= CredentialFields::kRoom);

constexpr char kDigits[] = "0123456789abcdef";

void add(CredentialFields& out, net::HeaderId id, std::string_view value) {
  out.add({net::header_name(id), value, id});
}

char* write_hex(char* at, const security::Sha256Digest& digest) {
  for (const std::uint8_t octet : digest) {
    *at++ = kDigits[octet >> 4];
    *at++ = kDigits[octet & 15];
  }
  return at;
}

std::string_view write_timestamp(std::int64_t time, CredentialFields& out) {
  char* const at = out.room(kTimestamp);
  const auto [end, error] = std::to_chars(at, at + kTimestamp, time);
  return {at, static_cast<std::size_t>(end - at)};
}

security::SignedHead head_of(const CallRequest& request) {
  const auto field = [&](net::HeaderId id) { return request.headers->get(id).value_or(std::string_view()); };
  const std::size_t mark = request.target.find('?');
  security::SignedHead head;
  head.method = request.method_name;
  head.path = request.target.substr(0, mark);
  head.has_query = mark != std::string_view::npos;
  if (head.has_query) head.query = request.target.substr(mark + 1);
  head.content_type = field(net::HeaderId::kContentType);
  head.content_encoding = field(net::HeaderId::kContentEncoding);
  head.idempotency_key = field(net::HeaderId::kIdempotencyKey);
  head.accept = field(net::HeaderId::kAccept);
  return head;
}

}  // namespace

SignatureCredentials::SignatureCredentials(Options options, config::Secret secret, std::size_t workers)
    : options_(std::move(options)),
      authorization_("ApiKey " + options_.key),
      secret_(std::move(secret)),
      key_(security::HmacHash::kSha256, secret_.reveal()),
      nonces_(workers) {}

Result<> SignatureCredentials::fill(runtime::Worker& worker, const CallRequest& request, CredentialFields& out) const {
  if (request.body->streams()) return Error(Code::kInternal, "a body that streams cannot be signed", Resend::kIfUnsent);
  const std::string_view timestamp = write_timestamp(this->timestamp(worker), out);
  add(out, net::HeaderId::kAuthorization, authorization_);
  add(out, net::HeaderId::kXTimestamp, timestamp);
  if (options_.version == security::SignatureVersion::kV1) sign_v1(request, timestamp, out);
  else sign_v2(request, timestamp, nonce(worker, out), out);
  return {};
}

/// Two equal calls of one millisecond would have one signature in version 1, and the second be a replay.
std::int64_t SignatureCredentials::timestamp(const runtime::Worker& worker) const {
  const std::int64_t now = unix_milliseconds(worker.wall_now());
  if (options_.version != security::SignatureVersion::kV1) return now;
  std::int64_t last = last_time_.load(std::memory_order_relaxed);
  for (;;) {
    // Not far ahead: the other side takes only so much for a clock that is wrong.
    const std::int64_t next = last >= now + kMostAhead ? now : std::max(last + 1, now);
    if (last_time_.compare_exchange_weak(last, std::max(last, next), std::memory_order_relaxed)) return next;
  }
}

std::string_view SignatureCredentials::nonce(const runtime::Worker& worker, CredentialFields& out) const {
  telemetry::Random& random = nonces_[worker.index()].random;
  char* const text = out.room(kNonce);
  char* at = text;
  for (std::size_t word = 0; word < kNonce / 16; ++word) {
    std::uint64_t bits = random.next();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4) *at++ = kDigits[bits & 15];
  }
  return {text, kNonce};
}

void SignatureCredentials::sign_v1(const CallRequest& request, std::string_view timestamp,
                                   CredentialFields& out) const {
  const std::string signature =
      security::SignatureV1::sign(timestamp, options_.key, request.body->whole(), secret_.reveal());
  char* const text = out.room(signature.size());
  signature.copy(text, signature.size());
  add(out, net::HeaderId::kXSignature, {text, signature.size()});
}

void SignatureCredentials::sign_v2(const CallRequest& request, std::string_view timestamp, std::string_view nonce,
                                   CredentialFields& out) const {
  const security::Sha256Digest body = security::sha256(request.body->whole());
  const security::SignedParts parts{options_.audience, options_.key, timestamp, nonce, head_of(request)};
  char* const hash = out.room(kDigest);
  write_hex(hash, body);
  char* const signature = out.room(kVersion2.size() + kDigest);
  kVersion2.copy(signature, kVersion2.size());
  write_hex(signature + kVersion2.size(), security::code_v2(parts, body, key_));
  add(out, net::HeaderId::kXNonce, nonce);
  add(out, net::HeaderId::kXSignature, {signature, kVersion2.size() + kDigest});
  // So that the other side can tell from the head who calls, and let the body stream.
  add(out, net::HeaderId::kXContentSha256, {hash, kDigest});
}

}  // namespace causeway::upstream
