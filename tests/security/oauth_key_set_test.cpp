#include <gtest/gtest.h>

#include <thread>

#include "security/oauth/key_set.h"
#include "security/oauth/key_source.h"
#include "security/oauth_tokens.h"
#include "security/reading.h"

namespace causeway::security {
namespace {

using std::chrono::seconds;

std::string jwk(JwsAlgorithm algorithm) { return signer(algorithm).public_jwk(); }
std::string changed(std::string json, std::string_view from, std::string_view to) {
  const std::size_t at = json.find(from);
  return at == std::string::npos ? json : json.replace(at, from.size(), to);
}
std::string jwks(std::initializer_list<std::string> keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ",") + key;
  return R"({"keys":[)" + text + "]}";
}
KeySet::Read read(std::string_view text, std::span<const JwsAlgorithm> allowed = kDefaultAlgorithms,
                  PublishedSecrets secrets = PublishedSecrets::kRefuse) {
  return KeySet::from_jwks(text, allowed, secrets);
}
std::string refusal(const KeySet::Read& read) { return read.ok() ? "" : std::get<std::string>(read.set); }

constexpr std::string_view kSecret =
    R"({"kty":"oct","kid":"s","alg":"HS256","k":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"})";

TEST(KeySet, FindsKeysByKid) {
  const auto set = read(jwks(
      {jwk(JwsAlgorithm::kRs256), jwk(JwsAlgorithm::kEs256), jwk(JwsAlgorithm::kEs512), jwk(JwsAlgorithm::kEdDsa)}));
  ASSERT_TRUE(set.ok()) << refusal(set);
  const KeySet& keys = std::get<KeySet>(set.set);
  EXPECT_EQ(keys.size(), 4u);
  for (const auto algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEs512, JwsAlgorithm::kEdDsa}) {
    const TokenSigningKey key = signer(algorithm);
    const VerificationKey* const found = keys.find(key.kid());
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(found->verify("text", key.sign("text")));
  }
  EXPECT_EQ(keys.find("other"), nullptr);
  EXPECT_EQ(keys.find(""), nullptr);
  EXPECT_EQ(keys.only(), nullptr) << "there are several";
  EXPECT_EQ(set.skipped, std::vector<std::string>());
}

TEST(KeySet, GivesTheOnlyKeyToTokensWithoutKid) {
  const auto set = read(jwks({changed(jwk(JwsAlgorithm::kEs256), "\"kid\"", "\"x-kid\"")}));
  ASSERT_TRUE(set.ok());
  EXPECT_NE(std::get<KeySet>(set.set).only(), nullptr);
  EXPECT_EQ(std::get<KeySet>(set.set).find(""), nullptr);
}

TEST(KeySet, InfersAnAlgorithmOnlyWhereOneFits) {
  const std::string rsa = changed(jwk(JwsAlgorithm::kRs256), R"(,"alg":"RS256")", "");
  EXPECT_EQ(std::get<KeySet>(read(jwks({rsa})).set).only()->algorithm(), JwsAlgorithm::kRs256);
  const JwsAlgorithm ps384[] = {JwsAlgorithm::kPs384};
  EXPECT_EQ(std::get<KeySet>(read(jwks({rsa}), ps384).set).only()->algorithm(), JwsAlgorithm::kPs384);
  const JwsAlgorithm two[] = {JwsAlgorithm::kRs256, JwsAlgorithm::kPs256};
  const auto ambiguous = read(jwks({rsa}), two);
  EXPECT_EQ(refusal(ambiguous), "the JWKS has no key that can be used");
  ASSERT_EQ(ambiguous.skipped.size(), 1u);
  EXPECT_EQ(ambiguous.skipped[0], "key 1 (\"" + signer(JwsAlgorithm::kRs256).kid() +
                                      "\"): it has no alg, and several of the provider's algorithms fit it");
}

