// The public corpora of signed tokens: C2SP/wycheproof and the RFC 7520 cookbook (tests/conformance/jose, with their
// licence lines). Every case is judged as it says, or stands below with the reason why not.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "security/oauth/compact_jws.h"
#include "security/oauth/key_set.h"

namespace causeway::security {
namespace {

using nlohmann::json;

json read_corpus(const std::string& file) {
  std::ifstream stream(std::string(CAUSEWAY_TESTS "/conformance/jose/") + file);
  json corpus = json::parse(stream, nullptr, false);
  EXPECT_TRUE(corpus.is_object()) << file;
  return corpus;
}

const std::vector<JwsAlgorithm>& all_algorithms() {
  static const std::vector<JwsAlgorithm> all = [] {
    std::vector<JwsAlgorithm> list;
    for (const auto& row : names(JwsAlgorithm{})) list.push_back(row.value);
    return list;
  }();
  return all;
}

/// As TokenVerifier does it, for payloads that are no claims.
bool accepted(const std::string& token, const json& keys, std::span<const JwsAlgorithm> allowed) {
  const auto read = KeySet::from_jwks(keys.dump(), allowed, PublishedSecrets::kTake);
  if (!read.ok()) return false;
  TokenScratch scratch;
  const auto jws = CompactJws::parse(token, scratch);
  if (!jws) return false;
  const KeySet& set = std::get<KeySet>(read.set);
  const VerificationKey* const key = jws->kid ? set.find(*jws->kid) : set.only();
  return key != nullptr && key->algorithm() == jws->algorithm && key->verify(jws->signing_input, jws->signature);
}

json public_set(const json& key) { return key.contains("keys") ? key : json{{"keys", json::array({key})}}; }

TEST(Wycheproof, IsJudgedRight) {
  // Judged otherwise here, each for a reason.
  const std::map<std::string, std::string> reviewed = {
      {"json_web_signature/346", "the key is for PS256, the token is PS384: a key serves one algorithm"},
      {"json_web_signature/350", "the same"},
      {"json_web_signature/347", "the key's alg is ES521, which is no algorithm"},
      {"json_web_signature/351", "the same"},
      {"json_web_signature/372", "a character beside the alphabet within base64url; we are strict (RFC 7515, 2)"},
      {"json_web_signature/373", "the same"},
      {"json_web_signature/367", "meant to have padding, but byte for byte the valid case 357"},
      {"json_web_signature/370", "the same"},
      {"json_web_crypto/50", "encrypted (JWE), not for a gateway"},
      {"json_web_crypto/67", "the same"},
  };
  const json corpus = read_corpus("wycheproof_jose.json");
  std::size_t cases = 0;
  std::set<std::string> met;
  for (const json& row : corpus["cases"]) {
    ++cases;
    const std::string id = row["id"];
    const json& group = corpus["groups"][row["gi"].get<std::string>()];
    const json& key = group.contains("public") ? group["public"] : group["private"];
    const json& token = row.contains("jwe") ? row["jwe"] : row["jws"];
    const bool valid = row["result"] == "valid";
    const bool judged =
        accepted(token.is_string() ? token.get<std::string>() : token.dump(), public_set(key), all_algorithms());
    if (judged == valid) continue;
    EXPECT_TRUE(reviewed.contains(id)) << id << (judged ? " was accepted: " : " was refused: ") << row["comment"];
    met.insert(id);
  }
  EXPECT_EQ(cases, 510u);
  for (const auto& [id, why] : reviewed) EXPECT_TRUE(met.contains(id)) << id << " needs no review: " << why;
}

/// The signatures of a case as compact tokens, from whichever form has them. The payload of a detached one is put in.
std::set<std::string> tokens_of(const json& data) {
  std::set<std::string> tokens;
  const json& output = data["output"];
  const auto payload = [&](const json& form) -> std::string {
    if (form.contains("payload")) return form["payload"];
    const std::string input = data["signing"]["sig-input"];
    return input.substr(input.find('.') + 1);
  };
  const auto add = [&](const json& form, const json& signature) {
    if (!signature.contains("protected")) return;  // a compact token has nothing but a protected header
    tokens.insert(signature["protected"].get<std::string>() + '.' + payload(form) + '.' +
                  signature["signature"].get<std::string>());
  };
  if (output.contains("json_flat")) add(output["json_flat"], output["json_flat"]);
  if (output.contains("json"))
    for (const json& signature : output["json"]["signatures"]) add(output["json"], signature);
  return tokens;
}

TEST(Cookbook, IsJudgedRight) {
  // How many signatures of each case are accepted; one with `b64: false` needs an extension (RFC 7797) that we lack.
  const std::map<std::string, int> expected = {
      {"curve25519/jws.json", 1},
      {"jws/4_1.rsa_v15_signature.json", 1},
      {"jws/4_2.rsa-pss_signature.json", 1},
      {"jws/4_3.ecdsa_signature.json", 1},
      {"jws/4_4.hmac-sha2_integrity_protection.json", 1},
      {"jws/4_5.signature_with_detached_content.json", 1},
      {"jws/4_6.protecting_specific_header_fields.json", 1},
      {"jws/4_7.protecting_content_only.json", 0},
      {"jws/4_8.multiple_signatures.json", 2},
      {"rfc7797/4.2.hmac-sha2_b64_false.json", 0},
      {"rfc7797/hmac-sha2_b64_false.json", 0},
  };
  const json corpus = read_corpus("ietf_cookbook.json");
  std::map<std::string, int> judged;
  for (const json& row : corpus["cases"]) {
    const json& data = row["data"];
    if (!data.contains("signing")) continue;  // a key, or key agreement
    int count = 0;
    for (const std::string& token : tokens_of(data)) {
      const json& given = data["input"]["key"];
      for (json key : given.is_array() ? given : json::array({given})) {
        for (const char* secret : {"d", "p", "q", "dp", "dq", "qi"}) key.erase(secret);
        // Not in the key, so the provider's `algorithms` say it.
        const json& named = data["input"]["alg"];
        for (const json& alg : named.is_array() ? named : json::array({named})) {
          const auto algorithm = parse_algorithm(alg.get<std::string>());
          if (!algorithm) continue;
          const JwsAlgorithm allowed[] = {*algorithm};
          if (accepted(token, public_set(key), allowed)) ++count;
          std::string changed = token;
          changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
          EXPECT_FALSE(accepted(changed, public_set(key), allowed)) << row["file"];
        }
      }
    }
    judged[row["file"]] = count;
  }
  EXPECT_EQ(judged, expected);
}

}  // namespace
}  // namespace causeway::security
