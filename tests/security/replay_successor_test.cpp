#include <gtest/gtest.h>

#include "security/replay.h"

namespace causeway::security {
namespace {

constexpr ByteSize kMemory{1 << 20};
constexpr Duration kWindow = std::chrono::minutes(5);
constexpr Duration kSkew = std::chrono::seconds(60);
constexpr WallTime kStart{std::chrono::milliseconds(1'800'000'000'000)};

Sha256Digest signature(const char* text) { return sha256(text); }

TEST(ReplaySuccessor, RemembersSignaturesDatedAheadOfItsStart) {
  auto before = std::make_shared<ReplayTable>(kMemory, kWindow, kSkew, kStart);
  const WallTime reload = kStart + std::chrono::seconds(100);
  const WallTime ahead = reload + std::chrono::seconds(30);
  ASSERT_EQ(before->admit(signature("a"), ahead, true), Admit::kAccepted);
  ReplayTable after(kMemory, 2 * kWindow, kSkew, reload);
  after.replace(before, reload);
  EXPECT_EQ(after.admit(signature("a"), ahead, true), Admit::kReplayed);
  EXPECT_EQ(after.admit(signature("b"), ahead, true), Admit::kAccepted);
  EXPECT_EQ(after.admit(signature("b"), ahead, true), Admit::kReplayed);
}

TEST(ReplaySuccessor, RefusesWhatWasSignedBeforeIt) {
  auto before = std::make_shared<ReplayTable>(kMemory, kWindow, kSkew, kStart);
  const WallTime reload = kStart + std::chrono::seconds(100);
  ReplayTable after(kMemory, 2 * kWindow, kSkew, reload);
  after.replace(before, reload);
  EXPECT_EQ(after.admit(signature("a"), reload, true), Admit::kBeforeStart);
  EXPECT_EQ(after.admit(signature("a"), reload + std::chrono::milliseconds(1), true), Admit::kAccepted);
}

TEST(ReplaySuccessor, KnowsWhatTheOtherAdmittedWhileBothWereInUse) {
  auto before = std::make_shared<ReplayTable>(kMemory, kWindow, kSkew, kStart);
  const WallTime reload = kStart + std::chrono::seconds(100);
  ReplayTable after(kMemory, 2 * kWindow, kSkew, kStart + std::chrono::seconds(50));
  after.replace(before, reload);
  const WallTime late = reload + std::chrono::milliseconds(60'005);
  ASSERT_EQ(before->admit(signature("a"), late, true), Admit::kAccepted);
  EXPECT_EQ(after.admit(signature("a"), late, true), Admit::kReplayed);
}

TEST(ReplaySuccessor, KnowsWhatWasAcceptedBeforeTheClockWasSetBack) {
  auto before = std::make_shared<ReplayTable>(kMemory, kWindow, kSkew, kStart);
  const WallTime late = kStart + std::chrono::hours(1);
  ASSERT_EQ(before->admit(signature("a"), late, true), Admit::kAccepted);
  const WallTime reload = kStart + std::chrono::seconds(100);
  ReplayTable after(kMemory, 2 * kWindow, kSkew, reload);
  after.replace(before, reload);
  EXPECT_GE(after.newest(), late);
  EXPECT_EQ(after.admit(signature("a"), late, true), Admit::kReplayed);
}

TEST(ReplaySuccessor, GivesBackToBoth) {
  auto before = std::make_shared<ReplayTable>(kMemory, kWindow, kSkew, kStart);
  const WallTime reload = kStart + std::chrono::seconds(100);
  ReplayTable after(kMemory, 2 * kWindow, kSkew, reload);
  after.replace(before, reload);
  const SignatureUse use{signature("a"), reload + std::chrono::seconds(30), false, true};
  ASSERT_EQ(after.admit(use), Admit::kAccepted);
  after.give_back(use);
  EXPECT_EQ(after.admit(use), Admit::kAccepted);
  EXPECT_EQ(after.admit(use), Admit::kReplayed);
}

}  // namespace
}  // namespace causeway::security
