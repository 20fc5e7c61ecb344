#include "adapters/token/token_request.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::adapters {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
// market:secret
constexpr std::string_view kBasic = "Basic bWFya2V0OnNlY3JldA==";

struct Sent {
  std::string_view body;
  std::string_view authorization = {};
  std::string_view type = kForm;
};

/// `grant client/secret scope`, or the refusal's words.
std::string read(const Sent& sent) {
  net::Headers headers;
  if (!sent.type.empty()) headers.add(net::HeaderId::kContentType, sent.type);
  if (!sent.authorization.empty()) headers.add(net::HeaderId::kAuthorization, sent.authorization);
  const auto result = read_token_request(headers, sent.body, std::pmr::get_default_resource());
  if (const auto* refusal = std::get_if<TokenRefusal>(&result)) {
    const bool client = refusal->error == TokenError::kInvalidClient;
    return (client ? "client: " : "request: ") + std::string(refusal->description);
  }
  const auto& request = std::get<TokenRequest>(result);
  std::string text(request.grant_type);
  text.append(" ").append(request.client).append("/").append(request.secret);
  if (!request.scope.empty()) text.append(" ").append(request.scope);
  return text;
}

TEST(TokenRequest, CredentialsComeInTheFormOrByBasic) {
  EXPECT_EQ(read({"grant_type=g&client_id=market&client_secret=secret"}), "g market/secret");
  EXPECT_EQ(read({"grant_type=g", kBasic}), "g market/secret");
  EXPECT_EQ(read({"grant_type=g", "bAsIc bWFya2V0OnNlY3JldA"}), "g market/secret");
  EXPECT_EQ(read({"grant_type=g&client_id=market", kBasic}), "g market/secret");
}

TEST(TokenRequest, FormsAreDecoded) {
  EXPECT_EQ(read({"grant%5Ftype=g&client_id=a+b%2B&client_secret=%E7%A7%98%3D%26&scope=x+y%20z"}),
            "g a b+/\xE7\xA7\x98=& x y z");
  EXPECT_EQ(read({"&&grant_type=g&&client_id=a&client_secret==b&"}), "g a/=b");
}

TEST(TokenRequest, BasicIsDecodedTwice) {
  EXPECT_EQ(read({"grant_type=g", "Basic YSUyMGI6YyslMkI="}), "g a b/c +");  // a%20b:c+%2B
  EXPECT_EQ(read({"grant_type=g", "Basic YTpiOmM="}), "g a/b:c");            // a:b:c
  EXPECT_EQ(read({"grant_type=g", "Basic YTolenp6"}), "g a/%zzz");           // a:%zzz, which is not encoded
}

TEST(TokenRequest, WhatBasicCarriedIsKeptAsItWas) {
  net::Headers headers;
  headers.add(net::HeaderId::kContentType, kForm);
  headers.add(net::HeaderId::kAuthorization, "Basic YSUyMGI6YyslMkI=");
  const auto result = read_token_request(headers, "grant_type=g", std::pmr::get_default_resource());
  const auto& request = std::get<TokenRequest>(result);
  EXPECT_EQ(request.raw_client, "a%20b");
  EXPECT_EQ(request.raw_secret, "c+%2B");
}

TEST(TokenRequest, UnknownParametersAndEmptyOnesDoNotCount) {
  EXPECT_EQ(read({"grant_type=g&client_id=a&client_secret=b&scope=&audience=x&audience=y&client_assertion="}), "g a/b");
}

TEST(TokenRequest, AParameterOccursOnce) {
  for (const char* twice : {"scope=a&scope=a", "scope=&scope=a", "scope&scope=a", "scope=a&%73cope=b"})
    EXPECT_EQ(read({"grant_type=g&client_id=a&client_secret=b&" + std::string(twice)}),
              "request: a parameter occurs twice")
        << twice;
}

TEST(TokenRequest, CredentialsInTwoPlacesAreRefused) {
  EXPECT_EQ(read({"grant_type=g&client_id=market&client_secret=secret", kBasic}), "request: credentials in two places");
  EXPECT_EQ(read({"grant_type=g&client_id=shop", kBasic}), "request: two different clients");
}

TEST(TokenRequest, WhatIsMissingIsTold) {
  EXPECT_EQ(read({"client_id=a&client_secret=b"}), "request: grant_type is missing");
  EXPECT_EQ(read({"grant_type=&client_id=a&client_secret=b"}), "request: grant_type is missing");
  for (const char* some : {"", "&client_id=a", "&client_secret=b", "&client_id=a&client_secret="})
    EXPECT_EQ(read({"grant_type=g" + std::string(some)}), "client: client credentials are missing") << some;
}

TEST(TokenRequest, OtherProofsOfAClientAreNotTaken) {
  constexpr const char* kOnly = "client: only client_secret_basic and client_secret_post are taken";
  EXPECT_EQ(read({"grant_type=g&client_assertion=x"}), kOnly);
  EXPECT_EQ(read({"grant_type=g", "Bearer x"}), kOnly);
  EXPECT_EQ(read({"grant_type=g", "Basicx"}), kOnly);
}

TEST(TokenRequest, BasicThatIsNotBase64OfAPairIsRefused) {
  constexpr const char* kForms = "client: the credentials are not base64 of client_id:client_secret";
  for (const char* text : {"Basic", "Basic ", "Basic bWFya2V0", "Basic ***",
                           "Basic YTpi=", "Basic YTpi====", "Basic YT pi", "Basic YS1i_zpi", "Basic =", "Basic Y"})
    EXPECT_EQ(read({"grant_type=g", text}), kForms) << text;
  EXPECT_EQ(read({"grant_type=g", "Basic " + std::string(8192, 'Y')}), kForms);
}

TEST(TokenRequest, OnlyAFormIsRead) {
  for (const char* type : {"", "application/json", "application/x-www-form-urlencodedx", "text/plain"})
    EXPECT_EQ(read({"grant_type=g", kBasic, type}), "request: the body must be application/x-www-form-urlencoded")
        << type;
  EXPECT_EQ(read({"grant_type=g", kBasic, "Application/X-WWW-Form-URLencoded ; charset=utf-8"}), "g market/secret");
}

TEST(TokenRequest, BrokenEscapesAreRefused) {
  for (const char* text : {"a=%", "a=%2", "a=%zz", "%zz=a"})
    EXPECT_EQ(read({"grant_type=g&" + std::string(text), kBasic}), "request: a broken percent-encoding") << text;
}

}  // namespace
}  // namespace causeway::adapters
