// What a failure tells handlers within the program, and everybody else.
#include "expression/machine/failure_text.h"

#include <gtest/gtest.h>

#include "expression/program.h"
#include "expression/surroundings.h"
#include "run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kOrder =
    R"({"no":"ORD-1","buyer":{"phone":"13800001111","Password":"pa\"ss","name":"Zhang San","cards":[622202],"pin":7},)"
    R"("items":[{"qty":2},{"qty":"three"}],"a b":1,"长":1,"gone":null})";

std::string fails(std::string_view program) { return run(program, kOrder); }

TEST(FailureText, NamesWhereAValueStandsAndItsType) {
  EXPECT_EQ(fails("[.items[].qty | . - 2 + 1]"),
            "error: string (\"three\") at .items[1].qty and number (2) cannot be subtracted");
  EXPECT_EQ(fails(".no + 1"), "error: string (\"ORD-1\") at .no and number (1) cannot be added");
  EXPECT_EQ(fails(".items + 1"), "error: array at .items and number (1) cannot be added");
  EXPECT_EQ(fails(".[\"a b\"] | keys"), "error: number (1) at .[\"a b\"] has no keys");
  EXPECT_EQ(fails(". - 1"), "error: object at . and number (1) cannot be subtracted");
  EXPECT_EQ(fails(".gone[]"), "error: Cannot iterate over null at .gone");
  EXPECT_EQ(fails(".no.x"), "error: Cannot index string at .no with string (\"x\")");
  EXPECT_EQ(fails(".items | trim"), "error: trim input must be a string: array at .items");
  EXPECT_EQ(fails(".no | startswith(1)"), "error: startswith() requires string inputs: number (1)");
}

TEST(FailureText, NamesWhatIsNotThere) {
  EXPECT_EQ(fails(".buyer.nmae | ascii_downcase"),
            "error: ascii_downcase and ascii_upcase need a string: null at .buyer.nmae");
  EXPECT_EQ(fails(".byer.address[0].city | ltrimstr(1) | explode"),
            "error: null at .byer.address[0].city cannot be exploded");
  EXPECT_EQ(fails(".items[7].qty | keys"), "error: null at .items[7].qty has no keys");
  EXPECT_EQ(fails(".items[7] - 1"), "error: null at .items[7] and number (1) cannot be subtracted");
  EXPECT_EQ(fails(".gone.\"a b\"[]"), "error: Cannot iterate over null at .gone[\"a b\"]");
  EXPECT_EQ(fails("{nmae: .buyer.name} | .name | keys"), "error: null has no keys");
  EXPECT_EQ(fails("null | keys"), "error: null has no keys");
  EXPECT_EQ(fails("[range(9) as $i | .[\"x\\($i)\"]] | .[0] | keys"), "error: null has no keys");
}

TEST(FailureText, NeverShowsAKeyThatTheDataGave) {
  EXPECT_EQ(fails(".buyer[.buyer.phone] | keys"), "error: null at .buyer[...] has no keys");
  EXPECT_EQ(fails(".buyer[.buyer.phone].x | keys"), "error: null at .buyer[...].x has no keys");
  EXPECT_EQ(fails(".items[.buyer.phone | tonumber] | keys"), "error: null at .items[...] has no keys");
  EXPECT_EQ(fails(".items[.buyer.pin + 0] | keys"), "error: null at .items[...] has no keys");
  Values values;
  values.set(Variable::kHeaders, R"({"authorization":"Bearer s3cr3t-token"})");
  EXPECT_EQ(run(".[$headers.authorization] | keys", "{}", values), "error: null at .[...] has no keys");
}

TEST(FailureText, OfWhatIsNotThereTellsHandlersInJqsWords) {
  EXPECT_EQ(fails("try (.nope | keys) catch ."), "\"null (null) has no keys\"");
  EXPECT_EQ(fails(".nope[0:2] | keys"), "error: null at .nope has no keys");
}

