#include <gtest/gtest.h>

#include "security/oauth/token_cache.h"
#include "security/oauth_configured.h"

namespace causeway::security {
namespace {

VerifiedToken cached(std::int64_t expires) {
  VerifiedToken token;
  token.consumer = shared().table.find("market");
  token.expires = at(expires);
  return token;
}

TEST(TokenCache, ForgetsWhatHasExpired) {
  TokenCache cache;
  const Sha256Digest digest = TokenCache::digest("a");
  EXPECT_EQ(cache.find(digest, at(0)), nullptr);
  cache.put(digest, cached(100));
  EXPECT_NE(cache.find(digest, at(159)), nullptr) << "the leeway";
  EXPECT_EQ(cache.find(digest, at(160)), nullptr);
  EXPECT_EQ(cache.find(TokenCache::digest("b"), at(0)), nullptr);
  cache.put(digest, cached(1000));
  EXPECT_NE(cache.find(digest, at(160)), nullptr);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(TokenCache, LetsTheOldestGo) {
  TokenCache cache(3);
  const auto digest = [](int i) { return TokenCache::digest(std::to_string(i)); };
  for (int i = 0; i < 1000; ++i) {
    cache.put(digest(i), cached(i));
    for (int back = 0; back < 3 && back <= i; ++back) {
      const VerifiedToken* const found = cache.find(digest(i - back), at(0));
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->expires, at(i - back));
    }
    ASSERT_EQ(cache.find(digest(i - 3), at(0)), nullptr);
  }
  EXPECT_EQ(cache.size(), 3u);
}

}  // namespace
}  // namespace causeway::security
