// Callers that leave while their answer is still to come, or comes.
#include "server/departure.h"

#include "server/server_fixture.h"

namespace causeway::server {
namespace {

/// A system that answers when the caller has left, or when the test says.
bool answered = false;
Task<> wait(Exchange& exchange) {
  while (!answered && !exchange.cancel.requested()) co_await runtime::sleep_for(exchange.worker, milliseconds(1));
  if (exchange.cancel.requested()) reply_error(exchange, Error(Code::kCallerLeft));
}

/// The same, but what was begun is finished.
Task<> finish(Exchange& exchange) {
  while (!exchange.cancel.requested()) co_await runtime::sleep_for(exchange.worker, milliseconds(1));
}

class DepartureTest : public ServerTest {
 protected:
  DepartureTest() {
    answered = false;
    handler.meanwhile = wait;
  }
  void until_ended(std::string_view ends) {
    fakes::run_until(worker, [&] { return handler.ends == ends; });
  }
  void until_active() {
    fakes::run_until(worker, [&] { return sample("causeway_active_requests") == "1"; });
  }
};

constexpr std::string_view kGet = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(DepartureTest, ACallerThatClosesEndsItsCall) {
  Caller caller = connect();
  caller.send(kGet);
  until_active();
  caller.close();
  until_ended("cut ");
  EXPECT_EQ(handler.response_bytes, 0u) << "nobody is answered";
}

TEST_F(DepartureTest, AResetEndsItAtOnce) {
  Caller caller = connect();
  caller.send(kGet);
  until_active();
  caller.reset();
  until_ended("cut ");
}

TEST_F(DepartureTest, AResetThatCameWithTheRequestCountsAsMuch) {
  Caller caller = connect();
  caller.send(kGet);
  caller.reset();
  until_ended("cut ");
  EXPECT_EQ(handler.response_bytes, 0u);
}

TEST_F(DepartureTest, ANextRequestIsNoLeaving) {
  Caller caller = connect();
  caller.send(kGet);
  until_active();
  caller.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  const SteadyTime late = clock.steady() + 2 * Departure::kGrace;
  fakes::run_until(worker, [&] { return clock.steady() > late; });
  EXPECT_EQ(handler.ends, "");
  answered = true;
  EXPECT_EQ(without_date(caller.until("GET /1 ")), ok("GET /1 "));
  EXPECT_EQ(without_date(caller.until("GET /2 ")), ok("GET /2 "));
}

TEST_F(DepartureTest, ACallerThatHasOnlySaidItsLastStillGetsAQuickAnswer) {
  Caller caller = connect();
  caller.send(kGet);
  caller.end_sending();
  until_active();
  answered = true;
  EXPECT_EQ(without_date(caller.until_end()), ok("GET /1 "));
  EXPECT_EQ(handler.ends, "complete ");
}

TEST_F(DepartureTest, WhatWasFinishedAllTheSameIsOfferedToTheCaller) {
  handler.meanwhile = finish;
  Caller caller = connect();
  caller.send(kGet);
  caller.end_sending();
  EXPECT_EQ(without_date(caller.until_end()), ok("GET /1 "));
}

/// Bytes without an end, at the caller's pace or the test's.
class Endless final : public BodySource {
 public:
  explicit Endless(Exchange& exchange, bool events) : exchange_(exchange), events_(events) {}
  std::optional<std::uint64_t> declared_size() const override { return std::nullopt; }
  Bytes arrived() const override { return {}; }
  Task<Result<Bytes>> read() override {
    if (std::exchange(begun_, true))
      while (!exchange_.cancel.requested()) co_await runtime::sleep_for(exchange_.worker, milliseconds(1));
    if (exchange_.cancel.requested()) co_return Error(Code::kCallerLeft);
    co_return Bytes("event");
  }
  Task<Result<Bytes>> gather(std::uint64_t) override { co_return Error(Code::kInternal); }
  Task<Result<bool>> prefetch(std::uint64_t) override { co_return false; }
  bool endless() const override { return events_; }

 private:
  Exchange& exchange_;
  const bool events_;
  bool begun_ = false;
};

TEST_F(DepartureTest, AStreamOfEventsEndsInOrderWhenItsCallerLeaves) {
  handler.meanwhile = nullptr;
  handler.answers = [](Exchange& exchange) { exchange.response.body = Body(exchange.own<Endless>(exchange, true)); };
  Caller caller = connect();
  caller.send(kGet);
  caller.until("5\r\nevent\r\n");
  caller.end_sending();
  until_ended("complete ");
}

TEST_F(DepartureTest, AnotherStreamEndsWhenTheConnectionBreaks) {
  handler.meanwhile = nullptr;
  handler.answers = [](Exchange& exchange) { exchange.response.body = Body(exchange.own<Endless>(exchange, false)); };
  Caller caller = connect();
  caller.send(kGet);
  caller.until("5\r\nevent\r\n");
  caller.end_sending();
  const SteadyTime late = clock.steady() + 2 * Departure::kGrace;
  fakes::run_until(worker, [&] { return clock.steady() > late; });
  EXPECT_EQ(handler.ends, "") << "it may still read";
  caller.reset();
  until_ended("cut ");
}

}  // namespace
}  // namespace causeway::server
