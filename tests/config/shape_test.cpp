#include "config/shape.h"

#include <gtest/gtest.h>

#include <regex>

#include "config/keys.h"
#include "config/placed.h"
#include "config_fixture.h"

namespace causeway::config {
namespace {

struct Call {
  std::string cluster;
  std::map<std::string, Placed<std::string>> query;
  std::optional<Secret> token;
  static const Keys<Call>& keys();
};

const std::vector<Choice>& choices() {
  static const std::vector<Choice> choices{{"call", "calls a system", struct_of(&view_of<Call>)},
                                           {"sleep", "does nothing", {}, true}};
  return choices;
}

const Keys<Call>& Call::keys() {
  static const auto keys = Keys<Call>("call")
                               .required("cluster", &Call::cluster, "the system")
                               .refers_to("cluster")
                               .optional("query", &Call::query, "the query")
                               .text_template()
                               .optional("token", &Call::token, "shown to the system");
  return keys;
}

struct Step {
  Deferred action;
  std::optional<Deferred> fallback;
  std::vector<Deferred> more;
  std::vector<Secret> secrets;
  OrAuto<std::uint16_t> port;
  static const Keys<Step>& keys();
};

const Keys<Step>& Step::keys() {
  static const auto keys =
      Keys<Step>("step")
          .required("action", &Step::action, "what is done")
          .holds(tagged("action", &choices))
          .optional("fallback", &Step::fallback, "what is done instead")
          .holds(struct_of(&view_of<Call>))
          .optional("more", &Step::more, "what follows")
          .holds(list_of(tagged("action", &choices)))
          .optional("secrets", &Step::secrets, "what it knows")
          .optional("port", &Step::port, "where")
          .read_elsewhere(
              "note",
              either("text, or list of texts", {Value<std::string>::shape(), list_of(Value<std::string>::shape())}),
              "for people")
          .exactly_one("more", "secrets")
          .at_most_one("port", "note")
          .later("flows");
  return keys;
}

const KeyView& key_of(const KeysView& view, std::string_view name) {
  return *std::ranges::find(view.keys, name, &KeyView::name);
}

TEST(ShapeTest, OfATypeSaysWhatItTakes) {
  const Shape duration = Value<Duration>::shape();
  EXPECT_EQ(duration.type, "duration");
  EXPECT_EQ(duration.expected, "a duration such as 5s or 250ms");
  EXPECT_EQ(duration.bound_text(bound(Duration(std::chrono::minutes(5)))), "5m");
  const Shape port = Value<std::uint16_t>::shape();
  EXPECT_EQ(port.bounds.minimum, 0);
  EXPECT_EQ(port.bounds.maximum, 65535);
  EXPECT_EQ(Value<std::int64_t>::shape().bounds.minimum, Range{}.minimum);
  EXPECT_EQ(Value<std::uint64_t>::shape().bounds.maximum, Range{}.maximum);
  EXPECT_TRUE(Value<Secret>::shape().secret);
  EXPECT_TRUE(Value<std::vector<Secret>>::shape().element.front().secret);
  EXPECT_TRUE(Value<Placed<Secret>>::shape().secret);
  EXPECT_TRUE(Value<std::optional<Duration>>::shape().nullable);
  EXPECT_FALSE(Value<Duration>::shape().nullable);
  EXPECT_TRUE(Value<OrAuto<std::uint16_t>>::shape().has_auto);
  EXPECT_EQ((Value<std::map<std::string, std::vector<bool>>>::shape().type),
            "mapping of names to list of true or false");
}

TEST(ShapeTest, KeysSayWhatIsReadLater) {
  const KeysView& view = Step::keys().view();
  EXPECT_EQ(key_of(view, "action").shape.form, Shape::Form::kTagged);
  EXPECT_FALSE(key_of(view, "action").shape.nullable);
  EXPECT_EQ(key_of(view, "fallback").shape.keys().title, "call");
  EXPECT_TRUE(key_of(view, "fallback").shape.nullable) << "as the optional that holds it";
  EXPECT_EQ(key_of(view, "more").shape.element.front().choices().front().name, "call");
  EXPECT_EQ(view.groups.size(), 2u);
  EXPECT_TRUE(view.groups[0].needed);
  EXPECT_FALSE(view.groups[1].needed);
}

TEST(ShapeTest, MeaningReachesTheTextsWithin) {
  const KeysView& view = Call::keys().view();
  EXPECT_EQ(key_of(view, "cluster").shape.meaning, Meaning::kReference);
  EXPECT_EQ(key_of(view, "cluster").shape.refers_to, "cluster");
  EXPECT_EQ(key_of(view, "query").shape.meaning, Meaning::kPlain);
  EXPECT_EQ(key_of(view, "query").shape.element.front().meaning, Meaning::kTemplate);
}

/// The type of the value at the end of a way through a document; `-` where nobody describes it.
std::string type_at(std::string_view text, const std::vector<std::string>& way) {
  Node node = yaml(text);
  const Shape root = struct_of(&view_of<Step>);
  const Shape* shape = &root;
  for (const std::string& key : way) {
    shape = shape_below(*shape, node, key);
    if (shape == nullptr) return "-";
    node = node.is_sequence() ? node.items().front() : *node.find(key);
  }
  return shape->type + (shape->secret ? "!" : "");
}

TEST(ShapeTest, OfAValueIsFoundStepByStep) {
  constexpr std::string_view kText =
      "{action: {call: {cluster: a, query: {x: y}, token: t, typo: z}}, secrets: [s], note: [n], more: [call, {call: "
      "{token: t}}], flows: 1}";
  EXPECT_EQ(type_at(kText, {"action"}), "action");
  EXPECT_EQ(type_at(kText, {"action", "call", "cluster"}), "text");
  EXPECT_EQ(type_at(kText, {"action", "call", "query", "x"}), "text");
  EXPECT_EQ(type_at(kText, {"action", "call", "token"}), "secret!");
  EXPECT_EQ(type_at(kText, {"action", "call", "typo"}), "-");
  EXPECT_EQ(type_at(kText, {"secrets", "0"}), "secret!");
  EXPECT_EQ(type_at(kText, {"note", "0"}), "text");
  EXPECT_EQ(type_at(kText, {"more", "0"}), "action");
  EXPECT_EQ(type_at(kText, {"flows"}), "-") << "not in this version";
  EXPECT_EQ(type_at("{action: {call: [cluster]}}", {"action", "call", "0"}), "-") << "a list where a mapping belongs";
  EXPECT_EQ(type_at("{secrets: {a: s}}", {"secrets", "a"}), "-") << "a mapping where a list belongs";
}

TEST(ShapeTest, KeysThatAreReadElsewhereAreKnown) {
  Errors errors;
  Reading reading(errors, FileKind::kOperator);
  Step step;
  EXPECT_TRUE(Step::keys().read_into(yaml("{action: sleep, note: x}"), reading, step));
  EXPECT_EQ(errors.to_text(), "");
}

template <class T>
void expect_pattern(const std::vector<std::string>& texts) {
  const std::regex pattern{std::string(TextForm<T>::kPattern), std::regex::ECMAScript};
  for (const std::string& text : texts) {
    const bool fits = std::regex_match(text, pattern);
    if (TextForm<T>::parse(text)) EXPECT_TRUE(fits) << text;
  }
}

TEST(ShapeTest, PatternsTakeWhateverTheReaderTakes) {
  expect_pattern<Duration>({"0s", "5s", "250ms", "1m", "2h", "36500d", "007s"});
  expect_pattern<ByteSize>({"0B", "16KiB", "1MiB", "2GiB", "1TiB"});
  expect_pattern<ByteRate>({"1KiB/s", "0B/s"});
  expect_pattern<Rate>({"100/s", "5/m", "010/h", "1/d"});
  expect_pattern<Percent>({"0%", "50%", "99.9%", "1e1%", "5.%", "-0%", "1E-2%"});
  expect_pattern<WallTime>(
      {"2027-03-01", "2027-03-01T08:00:00Z", "2027-03-01t08:00:00.123456z", "2027-03-01T08:00:00+02:00"});
}

}  // namespace
}  // namespace causeway::config
