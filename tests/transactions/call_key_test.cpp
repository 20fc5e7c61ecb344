#include "transactions/call_key.h"

#include <gtest/gtest.h>

namespace causeway::transactions {
namespace {

KeyedRequest request() {
  return {.consumer = "oms", .token = "t", .method = "POST", .path = "/orders", .version = "v2", .body = "{}"};
}
CallKey made(const KeyedRequest& of, std::string key = "k-1") {
  return call_key(of, std::move(key), std::chrono::hours(1));
}

TEST(CallKey, IsADigestAndTheKeyForPeople) {
  const CallKey key = made(request());
  EXPECT_EQ(key.scope.size(), 32U);
  EXPECT_EQ(key.request_hash.size(), 32U);
  EXPECT_EQ(key.key, "k-1");
  EXPECT_EQ(key.retention, std::chrono::hours(1));
  EXPECT_EQ(made(request()).scope, key.scope);
  EXPECT_EQ(made(request()).request_hash, key.request_hash);
}

TEST(CallKey, TheScopeIsWhoCallsAndWhat) {
  const std::string scope = made(request()).scope;
  EXPECT_NE(made(request(), "k-2").scope, scope);
  KeyedRequest other = request();
  other.consumer = "wms";
  EXPECT_NE(made(other).scope, scope);
  other = request();
  other.token = "another subject";
  EXPECT_NE(made(other).scope, scope);
  other = request();
  other.method = "PUT";
  EXPECT_NE(made(other).scope, scope);
  other = request();
  other.path = "/orders/1";
  EXPECT_NE(made(other).scope, scope);
}

TEST(CallKey, NothingElseIsOfTheScope) {
  const std::string scope = made(request()).scope;
  KeyedRequest other = request();
  other.query = "a=1";
  other.has_query = true;
  other.version = "v1";
  other.body = "{ }";
  EXPECT_EQ(made(other).scope, scope);
}

TEST(CallKey, TheHashIsAllThatMustBeTheSame) {
  const std::string hash = made(request()).request_hash;
  KeyedRequest other = request();
  other.body = "{ }";
  EXPECT_NE(made(other).request_hash, hash);
  other = request();
  other.version = "v1";
  EXPECT_NE(made(other).request_hash, hash);
  other = request();
  other.has_query = true;  // `?` alone
  EXPECT_NE(made(other).request_hash, hash);
  other.query = "a=1";
  const std::string with_query = made(other).request_hash;
  other.query = "a=2";
  EXPECT_NE(made(other).request_hash, with_query);
  EXPECT_EQ(made(request(), "another key").request_hash, hash);
}

TEST(CallKey, PartsDoNotRunIntoEachOther) {
  KeyedRequest one = request(), other = request();
  one.consumer = "ab";
  one.token = "c";
  other.consumer = "a";
  other.token = "bc";
  EXPECT_NE(made(one).scope, made(other).scope);
}

}  // namespace
}  // namespace causeway::transactions
