#include <fstream>
#include <nlohmann/json.hpp>

#include "events/intake/cloud_event.h"
#include "intake_fixture.h"

namespace causeway::events {
namespace {

using nlohmann::json;

class CloudEvent : public IntakeTest {
 protected:
  static constexpr std::pair<std::string_view, std::string_view> kStructured = {"Content-Type",
                                                                                "application/cloudevents+json"};

  std::string structured(const std::string& members) {
    return nested(R"({"specversion":"1.0","id":"1","source":"/s","type":"T")" + members + "}", {kStructured});
  }
};

constexpr std::string_view kTaken =
    "1 | T |  | 1772337600123 | "
    R"({"eventId":"1","eventType":"T","timestamp":1772337600123,)";

TEST_F(CloudEvent, StructuredIsTakenWithAllThatItSays) {
  EXPECT_EQ(
      structured(R"(,"time":"2018-04-05T17:31:00.123456789Z","subject":"123","partitionkey":"K",)"
                 R"("dataschema":"http://x/y","comexampleflag":true,"comexamplenumber":-5,"none":null,)"
                 R"("datacontenttype":"application/json","data":{"price":19.90})"),
      R"(1 | T | K | 1522949460123 | {"eventId":"1","eventType":"T","timestamp":1522949460123,"data":{"price":19.90}})"
      R"( | {"traceparent":"00-1-2-01","ce-comexampleflag":"true","ce-comexamplenumber":"-5",)"
      R"("ce-datacontenttype":"application/json","ce-dataschema":"http://x/y","ce-source":"/s","ce-subject":"123"})");
}

TEST_F(CloudEvent, StructuredMayHaveBytesOrNoDataAtAll) {
  const std::string headers = R"( | {"traceparent":"00-1-2-01","ce-source":"/s"})";
  EXPECT_EQ(structured(""), std::string(kTaken) + R"("data":null})" + headers);
  EXPECT_EQ(structured(R"(,"data":"text")"), std::string(kTaken) + R"("data":"text"})" + headers);
  EXPECT_EQ(structured(R"(,"data_base64":"3q2+7w==")"),
            std::string(kTaken) + R"("encoding":"base64","data":"3q2+7w=="})" + headers);
}

TEST_F(CloudEvent, StructuredTellsWhatIsWrong) {
  EXPECT_EQ(structured(R"(,"data_base64":"???")"),
            violation("/data_base64", "format", "data_base64 must be a string of base64"));
  EXPECT_EQ(structured(R"(,"data_base64":"","data":1)"),
            violation("/data_base64", "not", "data and data_base64 exclude each other"));
  EXPECT_EQ(structured(R"(,"time":"yesterday")"), violation("/time", "format", "time must be a date-time of RFC 3339"));
  EXPECT_EQ(structured(R"(,"Upper":"x")"),
            violation("/Upper", "pattern", "an attribute's name has lower-case letters and digits only"));
  EXPECT_EQ(structured(R"(,"ext":1.5)"), violation("/ext", "type", "ext must be a string, integer or boolean"));
  EXPECT_EQ(structured(R"(,"ext":{})"), violation("/ext", "type", "ext must be a string, integer or boolean"));
  EXPECT_EQ(structured(R"(,"subject":5)"), violation("/subject", "type", "subject must be a string"));
  EXPECT_EQ(structured(R"(,"ext":"a\u0007")"), violation("/ext", "pattern", "ext must not have control characters"));
  EXPECT_EQ(nested(R"({"specversion":"0.3","id":"a/b","source":"","type":7})", {kStructured}),
            R"(40092 | "violations":[{"path":"/specversion","keyword":"const","message":"specversion must be 1.0"},)"
            R"({"path":"/id","keyword":"pattern","message":"id must be 1 to 128 letters, digits and . _ : -"},)"
            R"({"path":"/source","keyword":"minLength","message":"source must not be empty"},)"
            R"({"path":"/type","keyword":"type","message":"type must be a string"}])");
  EXPECT_EQ(nested("[]", {kStructured}), violation("", "type", "an event must be an object"));
  std::string many;
  for (int i = 0; i < 100; ++i) many += ",\"a" + std::to_string(i) + "\":1";
  EXPECT_EQ(structured(many), violation("", "maxProperties", "an event must have at most 64 attributes"));
}

TEST_F(CloudEvent, BatchIsAList) {
  const std::pair<std::string_view, std::string_view> batch = {"Content-Type",
                                                               "application/cloudevents-batch+json; charset=utf-8"};
  EXPECT_EQ(nested(R"([{"specversion":"1.0","id":"1","source":"/s","type":"T","data":1}])", {batch}),
            "[]\n" + std::string(kTaken) + R"("data":1} | {"traceparent":"00-1-2-01","ce-source":"/s"})");
  EXPECT_EQ(nested(R"([{"specversion":"1.0","id":"1","source":"/s","data":1}])", {batch}),
            R"(42291 | "items":[{"index":0,"code":40092,"message":"type is required"}])");
  EXPECT_EQ(nested("{}", {batch}), violation("", "type", "a batch must be an array"));
  EXPECT_EQ(nested("x", {{"Content-Type", "application/cloudevents+avro"}}), "41590");
}

TEST_F(CloudEvent, BinaryBodyIsWhatItsTypeSays) {
  const auto binary = [&](std::string_view type, std::string_view body) {
    const std::string text = nested(
        body,
        {{"CE-SpecVersion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "T"}, {"Content-Type", type}});
    return text.starts_with(kTaken) ? text.substr(kTaken.size(), text.find("} | ") - kTaken.size()) : text;
  };
  EXPECT_EQ(binary("application/json", " {\"a\":1.0} "), R"("data":{"a":1.0})");
  EXPECT_EQ(binary("application/vnd.order+json", "5"), R"("data":5)");
  EXPECT_EQ(binary("", "[1]"), R"("data":[1])");
  EXPECT_EQ(binary("application/json", ""), R"("data":null)");
  EXPECT_EQ(binary("text/plain", "a \"b\"\n\xe2\x82\xac"), "\"data\":\"a \\\"b\\\"\\n\xe2\x82\xac\"");
  EXPECT_EQ(binary("text/plain; charset=ISO-8859-1", "\xe9"), R"("encoding":"base64","data":"6Q==")");
  EXPECT_EQ(binary("text/plain", "\xe9"), R"("encoding":"base64","data":"6Q==")");
  EXPECT_EQ(binary("application/octet-stream", "abc"), R"("encoding":"base64","data":"YWJj")");
  EXPECT_EQ(binary("application/json", "{"), "40091 the body is not JSON: a key was expected at byte 1");
  EXPECT_EQ(binary("application/json", R"({"a":1,"a":2})"), R"(40091 the member "a" is there twice)");
}

TEST_F(CloudEvent, BinaryAttributesAreDecodedAndStandOnce) {
  const auto with = [&](std::pair<std::string_view, std::string_view> more) {
    return nested("1", {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "T"}, more});
  };
  EXPECT_EQ(with({"ce-subject", "\"a \\\"b\\\" %E2%82%AC\""}),
            std::string(kTaken) +
                "\"data\":1} | {\"traceparent\":\"00-1-2-01\",\"ce-source\":\"/s\",\"ce-subject\":\"a \\\"b\\\" "
                "\xe2\x82\xac\"}");
  EXPECT_EQ(with({"ce-id", "2"}), violation("/id", "maxItems", "id must be there once"));
  EXPECT_EQ(with({"ce-datacontenttype", "text/plain"}),
            violation("/datacontenttype", "not", "datacontenttype is the Content-Type"));
  EXPECT_EQ(with({"ce-subject", "%zz"}), violation("/subject", "format", "subject must be percent-encoded UTF-8"));
  EXPECT_EQ(with({"ce-data", "x"}),
            violation("/data", "pattern", "an attribute's name has lower-case letters and digits only"));
}

TEST_F(CloudEvent, FlatTopicTakesObjectsOnly) {
  const auto event = [&](const std::string& data) {
    return flat(R"({"specversion":"1.0","id":"1","source":"/s","type":"T")" + data + "}", {kStructured});
  };
  const std::string start = R"( | 1772337600123 | {"eventId":"1","eventType":"T","timestamp":1772337600123)";
  const std::string end = R"(} | {"traceparent":"00-1-2-01","ce-source":"/s"})";
  EXPECT_EQ(event(R"(,"data":{ "skuId":"S", "warehouseId":"W" })"),
            "1 | T | W:S" + start + R"(,"skuId":"S", "warehouseId":"W")" + end);
  EXPECT_EQ(event(""), "1 | T | " + start + end);
  EXPECT_EQ(event(R"(,"data":[1])"), violation("/data", "type", "data must be a JSON object: the topic is flat"));
  EXPECT_EQ(event(R"(,"data":{"eventId":1})"),
            violation("/data/eventId", "not", "eventId is the event's own: the topic is flat"));
}

TEST_F(CloudEvent, AnotherSourceIsAnotherHash) {
  const auto of = [&](const std::string& source) {
    return hash(R"({"specversion":"1.0","id":"1","type":"T","source":")" + source + "\"}", {kStructured});
  };
  EXPECT_EQ(of("/a"), of("/a"));
  EXPECT_NE(of("/a"), of("/b"));
}

/// The corpus of the CloudEvents project: what it calls valid is taken with these attributes and data.
class CloudEventsCorpus : public CloudEvent {
 protected:
  static json cases() {
    std::ifstream stream(CAUSEWAY_TESTS "/conformance/cloudevents.json");
    json corpus = json::parse(stream, nullptr, false);
    EXPECT_EQ(corpus["cases"].size(), corpus["n"]);
    return corpus["cases"];
  }

  Result<Intake::Taken> send(const json& headers, const std::string& body) {
    net::Headers fields;
    for (const auto& [name, value] : headers.items()) fields.add(name, value.get_ref<const std::string&>());
    return Intake(nested_, "", {}).read(fields, body, {clock_.wall(), ""});
  }

  static void expect_event(const EventDraft& draft, const json& attributes, const json& data) {
    const json body = json::parse(draft.body);
    json kept = json::parse(draft.headers);
    EXPECT_EQ(json(draft.event_id), attributes["id"]);
    EXPECT_EQ(json(draft.type), attributes["type"]);
    if (attributes.contains("time")) EXPECT_EQ(draft.timestamp, 1522900584000);
    for (const auto& [name, value] : attributes.items())
      if (name != "id" && name != "type" && name != "time" && name != "specversion")
        EXPECT_EQ(kept["ce-" + name], value);
    EXPECT_EQ(body["data"], data);
  }
};

TEST_F(CloudEventsCorpus, HttpBindingIsRead) {
  std::size_t seen = 0;
  for (const json& one : cases()) {
    if (!one["mode"].get<std::string>().starts_with("http-")) continue;
    SCOPED_TRACE(one["id"].get<std::string>());
    ++seen;
    const Result<Intake::Taken> taken = send(one["headers"], one["body"]);
    EXPECT_EQ(taken.ok(), one["valid"].get<bool>());
    if (!taken) {
      EXPECT_EQ(taken.error().code(), Code::kInvalid);
      continue;
    }
    if (one["mode"] == "http-batch") {
      ASSERT_TRUE(taken->list);
      ASSERT_EQ(taken->drafts.size(), 2u);
      EXPECT_EQ(taken->drafts[0].event_id + ' ' + taken->drafts[1].event_id, "1234-1234-1234 2");
    } else {
      ASSERT_EQ(taken->drafts.size(), 1u);
      expect_event(taken->drafts[0], one["attributes"], one["data"]);
    }
  }
  EXPECT_EQ(seen, 15u);
}

TEST_F(CloudEventsCorpus, EveryEventIsTheSameInBothForms) {
  std::size_t seen = 0;
  for (const json& one : cases()) {
    if (one["mode"] != "event") continue;
    SCOPED_TRACE(one["id"].get<std::string>());
    ++seen;
    json attributes = one["attributes"];
    attributes["specversion"] = "1.0";
    const std::string type = attributes["datacontenttype"];
    const std::string text = one["data"];
    const json data = type.starts_with("application/json") ? json::parse(text) : json(text);

    json whole = attributes;
    whole["data"] = data;
    const Result<Intake::Taken> structured = send({{"content-type", "application/cloudevents+json"}}, whole.dump());
    ASSERT_TRUE(structured.ok());
    expect_event(structured->drafts[0], attributes, data);

    json headers = {{"content-type", type}};
    for (const auto& [name, value] : attributes.items())
      if (name != "datacontenttype") headers["ce-" + name] = value;
    const Result<Intake::Taken> binary = send(headers, text);
    ASSERT_TRUE(binary.ok());
    expect_event(binary->drafts[0], attributes, data);
  }
  EXPECT_EQ(seen, 6u);
}

}  // namespace
}  // namespace causeway::events
