#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "security/oauth_configured.h"

namespace causeway::security {
namespace {

std::string claims(std::string_view more = "", std::string_view times = R"("exp":1800000300)") {
  return R"({"iss":"https://corp","aud":"causeway","azp":"app-1",)" + std::string(times) + std::string(more) + "}";
}
std::string header(std::string_view more = "") { return R"({"alg":"ES256","kid":"ES256")" + std::string(more) + "}"; }
std::string es256(std::string_view head, std::string_view payload) {
  static const TokenSigningKey key = signer(JwsAlgorithm::kEs256);
  return token(head, payload, key);
}
std::string with(std::string_view more) { return shared().verdict(es256(header(), claims(more))); }
std::string timed(std::string_view times) { return shared().verdict(es256(header(), claims("", times))); }
std::string headed(std::string_view head) { return shared().verdict(es256(head, claims())); }

TEST(TokenVerifier, TakesEveryAlgorithm) {
  for (const auto& row : names(JwsAlgorithm{})) {
    if (row.text.starts_with("HS")) continue;
    const std::string name(row.text);
    EXPECT_EQ(
        shared().verdict(token(R"({"alg":")" + name + R"(","kid":")" + name + "\"}", claims(), signer(row.value))),
        "ok market")
        << name;
  }
  EXPECT_EQ(shared().verdict(token(R"({"alg":"HS256","kid":"k1"})",
                                   R"({"iss":"https://erp","aud":"gateway","sub":"app-2","exp":1800000300})",
                                   JwsAlgorithm::kHs256, kSecret)),
            "ok market");
}

TEST(TokenVerifier, RefusesTokensWithoutARightSignature) {
  const std::string wrong = "40191 wrong_signature";
  const std::string input = unsigned_token(header(), claims());
  EXPECT_EQ(shared().verdict(input + '.'), wrong);
  EXPECT_EQ(shared().verdict(input + '.' + std::string(86, 'A')), wrong) << "r = s = 0";
  EXPECT_EQ(shared().verdict(input + '.' + to_base64url("short")), wrong);
  const std::string good = es256(header(), claims());
  ASSERT_EQ(shared().verdict(good), "ok market");
  const std::size_t middle = good.find('.') + 1;
  const std::string other = to_base64url(claims(R"(,"admin":true)"));
  EXPECT_EQ(shared().verdict(good.substr(0, middle) + other + good.substr(good.rfind('.'))), wrong);
}

TEST(TokenVerifier, TellsApartWhomTheTokensOfOneClientSpeakFor) {
  const auto subject = [](std::string_view more) {
    const auto verified = shared().verifier.verify(es256(header(), claims(more)), at(kNow));
    return verified ? to_hex(verified->subject) : "refused";
  };
  const std::string anna = subject(R"(,"sub":"anna")");
  EXPECT_EQ(subject(R"(,"sub":"anna","jti":"2")"), anna);
  EXPECT_NE(subject(R"(,"sub":"bert")"), anna);
  EXPECT_NE(subject(""), anna);
  EXPECT_NE(subject(R"(,"sub":1)"), subject(R"(,"sub":2)"));
  const auto erp = shared().verifier.verify(
      token(R"({"alg":"HS256","kid":"k1"})", R"({"iss":"https://erp","aud":"gateway","sub":"app-2","exp":1800000300})",
            JwsAlgorithm::kHs256, kSecret),
      at(kNow));
  EXPECT_NE(to_hex(erp->subject), subject(R"(,"sub":"app-2")"));  // of another issuer
}

TEST(TokenVerifier, NeverLetsTheTokenChooseTheAlgorithm) {
  const std::string refused = "40191 algorithm_not_allowed";
  for (const auto* none : {"none", "None", "NONE", "nOnE", "", "es256", "HS257", "ES256K", "RSA1_5"}) {
    const std::string head = std::string(R"({"kid":"ES256","alg":")") + none + "\"}";
    EXPECT_EQ(shared().verdict(unsigned_token(head, claims()) + '.'), refused) << none;
    EXPECT_EQ(shared().verdict(es256(head, claims())), refused) << none;
  }
  EXPECT_EQ(
      shared().verdict(token(R"({"alg":"HS256","kid":"RS256"})", claims(), JwsAlgorithm::kHs256, rsa_key().public_pem)),
      refused)
      << "the RSA public key as a secret";
  EXPECT_EQ(shared().verdict(token(R"({"alg":"PS256","kid":"RS256"})", claims(), signer(JwsAlgorithm::kPs256))),
            refused)
      << "the right key, used otherwise";
  EXPECT_EQ(headed(R"({"alg":["ES256"],"kid":"ES256"})"), "40191 bad_token_form");
  EXPECT_EQ(headed(R"({"kid":"ES256"})"), "40191 bad_token_form");
}

TEST(TokenVerifier, FindsTheKeyByIssuerAndKid) {
  EXPECT_EQ(headed(R"({"alg":"ES256","kid":"k1"})"), "40191 unknown_key_id") << "of another provider";
  EXPECT_EQ(headed(R"({"alg":"ES256","kid":""})"), "40191 unknown_key_id");
  EXPECT_EQ(headed(R"({"alg":"ES256"})"), "40191 unknown_key_id") << "there are several";
  EXPECT_EQ(headed(R"({"alg":"ES256","kid":7})"), "40191 bad_token_form");
  EXPECT_EQ(shared().verdict(token(R"({"alg":"HS256"})",
                                   R"({"iss":"https://erp","aud":"causeway","sub":"app-2","exp":1800000300})",
                                   JwsAlgorithm::kHs256, kSecret)),
            "ok market")
      << "there is one";
  const auto issued_by = [](std::string_view issuer) {
    return shared().verdict(
        es256(header(), R"({"iss":)" + std::string(issuer) + R"(,"aud":"causeway","azp":"app-1","exp":1800000300})"));
  };
  EXPECT_EQ(issued_by(R"("https://corp")"), "ok market");
  EXPECT_EQ(issued_by(R"("https:\/\/corp")"), "ok market");
  for (const auto* issuer : {R"("https://corp/")", R"("https://CORP")", R"("https://corp\u0000")", R"("")", "7", "null",
                             R"(["https://corp"])"})
    EXPECT_EQ(issued_by(issuer), "40191 unknown_issuer") << issuer;
  EXPECT_EQ(shared().verdict(es256(header(), R"({"aud":"causeway"})")), "40191 unknown_issuer");
}

TEST(TokenVerifier, RefusesKeysAndExtensionsInTheHeader) {
  for (const auto* name : {"jku", "jwk", "x5u", "x5c"})
    EXPECT_EQ(headed(header(std::string(",\"") + name + "\":\"https://evil\"")), "40191 key_in_header") << name;
  EXPECT_EQ(headed(header(R"(,"crit":["exp"],"exp":1)")), "40191 critical_header");
  EXPECT_EQ(headed(header(R"(,"crit":[])")), "40191 critical_header");
  EXPECT_EQ(headed(header(R"(,"cr\u0069t":["b64"],"b64":false)")), "40191 critical_header");
  EXPECT_EQ(headed(header(R"(,"x5t":"abc","cty":"x")")), "ok market") << "says nothing that counts";
}

TEST(TokenVerifier, TakesTokensOfTheRightType) {
  for (const auto* typ : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"})
    EXPECT_EQ(headed(header(std::string(",\"typ\":\"") + typ + '"')), "ok market") << typ;
  for (const auto* typ : {"dpop+jwt", "logout+jwt", "JOSE", "", "application/", "text/jwt"})
    EXPECT_EQ(headed(header(std::string(",\"typ\":\"") + typ + '"')), "40191 wrong_token_type") << typ;
  EXPECT_EQ(headed(header(R"(,"typ":1)")), "40191 bad_token_form");
}

TEST(TokenVerifier, RefusesWhatIsNoToken) {
  const std::string form = "40191 bad_token_form";
  const std::string good = es256(header(), claims());
  for (const auto* text : {"", ".", "..", "...", "a", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "\x80.\x80.\x80"})
    EXPECT_EQ(shared().verdict(text), form) << text;
  EXPECT_EQ(shared().verdict(good + '='), form);
  EXPECT_EQ(shared().verdict(good + ' '), form);
  EXPECT_EQ(shared().verdict(good + ".x"), form);
  EXPECT_EQ(shared().verdict(good.substr(0, good.rfind('.'))), form);
  EXPECT_EQ(headed("{"), form);
  EXPECT_EQ(headed("[]"), form);
  EXPECT_EQ(headed("\xef\xbb\xbf" + header()), form) << "a byte order mark";
  EXPECT_EQ(headed(header() + "x"), form);
  EXPECT_EQ(headed(header(R"(,"kid":"ES256")")), form) << "a doubled name";
  EXPECT_EQ(headed(header(R"(,"a":1,"\u0061":2)")), form) << "a doubled name, written otherwise";
  EXPECT_EQ(headed(header(R"(,"a":{"b":1,"b":2})")), form);
  EXPECT_EQ(with(R"(,"azp":"app-2")"), form) << "a doubled claim";
  EXPECT_EQ(shared().verdict(es256(header(), "7")), form);
  EXPECT_EQ(shared().verdict(es256(header(), claims(",\"a\":" + std::string(500, '[') + std::string(500, ']')))), form);
}

TEST(TokenVerifier, ReadsTokensOf8KiBAndNoMore) {
  const std::string exact = es256(header(), claims(",\"x\":\"" + std::string(5900, 'x') + '"'));
  ASSERT_LE(exact.size(), 8192u);
  ASSERT_GE(exact.size(), 8000u);
  EXPECT_EQ(shared().verdict(exact), "ok market");
  EXPECT_EQ(shared().verdict(es256(header(), claims(",\"x\":\"" + std::string(6500, 'x') + '"'))),
            "40191 token_too_long");
  EXPECT_EQ(shared().verdict(std::string(1 << 20, '.')), "40191 token_too_long");
  std::string many = ",\"x\":[";
  for (int i = 0; i < 2900; ++i) many += i == 0 ? "1" : ",1";
  EXPECT_EQ(with(many + "]"), "ok market") << "beyond the memory on the stack";
}

TEST(TokenVerifier, ChecksTheAudience) {
  const auto aud = [](std::string_view value) {
    return shared().verdict(
        es256(header(), R"({"iss":"https://corp","azp":"app-1","exp":1800000300,"aud":)" + std::string(value) + "}"));
  };
  EXPECT_EQ(aud(R"("causeway")"), "ok market");
  EXPECT_EQ(aud(R"(["other","causeway"])"), "ok market");
  for (const auto* value : {R"("other")", R"("Causeway")", R"(["other"])", "[]", R"("")", "null", "7",
                            R"({"causeway":1})", R"([["causeway"]])", R"("causeway gateway")"})
    EXPECT_EQ(aud(value), "40191 wrong_audience") << value;
  EXPECT_EQ(shared().verdict(es256(header(), R"({"iss":"https://corp","azp":"app-1","exp":1800000300})")),
            "40191 wrong_audience");
}

TEST(TokenVerifier, ChecksTimesWithAMinuteOfLeeway) {
  EXPECT_EQ(timed(R"("exp":1800000000)"), "ok market");
  EXPECT_EQ(timed(R"("exp":1799999941)"), "ok market");
  EXPECT_EQ(timed(R"("exp":1799999940.001)"), "ok market");
  EXPECT_EQ(timed(R"("exp":1799999940)"), "40192 token_expired");
  EXPECT_EQ(timed(R"("exp":0)"), "40192 token_expired");
  EXPECT_EQ(timed(R"("exp":1800000300,"nbf":1800000060)"), "ok market");
  EXPECT_EQ(timed(R"("exp":1800000300,"nbf":1800000060.001)"), "40191 not_yet_valid");
  EXPECT_EQ(timed(R"("exp":1800000300,"nbf":1800000061)"), "40191 not_yet_valid");
  EXPECT_EQ(timed(R"("exp":1800000300,"iat":1800000060)"), "ok market");
  EXPECT_EQ(timed(R"("exp":1800000300,"iat":1800000061)"), "40191 not_yet_valid");
  EXPECT_EQ(timed(R"("iat":1)"), "40191 bad_claims");
  for (const auto* odd :
       {R"("1800000300")", "null", "true", "-1", "1e400", "[1800000300]", "99999999999999999999999999999999"}) {
    EXPECT_EQ(timed(std::string("\"exp\":") + odd), "40191 bad_claims") << odd;
    EXPECT_EQ(timed(std::string("\"exp\":1800000300,\"nbf\":") + odd), "40191 bad_claims") << odd;
    EXPECT_EQ(timed(std::string("\"exp\":1800000300,\"iat\":") + odd), "40191 bad_claims") << odd;
  }
}

TEST(TokenVerifier, SaysExpiredOnlyWhereTheRestWasRight) {
  const std::string expired = claims("", "\"exp\":1");
  EXPECT_EQ(shared().verdict(es256(header(), expired)), "40192 token_expired");
  EXPECT_EQ(shared().verdict(unsigned_token(header(), expired) + '.' + std::string(86, 'A')), "40191 wrong_signature");
  EXPECT_EQ(shared().verdict(es256(header(), R"({"iss":"https://corp","azp":"app-1","exp":1,"aud":"other"})")),
            "40191 wrong_audience");
}

TEST(TokenVerifier, KnowsConsumersByProviderAndClient) {
  const auto client = [](std::string_view claim) {
    return shared().verdict(
        es256(header(), R"({"iss":"https://corp","aud":"causeway","exp":1800000300)" + std::string(claim) + "}"));
  };
  EXPECT_EQ(client(R"(,"azp":"app-1")"), "ok market");
  EXPECT_EQ(client(R"(,"azp":"app-2")"), "ok shop") << "of another provider it is market";
  for (const auto* claim :
       {R"(,"azp":"app-3")", R"(,"azp":"APP-1")", R"(,"azp":"")", R"(,"azp":7)", R"(,"sub":"app-1")", ""})
    EXPECT_EQ(client(claim), "40191 unknown_client") << claim;
}

std::string granted(std::string_view more) {
  const auto verified = shared().verifier.verify(es256(header(), claims(more)), at(kNow));
  if (!verified) return std::string(verified.error().info_if()->reason);
  std::string text = verified->narrowed ? "narrowed" : "whole";
  for (const std::string_view scope : verified->granted()) text += ' ' + std::string(scope);
  return text;
}

TEST(TokenVerifier, NarrowsTheConsumersScopes) {
  EXPECT_EQ(granted(""), "whole orders:read orders:write stock:read");
  EXPECT_EQ(granted(R"(,"scope":"orders:write other orders:read")"), "narrowed orders:read orders:write");
  EXPECT_EQ(granted(R"(,"scp":["stock:read","admin"])"), "narrowed stock:read");
  EXPECT_EQ(granted(R"(,"scp":"stock:read")"), "narrowed stock:read");
  EXPECT_EQ(granted(R"(,"scope":"  stock:read   ")"), "narrowed stock:read");
  EXPECT_EQ(granted(R"(,"scope":"")"), "narrowed");
  EXPECT_EQ(granted(R"(,"scope":[])"), "narrowed");
  EXPECT_EQ(granted(R"(,"scope":"admin","scp":"orders:read")"), "narrowed") << "scope goes first";
  EXPECT_EQ(granted(R"(,"scope":"orders:rea orders:readx")"), "narrowed");
  EXPECT_EQ(granted(R"(,"scope":7)"), "bad_claims");
  EXPECT_EQ(granted(R"(,"scope":null)"), "bad_claims");
  EXPECT_EQ(granted(R"(,"scp":["stock:read",7])"), "bad_claims");
}

TEST(TokenVerifier, TellsNothingOfTheToken) {
  for (const std::string& text :
       {es256(header(R"(,"crit":["SECRET"])"), claims()), es256(header(), claims(R"(,"scope":{"SECRET":1})")),
        es256(R"({"alg":"SECRET"})", claims()), es256(header(), "{SECRET")}) {
    const auto verified = shared().verifier.verify(text, at(kNow));
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().info_if()->internal.find("SECRET"), std::string::npos);
    EXPECT_EQ(verified.error().info_if()->public_message, "");
    EXPECT_EQ(verified.error().info_if()->details, "");
  }
}

TEST(TokenVerifier, UsesPublishedKeysAsTheyCome) {
  Configured here;
  ASSERT_EQ(here.verifier.sources().size(), 1u);
  KeySource& source = *here.verifier.sources()[0];
  EXPECT_EQ(source.provider(), "idp");
  const TokenSigningKey first = signer(JwsAlgorithm::kEs384);
  const TokenSigningKey second = signer(JwsAlgorithm::kEdDsa);
  const auto made_by = [](const TokenSigningKey& key) {
    return token(R"({"alg":")" + std::string(config::name_of(key.algorithm())) + R"(","kid":")" + key.kid() + "\"}",
                 R"({"iss":"https://idp","aud":"causeway","client_id":"app-3","exp":1800000300})", key);
  };
  EXPECT_EQ(here.verdict(made_by(first)), "50391 keys_unavailable");
  EXPECT_TRUE(source.take_request(SteadyTime(std::chrono::seconds(0))));

  ASSERT_EQ(source.accept(R"({"keys":[)" + first.public_jwk() + "]}", SteadyTime()), "");
  EXPECT_EQ(here.verdict(made_by(first)), "ok market");
  EXPECT_FALSE(source.take_request(SteadyTime(std::chrono::seconds(60)))) << "nobody asked";
  EXPECT_EQ(here.verdict(made_by(second)), "40191 unknown_key_id");
  EXPECT_TRUE(source.take_request(SteadyTime(std::chrono::seconds(60))));

  const auto before = here.verifier.verify(made_by(first), at(kNow));
  ASSERT_TRUE(before);
  EXPECT_TRUE(before->holds(at(kNow)));
  ASSERT_EQ(source.accept(R"({"keys":[)" + second.public_jwk() + "]}", SteadyTime()), "");
  EXPECT_FALSE(before->holds(at(kNow))) << "the keys have changed";
  EXPECT_EQ(here.verdict(made_by(second)), "ok market");
  EXPECT_EQ(here.verdict(made_by(first)), "40191 unknown_key_id");
}

TEST(TokenVerifier, RefusesEveryChangeOfAToken) {
  const std::string good = es256(header(), claims());
  ASSERT_EQ(shared().verdict(good), "ok market");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char other : {'A', 'b', '9', '-', '_', '.', '=', '\0', '\xff'}) {
      if (good[at] == other) continue;
      std::string changed = good;
      changed[at] = other;
      ASSERT_EQ(shared().verdict(changed).substr(0, 5), "40191") << at << ' ' << other;
    }
    ASSERT_EQ(shared().verdict(good.substr(0, at)).substr(0, 5), "40191") << at;
    ASSERT_EQ(shared().verdict(std::string(good).insert(at, 1, 'A')).substr(0, 5), "40191") << at;
    ASSERT_EQ(shared().verdict(std::string(good).erase(at, 1)).substr(0, 5), "40191") << at;
  }
}

TEST(TokenVerifier, ServesManyThreads) {
  std::vector<std::string> tokens;
  for (const auto algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kPs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEdDsa}) {
    const std::string name(config::name_of(algorithm));
    tokens.push_back(token(R"({"alg":")" + name + R"(","kid":")" + name + "\"}", claims(), signer(algorithm)));
  }
  tokens.push_back(token(R"({"alg":"HS256","kid":"k1"})",
                         R"({"iss":"https://erp","aud":"gateway","sub":"app-2","exp":1800000300})",
                         JwsAlgorithm::kHs256, kSecret));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        for (const std::string& text : tokens)
          if (shared().verifier.verify(text, at(kNow)).ok()) ++right;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 50 * 5);
}

}  // namespace
}  // namespace causeway::security
