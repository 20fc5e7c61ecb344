#include "app/route_tests/test_file.h"

namespace causeway::app {
namespace {

/// Exactly one of them is tried out.
bool has_one_cause(const config::Node& node, config::Reading& reading) {
  if ((node.find("request") != nullptr) != (node.find("deliver") != nullptr)) return true;
  reading.error(node, "expected exactly one of \"request\" and \"deliver\"", "expected");
  return false;
}

/// Something must be expected, and nothing that cannot come.
void check_expectations(const RouteTest& test, const config::Node& node, config::Reading& reading) {
  const auto refuse = [&](std::string_view key) {
    if (node.find(key) == nullptr) return;
    auto step = reading.enter(key);
    const std::string_view other = test.deliver ? "`request`" : "`deliver`";
    reading.error(*node.find(key), std::string(key) + " goes with " + std::string(other), "conflict");
  };
  if (test.deliver)
    for (const std::string_view key : {"consumer", "by", "from", "answer", "event"}) refuse(key);
  else refuse("delivery");
  if (test.answer || test.event || test.delivery || test.upstream.position.line > 0) return;
  reading.error(node,
                test.deliver ? "nothing is expected: say `upstream` or `delivery`"
                             : "nothing is expected: say `answer`, `upstream` or `event`",
                "missing");
}

}  // namespace

const config::Keys<TestRequest>& TestRequest::keys() {
  static const auto keys =
      config::Keys<TestRequest>("request of a test")
          .optional("method", &TestRequest::method, "GET, POST, …")
          .required("path", &TestRequest::path, "path and query, as the caller sends them")
          .optional("headers", &TestRequest::headers, "besides Host, framing and the consumer's credentials")
          .optional("body", &TestRequest::body,
                    "a mapping or a list is sent as JSON, a text as it is; Content-Type is application/json unless "
                    "`headers` say otherwise");
  return keys;
}

const config::Keys<WantedCall>& WantedCall::keys() {
  static const auto keys =
      config::Keys<WantedCall>("expected call")
          .optional("cluster", &WantedCall::cluster, "which system is called; absent: whichever is")
          .refers_to("cluster")
          .optional("method", &WantedCall::method, "GET, POST, …")
          .optional("path", &WantedCall::path, "path and query; without a query, the path alone is compared")
          .optional("headers", &WantedCall::headers, "those that are named are compared; null: must be absent")
          .optional("body", &WantedCall::body, "compared as JSON; a text that is no JSON as it is");
  return keys;
}

const config::Keys<SystemAnswer>& SystemAnswer::keys() {
  static const auto keys =
      config::Keys<SystemAnswer>("answer of a system")
          .optional("status", &SystemAnswer::status, "of HTTP")
          .range(200, 599)
          .optional("headers", &SystemAnswer::headers, "besides framing; Content-Type is application/json with a body")
          .optional("body", &SystemAnswer::body, "a mapping or a list is sent as JSON, a text as it is");
  return keys;
}

const config::Keys<SystemStep>& SystemStep::keys() {
  static const auto keys =
      config::Keys<SystemStep>("call to a system")
          .optional("expect", &SystemStep::expect, "what the system is sent")
          .optional("answer", &SystemStep::answer, "what it answers")
          .by_default("200 without a body")
          .optional("fault", &SystemStep::fault,
                    "instead of an answer; refused: nobody listens; timeout: no answer comes; broken: the connection "
                    "is closed once the call was read")
          .at_most_one("answer", "fault")
          .check([](const SystemStep& step, const config::Node& node, config::Reading& reading) {
            if (const config::Node* said = node.find("fault"); said != nullptr && node.find("answer") != nullptr) {
              auto key = reading.enter("fault");
              reading.error(*said, "give either `answer` or `fault`", "conflict");
              return;
            }
            const WantedCall& call = *step.expect;
            if (step.fault != Fault::kRefused ||
                (!call.method && !call.path && !is_wanted(call.body) && call.headers.empty()))
              return;
            auto key = reading.enter("expect");
            reading.error(*node.find("expect"),
                          "nobody sees the call that `fault: refused` keeps away: only `cluster` "
                          "can be expected");
          });
  return keys;
}

const config::Keys<TestEvent>& TestEvent::keys() {
  static const auto keys = config::Keys<TestEvent>("event to deliver")
                               .optional("id", &TestEvent::id, "its eventId")
                               .by_default("a new one")
                               .required("type", &TestEvent::type, "its eventType")
                               .optional("key", &TestEvent::key, "by which it is ordered")
                               .by_default("what the topic's key gives")
                               .optional("data", &TestEvent::data, "what happened");
  return keys;
}

const config::Keys<TestDelivery>& TestDelivery::keys() {
  static const auto keys =
      config::Keys<TestDelivery>("delivery of a test")
          .required("subscription", &TestDelivery::subscription, "who is to be told; no other subscription is")
          .refers_to("subscription")
          .required("event", &TestDelivery::event, "the event as it lies in the topic");
  return keys;
}

const config::Keys<WantedAnswer>& WantedAnswer::keys() {
  static const auto keys =
      config::Keys<WantedAnswer>("expected answer")
          .optional("status", &WantedAnswer::status, "of HTTP")
          .range(100, 599)
          .optional("code", &WantedAnswer::code, "of the envelope; 0: success")
          .optional("message", &WantedAnswer::message, "of the envelope")
          .optional("data", &WantedAnswer::data, "of the envelope, compared as JSON")
          .optional("details", &WantedAnswer::details, "of the envelope, compared as JSON")
          .optional("headers", &WantedAnswer::headers, "those that are named are compared; null: must be absent")
          .optional("body", &WantedAnswer::body, "the whole body, compared as JSON; a text that is no JSON as it is");
  return keys;
}

const config::Keys<WantedEvent>& WantedEvent::keys() {
  static const auto keys = config::Keys<WantedEvent>("expected event")
                               .optional("topic", &WantedEvent::topic, "where it is")
                               .refers_to("topic")
                               .optional("type", &WantedEvent::type, "its eventType")
                               .optional("key", &WantedEvent::key, "by which it is ordered; empty: none")
                               .optional("source", &WantedEvent::source, "the route, or the consumer that published it")
                               .optional("data", &WantedEvent::data,
                                         "compared as JSON; of a flat event, the members beside eventId, eventType "
                                         "and timestamp");
  return keys;
}

const config::Keys<RouteTest>& RouteTest::keys() {
  static const auto keys =
      config::Keys<RouteTest>("test of a route")
          .required("name", &RouteTest::name, "what is expected, in a sentence")
          .optional("consumer", &RouteTest::consumer, "who calls: the request is signed for it, or carries its token")
          .refers_to("consumer")
          .optional("by", &RouteTest::by, "how it proves who it is")
          .by_default("the first way that it has and the route takes")
          .optional("at", &RouteTest::at, "when the call comes")
          .by_default("now")
          .optional("from", &RouteTest::from, "the address that it comes from")
          .by_default("127.0.0.1")
          .optional("request", &RouteTest::request, "what the caller sends")
          .optional("deliver", &RouteTest::deliver, "in place of a request: an event that a subscription is told of")
          .exactly_one("request", "deliver")
          .optional("upstream", &RouteTest::upstream,
                    "the calls to systems, in order for each of them, and what they answer; no other is expected")
          .optional("answer", &RouteTest::answer, "what the caller gets; what is not named is not compared")
          .optional("event", &RouteTest::event, "the event that it leaves, a list of them, or none")
          .optional("delivery", &RouteTest::delivery,
                    "what becomes of the first attempt to deliver; filtered: the subscription is not told of it")
          .check([](const RouteTest& test, const config::Node& node, config::Reading& reading) {
            if (!has_one_cause(node, reading)) return;
            check_expectations(test, node, reading);
            if (test.by && test.consumer->empty()) {
              auto key = reading.enter("by");
              reading.error(*node.find("by"), "who proves it? Say `consumer`", "missing");
            }
            if (test.from && !IpAddress::parse(**test.from)) {
              auto key = reading.enter("from");
              reading.expected(*node.find("from"), "an address such as 10.0.0.7");
            }
          });
  return keys;
}

const config::Keys<TestFile>& TestFile::keys() {
  static const auto keys = config::Keys<TestFile>("test file")
                               .required("tests", &TestFile::tests, "calls to try out")
                               .not_empty()
                               .check([](const TestFile& file, const config::Node& node, config::Reading& reading) {
                                 const config::Node* const section = node.find("tests");
                                 if (section == nullptr || !file.tests.empty()) return;
                                 auto key = reading.enter("tests");
                                 reading.error(*section, "no test is here: at least one is needed", "missing");
                               });
  return keys;
}

}  // namespace causeway::app

namespace causeway::config {

bool Value<app::WantedEvents>::read_into(const Node& node, Reading& reading, app::WantedEvents& out, const Range*) {
  out.all.clear();
  if (node.is_scalar() && node.text() == "none") return true;
  if (node.is_sequence())
    return Value<std::vector<Placed<app::WantedEvent>>>::read_into(node, reading, out.all, nullptr);
  if (!node.is_mapping()) {
    reading.expected(node, "an event, a list of them, or none");
    return false;
  }
  return Value<Placed<app::WantedEvent>>::read_into(node, reading, out.all.emplace_back(), nullptr);
}

Shape Value<app::WantedEvents>::shape() {
  const Shape event = Value<app::WantedEvent>::shape();
  return either("none, an event or a list of events", {word({"none"}), event, list_of(event)});
}

}  // namespace causeway::config
