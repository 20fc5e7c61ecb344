#include "plugins/api_key/api_key_authenticator.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

class ApiKeyTest : public fakes::ExchangeFixture {
 protected:
  const security::ConsumerTable consumers = fakes::consumers();
  const ApiKeyAuthenticator scheme{consumers};
};

TEST_F(ApiKeyTest, TheHolderOfATokenIsKnownFromTheHeadAlone) {
  fakes::Call& one = call("GET / HTTP/1.1\nHost: a\nX-API-Key: token");
  EXPECT_FALSE(scheme.needs_whole_request());
  EXPECT_TRUE(scheme.presented(one.exchange.request));
  EXPECT_EQ(fakes::failure(scheme.on_head(one.exchange)), "");
  EXPECT_TRUE(one.exchange.authenticated);
  ASSERT_NE(one.exchange.consumer, nullptr);
  EXPECT_EQ(one.exchange.consumer->name, "reporting");
}

TEST_F(ApiKeyTest, AWrongTokenProvesNothing) {
  for (const char* token : {"tokem", "oms-key", "secret", "TOKEN"}) {
    fakes::Call& one = call("GET / HTTP/1.1\nHost: a\nX-API-Key: " + std::string(token));
    EXPECT_EQ(fakes::failure(scheme.on_head(one.exchange)), "40191 unknown_token") << token;
    EXPECT_FALSE(one.exchange.authenticated);
    EXPECT_EQ(one.exchange.consumer, nullptr);
  }
}

TEST_F(ApiKeyTest, WithoutTheHeaderItIsNotPresented) {
  EXPECT_FALSE(scheme.presented(call("GET / HTTP/1.1\nHost: a\nAuthorization: ApiKey token").exchange.request));
}

}  // namespace
}  // namespace causeway::plugins
