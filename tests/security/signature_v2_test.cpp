#include "security/signature_v2.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "security/signature_v1.h"

namespace causeway::security {
namespace {

/// The vectors that docs/signing.md shows, made apart from this program.
nlohmann::json vectors() {
  std::ifstream file(std::string(CAUSEWAY_TESTS "/conformance/signing/vectors.json"));
  nlohmann::json all = nlohmann::json::parse(file, nullptr, false);
  EXPECT_TRUE(all.is_object());
  if (!all.is_object()) return nlohmann::json::array();
  EXPECT_EQ(all["vectors"].size(), all["n"].get<std::size_t>());
  return all["vectors"];
}

/// The parts of a vector; views into it.
SignedParts parts_of(const nlohmann::json& vector) {
  const auto text = [&](const char* name) { return std::string_view(vector[name].get_ref<const std::string&>()); };
  SignedParts parts{text("audience"), text("key_id"), text("timestamp"), text("nonce"), {}};
  parts.head.method = text("method");
  parts.head.path = text("path");
  parts.head.has_query = !text("query").empty();
  parts.head.query = text("query").substr(parts.head.has_query ? 1 : 0);
  parts.head.content_type = text("content_type");
  parts.head.content_encoding = text("content_encoding");
  parts.head.idempotency_key = text("idempotency_key");
  parts.head.accept = text("accept");
  return parts;
}

Sha256Digest digest_of(const std::string& x_signature) { return parse_sha256(x_signature.substr(3)).value(); }

std::vector<HmacKey> keys(std::initializer_list<std::string_view> secrets) {
  std::vector<HmacKey> result;
  for (const std::string_view secret : secrets) result.emplace_back(HmacHash::kSha256, secret);
  return result;
}

TEST(SigningVectors, AreReproduced) {
  int seen = 0;
  for (const nlohmann::json& vector : vectors()) {
    const std::string body = vector["body"];
    const std::string secret = vector["secret"];
    const std::string signature = vector["signature"];
    if (vector["version"] == "v1") {
      EXPECT_EQ(
          SignatureV1::sign(vector["timestamp"].get<std::string>(), vector["key_id"].get<std::string>(), body, secret),
          signature)
          << vector["name"];
    } else {
      const SignedParts parts = parts_of(vector);
      std::string lines;
      for (const nlohmann::json& line : vector["string_to_sign"])
        lines += (lines.empty() ? "" : "\n") + line.get<std::string>();
      EXPECT_EQ(string_to_sign(parts, sha256(body)), lines) << vector["name"];
      EXPECT_EQ(sign_v2(parts, sha256(body), secret), signature) << vector["name"];
      EXPECT_TRUE(verify_v2(parts, sha256(body), keys({secret}), digest_of(signature))) << vector["name"];
    }
    ++seen;
  }
  EXPECT_GE(seen, 8);
}

TEST(SignatureV2, FailsWhenAnyPartDiffers) {
  SignedParts right{"causeway", "oms-key", "1706518800000", "0123456789abcdef", {}};
  right.head = {"POST", "/orders", "a=1", true, "application/json", "gzip", "key-1", "*/*"};
  const Sha256Digest body = sha256("{}");
  const auto secret = keys({"0123456789abcdef"});
  const Sha256Digest signature = digest_of(sign_v2(right, body, "0123456789abcdef"));
  EXPECT_TRUE(verify_v2(right, body, secret, signature));

  const std::vector<std::function<void(SignedParts&)>> changes = {
      [](SignedParts& p) { p.audience = "causeway2"; },
      [](SignedParts& p) { p.key_id = "oms-kez"; },
      [](SignedParts& p) { p.timestamp = "1706518800001"; },
      [](SignedParts& p) { p.nonce = "0123456789abcdeF"; },
      [](SignedParts& p) { p.head.method = "PUT"; },
      [](SignedParts& p) { p.head.path = "/orders/"; },
      [](SignedParts& p) { p.head.path = "/%6frders"; },
      [](SignedParts& p) { p.head.query = "a=2"; },
      [](SignedParts& p) { p.head.has_query = false; },
      [](SignedParts& p) { p.head.query = ""; },
      [](SignedParts& p) { p.head.content_type = ""; },
      [](SignedParts& p) { p.head.content_type = "application/jsoN"; },
      [](SignedParts& p) { p.head.content_encoding = ""; },
      [](SignedParts& p) { p.head.idempotency_key = "key-2"; },
      [](SignedParts& p) { p.head.accept = "text/html"; },
      // The same text in another line.
      [](SignedParts& p) { std::swap(p.head.content_encoding, p.head.idempotency_key); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SignedParts changed = right;
    changes[i](changed);
    EXPECT_FALSE(verify_v2(changed, body, secret, signature)) << i;
  }
  EXPECT_FALSE(verify_v2(right, sha256("{ }"), secret, signature));
  EXPECT_FALSE(verify_v2(right, body, keys({"0123456789abcdeF"}), signature));
  EXPECT_FALSE(verify_v2(right, body, {}, signature));
}

TEST(SignatureV2, TellsNoQueryFromAnEmptyOne) {
  SignedParts none{"a", "k", "1706518800000", "0123456789abcdef", {}};
  SignedParts empty = none;
  empty.head.has_query = true;
  EXPECT_NE(string_to_sign(none, {}), string_to_sign(empty, {}));
}

TEST(SignatureV2, TakesAnyActiveSecretDuringARotation) {
  const SignedParts parts{"a", "k", "1706518800000", "0123456789abcdef", {}};
  const Sha256Digest signature = digest_of(sign_v2(parts, {}, "new-0123456789abcdef"));
  EXPECT_TRUE(verify_v2(parts, {}, keys({"old-0123456789abcdef", "new-0123456789abcdef"}), signature));
  EXPECT_TRUE(verify_v2(parts, {}, keys({"new-0123456789abcdef", "old-0123456789abcdef"}), signature));
  EXPECT_FALSE(verify_v2(parts, {}, keys({"old-0123456789abcdef"}), signature));
}

TEST(SignatureV2, ANonceIsOfItsKey) {
  EXPECT_EQ(nonce_digest("k", "0123456789abcdef"), nonce_digest("k", "0123456789abcdef"));
  EXPECT_NE(nonce_digest("k", "0123456789abcdef"), nonce_digest("l", "0123456789abcdef"));
  EXPECT_NE(nonce_digest("k0", "123456789abcdef0"), nonce_digest("k", "0123456789abcdef0"));
}

}  // namespace
}  // namespace causeway::security