TEST(KeySet, SkipsKeysThatItHasNoUseFor) {
  const std::string good = jwk(JwsAlgorithm::kEs256);
  const std::string ed = jwk(JwsAlgorithm::kEdDsa);
  const auto skipped = [&](const std::string& odd) {
    const auto set = read(jwks({odd, good}));
    EXPECT_TRUE(set.ok()) << refusal(set);
    return set.skipped.size() == 1 ? set.skipped[0] : "not one";
  };
  EXPECT_EQ(skipped(R"({"kty":"new","kid":"a"})"), "key 1 (\"a\"): its kty or crv is unknown");
  EXPECT_EQ(skipped(R"({"kid":"a"})"), "key 1 (\"a\"): its kty or crv is unknown");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","use":"enc"})"), "key 1 (\"a\"): its use is not sig");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","key_ops":["encrypt"]})"), "key 1 (\"a\"): its key_ops lack verify");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","alg":"RSA-OAEP"})"), "key 1 (\"a\"): its alg is unknown");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","alg":7})"), "key 1 (\"a\"): its alg is unknown");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","alg":"ES256"})"), "key 1 (\"a\"): its alg does not fit its kty and crv");
  EXPECT_EQ(skipped(R"({"kty":"RSA","kid":"a","alg":"PS256"})"),
            "key 1 (\"a\"): PS256 is none of the provider's algorithms");
  EXPECT_EQ(skipped(R"({"kty":"RSA","n":"AQAB"})"),
            "key 1: its numbers are missing, not base64url or of the wrong length");
  EXPECT_EQ(skipped(R"({"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"})"),
            "key 1: its numbers are missing, not base64url or of the wrong length");
  EXPECT_EQ(skipped(R"({"kty":"OKP","crv":"Ed25519","x":"AQAB"})"),
            "key 1: its numbers are missing, not base64url or of the wrong length");
  EXPECT_EQ(skipped(R"({"kty":"OKP","crv":"X25519","x":"AQAB"})"), "key 1: its kty or crv is unknown");
  EXPECT_EQ(skipped(R"({"kty":"RSA","n":"AQABAQAB","e":"AQAB"})"), "key 1: RSA of 41 bits, needs 2048");
}

TEST(KeySet, RefusesASetThatIsSuspect) {
  const std::string good = jwk(JwsAlgorithm::kEs256);
  EXPECT_EQ(refusal(read("")), "the JWKS is no JSON: a value was expected at byte 0");
  EXPECT_EQ(refusal(read("<html>")).substr(0, 20), "the JWKS is no JSON:");
  EXPECT_EQ(refusal(read("[]")), "the JWKS is no object with an array `keys`");
  EXPECT_EQ(refusal(read(R"({"keys":{}})")), "the JWKS is no object with an array `keys`");
  EXPECT_EQ(refusal(read(R"({"keys":[]})")), "the JWKS has no key that can be used");
  EXPECT_EQ(refusal(read(R"({"keys":[],"keys":[)" + good + "]}")).substr(0, 20), "the JWKS is no JSON:");
  EXPECT_EQ(refusal(read(R"({"keys":[7]})")), "key 1: it is no object");
  EXPECT_EQ(refusal(read(jwks({good, std::string(kSecret)}))), "key 2 (\"s\"): it is a secret");
  EXPECT_EQ(refusal(read(jwks({R"({"kty":"EC","crv":"P-256","d":"AQAB"})", good}))),
            "key 1: it holds its private part");
  const std::string other =
      changed(jwk(JwsAlgorithm::kEs384), signer(JwsAlgorithm::kEs384).kid(), signer(JwsAlgorithm::kEs256).kid());
  EXPECT_EQ(refusal(read(jwks({good, other}))),
            "key 2 (\"" + signer(JwsAlgorithm::kEs256).kid() + "\"): another key has this kid");
  EXPECT_EQ(std::get<KeySet>(read(jwks({good, good})).set).size(), 1u) << "the same key twice is one";
  EXPECT_EQ(refusal(read(std::string((1 << 20) + 1, ' '))), "the JWKS is larger than 1 MiB");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += (i == 0 ? "" : ",") + std::string("{}");
  EXPECT_EQ(refusal(read(R"({"keys":[)" + many + "]}")), "the JWKS has more than 1000 keys");
}

TEST(KeySet, TakesSecretsOfAFileButNotBesidePublicKeys) {
  const JwsAlgorithm both[] = {JwsAlgorithm::kHs256, JwsAlgorithm::kEs256};
  EXPECT_TRUE(read(jwks({std::string(kSecret)}), both, PublishedSecrets::kTake).ok());
  EXPECT_EQ(refusal(read(jwks({std::string(kSecret), jwk(JwsAlgorithm::kEs256)}), both, PublishedSecrets::kTake)),
            "the JWKS mixes secrets and public keys");
}

ProviderSettings provider(std::string_view jwks = "{url: https://idp.example.com/keys}") {
  return settings<ProviderSettings>(
      "{name: corp, issuer: https://idp, audiences: [causeway], jwks: " + std::string(jwks) + "}");
}
SteadyTime at(int second) { return SteadyTime(seconds(second)); }

