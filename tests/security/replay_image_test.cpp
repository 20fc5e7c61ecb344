#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

#include "security/replay.h"

namespace causeway::security {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr ByteSize kMemory{1 << 20};
constexpr Duration kWindow = minutes(5);
constexpr Duration kSkew = seconds(60);
constexpr WallTime kStart{milliseconds(1'800'000'000'000)};

SignatureUse unsafe(std::uint64_t number, WallTime at) { return {sha256(std::to_string(number)), at, false, true}; }
SignatureUse safe(std::uint64_t number, WallTime at) { return {sha256(std::to_string(number)), at, false, false}; }
SignatureUse nonce(std::uint64_t number, WallTime at) { return {sha256(std::to_string(number)), at, true, true}; }

class ReplayImageTest : public testing::Test {
 protected:
  static std::string image_of(const ReplayTable& table, WallTime now = kStart + seconds(10)) {
    std::string image;
    table.save([&](Bytes piece) { image.append(piece); }, now);
    return image;
  }

  static bool restore(ReplayTable& table, const std::string& image, bool whole = true) {
    std::size_t at = 0;
    const auto source = [&](char* out, std::size_t size) {
      const std::size_t take = std::min(size, image.size() - at);
      std::memcpy(out, image.data() + at, take);
      at += take;
      return take;
    };
    return table.restore(source, [&] { return whole; });
  }

  ReplayTable table_{kMemory, kWindow, kSkew, kStart};
  ReplayTable next_{kMemory, kWindow, kSkew, kStart + seconds(11)};
};

TEST_F(ReplayImageTest, GoesOnWhereTheOtherWasSaved) {
  const WallTime at = kStart + seconds(5);
  for (std::uint64_t i = 0; i < 800; ++i) {
    ASSERT_EQ(table_.admit(unsafe(i, at)), Admit::kAccepted);
    ASSERT_EQ(table_.admit(nonce(10'000 + i, at)), Admit::kAccepted);
    ASSERT_EQ(table_.admit(safe(20'000 + i, at)), Admit::kAccepted);
  }
  ASSERT_TRUE(restore(next_, image_of(table_)));
  EXPECT_EQ(next_.started(), kStart);
  for (std::uint64_t i = 0; i < 800; ++i) {
    ASSERT_EQ(next_.admit(unsafe(i, at)), Admit::kReplayed);
    ASSERT_EQ(next_.admit(nonce(10'000 + i, at + seconds(70))), Admit::kReplayed);
    ASSERT_EQ(next_.admit(unsafe(20'000 + i, at)), Admit::kReplayed);
    ASSERT_EQ(next_.admit(unsafe(30'000 + i, at)), Admit::kAccepted) << "signed before the start and never used";
  }
  EXPECT_EQ(next_.admit(unsafe(1, kStart)), Admit::kBeforeStart);
}

TEST_F(ReplayImageTest, IsSmallWhereLittleIsKnown) {
  ASSERT_EQ(table_.admit(unsafe(1, kStart + seconds(1))), Admit::kAccepted);
  EXPECT_LT(image_of(table_).size(), 200u);
}

TEST_F(ReplayImageTest, RefusesByTheirTimeWhatIsTooOldToBeKept) {
  ASSERT_EQ(table_.admit(unsafe(1, kStart + seconds(1))), Admit::kAccepted);
  const WallTime later = kStart + hours(1);
  ASSERT_EQ(table_.admit(unsafe(2, later)), Admit::kAccepted);
  ASSERT_TRUE(restore(next_, image_of(table_, later + seconds(1))));
  EXPECT_EQ(next_.admit(unsafe(1, kStart + seconds(1))), Admit::kBeforeStart);
  EXPECT_EQ(next_.admit(unsafe(3, kStart + seconds(1))), Admit::kBeforeStart);
  EXPECT_EQ(next_.admit(unsafe(2, later)), Admit::kReplayed);
  EXPECT_EQ(next_.admit(unsafe(3, later - minutes(5))), Admit::kAccepted);
}

TEST_F(ReplayImageTest, KeepsWhatIsInTheWindowOfAClockThatWasSetBack) {
  const WallTime ahead = kStart + hours(1);
  ASSERT_EQ(table_.admit(unsafe(1, kStart + seconds(1))), Admit::kAccepted);
  ASSERT_EQ(table_.admit(unsafe(2, ahead)), Admit::kAccepted);
  ASSERT_TRUE(restore(next_, image_of(table_, kStart + seconds(10))));
  EXPECT_EQ(next_.admit(unsafe(1, kStart + seconds(1))), Admit::kReplayed);
  EXPECT_EQ(next_.admit(unsafe(3, kStart + seconds(1))), Admit::kAccepted);
  EXPECT_EQ(next_.admit(unsafe(2, ahead)), Admit::kReplayed);
}

TEST_F(ReplayImageTest, RefusesWhatOnlyTheReplacedTableKnows) {
  auto before = std::make_shared<ReplayTable>(kMemory, 2 * kWindow, kSkew, kStart);
  const WallTime reload = kStart + seconds(5);
  ASSERT_EQ(before->admit(unsafe(1, reload + seconds(30))), Admit::kAccepted);
  table_.replace(before, reload);
  ASSERT_EQ(table_.admit(unsafe(2, reload + seconds(200))), Admit::kAccepted);
  ASSERT_TRUE(restore(next_, image_of(table_)));
  EXPECT_EQ(next_.admit(unsafe(1, reload + seconds(30))), Admit::kBeforeStart);
  EXPECT_EQ(next_.admit(unsafe(2, reload + seconds(200))), Admit::kReplayed);
}

TEST_F(ReplayImageTest, OfOtherSettingsIsNotUsed) {
  ASSERT_EQ(table_.admit(unsafe(1, kStart + seconds(1))), Admit::kAccepted);
  const std::string image = image_of(table_);
  ReplayTable bigger(ByteSize{2 << 20}, kWindow, kSkew, kStart + seconds(11));
  ReplayTable longer(kMemory, 2 * kWindow, kSkew, kStart + seconds(11));
  EXPECT_FALSE(restore(bigger, image));
  EXPECT_FALSE(restore(longer, image));
  EXPECT_EQ(longer.started(), kStart + seconds(11));
}

TEST_F(ReplayImageTest, OneThatIsNotWholeLeavesNothingBehind) {
  for (std::uint64_t i = 0; i < 20; ++i) ASSERT_EQ(table_.admit(unsafe(i, kStart + seconds(1))), Admit::kAccepted);
  const std::string image = image_of(table_);
  EXPECT_FALSE(restore(next_, image, false));
  EXPECT_FALSE(restore(next_, image + "x"));
  for (std::size_t length = 0; length < image.size(); ++length)
    ASSERT_FALSE(restore(next_, image.substr(0, length))) << length;
  EXPECT_EQ(next_.started(), kStart + seconds(11));
  next_.start(kStart);
  for (std::uint64_t i = 0; i < 20; ++i) EXPECT_EQ(next_.admit(unsafe(i, kStart + seconds(1))), Admit::kAccepted);
}

TEST_F(ReplayImageTest, AnyFieldMayBeNonsense) {
  ASSERT_EQ(table_.admit(unsafe(1, kStart + seconds(1))), Admit::kAccepted);
  const std::string image = image_of(table_);
  for (std::size_t i = 0; i < image.size(); ++i) {
    std::string damaged = image;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x80);
    restore(next_, damaged, false);  // must not write outside the table
  }
  EXPECT_EQ(next_.started(), kStart + seconds(11));
}

}  // namespace
}  // namespace causeway::security