TEST(FailureText, OfWhatAProgramMadeItNamesTheTypeAlone) {
  EXPECT_EQ(fails(".no + \"x\" + 1"), "error: string and number (1) cannot be added");
  EXPECT_EQ(fails("[.buyer.phone] | . + 1"), "error: array and number (1) cannot be added");
  EXPECT_EQ(fails(".buyer.phone | tonumber + 1 | keys"), "error: number has no keys");
}

TEST(FailureText, NeverShowsTheValueOfAMaskedField) {
  EXPECT_EQ(fails(".buyer.phone + 1"), "error: string at .buyer.phone and number (1) cannot be added");
  EXPECT_EQ(fails(".buyer.Password | tonumber"), "error: string at .buyer.Password cannot be parsed as a number");
  EXPECT_EQ(fails("error(\"no such phone: \" + .buyer.phone + \"!\")"), "error: no such phone: ***!");
  EXPECT_EQ(fails("error({p: .buyer.phone})"), "error: error (not a string): {\"p\":\"***\"}");
  EXPECT_EQ(fails("try (.buyer.phone + 1) catch error(.)"), "error: string (\"***\") and number (1) cannot be added");
  EXPECT_EQ(fails("try (.buyer.phone * 20 + 1) catch error(.)").find("13800"), std::string::npos);
}

TEST(FailureText, HandlersReadJqsWords) {
  EXPECT_EQ(fails("try (.buyer.phone + 1) catch ."), "\"string (\\\"13800001111\\\") and number (1) cannot be added\"");
  EXPECT_EQ(fails("try (.no.x) catch ."), "\"Cannot index string with string (\\\"x\\\")\"");
  EXPECT_EQ(fails("try (.items | trim) catch ."), "\"trim input must be a string\"");
  EXPECT_EQ(fails("try error(\"a\\u0001b\\u0002c\") catch ."), "\"a\\u0001b\\u0002c\"");
  EXPECT_EQ(fails("try ([1] | has(\"\\u0001\\u0002\")) catch length"), "43");
}

TEST(FailureText, NeverShowsCredentialsOfHeaders) {
  Values values;
  values.set(Variable::kHeaders, R"({"authorization":"Bearer s3cr3t-token","accept":"text/plain"})");
  EXPECT_EQ(run("$headers.authorization | tonumber", "null", values),
            "error: string at $headers.authorization cannot be parsed as a number");
  EXPECT_EQ(run("$headers.accept | tonumber", "null", values),
            "error: string at $headers.accept cannot be parsed as a number");
  EXPECT_EQ(run("error(\"no: \" + $headers.authorization)", "null", values), "error: no: ***");
  EXPECT_EQ(run("error($headers.accept)", "null", values), "error: text/plain");
}

TEST(FailureText, IsMadeInTimeThatGrowsWithTheTextsOnly) {
  const std::string input =
      R"({"password":")" + std::string(2'000'000, 'a') + R"(","note":")" + std::string(4096, 'a') + "\"}";
  EXPECT_EQ(run("error(.note)", input), "error: ***");  // 19 s for 5 MB where each place is looked at each time
}

TEST(FailureText, NumbersThatNeedTooManyDigitsAreNamed) {
  EXPECT_EQ(run("12345678901234567890123456789012345.6 + 0.01", "null"),
            "error: 12345678901234567890123456789012345.6 + 0.01 needs more than 34 digits");
  EXPECT_EQ(run(".a + .bankAccount", R"({"a":0.01,"bankAccount":12345678901234567890123456789012345.6})"),
            "error: 0.01 at .a + a number at .bankAccount needs more than 34 digits");
}

