// Programs and data that mean harm: each ends, with a result or an error, soon and within the memory of a run. Steps
// are worth about the same time, whatever is done with them.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "core/clock.h"
#include "expression/run.h"

namespace causeway::expression {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && (__has_feature(address_sanitizer)))
constexpr double kSlower = 25;
#elif defined(__has_feature) && (__has_feature(thread_sanitizer) || __has_feature(memory_sanitizer))
constexpr double kSlower = 40;
#elif defined(NDEBUG)
constexpr double kSlower = 1;
#else
constexpr double kSlower = 15;
#endif
/// Half of it is usual; a machine that does much else beside is twice as slow.
constexpr double kMilliseconds = 300 * kSlower;

double computed_milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string times(std::string_view unit, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += unit;
  return all;
}

std::string text_of(std::string_view unit, std::size_t count) { return '"' + times(unit, count) + '"'; }

std::string list_of(std::string_view item, std::size_t count) {
  return '[' + times(std::string(item) + ',', count - 1) + std::string(item) + ']';
}

std::string object_of(std::size_t count) {
  std::string all = "{";
  for (std::size_t i = 0; i < count; ++i) all += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  return all + '}';
}

void ends_soon(const std::string& program, const std::string& input = "null") {
  const double began = computed_milliseconds();
  const std::string result = run(program, input);
  EXPECT_LT(computed_milliseconds() - began, kMilliseconds)
      << program.substr(0, 200) << "\n  over " << input.substr(0, 40) << "\n  gives " << result.substr(0, 120);
}

void all_end_soon(const std::vector<std::string>& programs, const std::string& input = "null") {
  for (const std::string& program : programs) ends_soon(program, input);
}

TEST(Hostile, LoopsEnd) {
  all_end_soon({"def f: f; f",
                "def f: def g: f; g; f",
                "[range(1e9)]",
                "[limit(1e9; repeat(1))]",
                "last(range(1e9))",
                "reduce range(1e9) as $i (0; . + 1)",
                "[range(1e5)] | combinations",
                "until(false; .)",
                "repeat(.)",
                "range(1e1000000000)",
                "[range(0; 1; 1e-1000000000)]",
                "any(range(1e9); . < 0)",
                "def f: f, f; f",
                "first(range(1e9) | select(. < 0))",
                "def f: (f)?; f",
                "def f: [f]; f",
                "def f: \"\\(f)\"; f",
                "def f: sort_by(f); [1, 2] | f",
                "def f: walk(f); [1] | f",
                "def f: gsub(\"a\"; f); \"aaa\" | f"});
}

TEST(Hostile, LargeValuesEnd) {
  all_end_soon({"\"a\" * 1e9", "[.] | tojson * 1e8", ".a[1e9] = 1", ".[1e9:] = [1]",
                "reduce range(100) as $i (\"x\"; . + .)", "reduce range(100) as $i (\"x\"; \"\\(.)\\(.)\")",
                "reduce range(100) as $i ([1]; . + .)", "last(\"\\\"\" | recurse(tojson))",
                "reduce range(30) as $i (\"x\"; . + . | tojson | fromjson)", "[range(1e6)] | join(\",\")",
                "[range(1000)] | map(\"a\" * 1e6 | @base64)", "[range(100) | (\"A\" * 1e6 | @base32d)]",
                "[range(1e6)] | sort_by(-.)", "[range(1e6)] | group_by(. % 1000)", "[range(2e5)] | unique_by(. % 10)",
                "[range(1e4) | [range(.)]] | transpose", "[[], [range(1e6)]] | transpose",
                "[range(20) | (\"x\" * 1e6 | explode | implode)]", "[range(1e6)] | implode"});
}

/// A value that holds another twice, and this again: small, and endless as a text.
TEST(Hostile, ValuesThatAreMuchLargerAsTextEnd) {
  all_end_soon({"reduce range(100) as $i ([]; [., .])", "reduce range(100) as $i ({}; {a: ., b: .}) | tojson | length",
                "reduce range(60) as $i ([]; [., .]) | flatten", "reduce range(60) as $i ([]; [., .]) | [..] | length",
                "(reduce range(60) as $i ([1]; [., .])) == (reduce range(60) as $i ([1]; [., .]))",
                "reduce range(60) as $i ([1]; [., .]) | tostream",
                "reduce range(60) as $i ([1]; [., .]) | [paths] | length"});
}