TEST(KeySource, KeepsTheLastGoodKeys) {
  KeySource source(provider());
  EXPECT_FALSE(source.current());
  EXPECT_EQ(source.version(), 0u);
  EXPECT_EQ(source.accept("[]", at(1)), "the JWKS is no object with an array `keys`");
  EXPECT_FALSE(source.current());

  EXPECT_EQ(source.accept(jwks({jwk(JwsAlgorithm::kEs256)}), at(2)), "");
  EXPECT_EQ(source.version(), 1u);
  EXPECT_EQ(source.accept("<html>", at(3)).substr(0, 20), "the JWKS is no JSON:");
  source.failed("connection refused", at(4));
  EXPECT_EQ(source.current()->size(), 1u);
  EXPECT_EQ(source.version(), 1u);
  EXPECT_EQ(source.state().fetched_at, at(2));
  EXPECT_EQ(source.state().last_error, "connection refused");
  EXPECT_EQ(source.state().keys, 1u);

  EXPECT_EQ(source.accept(jwks({jwk(JwsAlgorithm::kEs256)}), at(5)), "");
  EXPECT_EQ(source.version(), 1u) << "the same keys";
  EXPECT_EQ(source.state().last_error, "");
  EXPECT_EQ(source.state().fetched_at, at(5));
  EXPECT_EQ(source.accept(jwks({jwk(JwsAlgorithm::kEs384), jwk(JwsAlgorithm::kEs256)}), at(6)), "");
  EXPECT_EQ(source.version(), 2u);
  EXPECT_EQ(source.current()->size(), 2u);
}

TEST(KeySource, KeepsASetThatSomebodyReads) {
  KeySource source(provider());
  ASSERT_EQ(source.accept(jwks({jwk(JwsAlgorithm::kEs256)}), at(1)), "");
  const KeySource::Pin before = source.current();
  ASSERT_EQ(source.accept(jwks({jwk(JwsAlgorithm::kEs384)}), at(2)), "");
  const TokenSigningKey key = signer(JwsAlgorithm::kEs256);
  EXPECT_TRUE(before->find(key.kid())->verify("text", key.sign("text")));
  EXPECT_EQ(source.current()->find(key.kid()), nullptr);
}

TEST(KeySource, IsReadWhileItChanges) {
  KeySource source(provider());
  const TokenSigningKey keys[] = {signer(JwsAlgorithm::kEs256), signer(JwsAlgorithm::kEdDsa)};
  const std::string sets[] = {jwks({keys[0].public_jwk()}), jwks({keys[1].public_jwk()})};
  ASSERT_EQ(source.accept(sets[0], at(1)), "");
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!done) {
        const KeySource::Pin pin = source.current();
        if ((pin->find(keys[0].kid()) != nullptr) == (pin->find(keys[1].kid()) != nullptr)) ++wrong;
      }
    });
  for (int i = 0; i < 200; ++i) ASSERT_EQ(source.accept(sets[i % 2], at(i)), "");
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(KeySource, PassesRequestsOnEvery30Seconds) {
  KeySource source(provider());
  EXPECT_FALSE(source.take_request(at(0)));
  source.ask();
  source.ask();
  EXPECT_TRUE(source.take_request(at(1)));
  EXPECT_FALSE(source.take_request(at(1)));
  source.ask();
  EXPECT_FALSE(source.take_request(at(30)));
  EXPECT_TRUE(source.take_request(at(31))) << "it was not forgotten";
}

TEST(KeySources, OutliveAReloadUnlessTheirPlaceChanges) {
  KeySources sources;
  const auto first = sources.obtain(provider());
  EXPECT_EQ(sources.obtain(provider()), first);
  EXPECT_EQ(sources.obtain(provider("{url: https://idp.example.com/keys, refresh: 1m}")), first);
  const auto moved = sources.obtain(provider("{url: https://evil.example.com/keys}"));
  EXPECT_NE(moved, first);
  EXPECT_NE(sources.obtain(provider("{url: https://idp.example.com/keys, ca: ca.pem}")), first);
  sources.keep({moved});
  EXPECT_NE(sources.obtain(provider()), first);
  EXPECT_EQ(sources.obtain(provider("{url: https://evil.example.com/keys}")), moved);
}

}  // namespace
}  // namespace causeway::security
