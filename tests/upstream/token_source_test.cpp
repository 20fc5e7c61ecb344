#include "upstream/token_source.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "fakes/exchange_fixture.h"
#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "upstream/connection.h"
#include "upstream/token_credentials.h"

namespace causeway::upstream {
namespace {

using std::chrono::seconds;

class TokenSourceTest : public ::testing::Test {
 protected:
  TokenSourceTest() {
    for (runtime::Worker* worker : workers) worker->refresh_clock();
  }

  static TokenRequest request(std::string scope = "") {
    TokenRequest made;
    made.cluster = "wms";
    made.url = "https://idp.internal/token";
    made.client = "causeway";
    made.secret = SecretText("secret");
    made.scope = std::move(scope);
    return made;
  }
  /// What was posted arrives.
  void deliver() {
    for (runtime::Worker* worker : workers) {
      worker->refresh_clock();
      worker->io().poll();
    }
  }
  void give(std::string_view token, Duration lifetime = std::chrono::hours(1)) {
    source->take(token, lifetime, clock.steady());
    deliver();
  }
  void advance(Duration by) {
    clock.advance(by);
    deliver();
  }
  std::string shown(const runtime::Worker& worker) const {
    const auto token = source->current(worker);
    return token ? std::string(token->field.reveal()) : "-";
  }
  Task<Result<>> wait(runtime::Worker& worker, Duration patience, runtime::Cancel* cancel = nullptr) {
    return source->wait(worker, clock.steady() + patience, cancel);
  }

  fakes::ManualClock clock;
  runtime::Worker one{0, "one", clock};
  runtime::Worker two{1, "two", clock};
  runtime::Worker* workers[2] = {&one, &two};
  TokenSources sources{workers};
  std::shared_ptr<TokenSource> source = sources.get(request());
};

TEST_F(TokenSourceTest, EveryWorkerShowsTheNewestTokenUntilItEnds) {
  EXPECT_EQ(shown(one), "-");
  give("first", seconds(100));
  EXPECT_EQ(shown(one), "Bearer first");
  EXPECT_EQ(shown(two), "Bearer first");
  give("second", seconds(100));
  EXPECT_EQ(shown(two), "Bearer second");
  advance(seconds(97));
  EXPECT_EQ(shown(one), "Bearer second");
  advance(seconds(2));  // a call on its way at its end would be refused
  EXPECT_EQ(shown(one), "-");
}

TEST_F(TokenSourceTest, CallsWaitForTheFirstToken) {
  std::deque<std::optional<Result<>>> outcomes(3);
  for (auto& outcome : outcomes) one.spawn(fakes::keep(wait(one, seconds(5)), outcome));
  deliver();
  for (const auto& outcome : outcomes) EXPECT_FALSE(outcome.has_value());
  give("first");
  deliver();
  for (const auto& outcome : outcomes) ASSERT_TRUE(outcome.has_value() && outcome->ok());
}

TEST_F(TokenSourceTest, CallsThatWaitAreToldWhyThereIsNone) {
  std::optional<Result<>> outcome;
  one.spawn(fakes::keep(wait(one, seconds(5)), outcome));
  deliver();
  source->fail("status 401 invalid_client");
  deliver();
  deliver();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(fakes::describe(outcome->error()), "50290: no token: status 401 invalid_client");
  EXPECT_EQ(outcome->error().resend(), Resend::kIfUnsent);
  const Result<> next = fakes::run(one, wait(one, seconds(5)));  // and does not wait at all
  EXPECT_EQ(fakes::describe(next.error()), "50290: no token: status 401 invalid_client");
  give("first");
  EXPECT_TRUE(fakes::run(one, wait(one, seconds(5))));
}

TEST_F(TokenSourceTest, AWaitEndsAtItsDeadlineAndWithItsCaller) {
  EXPECT_EQ(fakes::describe(fakes::run(one, wait(one, seconds(0))).error()), "50290: no token in time");
  runtime::Cancel cancel;
  std::optional<Result<>> outcome;
  one.spawn(fakes::keep(wait(one, seconds(5), &cancel), outcome));
  deliver();
  cancel.request();
  deliver();
  deliver();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->error().code(), Code::kCallerLeft);
}

TEST_F(TokenSourceTest, AFailedRenewalLeavesTheTokenThatIsThere) {
  give("first");
  source->fail("status 503");
  deliver();
  EXPECT_EQ(shown(one), "Bearer first");
  EXPECT_TRUE(fakes::run(one, wait(one, seconds(5))));
}

TEST_F(TokenSourceTest, ARefusedTokenIsDroppedOnAllWorkersAndAskedForOnce) {
  give("first");
  const auto first = source->current(one);
  EXPECT_TRUE(source->refused(one, *first));
  EXPECT_EQ(shown(one), "-");
  EXPECT_EQ(shown(two), "-");
  EXPECT_TRUE(source->take_wish());
  EXPECT_FALSE(source->take_wish());
  EXPECT_TRUE(source->refused(two, *first)) << "it is being replaced";
  EXPECT_FALSE(source->take_wish());
  give("second");
  EXPECT_TRUE(source->refused(one, *first)) << "another is there";
  EXPECT_EQ(shown(one), "Bearer second");
}

TEST_F(TokenSourceTest, ASystemThatRefusesEveryTokenDoesNotDropThemAll) {
  give("first");
  EXPECT_TRUE(source->refused(one, *source->current(one)));
  give("second");
  EXPECT_FALSE(source->refused(one, *source->current(one)));
  EXPECT_EQ(shown(one), "Bearer second");
  advance(TokenSource::kBetweenDrops);
  EXPECT_TRUE(source->refused(one, *source->current(one)));
}

TEST_F(TokenSourceTest, TheSameRequestIsTheSameSource) {
  EXPECT_EQ(sources.get(request()), source);
  EXPECT_NE(sources.get(request("stock")), source);
  TokenRequest other = request();
  other.secret = SecretText("another");
  EXPECT_NE(sources.get(other), source);
  EXPECT_EQ(request().fingerprint().find("secret"), std::string::npos);
}

TEST_F(TokenSourceTest, AStandInIsThereFromTheBeginning) {
  sources.stand_in("made-up");
  source = sources.get(request("played"));
  deliver();
  EXPECT_EQ(shown(one), "Bearer made-up");
}

TEST_F(TokenSourceTest, CredentialsShowTheTokenThatTheySayWasRefused) {
  const TokenCredentials credentials(source);
  EXPECT_TRUE(credentials.waits(one));
  give("first");
  EXPECT_FALSE(credentials.waits(one));
  CallRequest none;
  CredentialFields fields;
  ASSERT_TRUE(credentials.fill(one, none, fields));
  ASSERT_EQ(fields.all().size(), 1u);
  EXPECT_EQ(fields.all()[0].value, "Bearer first");
  EXPECT_TRUE(credentials.refused(one, fields));
  EXPECT_TRUE(credentials.waits(one));
}

}  // namespace
}  // namespace causeway::upstream