TEST(Hostile, PathsEnd) {
  all_end_soon({".. |= .", "[range(1e5)] | .. |= .", "reduce range(1000) as $i (1; [.]) | walk(.)",
                "[range(3e5)] | [paths]", ". as $d | getpath([range(1e5)])", "setpath([range(1e5)]; 1)",
                "delpaths([[range(1e5)]])", "[range(1e5)] | delpaths([paths])", "[range(2e4)] | del(.[])",
                "[range(2e4)] | reduce range(2e4) as $i (.; del(.[0]))",
                "[range(1e5)] as $a | reduce range(1e5) as $i ($a; .[$i] += 1)"});
}

TEST(Hostile, WorkOnALongTextIsPaidForEachTime) {
  const std::string text = text_of("x", 1'000'000);
  all_end_soon(
      {"last(range(1e6) as $i | ltrimstr(\"x\"))", "[range(1e4) as $i | ltrimstr(\"x\" * 100000)]",
       "until(length == 0; ltrimstr(\"x\"))", "until(length == 0; .[1:])", "[range(1e6) as $i | ascii_downcase]",
       "[range(1e6) as $i | length]", "[range(1e6) as $i | utf8bytelength]", "[range(1e6) as $i | .[500000:500001]]",
       "[range(1e6) as $i | \"\\(.)\"]", "[range(1e6) as $i | @uri]", "[range(1e6) as $i | @json]",
       "[range(1e6) as $i | explode[0]]", "[range(1e6) as $i | . == . + \"\"]", "[range(1e6) as $i | {(.): 1}]",
       ". as $k | {($k): 1} | [range(1e6) as $i | .[$k]]", ". as $k | [range(1e6) as $i | {}[$k]]",
       ". as $k | [range(1e6) as $i | error($k)?]", ". as $k | [range(1e6) | (1 + $k)?]"},
      text);
  all_end_soon({"[range(1e6) as $i | trim]"}, text_of(" ", 1'000'000));
  all_end_soon({"[range(1e6) as $i | length]", "explode"}, text_of("\\u00e9", 160'000));
  all_end_soon({"[range(1e6) as $i | tonumber]"}, text_of("1", 1'000'000));
}

TEST(Hostile, WorkOnALargeContainerIsPaidForEachTime) {
  const std::string list = "[range(1e5)] as $a | ";
  all_end_soon({list + "[range(1e5) | $a | index(99999)]", list + "[range(1e5) | $a | contains([99999])]",
                list + "[range(1e5) | $a < $a + [1]]", list + "[range(1e5) | $a | add]",
                list + "[range(1e5) | $a | sort]", list + "[range(1e5) | $a | reverse]",
                list + "[range(1e5) | $a | tojson]", list + "[range(1e5) | $a[.:]]",
                list + "last(range(1e5) | $a + [1])", list + "reduce range(1e5) as $i ([]; . + $a)",
                list + "last(range(1e5) as $i | $a | .[0] = $i)", "[range(1e5)] - [range(1e5)]",
                "[range(3e4)] | contains([range(3e4)])", "[range(1e5)] | last(recurse(.[1:]; length > 0))"});
  const std::string object = ". as $a | ";
  all_end_soon({object + "last(range(1e5) as $i | $a | .k1 = $i)", object + "last(range(1e5) | $a + {b: 1})",
                object + "last(range(1e5) | $a * {b: 1})", object + "last(range(1e5) | $a | keys)",
                object + "last(range(1e5) | $a | del(.k1))", object + "last(range(1e5) | $a | map_values(1))",
                object + "last(range(1e5) | $a | contains($a))", object + "last(range(1e6) | $a.k99999)",
                "[..] | length", "with_entries(.value += 1)"},
               object_of(100'000));
}

TEST(Hostile, PatternsEnd) {
  const std::string text = text_of("a", 1'000'000);
  all_end_soon(
      {"test(\"(a*)*b\")", "[match(\"\"; \"g\")]", "gsub(\"\"; \"x\")", "gsub(\"(?<a>.)\"; .a + .a)", "[scan(\"a\")]",
       "test(\"(a?){1000}a{1000}\")", "test(\"(a?){500}(a){500}\")", "test(\"" + times("(.*)", 30) + "b\")",
       "[match(\"" + times("(.*)", 30) + "b\"; \"g\")]", "test(\"(a|aa)+$\")", "test(\"((a{100}){100}){100}\")",
       "test(\"" + times("(", 1000) + "a" + times(")", 1000) + "\")", "test(\"\\\\p{L}{1,1000}\")",
       "test(\"[ab]*a[ab]{12}$\")", "test(\"(?i)" + times("\\\\p{L}", 400) + "\")", "splits(\"a\")",
       "[match(\"a*?$\"; \"g\")]", "[match(\"a(.*b)?\"; \"g\")]"},
      text);
  // What does not compile is kept nowhere, and compiled each time.
  all_end_soon(
      {"[range(1e6) | try test(\"(\" * 2000) catch 0]", "[range(1e6) | try test(\"\\\\p{L}\" * 20 + \"(\") catch 0]",
       "[range(1e6) | try test(\"(a{100}){100}\") catch 0]"},
      "\"abc\"");
  all_end_soon({"[range(1e6) | test(\"a\\(.)\")]", "[range(1e6) | test(\"(a?){300}\\(.)\")]",
                "[range(1e6) | test(\"[a-z]{1,200}[0-9a-f]{1,200}\\(.)\")]", "[range(1e6) as $i | gsub(\"a\"; \"b\")]"},
               "\"abc\"");
}

TEST(Hostile, NumbersEnd) {
  all_end_soon({"1e18 | todate", "1e999999999 | todate", "1e1000000000 + 1", "1e1000000000 % 7", "1e1000000000 / 3",
                "1e1000000000 | floor | tostring", "[1e1000000000, 1e-1000000000] | sort", ".[1e1000000000] = 1",
                "\"x\" * 1e1000000000", "[1e9, 1e9, 1e9, 1e9, 1e9, 1e9] | mktime", "0 | strftime(\"%Y\" * 1e6)",
                "0 | strftime(\"%c%c%c%c\" * 1e5)", "[range(1e6) | todate]", "pow(10; 1e9)", "jn(1e9; 1)"});
  all_end_soon(
      {". + 1", ". == . + 0", ". % 7", "7 % .", ". / 3", "floor", "tostring | length", "[range(1000) as $i | .] | sort",
       "[range(1e6) as $i | floor]", "[range(1e6) as $i | -.]", "[range(1e6) as $i | (. + 1)?]"},
      times("1", 100'000));
  all_end_soon({"[range(1e6) as $i | .[0] == .[1]]", "[range(1e6) as $i | .[0] < .[1]]", "unique"},
               '[' + times("1", 500'000) + ',' + times("1", 500'000) + ']');
}

TEST(Hostile, ProgramsThatAreLongOrDeepEnd) {
  for (const std::string_view unit : {"[", "(", "{", "-"}) ends_soon(times(unit, 100'000));
  for (const std::string_view unit : {".a", "if ", "def f: ", "reduce ", "try ", "\"\\(", "[.[]?,", "label $a | ",
                                      ". as $a | ", "not ", "{a: ", "?//"})
    ends_soon(times(unit, 30'000));
  for (const std::string_view unit : {"?", "+1", "[0]", ",1", "|1", "//1", " and 1"})
    ends_soon('1' + times(unit, 30'000));
  ends_soon(times("def f: 1;", 20'000) + 'f');
  ends_soon(times("$__loc__|", 20'000) + '1');
  ends_soon('"' + times("\\(1)", 40'000) + '"');
  ends_soon(times("x", 1u << 20));
  ends_soon(times(" ", 1u << 20) + '1');
}

TEST(Hostile, InputsThatAreLongOrDeepEnd) {
  ends_soon(".", times("[", 100'000) + times("]", 100'000));
  ends_soon(".", times("{\"a\":", 100'000));
  all_end_soon({".", "map(. + 1)", "sort", "add"}, list_of("1", 500'000));
  ends_soon(".", list_of("1.5e3", 160'000));
  all_end_soon({".", "length", "test(\"x\")"}, text_of("\\u00e9", 160'000));
  all_end_soon({".", "to_entries", "keys", ".k99999"}, object_of(100'000));
  ends_soon(".", '{' + times("\"k\":1,", 100'000) + "\"k\":1}");
}

class ScriptedClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime(1'700'000'000'250ms); }
  /// Each look is a millisecond later.
  SteadyTime steady() const override { return SteadyTime(std::chrono::milliseconds(looks_++)); }
  int looks() const { return looks_; }

 private:
  mutable int looks_ = 0;
};

std::string run_until(std::string_view text, SteadyTime deadline, const Surroundings& surroundings) {
  Values values;
  values.surround(&surroundings, deadline);
  const auto compiled = Program::compile(text, kAll);
  std::pmr::monotonic_buffer_resource memory;
  const auto results = std::get<Program>(compiled).run("null", values, &memory);
  if (results.ok()) return std::string(results->front());
  const ErrorInfo& info = *results.error().info_if();
  return (info.reason == "expression_limit" ? "limit: " : "error: ") + info.internal;
}

TEST(Deadline, EndsARunSoonAfterIt) {
  const ScriptedClock clock;
  const Surroundings surroundings{{}, &clock};
  EXPECT_EQ(run_until("[range(1e9)]", SteadyTime(3ms), surroundings), "limit: the program ran past the deadline");
  EXPECT_EQ(clock.looks(), 4);
}

TEST(Deadline, IsCaughtByNothing) {
  const ScriptedClock clock;
  const Surroundings surroundings{{}, &clock};
  EXPECT_EQ(run_until("try last(range(1e9)) catch 1", SteadyTime(2ms), surroundings),
            "limit: the program ran past the deadline");
  EXPECT_EQ(run_until("first(last(range(1e9))?, 1)", SteadyTime(2ms), surroundings),
            "limit: the program ran past the deadline");
}

TEST(Deadline, LeavesTheStepsAsTheyAre) {
  const ScriptedClock clock;
  Surroundings surroundings{{}, &clock};
  surroundings.limits.steps = 10'000;
  EXPECT_EQ(run_until("last(range(1e9))", SteadyTime(1h), surroundings),
            "limit: the program needs more than 10000 steps");
  EXPECT_EQ(run_until("last(range(3000))", SteadyTime(1h), surroundings), "2999");
}

TEST(Deadline, IsNotAskedForWhereThereIsNone) {
  const ScriptedClock clock;
  const Surroundings surroundings{{}, &clock};
  EXPECT_EQ(run_until("last(range(100000))", SteadyTime::max(), surroundings), "99999");
  EXPECT_EQ(clock.looks(), 0);
}

TEST(Limits, OfTheSurroundingsHoldForPatternsToo) {
  Surroundings surroundings;
  surroundings.limits.pattern = 100;
  EXPECT_EQ(run_until("\"a\" | test(\"a\" * 101)", SteadyTime::max(), surroundings),
            "error: a pattern has at most 100 bytes");
  EXPECT_EQ(run_until("\"a\" | test(\"a?\" * 50)", SteadyTime::max(), surroundings), "true");
  surroundings.limits.pattern = 99;
  EXPECT_EQ(run_until("\"a\" | test(\"a?\" * 50)", SteadyTime::max(), surroundings),
            "error: a pattern has at most 99 bytes");
}

TEST(Limits, APatternIsPaidForAlsoWhenTheThreadStillHasIt) {
  const std::string pattern = "test(\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}\")";
  Surroundings tight;
  tight.limits.steps = 1000;
  const std::string ends = "limit: the program needs more than 1000 steps";
  EXPECT_EQ(run_until("\"a\" | " + pattern, SteadyTime::max(), tight), ends);
  EXPECT_EQ(run("\"a\" | " + pattern), "false");
  EXPECT_EQ(run_until("\"a\" | " + pattern, SteadyTime::max(), tight), ends);
  // Once a run, however often it is used.
  tight.limits.steps = 10'000;
  EXPECT_EQ(run_until("[range(200) | tostring | " + pattern + "] | length", SteadyTime::max(), tight), "200");
}

}  // namespace
}  // namespace causeway::expression
