#include "upstream/credentials.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/manual_clock.h"
#include "security/signature.h"
#include "security/signature_v1.h"
#include "security/signature_v2.h"
#include "upstream/fixed_credentials.h"
#include "upstream/signature_credentials.h"
#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

constexpr std::string_view kSecret = "secret-of-another-gateway";

class CredentialsTest : public ::testing::Test {
 protected:
  /// Fills; the fields as `Name: value`, one a line.
  std::string fill(const Credentials& credentials, const CallRequest& request) {
    fields.clear();
    const Result<> filled = credentials.fill(worker, request, fields);
    if (!filled) return fakes::describe(filled.error());
    std::string text;
    for (const net::HeaderField& field : fields.all())
      text += std::string(field.name) + ": " + std::string(field.value) + '\n';
    return text;
  }
  std::string value_of(net::HeaderId id) const {
    for (const net::HeaderField& field : fields.all())
      if (field.id == id) return std::string(field.value);
    return "";
  }
  SignatureCredentials signature(security::SignatureVersion version) const {
    return {{"front-key", "warehouse", version}, config::Secret(kSecret), 1};
  }

  fakes::ManualClock clock;
  runtime::Worker worker{0, "test", clock};
  OneCall call{worker.chunks(), net::Method::kPost, "/stock/a%20b?x=1&y"};
  CredentialFields fields;
};

TEST_F(CredentialsTest, AFixedFieldIsTheSameForEveryCall) {
  const FixedCredentials bearer("Authorization", config::Secret("Bearer abc"));
  EXPECT_EQ(fill(bearer, call.request), "Authorization: Bearer abc\n");
  EXPECT_EQ(fill(bearer, call.request), "Authorization: Bearer abc\n");
  EXPECT_FALSE(bearer.needs_body());
  EXPECT_FALSE(bearer.waits(worker));
  EXPECT_FALSE(bearer.refused(worker, fields));
}

TEST_F(CredentialsTest, StandInPlaceOfTheRequestsOwnFields) {
  const FixedCredentials bearer("Authorization", config::Secret("Bearer abc"));
  fill(bearer, call.request);
  EXPECT_TRUE(fields.replaces({"AUTHORIZATION", "x", net::HeaderId::kAuthorization}));
  EXPECT_FALSE(fields.replaces({"Accept", "x", net::HeaderId::kAccept}));
  const FixedCredentials own("X-Wms-Key", config::Secret("abc"));
  fill(own, call.request);
  EXPECT_TRUE(fields.replaces({"x-wms-key", "x", net::HeaderId::kUnknown}));
  EXPECT_FALSE(fields.replaces({"x-wms-keys", "x", net::HeaderId::kUnknown}));
}

TEST_F(CredentialsTest, ASignatureOfVersion2IsOneThatTheGatewayItselfTakes) {
  const std::string body = R"({"sku":1})";
  call.body = Body(body);
  call.headers.add(net::HeaderId::kContentType, "application/json");
  call.headers.add(net::HeaderId::kIdempotencyKey, "0190");
  call.headers.add(net::HeaderId::kAccept, "application/json");
  const SignatureCredentials credentials = signature(security::SignatureVersion::kV2);
  EXPECT_TRUE(credentials.needs_body());
  fill(credentials, call.request);

  security::SignatureHeaders headers;
  const std::string authorization = value_of(net::HeaderId::kAuthorization);
  const std::string timestamp = value_of(net::HeaderId::kXTimestamp);
  const std::string nonce = value_of(net::HeaderId::kXNonce);
  const std::string code = value_of(net::HeaderId::kXSignature);
  const std::string hash = value_of(net::HeaderId::kXContentSha256);
  headers.authorization = authorization;
  headers.timestamp = timestamp;
  headers.nonce = nonce;
  headers.signature = code;
  headers.body_hash = hash;
  const auto presented = security::parse_signature(headers);
  ASSERT_TRUE(presented);
  EXPECT_EQ(presented->key_id, "front-key");
  EXPECT_EQ(presented->body_hash, security::sha256(body));
  EXPECT_EQ(timestamp, "1772337600123");
  const security::SignedHead head{"POST", "/stock/a%20b", "x=1&y",           true, "application/json",
                                  "",     "0190",         "application/json"};
  const security::SignedParts parts{"warehouse", "front-key", timestamp, nonce, head};
  EXPECT_EQ(code, security::sign_v2(parts, security::sha256(body), kSecret));
}

TEST_F(CredentialsTest, NoTwoNoncesAreTheSame) {
  const SignatureCredentials credentials = signature(security::SignatureVersion::kV2);
  fill(credentials, call.request);
  const std::string first = value_of(net::HeaderId::kXNonce);
  EXPECT_TRUE(security::is_nonce(first));
  fill(credentials, call.request);
  EXPECT_NE(value_of(net::HeaderId::kXNonce), first);
}

TEST_F(CredentialsTest, ASignatureOfVersion1IsTheHandbooksAndNeverTwiceTheSame) {
  call.body = Body("{}");
  const SignatureCredentials credentials = signature(security::SignatureVersion::kV1);
  for (const char* time : {"1772337600123", "1772337600124", "1772337600125"})
    EXPECT_EQ(fill(credentials, call.request),
              "Authorization: ApiKey front-key\nX-Timestamp: " + std::string(time) +
                  "\nX-Signature: " + security::SignatureV1::sign(time, "front-key", "{}", kSecret) + '\n');
}

TEST_F(CredentialsTest, ABodyThatStreamsCannotBeSigned) {
  fakes::ScriptedBody source({"{}"});
  call.body = Body(source);
  EXPECT_EQ(fill(signature(security::SignatureVersion::kV2), call.request),
            "50090: a body that streams cannot be signed");
}

}  // namespace
}  // namespace causeway::upstream
