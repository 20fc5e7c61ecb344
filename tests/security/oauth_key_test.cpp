#include <gtest/gtest.h>

#include "security/oauth/key.h"
#include "security/oauth_tokens.h"

namespace causeway::security {
namespace {

constexpr std::string_view kText = "header.payload";
constexpr JwsAlgorithm kPublic[] = {
    JwsAlgorithm::kRs256, JwsAlgorithm::kRs384, JwsAlgorithm::kRs512, JwsAlgorithm::kPs256, JwsAlgorithm::kPs384,
    JwsAlgorithm::kPs512, JwsAlgorithm::kEs256, JwsAlgorithm::kEs384, JwsAlgorithm::kEs512, JwsAlgorithm::kEdDsa};

VerificationKey key(VerificationKey::Made made) {
  if (const auto* problem = std::get_if<std::string>(&made)) throw std::runtime_error(*problem);
  return std::move(std::get<VerificationKey>(made));
}
std::string problem(VerificationKey::Made made) {
  const auto* text = std::get_if<std::string>(&made);
  return text == nullptr ? "" : *text;
}

TEST(VerificationKey, TakesTheSignatureOfItsOwnAlgorithmAlone) {
  for (const JwsAlgorithm signed_with : kPublic) {
    const std::string signature = signer(signed_with).sign(kText);
    for (const JwsAlgorithm algorithm : kPublic) {
      const VerificationKey verifier = key(VerificationKey::from_pem(algorithm, key_for(algorithm).public_pem));
      EXPECT_EQ(verifier.verify(kText, signature), algorithm == signed_with)
          << config::name_of(signed_with) << " by " << config::name_of(algorithm);
    }
  }
}

TEST(VerificationKey, TakesSecretsOfTheirFullLength) {
  for (const auto algorithm : {JwsAlgorithm::kHs256, JwsAlgorithm::kHs384, JwsAlgorithm::kHs512}) {
    const std::string secret(traits(algorithm).octets, 's');
    const VerificationKey verifier = key(VerificationKey::from_secret(algorithm, secret));
    const std::string mac = hmac(algorithm, secret, kText);
    EXPECT_TRUE(verifier.verify(kText, mac));
    EXPECT_TRUE(verifier.verify(kText, mac)) << "once more";
    EXPECT_FALSE(verifier.verify("header.paylaod", mac));
    EXPECT_FALSE(verifier.verify(kText, mac.substr(0, mac.size() - 1)));
    EXPECT_FALSE(verifier.verify(kText, mac + '\0'));
    EXPECT_FALSE(verifier.verify(kText, ""));
  }
  EXPECT_EQ(problem(VerificationKey::from_secret(JwsAlgorithm::kHs256, std::string(31, 's'))),
            "HS256 needs a secret of at least 32 bytes");
  EXPECT_EQ(problem(VerificationKey::from_secret(JwsAlgorithm::kHs512, std::string(63, 's'))),
            "HS512 needs a secret of at least 64 bytes");
}

TEST(VerificationKey, NeverUsesAPublicKeyAsASecret) {
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kHs256, rsa_key().public_pem)), "HS256 takes a secret");
  EXPECT_EQ(problem(VerificationKey::from_secret(JwsAlgorithm::kRs256, rsa_key().public_pem)),
            "RS256 takes a public key");
}

TEST(VerificationKey, RefusesEcSignaturesOfAnotherFormOrLength) {
  const VerificationKey verifier = key(VerificationKey::from_pem(JwsAlgorithm::kEs256, p256_key().public_pem));
  const std::string signature = signer(JwsAlgorithm::kEs256).sign(kText);
  ASSERT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verifier.verify(kText, signature));
  EXPECT_FALSE(verifier.verify(kText, std::string(64, '\0'))) << "r = s = 0";
  EXPECT_FALSE(verifier.verify(kText, signature.substr(0, 32) + std::string(32, '\0')));
  EXPECT_FALSE(verifier.verify(kText, std::string(64, '\xff')));
  EXPECT_FALSE(verifier.verify(kText, signature.substr(0, 63)));
  EXPECT_FALSE(verifier.verify(kText, '\0' + signature.substr(0, 32) + '\0' + signature.substr(32)));
  EXPECT_FALSE(verifier.verify(kText, ""));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verifier.verify(kText, changed)) << i;
  }
}

