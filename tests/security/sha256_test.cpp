#include "security/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

namespace causeway::security {
namespace {

// FIPS 180-4 examples; `printf '' | sha256sum`.
constexpr std::string_view kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, GivesThePublishedHashes) {
  EXPECT_EQ(sha256_hex(""), kEmpty);
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotCareHowTheTextIsCut) {
  const std::string text(1000, 'x');
  Sha256 hash;
  for (std::size_t i = 0; i < text.size(); i += 7) hash.update(Bytes(text).substr(i, 7));
  hash.update({});
  EXPECT_EQ(to_hex(hash.finish()), sha256_hex(text));
}

TEST(Sha256, ForksIntoTwoHashesThatGoOnApart) {
  Sha256 hash;
  hash.update("a");
  Sha256 other = hash.fork();
  hash.update("bc");
  other.update("d");
  EXPECT_EQ(to_hex(hash.finish()), kAbc);
  EXPECT_EQ(to_hex(other.finish()), sha256_hex("ad"));
}

TEST(Sha256, StartsAnewWithAReusedContext) {
  {
    Sha256 unfinished;
    unfinished.update("left behind");
  }
  EXPECT_EQ(sha256_hex(""), kEmpty);
}

TEST(Sha256, MovesAndMayEndOnAnotherThread) {
  Sha256 hash;
  hash.update("ab");
  std::thread([moved = std::move(hash)]() mutable {
    moved.update("c");
    EXPECT_EQ(to_hex(moved.finish()), kAbc);
  }).join();
  hash = Sha256();
  hash.update("abc");
  EXPECT_EQ(to_hex(hash.finish()), kAbc);
}

TEST(Sha256, ReadsOnlyLowerCaseHexOfTheRightLength) {
  EXPECT_EQ(parse_sha256(kAbc), sha256("abc"));
  EXPECT_EQ(parse_sha256(kAbc.substr(1)), std::nullopt);
  EXPECT_EQ(parse_sha256(std::string(kAbc) + "0"), std::nullopt);
  std::string odd(kAbc);
  odd[0] = 'B';
  EXPECT_EQ(parse_sha256(odd), std::nullopt);
  odd[0] = 'g';
  EXPECT_EQ(parse_sha256(odd), std::nullopt);
  EXPECT_EQ(parse_sha256(""), std::nullopt);
}

TEST(Sha256, ComparesEveryByte) {
  const Sha256Digest digest = sha256("abc");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256Digest other = digest;
    EXPECT_TRUE(equal_in_constant_time(digest, other));
    other[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(digest, other)) << i;
  }
}

}  // namespace
}  // namespace causeway::security
