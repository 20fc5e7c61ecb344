#include "adapters/guarded/guarded_adapter.h"

#include "transactions/guarded_fixture.h"

namespace causeway::adapters {
namespace {

class Answering final : public Adapter {
 public:
  explicit Answering(int& calls, std::optional<Code> fails = std::nullopt) : calls_(calls), fails_(fails) {}
  bool needs_whole_request() const override { return true; }
  Task<Result<>> call(Exchange& exchange) const override {
    ++calls_;
    if (fails_) co_return Error(*fails_);
    exchange.response.status = 201;
    exchange.response.body = Body(Bytes("{}"));
    co_return Result<>();
  }

 private:
  int& calls_;
  std::optional<Code> fails_;
};

class GuardedAdapterTest : public transactions::GuardedFixture {
 protected:
  std::string call_with(const GuardedAdapter& adapter, fakes::Call& one) {
    return fakes::failure(run(adapter.call(one.exchange)));
  }
  int calls = 0;
};

TEST_F(GuardedAdapterTest, ACallWithoutAKeyIsTheAdaptersOwn) {
  const GuardedAdapter adapter(std::make_unique<Answering>(calls), false);
  EXPECT_TRUE(adapter.needs_whole_request());
  fakes::Call& one = order();
  EXPECT_EQ(call_with(adapter, one), "");
  EXPECT_EQ(answer(one), "201\n\n{}");
}

TEST_F(GuardedAdapterTest, WhereEveryCallHasAKeyOneWithoutIsRefused) {
  const GuardedAdapter adapter(std::make_unique<Answering>(calls), true);
  EXPECT_EQ(call_with(adapter, order()).substr(0, 5), "40093");
  EXPECT_EQ(calls, 0);
}

TEST_F(GuardedAdapterTest, ACallThatCouldNotBeBegunIsRefusedAtLast) {
  ask(true);
  rules.check = std::make_unique<transactions::FailingCheck>();
  const GuardedAdapter adapter(std::make_unique<Answering>(calls), true);
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(call_with(adapter, one), "40094: no externalNo");
  EXPECT_EQ(calls, 0);
}

TEST_F(GuardedAdapterTest, TellsTheGuardWhatCameOfTheCall) {
  const GuardedAdapter adapter(std::make_unique<Answering>(calls), true);
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(call_with(adapter, one), "");
  finish(one);
  EXPECT_EQ(record_of(), "done #1");
}

TEST_F(GuardedAdapterTest, AFailureIsItsToo) {
  const GuardedAdapter unsent(std::make_unique<Answering>(calls, Code::kUpstreamUnreachable), true);
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(call_with(unsent, one), "50290");
  finish(one);
  EXPECT_EQ(record_of(), "");
  const GuardedAdapter unknown(std::make_unique<Answering>(calls, Code::kOutcomeUnknown), true);
  fakes::Call& second = order();
  EXPECT_EQ(begin(second), "");
  EXPECT_EQ(call_with(unknown, second), "50491");
  finish(second);
  EXPECT_EQ(record_of(), "unknown #1");
}

TEST_F(GuardedAdapterTest, TheCallerGetsWhatTheCheckFinds) {
  ask(true);
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  const GuardedAdapter adapter(std::make_unique<Answering>(calls, Code::kOutcomeUnknown), true);
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(call_with(adapter, one), "");
  EXPECT_EQ(finish(one), "200\nContent-Type: application/json\n\n{\"orderId\":\"O-1\"}");
}

}  // namespace
}  // namespace causeway::adapters