TEST(FailureText, OfThrownTextsHidesMaskedValuesHoweverTheyAreWritten) {
  EXPECT_EQ(fails("error({p: .buyer.Password})"), "error: error (not a string): {\"p\":\"***\"}");
  EXPECT_EQ(fails("error(.buyer.phone[4:])"), "error: ***");
  EXPECT_EQ(fails("error(\"to \" + (.buyer.phone | @base64))"), "error: to ***");
  EXPECT_EQ(fails("error(.buyer.phone | @uri \"p=\\(.)&q\")"), "error: p=***&q");
  EXPECT_EQ(fails("error(\"no card: \\(.buyer | tojson)\")").find("13800"), std::string::npos);
  constexpr std::string_view kHard = R"({"password":"Ab\"c\\def\nghi中文jkl","note":"[{\"phone\":\"13800001111\"}]"})";
  EXPECT_EQ(run("error(\"x \" + .password + \" y\")", kHard), "error: x *** y");
  EXPECT_EQ(run("error(\"x \\(.password | tojson | tojson) y\")", kHard), "error: x \"\\\"***\\\"\" y");
  EXPECT_EQ(run("error(.password | ascii_upcase)", kHard), "error: ***");
  EXPECT_EQ(run("error(.note)", kHard), "error: [{\"phone\":\"***\"}]");
  EXPECT_EQ(run("error({password: (\"made\" + \"here\")})", kHard),
            "error: error (not a string): {\"password\":\"***\"}");
  EXPECT_EQ(run("error(\"pass: \\(.password)\")", "{\"password\":\"abc\"}"), "error: pass: ***");
  EXPECT_EQ(run("error(\"abcd \\(.password)\")", "{\"password\":\"abc\"}"), "error: abcd ***");
}

TEST(FailureText, ThrownTextsAreCut) {
  EXPECT_EQ(run("error(\"a\" * 10000)"), "error: " + std::string(4064, 'a') + "...");
  EXPECT_EQ(run("error([range(10000)])"), "error: error (not a string): array");
}

TEST(FailureText, OfAPatternThatDoesNotCompile) {
  constexpr std::string_view kRules = R"({"no":"x","rule":"a(","phone":"b(13800001111"})";
  EXPECT_EQ(run(".no | test(\"c(\")", kRules), "error: c( (at offset 0) is not a valid regex: missing ): c(");
  EXPECT_EQ(run(". as $d | .no | test($d.rule)", kRules),
            "error: a( at .rule (at offset 0) is not a valid regex: missing ): a(");
  EXPECT_EQ(run(". as $d | .no | test($d.phone)", kRules),
            "error: a string at .phone (at offset 0) is not a valid regex: missing )");
  EXPECT_EQ(run(". as $d | .no | test($d.phone + \"\")", kRules),
            "error: a string (at offset 0) is not a valid regex: missing )");
  EXPECT_EQ(run(". as $d | .no | test(\"x\"; $d.phone)", kRules),
            "error: a string at .phone is not a valid modifier string");
  EXPECT_EQ(run(". as $d | .no | try test($d.phone) catch .", kRules),
            "\"b(13800001111 (at offset 0) is not a valid regex: missing ): b(13800001111\"");
}

TEST(FailureText, BytesInTextsOfCallersAreNoMarks) {
  // What would be a mark, of every kind of value and none.
  for (const std::string_view shown : {"a", "b", "c", "d", "z"}) {
    for (const std::string_view kind : {"\\u0000", "\\u0006", "\\u007f"}) {
      const std::string mark =
          "\\u0001" + std::string(shown) + std::string(kind) + R"(\u0001\u0000)" + "12345678901234567890123456789012";
      const std::string input = R"({"no":"x","rule":"()" + mark + "\"}";
      EXPECT_EQ(run(". as $d | .no | try test($d.rule) catch startswith($d.rule)", input), "true");
      EXPECT_TRUE(run(". as $d | .no | test($d.rule)", input).find(" at .rule (at offset 0) is not a valid regex") !=
                  std::string::npos);
      EXPECT_EQ(run(". as $d | .no | try test(\"x\"; $d.rule) catch startswith($d.rule[:16])", input), "true");
      EXPECT_EQ(run(". as $d | .no | try error($d.rule) catch (. == $d.rule)", input), "true");
    }
  }
}

}  // namespace
}  // namespace causeway::expression