TEST(VerificationKey, RefusesKeysThatAreWeakOrOfAnotherKind) {
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kRs256, weak_rsa_key().public_pem)),
            "RSA of 1024 bits, needs 2048");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kRs256, p256_key().public_pem)),
            "RS256 needs a key of type RSA");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kEs256, rsa_key().public_pem)),
            "ES256 needs a key of type EC");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kEs256, p384_key().public_pem)),
            "the key is not on the curve prime256v1");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kEdDsa,
                                              pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")).public_pem)),
            "EdDSA needs a key of type ED25519");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kRs256, rsa_key().private_pem)),
            "this is a private key; give the public one");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kRs256, "-----BEGIN PUBLIC KEY-----\nAAAA\n")),
            "expected PEM of a public key or a certificate");
  EXPECT_EQ(problem(VerificationKey::from_pem(JwsAlgorithm::kRs256, "")),
            "expected PEM of a public key or a certificate");
}

TEST(VerificationKey, KnowsItself) {
  const std::string secret(32, 's');
  const auto rsa = [] { return key(VerificationKey::from_pem(JwsAlgorithm::kRs256, rsa_key().public_pem)); };
  const auto hs = [&](char last) {
    return key(VerificationKey::from_secret(JwsAlgorithm::kHs256, secret.substr(1) + last));
  };
  EXPECT_TRUE(rsa().same_as(rsa()));
  EXPECT_FALSE(rsa().same_as(key(VerificationKey::from_pem(JwsAlgorithm::kPs256, rsa_key().public_pem))));
  EXPECT_FALSE(rsa().same_as(hs('a')));
  EXPECT_TRUE(hs('a').same_as(hs('a')));
  EXPECT_FALSE(hs('a').same_as(hs('b')));
}

TEST(TokenSigningKey, RefusesWhatCannotSign) {
  const auto problem = [](JwsAlgorithm algorithm, std::string_view pem) {
    const auto made = TokenSigningKey::from_pem(algorithm, pem);
    const auto* text = std::get_if<std::string>(&made);
    return text == nullptr ? std::string() : *text;
  };
  EXPECT_EQ(problem(JwsAlgorithm::kEs256, p256_key().private_pem), "");
  EXPECT_EQ(problem(JwsAlgorithm::kEs256, p256_key().public_pem), "expected PEM of a private key without passphrase");
  EXPECT_EQ(problem(JwsAlgorithm::kEs384, p256_key().private_pem), "the key is not on the curve secp384r1");
  EXPECT_EQ(problem(JwsAlgorithm::kRs256, weak_rsa_key().private_pem), "RSA of 1024 bits, needs 2048");
  EXPECT_EQ(problem(JwsAlgorithm::kHs256, p256_key().private_pem), "HS256 needs a secret");
  const auto missing = TokenSigningKey::from_file(JwsAlgorithm::kEs256, "/nowhere/oauth.key");
  EXPECT_EQ(std::get<std::string>(missing), "/nowhere/oauth.key cannot be read: No such file or directory");
}

TEST(TokenSigningKey, NeverAsksForAPassphrase) {
  const EvpKey key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_256_cbc(), nullptr, 0, nullptr, const_cast<char*>("passphrase"));
  EXPECT_EQ(std::get<std::string>(TokenSigningKey::from_pem(JwsAlgorithm::kEs256, bio_text(bio))),
            "expected PEM of a private key without passphrase");
}

// RFC 7638, 3.1.
TEST(TokenSigningKey, NamesItselfByItsThumbprint) {
  const TokenSigningKey key = signer(JwsAlgorithm::kEdDsa);
  EXPECT_EQ(key.kid().size(), 43u);
  EXPECT_EQ(key.public_jwk().substr(0, 39), R"({"crv":"Ed25519","kty":"OKP","x":")" + key.public_jwk().substr(34, 5));
  EXPECT_NE(key.public_jwk().find(R"("kid":")" + key.kid() + R"(","use":"sig","alg":"EdDSA"})"), std::string::npos);
  EXPECT_EQ(key.public_jwk().find("\"d\""), std::string::npos);
}

}  // namespace
}  // namespace causeway::security
