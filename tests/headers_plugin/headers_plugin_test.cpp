#include "plugins/headers/headers_plugin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "exchange/call_values.h"
#include "fakes/plugin_fixture.h"

namespace causeway::plugins {
namespace {

class HeadersPluginTest : public fakes::PluginFixture {
 protected:
  std::string build(const std::string& yaml) {
    config::Errors errors;
    const auto settings = read_settings<HeadersSettings>(yaml, errors);
    plugin = std::make_unique<HeadersPlugin>(settings, errors, [](std::string_view name) {
      return name == "WMS_TOKEN" ? std::optional<std::string>("the-token") : std::nullopt;
    });
    return errors.to_text();
  }
  /// The fields that go on to the system, or the error.
  std::string forwarded(fakes::Call& one) {
    if (std::string problem = outcome(plugin->on_body(one.exchange)); !problem.empty()) return problem;
    net::Headers headers;
    for (const net::HeaderField& field : one.exchange.request.head->headers)
      headers.add(field.name, field.value, field.id);
    one.exchange.request.changes.apply(headers);
    std::string text;
    for (const net::HeaderField& field : headers) text.append(field.name).append(": ").append(field.value).append("\n");
    return text;
  }

  std::unique_ptr<HeadersPlugin> plugin;
};

TEST_F(HeadersPluginTest, FieldsAreSetAndRemovedOnTheWayIn) {
  ASSERT_EQ(build("{request: {set: {Authorization: \"Bearer {{ secret:WMS_TOKEN }}\", X-Order: \"{{ $request.no }}\", "
                  "X-From: shop, X-Gone: \"{{ $query.none }}\"}, remove: [X-Debug]}}"),
            "");
  EXPECT_TRUE(plugin->needs().whole_request && plugin->needs().body && !plugin->needs().response);
  EXPECT_EQ(forwarded(post(R"({"no":19.90})", "X-Debug: 1\nx_debug: 2\nX-FROM: other\nX-Gone: theirs\nX-Own: 7")),
            "Host: a\nX-Own: 7\nAuthorization: Bearer the-token\nX-From: shop\nX-Order: 19.90\n");
}

TEST_F(HeadersPluginTest, NothingOfTheBodyIsNeededWhereNothingLooksAtIt) {
  ASSERT_EQ(build("{request: {set: {X-Path: \"{{ $query.a }}\"}}}"), "");
  EXPECT_TRUE(plugin->needs().body && !plugin->needs().whole_request);
  EXPECT_EQ(forwarded(call("GET /?a=b HTTP/1.1\nHost: a")), "Host: a\nX-Path: b\n");
}

TEST_F(HeadersPluginTest, AValueNeverBecomesAnotherField) {
  ASSERT_EQ(build("{request: {set: {X-A: \"{{ .a }}\"}}, response: {set: {X-B: \"{{ .b }}\"}}}"), "");
  EXPECT_EQ(forwarded(post(R"({"a":"x\r\nX-Evil: 1"})")),
            "40094 cannot transform: the value for the header X-A has control characters");
  EXPECT_EQ(returned(*plugin, call(), 200, R"({"b":"x\nX-Evil: 1"})"),
            "50292 a header of the answer cannot be made: cannot transform: the value for the header X-B has control "
            "characters");
  EXPECT_EQ(forwarded(post("a=b")).substr(0, 5), "40091");
}

TEST_F(HeadersPluginTest, FieldsAreSetAndRemovedOnTheWayBack) {
  ASSERT_EQ(
      build("{response: {set: {Location: \"/orders/{{ .id }}\", Cache-Control: no-store, X-Was: \"{{ $status }}\", "
            "X-Gone: \"{{ .none }}\"}, remove: [X-Powered-By]}}"),
      "");
  EXPECT_TRUE(plugin->needs().response && plugin->needs().plain_answer && !plugin->needs().body);
  fakes::Call& one = call();
  one.exchange.response.headers.add("X-Powered-By", "PHP");
  one.exchange.response.headers.add("Cache-Control", "public");
  one.exchange.call.status = 201;
  EXPECT_EQ(returned(*plugin, one, 201, R"({"id":4781320682406083640})"),
            "201\nContent-Type: application/json\nCache-Control: no-store\nLocation: /orders/4781320682406083640\n"
            "X-Was: 201\n\n{\"id\":4781320682406083640}");
}

TEST_F(HeadersPluginTest, AnAnswerThatIsNoSuccessIsNeverMadeWorse) {
  ASSERT_EQ(build("{response: {set: {X-Id: \"id {{ .id }}\", X-Fixed: yes}}}"), "");
  EXPECT_EQ(returned(*plugin, call(), 404, "<html>", "text/html"),
            "404\nContent-Type: text/html\nX-Fixed: yes\n\n<html>");
  fakes::Call& refused = call();
  refused.exchange.refused = true;
  EXPECT_EQ(returned(*plugin, refused, 400, "{}"), "400\nContent-Type: application/json\nX-Fixed: yes\n\n{}");
}

TEST_F(HeadersPluginTest, AnAnswerThatIsNoJsonIsNull) {
  ASSERT_EQ(build("{response: {set: {X-Id: \"{{ .id }}\", X-Fixed: yes}}}"), "");
  EXPECT_EQ(returned(*plugin, call(), 200, "%PDF", "application/pdf"),
            "200\nContent-Type: application/pdf\nX-Fixed: yes\n\n%PDF");
}

TEST_F(HeadersPluginTest, CheckRefusesWhatIsNotTheConfigurations) {
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Host", "X-Request-Id", "traceparent",
                           "X-Consumer-Name", "X_Consumer_Roles", "X-Causeway-Event", "X-Forwarded-For", "Date",
                           "Content-Encoding", "Upgrade", "Webhook-Id"}) {
    const std::string text(name);
    EXPECT_EQ(build("{request: {set: {" + text + ": x}}}"), "t.yaml:1:" + std::to_string(20 + text.size()) +
                                                                ": request.set." + text + ": the header " + text +
                                                                " is the gateway's own\n");
    EXPECT_EQ(build("{response: {remove: [" + text + "]}}"),
              "t.yaml:1:22: response.remove[0]: the header " + text + " is the gateway's own\n");
  }
  EXPECT_EQ(build("{}"),
            "t.yaml:1:1: nothing is set or removed: write {request: {set, remove}, response: {set, remove}}\n");
  EXPECT_EQ(build("{request: {remove: [\"a b\"]}}"),
            "t.yaml:1:21: request.remove[0]: a header's name is a token, got \"a b\"\n");
  EXPECT_EQ(build("{request: {set: {X-A: \"a\\nb\"}}}"),
            "t.yaml:1:23: request.set.X-A: the value of the header X-A has control characters\n");
  const std::string unknown = build("{request: {set: {X-A: \"{{ secret:NONE }}\"}}}");
  EXPECT_NE(unknown.find("request.set.X-A"), std::string::npos) << unknown;
  EXPECT_NE(build("{response: {set: {X-A: \"{{ secret:WMS_TOKEN }}\"}}}"), "");
}

}  // namespace
}  // namespace causeway::plugins
