#include "config/values.h"

#include <gtest/gtest.h>

#include "config/placed.h"
#include "config_fixture.h"

namespace causeway::config {
namespace {

using namespace std::chrono_literals;

enum class Per { kConsumer, kAddress };
constexpr auto names(Per) { return table<Per>({{"consumer", Per::kConsumer}, {"address", Per::kAddress}}); }

constexpr std::string_view kAt = "config/a.yaml:1:1: ";

std::string said(std::string_view message) { return std::string(kAt) + std::string(message) + "\n"; }

TEST(Values, AreReadAsTheTypeTheKeyHas) {
  EXPECT_EQ(Read<std::string>("no").value, "no");
  EXPECT_EQ(Read<std::string>("012").value, "012");
  EXPECT_EQ(Read<int>("012").value, 12);
  EXPECT_EQ(Read<int>("'7'").value, 7);
  EXPECT_EQ(Read<bool>("true").value, true);
  EXPECT_EQ(Read<bool>("no").value, false);
  EXPECT_EQ(Read<double>("1.5").value, 1.5);
  EXPECT_EQ(Read<Duration>("5s").value, 5s);
  EXPECT_EQ(Read<Rate>("100/s").value, (Rate{100, 1s}));
  EXPECT_EQ(Read<Per>("address").value, Per::kAddress);
  EXPECT_EQ(Read<std::optional<int>>("~").value, std::nullopt);
  EXPECT_EQ(Read<std::optional<int>>("3").value, 3);
  EXPECT_EQ(Read<std::vector<int>>("[1, 2]").value, (std::vector{1, 2}));
  EXPECT_EQ((Read<std::map<std::string, int>>("{a: 1, b: 2}").value), (std::map<std::string, int>{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(Read<OrAuto<int>>("auto").value.value, std::nullopt);
  EXPECT_EQ(Read<OrAuto<int>>("4").value.value, 4);
}

TEST(Values, SayWhatWasExpected) {
  EXPECT_EQ(complaint<Duration>("\"5\""), said("expected a duration such as 5s or 250ms, got \"5\""));
  EXPECT_EQ(complaint<Rate>("fast"), said("expected a rate such as 100/s, got \"fast\""));
  EXPECT_EQ(complaint<ByteSize>("10MB"), said("expected a size such as 16KiB or 10MiB, got \"10MB\""));
  EXPECT_EQ(complaint<ByteRate>("1KiB"), said("expected bytes per second such as 1KiB/s, got \"1KiB\""));
  EXPECT_EQ(complaint<Percent>("0.5"), said("expected a percentage from 0% to 100%, got \"0.5\""));
  EXPECT_EQ(complaint<WallTime>("tomorrow"),
            said("expected a date such as 2027-03-01 or 2027-03-01T08:00:00Z, got \"tomorrow\""));
  EXPECT_EQ(complaint<bool>("maybe"), said("expected true or false, got \"maybe\""));
  EXPECT_EQ(complaint<double>("x"), said("expected a number, got \"x\""));
  EXPECT_EQ(complaint<std::string>("[a]"), said("expected a text, got a list"));
  EXPECT_EQ(complaint<std::string>("{a: b}"), said("expected a text, got a mapping"));
  EXPECT_EQ(complaint<std::string>("~"), said("expected a text, got nothing"));
  EXPECT_EQ(complaint<std::vector<int>>("{a: b}"), said("expected a list, got a mapping"));
  EXPECT_EQ((complaint<std::map<std::string, int>>("[a]")), said("expected a mapping, got a list"));
  EXPECT_EQ(complaint<std::filesystem::path>("''"), said("expected a path, got \"\""));
}

TEST(Values, WholeNumbersStayWithinTheirType) {
  EXPECT_EQ(complaint<std::uint16_t>("x"), said("expected a whole number from 0 to 65535, got \"x\""));
  EXPECT_EQ(complaint<std::uint16_t>("65536"), said("expected a whole number from 0 to 65535, got \"65536\""));
  EXPECT_EQ(complaint<std::uint32_t>("-1"), said("expected a whole number from 0 to 4294967295, got \"-1\""));
  EXPECT_EQ(complaint<std::uint32_t>("many"), said("expected a whole number, got \"many\""));
  EXPECT_EQ(complaint<std::int32_t>("2147483648"),
            said("expected a whole number from -2147483648 to 2147483647, got \"2147483648\""));
  EXPECT_EQ(complaint<std::uint64_t>("18446744073709551616"),
            said("expected a whole number of at least 0, got \"18446744073709551616\""));
  EXPECT_EQ(complaint<int>("1.5"), said("expected a whole number, got \"1.5\""));
}

TEST(Values, WordsOutsideTheTableAreSuggested) {
  EXPECT_EQ(complaint<Per>("adress"),
            said("expected one of consumer, address; got \"adress\" (did you mean \"address\"?)"));
  EXPECT_EQ(complaint<Per>("x"), said("expected one of consumer, address; got \"x\""));
  EXPECT_EQ(complaint<Per>("[x]"), said("expected one of consumer, address; got a list"));
  EXPECT_EQ(name_of(Per::kAddress), "address");
}

TEST(Values, OfListsAndMappingsAreAllRead) {
  const Read<std::vector<int>> list("[1, x, 3, y]");
  EXPECT_EQ(list.errors.to_text(),
            "config/a.yaml:1:5: [1]: expected a whole number, got \"x\"\n"
            "config/a.yaml:1:11: [3]: expected a whole number, got \"y\"\n");
  EXPECT_EQ((complaint<std::map<std::string, bool>>("{a: 1, b: true, c.d: 2}")),
            "config/a.yaml:1:5: a: expected true or false, got \"1\"\n"
            "config/a.yaml:1:22: [\"c.d\"]: expected true or false, got \"2\"\n");
}

TEST(Values, EmptyListsAndMappingsMayBeLeftOut) {
  EXPECT_TRUE(Read<std::vector<int>>("~").ok);
  EXPECT_TRUE((Read<std::map<std::string, int>>("").ok));
}

TEST(Values, ThatAreWrongLeaveTheirTarget) {
  Errors errors;
  Reading reading(errors, FileKind::kOperator, environment({}));
  Duration duration = 7s;
  EXPECT_FALSE(Value<Duration>::read_into(yaml("x"), reading, duration, nullptr));
  EXPECT_EQ(duration, 7s);
  EXPECT_EQ(read<int>(yaml("x"), reading), 0);
}

TEST(Values, PathsStartAtTheFileThatNamesThem) {
  const auto here = std::filesystem::current_path();
  EXPECT_EQ(Read<std::filesystem::path>("tls/server.pem").value, here / "config/tls/server.pem");
  EXPECT_EQ(Read<std::filesystem::path>("../x").value, here / "x");
  EXPECT_EQ(Read<std::filesystem::path>("/etc/x").value, "/etc/x");
}

TEST(Values, ReadLaterKeepTheirPath) {
  Errors errors;
  Reading reading(errors, FileKind::kOperator, environment({}));
  const auto later = read<std::map<std::string, Deferred>>(yaml("{http: {timeout: x}}"), reading);
  const Deferred& http = later.at("http");
  EXPECT_EQ(http.path, "http");
  auto step = reading.resume(http.path);
  auto inner = reading.enter("timeout");
  read<Duration>(*http.node.find("timeout"), reading);
  EXPECT_EQ(errors.to_text(), "config/a.yaml:1:18: http.timeout: expected a duration such as 5s or 250ms, got \"x\"\n");
}

TEST(Values, ThatArePlacedRememberWhereTheyStood) {
  const auto names = Read<std::vector<Placed<std::string>>>("[a, b]").value;
  EXPECT_EQ(*names.at(1), "b");
  EXPECT_EQ(names.at(1).path, "[1]");
  EXPECT_EQ(names.at(1).position.to_text(), "config/a.yaml:1:5");
}

TEST(Values, DescribeTheirShape) {
  const Shape shape = Value<std::vector<std::optional<Duration>>>::shape();
  EXPECT_EQ(shape.form, Shape::Form::kList);
  EXPECT_EQ(shape.type, "list of duration");
  EXPECT_EQ(shape.element.at(0).form, Shape::Form::kText);
  EXPECT_EQ(Value<Per>::shape().names, (std::vector<std::string>{"consumer", "address"}));
  EXPECT_EQ(Value<OrAuto<int>>::shape().type, "auto or whole number");
  EXPECT_EQ(Value<std::vector<int>>::text({1, 2}), "[1, 2]");
}

}  // namespace
}  // namespace causeway::config
