#include "plugins/signature/signature_authenticator.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/fake_replay_journal.h"
#include "fakes/scripted_body.h"

namespace causeway::plugins {
namespace {

class SignatureTest : public fakes::ExchangeFixture {
 protected:
  /// The fields of a right signature by oms, made `age` ago.
  std::string signed_fields(Bytes body, Duration age = Duration(0), std::string_view secret = fakes::kSecret) {
    const auto at = clock.wall() - std::chrono::duration_cast<std::chrono::milliseconds>(age);
    const std::string timestamp = std::to_string(unix_milliseconds(at));
    return "Authorization: ApiKey oms-key\nX-Timestamp: " + timestamp +
           "\nX-Signature: " + security::SignatureV1::sign(timestamp, "oms-key", body, secret);
  }

  /// The fields of a right signature of version 2 by oms for `POST / HTTP/1.1`. `announced`: also the body's hash.
  std::string fields_v2(Bytes body, bool announced, std::string_view nonce = "0123456789abcdef",
                        const std::string& more = "") {
    const std::string timestamp = std::to_string(unix_milliseconds(clock.wall()));
    const security::SignedParts parts{
        "causeway", "oms-key", timestamp, nonce, {"POST", "/", "", false, "", "", "", ""}};
    return "Authorization: ApiKey oms-key\nX-Timestamp: " + timestamp + "\nX-Nonce: " + std::string(nonce) +
           "\nX-Signature: " + security::sign_v2(parts, security::sha256(body), fakes::kSecret) +
           (announced ? "\nX-Content-SHA256: " + security::sha256_hex(body) : "") + more;
  }

  /// What goes on to the system of a body that streams, and how it ends.
  std::string passed_on(const std::string& fields, fakes::ScriptedBody& body) {
    fakes::Call& one = call("POST / HTTP/1.1\nHost: a\n" + fields);
    Result<> head = scheme.on_head(one.exchange);
    if (!head) return "head " + fakes::describe(head.error());
    EXPECT_FALSE(one.exchange.request.gather);
    one.exchange.request.body = Body(body);
    body.observe(one.exchange.request);
    const Result<Flow> verdict = said(scheme.on_body(one.exchange));
    if (!verdict) return fakes::describe(verdict.error());
    EXPECT_TRUE(one.exchange.authenticated);
    return read_all(*one.exchange.request.body.source());
  }

  /// Who called, or why not; the body comes in pieces, as a connection would hand them out.
  std::string outcome(std::string_view method, const std::string& fields, const std::vector<std::string>& pieces = {}) {
    fakes::Call& one = call(std::string(method) + " / HTTP/1.1\nHost: a\n" + fields);
    one.route.guards_replays = guards_replays;
    Result<> head = scheme.on_head(one.exchange);
    if (!head) return "head " + fakes::describe(head.error());
    EXPECT_FALSE(one.exchange.authenticated);
    EXPECT_EQ(one.exchange.consumer->name, "oms");  // claimed
    for (const std::string& piece : pieces) one.exchange.request.observer->on_piece(piece);
    const Result<Flow> body = said(scheme.on_body(one.exchange));
    if (!body) return fakes::describe(body.error()) + (one.exchange.authenticated ? " but authenticated" : "");
    const std::string name = one.exchange.authenticated ? one.exchange.consumer->name : "nobody";
    if (one.exchange.seen_before) return name + " again: " + fakes::describe(*one.exchange.seen_before).substr(0, 18);
    return name;
  }

