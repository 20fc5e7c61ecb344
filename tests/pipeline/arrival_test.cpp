#include "pipeline/arrival.h"

#include <gtest/gtest.h>

#include "fakes/exchange_fixture.h"

namespace causeway::pipeline {
namespace {

using routing::Outcome;

class ArrivalTest : public fakes::ExchangeFixture {
 protected:
  ArrivalTest() {
    config::Errors errors;
    routing::ApiSettings api;
    api.api = "a";
    api.versions["v1"];
    api.versions["v2"];
    const routing::ApiSpec spec{api, {}};
    routing::TemplateError wrong;
    routing::RouteSpec route;
    route.name = "r";
    route.match = {routing::Methods::kGet, routing::PathTemplate::parse("/x/{id}", wrong).value()};
    table = routing::RouteTable::build({&spec, 1}, {&route, 1}, {}, errors);
    EXPECT_EQ(errors.to_text(), "");
  }
  Result<Arrival> arrive_at(std::string_view head) {
    fakes::Call& one = call(head);
    return arrive(*one.exchange.request.head, *table, clock.wall(), one.exchange.arena);
  }

  std::shared_ptr<const routing::RouteTable> table;
};

TEST_F(ArrivalTest, SeveralAcceptLinesAreOne) {
  const Result<Arrival> arrival =
      arrive_at("GET /x/%7e HTTP/1.1\nHost: a\nAccept: text/html\nAccept: application/vnd.company.v2+json");
  ASSERT_TRUE(arrival);
  EXPECT_EQ(arrival->path, "/x/~");
  EXPECT_EQ(arrival->accept, "text/html, application/vnd.company.v2+json");
  ASSERT_EQ(arrival->match.outcome, Outcome::kFound);
  EXPECT_EQ(arrival->match.version->name(), "v2");
}

TEST_F(ArrivalTest, APathThatTwoServersCouldReadDifferentlyIsRefused) {
  EXPECT_EQ(fakes::describe(arrive_at("GET /x//7 HTTP/1.1\nHost: a").error()), "40090 empty_segment");
}

TEST_F(ArrivalTest, TheWholeServerIsAskedWithAStar) {
  EXPECT_EQ(arrive_at("OPTIONS * HTTP/1.1\nHost: a")->match.allow, "GET, HEAD, OPTIONS");
}

TEST_F(ArrivalTest, EveryOutcomeHasItsCode) {
  EXPECT_EQ(refusal_of(Outcome::kFound), std::nullopt);
  EXPECT_EQ(refusal_of(Outcome::kOptions), std::nullopt);
  EXPECT_EQ(refusal_of(Outcome::kNoRoute), Code::kNoRoute);
  EXPECT_EQ(refusal_of(Outcome::kMethodNotAllowed), Code::kMethodNotAllowed);
  EXPECT_EQ(refusal_of(Outcome::kVersionNotAcceptable), Code::kVersionNotAcceptable);
  EXPECT_EQ(refusal_of(Outcome::kSunset), Code::kSunset);
}

}  // namespace
}  // namespace causeway::pipeline
