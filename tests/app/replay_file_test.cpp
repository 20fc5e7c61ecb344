#include "app/replay_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "fakes/temporary_folder.h"

namespace causeway::app {
namespace {

using security::Admit;
using security::ReplayTable;
using security::SignatureUse;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::milliseconds(1'800'000'000'000)};
constexpr WallTime kStop = kStart + seconds(10);
constexpr std::string_view kOwner = "0198f2c5-0000-7000-8000-000000000001";

SignatureUse use(std::uint64_t number) {
  return {security::sha256(std::to_string(number)), kStart + seconds(5), false, true};
}

class ReplayFileTest : public testing::Test {
 protected:
  static std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  void write(const std::string& bytes) const { std::ofstream(file_, std::ios::binary) << bytes; }

  const fakes::TemporaryFolder folder_;
  const std::filesystem::path file_ = replay_file(folder_.database());
  ReplayTable table_{ByteSize{1 << 20}, minutes(5), seconds(60), kStart};
  ReplayTable next_{ByteSize{1 << 20}, minutes(5), seconds(60), kStop};
};

TEST_F(ReplayFileTest, HandsTheTableOnOnce) {
  for (std::uint64_t i = 0; i < 3'000; ++i) ASSERT_EQ(table_.admit(use(i)), Admit::kAccepted);
  ASSERT_EQ(save_replays(file_, kOwner, table_, kStop), "");
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  TakenReplays taken = take_replays(file_, kOwner, next_);
  EXPECT_TRUE(taken.restored);
  EXPECT_EQ(taken.problem, "");
  for (std::uint64_t i = 0; i < 3'000; ++i) ASSERT_EQ(next_.admit(use(i)), Admit::kReplayed);
  EXPECT_EQ(next_.admit(use(3'000)), Admit::kAccepted);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  taken = take_replays(file_, kOwner, next_);
  EXPECT_FALSE(taken.restored);
  EXPECT_EQ(taken.problem, "");
}

TEST_F(ReplayFileTest, OfAnotherStoreIsNotUsed) {
  ASSERT_EQ(save_replays(file_, kOwner, table_, kStop), "");
  const TakenReplays taken = take_replays(file_, "0198f2c5-0000-7000-8000-000000000002", next_);
  EXPECT_FALSE(taken.restored);
  EXPECT_EQ(taken.problem, "it is of another store or version");
  EXPECT_EQ(next_.started(), kStop);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ReplayFileTest, OfOtherSettingsIsNotUsed) {
  ASSERT_EQ(save_replays(file_, kOwner, table_, kStop), "");
  ReplayTable other(ByteSize{1 << 20}, minutes(10), seconds(60), kStop);
  EXPECT_EQ(take_replays(file_, kOwner, other).problem, "it is of other settings of signing, or not whole");
  EXPECT_EQ(other.started(), kStop);
}

TEST_F(ReplayFileTest, ADamagedOneIsRemovedAndNotUsed) {
  ASSERT_EQ(table_.admit(use(1)), Admit::kAccepted);
  ASSERT_EQ(save_replays(file_, kOwner, table_, kStop), "");
  const std::string whole = read(file_);
  std::vector<std::string> damaged = {"", whole + "x"};
  for (std::size_t i = 0; i < whole.size(); ++i) {
    damaged.push_back(whole.substr(0, i));
    damaged.push_back(whole);
    damaged.back()[i] = static_cast<char>(whole[i] ^ 1);
  }
  for (const std::string& bytes : damaged) {
    write(bytes);
    const TakenReplays taken = take_replays(file_, kOwner, next_);
    ASSERT_FALSE(taken.restored);
    ASSERT_NE(taken.problem, "");
    ASSERT_EQ(next_.started(), kStop);
    ASSERT_FALSE(std::filesystem::exists(file_));
  }
  next_.start(kStart);
  EXPECT_EQ(next_.admit(use(1)), Admit::kAccepted) << "of those nothing stays";
}

TEST_F(ReplayFileTest, ADraftOfAStopThatWasKilledGoes) {
  std::ofstream(file_.string() + ".new") << "half";
  EXPECT_FALSE(take_replays(file_, kOwner, next_).restored);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ReplayFileTest, OneThatCannotBeRemovedStopsTheStart) {
  std::filesystem::create_directories(file_ / "not-empty");
  EXPECT_THROW(take_replays(file_, kOwner, next_), std::runtime_error);
  EXPECT_NE(save_replays(file_, kOwner, table_, kStop), "");
}

}  // namespace
}  // namespace causeway::app