  bool guards_replays = false;  ///< of the route
  const security::ConsumerTable consumers = fakes::consumers();
  fakes::FakeReplayJournal journal;
  const std::shared_ptr<security::ReplayTable> table = std::make_shared<security::ReplayTable>(
      ByteSize{1 << 20}, std::chrono::minutes(5), std::chrono::seconds(60), clock.wall() - std::chrono::hours(1));
  const SignatureAuthenticator scheme{consumers, {}, ReplayGuard(table, journal)};
};

TEST_F(SignatureTest, ARightSignatureProvesWhoCalls) {
  EXPECT_EQ(outcome("POST", signed_fields("{\"a\":1}"), {"{\"a\"", ":1}"}), "oms");
  EXPECT_EQ(outcome("GET", signed_fields("")), "oms");
}

TEST_F(SignatureTest, AnotherBodyOrSecretIsWrong) {
  EXPECT_EQ(outcome("POST", signed_fields("{\"a\":1}"), {"{\"a\":2}"}).substr(0, 21), "40191 wrong_signature");
  EXPECT_EQ(outcome("POST", signed_fields("x", Duration(0), "another"), {"x"}).substr(0, 21), "40191 wrong_signature");
}

TEST_F(SignatureTest, AnUnsafeSignatureWorksOnceAndASafeOneAgain) {
  const std::string post = signed_fields("x");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", post, {"x"}).substr(0, 14), "40194 replayed");
  const std::string get = signed_fields("", std::chrono::seconds(1));
  EXPECT_EQ(outcome("GET", get), "oms");
  EXPECT_EQ(outcome("GET", get), "oms");
  EXPECT_EQ(outcome("DELETE", get).substr(0, 14), "40194 replayed");
}

TEST_F(SignatureTest, AWrongSignatureUsesUpNothing) {
  const std::string post = signed_fields("x");
  EXPECT_EQ(outcome("POST", post, {"y"}).substr(0, 21), "40191 wrong_signature");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
}

TEST_F(SignatureTest, TheWindowIsMeasuredWhenTheBodyHasCome) {
  EXPECT_EQ(outcome("GET", signed_fields("", std::chrono::minutes(5))), "oms");
  EXPECT_EQ(outcome("GET", signed_fields("", std::chrono::minutes(5) + std::chrono::milliseconds(1))).substr(0, 13),
            "40193 too_old");
  EXPECT_EQ(outcome("GET", signed_fields("", -std::chrono::seconds(61))).substr(0, 15), "40193 in_future");
  const std::string fields = signed_fields("x", std::chrono::minutes(5));
  fakes::Call& slow = call("POST / HTTP/1.1\nHost: a\n" + fields);
  EXPECT_EQ(fakes::failure(scheme.on_head(slow.exchange)), "");
  clock.advance(std::chrono::seconds(1));
  slow.exchange.request.observer->on_piece("x");
  EXPECT_EQ(fakes::failure(said(scheme.on_body(slow.exchange))).substr(0, 13), "40193 too_old");
  EXPECT_FALSE(slow.exchange.authenticated);
}

constexpr Duration kAhead = -std::chrono::seconds(30);

TEST_F(SignatureTest, OneOfTheFutureIsWrittenDownBeforeTheCallGoesOn) {
  const std::string post = signed_fields("x", kAhead);
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  ASSERT_EQ(journal.uses.size(), 1u);
  EXPECT_EQ(journal.uses[0].timestamp, clock.wall() + std::chrono::seconds(30));
  EXPECT_FALSE(journal.uses[0].nonce);
  EXPECT_GE(journal.keep_until, journal.uses[0].timestamp + std::chrono::minutes(6));
  EXPECT_EQ(outcome("POST", post, {"x"}), "40194 replayed");
  EXPECT_EQ(outcome("DELETE", post, {"x"}), "40194 replayed");
  EXPECT_EQ(journal.asked, 1);  // memory knew
}

TEST_F(SignatureTest, ThePresentAndThePastAreNotWrittenDown) {
  EXPECT_EQ(outcome("POST", signed_fields("x"), {"x"}), "oms");
  EXPECT_EQ(outcome("POST", signed_fields("y", std::chrono::seconds(3)), {"y"}), "oms");
  EXPECT_EQ(outcome("POST", fields_v2("x", false), {"x"}), "oms");
  EXPECT_EQ(outcome("GET", signed_fields("", kAhead)), "oms");  // may repeat
  EXPECT_EQ(journal.asked, 0);
}

TEST_F(SignatureTest, ANonceOfTheFutureIsWrittenDownOnEveryMethod) {
  const std::string early = fields_v2("", false);
  clock.set_ahead(kAhead);
  EXPECT_EQ(outcome("POST", early), "oms");
  ASSERT_EQ(journal.uses.size(), 1u);
  EXPECT_TRUE(journal.uses[0].nonce);
  EXPECT_EQ(journal.uses[0].digest, security::nonce_digest("oms-key", "0123456789abcdef"));
  clock.set_ahead(-kAhead);
  EXPECT_EQ(outcome("POST", early), "40194 replayed");
}

TEST_F(SignatureTest, WithoutTheDiskOneOfTheFutureIsAsIfItHadNotCome) {
  const std::string post = signed_fields("x", kAhead);
  journal.away = true;
  EXPECT_EQ(outcome("POST", post, {"x"}), "50392 not_recorded: the disk is full");
  EXPECT_EQ(outcome("POST", post, {"x"}), "50392 not_recorded: the disk is full");
  EXPECT_EQ(outcome("POST", signed_fields("x"), {"x"}), "oms");  // needs no disk
  journal.away = false;
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", post, {"x"}), "40194 replayed");
}

TEST_F(SignatureTest, AProcessWithoutAStoreWritesNothingDown) {
  journal.durable = false;
  const std::string post = signed_fields("x", kAhead);
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", post, {"x"}), "40194 replayed");
  EXPECT_EQ(journal.asked, 0);
}

TEST_F(SignatureTest, WhatIsOnDiskHasBeenUsed) {
  const std::string post = signed_fields("x", kAhead);
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  const SignatureAuthenticator next{
      consumers,
      {},
      ReplayGuard(std::make_shared<security::ReplayTable>(ByteSize{1 << 20}, std::chrono::minutes(5),
                                                          std::chrono::seconds(60), clock.wall()),
                  journal)};
  fakes::Call& again = call("POST / HTTP/1.1\nHost: a\n" + post);
  EXPECT_EQ(fakes::failure(next.on_head(again.exchange)), "");
  again.exchange.request.observer->on_piece("x");
  EXPECT_EQ(fakes::failure(said(next.on_body(again.exchange))), "40194 replayed");
}

TEST_F(SignatureTest, OfTwoAtOnceOneIsAdmitted) {
  const std::string post = "POST / HTTP/1.1\nHost: a\n" + signed_fields("", kAhead);
  fakes::Call& first = call(post);
  fakes::Call& second = call(post);
  EXPECT_EQ(fakes::failure(scheme.on_head(first.exchange)), "");
  EXPECT_EQ(fakes::failure(scheme.on_head(second.exchange)), "");
  Step waiting = scheme.on_body(first.exchange);
  std::optional<Result<Flow>> result;
  worker.spawn(fakes::keep(std::move(waiting.task()), result));
  EXPECT_EQ(fakes::failure(said(scheme.on_body(second.exchange))), "40194 replayed");
  fakes::run_until(worker, [&] { return result.has_value(); });
  EXPECT_EQ(fakes::failure(*result), "");
}

TEST_F(SignatureTest, ARouteThatKeepsAnswersGetsTheSameBytesAgain) {
  guards_replays = true;
  const std::string post = signed_fields("x");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms again: 40194 replayed");
  const std::string ahead = signed_fields("x", kAhead);
  EXPECT_EQ(outcome("POST", ahead, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", ahead, {"x"}), "oms again: 40194 replayed");
  table->start(clock.wall());
  EXPECT_EQ(outcome("POST", signed_fields("y"), {"y"}), "oms again: 40193 before_start");
  EXPECT_EQ(outcome("POST", signed_fields("y", std::chrono::minutes(6)), {"y"}).substr(0, 13), "40193 too_old");
  journal.away = true;
  EXPECT_EQ(outcome("POST", signed_fields("z", kAhead), {"z"}), "50392 not_recorded: the disk is full");
}

TEST_F(SignatureTest, ANonceStaysStrictOnARouteThatKeepsAnswers) {
  guards_replays = true;
  EXPECT_EQ(outcome("POST", fields_v2("x", false), {"x"}), "oms");
  EXPECT_EQ(outcome("POST", fields_v2("x", false), {"x"}), "40194 replayed");
}

TEST_F(SignatureTest, AClockThatIsSetBackAndForthOpensNoWindow) {
  const std::string now = signed_fields("x");
  EXPECT_EQ(outcome("POST", now, {"x"}), "oms");
  clock.set_ahead(-std::chrono::hours(1));
  EXPECT_EQ(outcome("POST", now, {"x"}).substr(0, 15), "40193 in_future");
  const std::string back = signed_fields("x");  // before the table began to remember
  EXPECT_EQ(outcome("POST", back, {"x"}).substr(0, 18), "40193 before_start");
  clock.set_ahead(std::chrono::hours(1));
  EXPECT_EQ(outcome("POST", now, {"x"}), "40194 replayed");
  EXPECT_EQ(outcome("POST", signed_fields("y"), {"y"}), "oms");
  clock.set_ahead(std::chrono::hours(1));
  const std::string ahead = signed_fields("x");
  EXPECT_EQ(outcome("POST", ahead, {"x"}), "oms");
  clock.set_ahead(-std::chrono::hours(1));
  EXPECT_EQ(outcome("POST", now, {"x"}), "40194 replayed");
  clock.set_ahead(std::chrono::hours(1));
  EXPECT_EQ(outcome("POST", ahead, {"x"}), "40194 replayed");
}

TEST_F(SignatureTest, OfVersion2ProvesWhoCalls) {
  EXPECT_EQ(outcome("POST", fields_v2("{\"a\":1}", false), {"{\"a\"", ":1}"}), "oms");
  EXPECT_EQ(outcome("POST", fields_v2("x", true, "another-nonce-16"), {"x"}), "oms");
  EXPECT_EQ(outcome("POST", fields_v2("x", true, "another-nonce-16"), {"x"}).substr(0, 14), "40194 replayed");
  EXPECT_EQ(outcome("PUT", fields_v2("x", false, "a-third-nonce-16"), {"x"}).substr(0, 21), "40191 wrong_signature");
  EXPECT_EQ(outcome("PUT", fields_v2("x", true, "a-third-nonce-16"), {"x"}).substr(0, 26),
            "head 40191 wrong_signature");
}

TEST_F(SignatureTest, OnlyAnAnnouncedBodyNeedNotBeWhole) {
  for (const bool announced : {false, true}) {
    fakes::Call& one = call("POST / HTTP/1.1\nHost: a\n" + fields_v2("x", announced));
    EXPECT_EQ(fakes::failure(scheme.on_head(one.exchange)), "");
    EXPECT_EQ(one.exchange.request.gather, !announced);
  }
  fakes::Call& v1 = call("POST / HTTP/1.1\nHost: a\n" + signed_fields("x"));
  EXPECT_EQ(fakes::failure(scheme.on_head(v1.exchange)), "");
  EXPECT_TRUE(v1.exchange.request.gather);
}

TEST_F(SignatureTest, AnAnnouncedBodyStreamsAndEndsOnlyIfItIsTheOne) {
  for (const std::optional<std::uint64_t> declared :
       {std::optional<std::uint64_t>(6), std::optional<std::uint64_t>()}) {
    const std::string kind = declared ? "declared-nonce-" : "chunked-nonce--";
    fakes::ScriptedBody right({"ab", "cd", "ef"}, declared);
    EXPECT_EQ(passed_on(fields_v2("abcdef", true, kind + "1"), right), "abcdef");
    fakes::ScriptedBody wrong({"ab", "cd", "eF"}, declared);
    EXPECT_EQ(passed_on(fields_v2("abcdef", true, kind + "2"), wrong),
              declared ? "abcd<broken 40191>" : "abcdeF<broken 40191>");
    fakes::ScriptedBody cut({"ab"}, declared);
    cut.break_with(Code::kMalformedHttp);
    EXPECT_EQ(passed_on(fields_v2("abcdef", true, kind + "3"), cut), "ab<broken 40090>");
    fakes::ScriptedBody replayed({"ab", "cd", "ef"}, declared);
    EXPECT_EQ(passed_on(fields_v2("abcdef", true, kind + "1"), replayed), "40194 replayed");
    EXPECT_EQ(replayed.reads(), 0);
  }
}

TEST_F(SignatureTest, ASignedHeaderThatOccursTwiceCouldBeReadEitherWay) {
  for (const char* name : {"Content-Type", "Content-Encoding", "Idempotency-Key", "Accept"}) {
    const std::string line = std::string("\n") + name + ": a";
    EXPECT_EQ(outcome("POST", fields_v2("", false, "0123456789abcdef", line + line)).substr(0, 32),
              "head 40090 doubled_signed_header")
        << name;
    EXPECT_NE(outcome("POST", signed_fields("") + line + line).substr(0, 4), "head") << name;  // v1 signs none of them
  }
  EXPECT_EQ(outcome("POST", fields_v2("", false, "0123456789abcdef", "\nContent_Type: a")),
            "head 40090 doubled_signed_header: Content_Type");
}

TEST_F(SignatureTest, AStrangerIsRefusedByTheHead) {
  EXPECT_EQ(
      outcome("POST", "Authorization: ApiKey nobody\nX-Timestamp: 1772337600123\nX-Signature: " + std::string(64, 'a'))
          .substr(0, 22),
      "head 40191 unknown_key");
  EXPECT_EQ(outcome("POST", "Authorization: ApiKey oms-key\nX-Timestamp: 1772337600123"),
            "head 40191 missing_signature");
  EXPECT_EQ(outcome("POST", "X-Signature: " + std::string(64, 'a')), "head 40191 missing_key");
}

}  // namespace
}  // namespace causeway::plugins
