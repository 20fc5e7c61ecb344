#include "config/errors.h"

#include <gtest/gtest.h>

namespace causeway::config {
namespace {

Position at(const std::string& file, int line, int column) {
  return {std::make_shared<const std::string>(file), line, column};
}

TEST(Errors, PrintFileLineColumnPathAndMessage) {
  Errors errors;
  errors.add(at("routes/orders.yaml", 42, 9), "routes[3].plugins[1].rate_limit.rate",
             "expected a rate such as 100/s, got \"fast\"", "expected");
  EXPECT_EQ(
      errors.to_text(),
      "routes/orders.yaml:42:9: routes[3].plugins[1].rate_limit.rate: expected a rate such as 100/s, got \"fast\"\n");
  EXPECT_TRUE(errors.failed());
}

TEST(Errors, WarningsSaySoAndDoNotFail) {
  Errors errors;
  errors.warn(at("a.yaml", 1, 2), "versions.v1", "sunset is sooner than 180d after deprecation");
  EXPECT_EQ(errors.to_text(), "a.yaml:1:2: versions.v1: warning: sunset is sooner than 180d after deprecation\n");
  EXPECT_FALSE(errors.failed());
  EXPECT_FALSE(errors.empty());
}

TEST(Errors, LeaveOutWhatIsNotKnown) {
  Errors errors;
  errors.add(at("a.yaml", 0, 0), "", "cannot be read");
  errors.add({}, "", "no configuration");
  EXPECT_EQ(errors.to_text(), "a.yaml: cannot be read\nno configuration\n");
}

TEST(Errors, AReportShowsExcerptsBelowTheirProblems) {
  Errors errors;
  errors.add(at("a.yaml", 1, 2), "when", "unknown function \"slect\"", "expression", ".a | slect\n     ^");
  errors.add(at("a.yaml", 2, 2), "x", "odd");
  EXPECT_EQ(errors.to_report(),
            "a.yaml:1:2: when: unknown function \"slect\"\n    .a | slect\n         ^\na.yaml:2:2: x: odd\n");
  EXPECT_EQ(errors.to_text(), "a.yaml:1:2: when: unknown function \"slect\"\na.yaml:2:2: x: odd\n");
}

TEST(Errors, AnExcerptThatWouldShowWhatIsHiddenIsNone) {
  Errors errors;
  errors.hide("s3cr3t-from-the-machine");
  errors.add(at("a.yaml", 1, 2), "when", "odd", "expression", "\"s3cr3t-from-the-machine\" | slect\n   ^");
  errors.add(at("a.yaml", 2, 2), "when", "odd", "expression", "\"https://bob:pw@h/\" + .x | slect\n   ^");
  errors.add(at("a.yaml", 3, 2), "when", "odd", "expression", "\"https://h/\" + (.x|@uri) | slect\n   ^");
  EXPECT_EQ(errors.to_report(),
            "a.yaml:1:2: when: odd\na.yaml:2:2: when: odd\n"
            "a.yaml:3:2: when: odd\n    \"https://h/\" + (.x|@uri) | slect\n       ^\n");
}

TEST(Errors, AreListedInTheOrderOfFilesThenLines) {
  Errors errors;
  errors.announce("main.yaml");
  errors.announce("b.yaml");
  errors.add(at("a.yaml", 1, 1), "", "one");
  errors.add(at("b.yaml", 10, 1), "", "two");
  errors.add(at("b.yaml", 9, 5), "", "three");
  errors.add(at("b.yaml", 9, 5), "", "four");
  errors.add(at("main.yaml", 7, 1), "", "five");
  EXPECT_EQ(errors.to_text(),
            "main.yaml:7:1: five\nb.yaml:9:5: three\nb.yaml:9:5: four\nb.yaml:10:1: two\na.yaml:1:1: one\n");
  EXPECT_EQ(errors.error_count(), 5u);
}

TEST(Errors, AsJsonAreRowsForPrograms) {
  Errors errors;
  errors.add(at("a.yaml", 3, 4), "x", "expected \"y\"", "expected");
  errors.warn({}, "", "odd");
  EXPECT_EQ(errors.to_json(), R"([
  {
    "file": "a.yaml",
    "line": 3,
    "column": 4,
    "path": "x",
    "code": "expected",
    "message": "expected \"y\"",
    "severity": "error"
  },
  {
    "file": "",
    "line": 0,
    "column": 0,
    "path": "",
    "code": "invalid",
    "message": "odd",
    "severity": "warning"
  }
])");
}

TEST(Errors, AsJsonSurviveFileNamesThatAreNotUtf8) {
  Errors errors;
  errors.add(at("\xff.yaml", 1, 1), "", "x");
  EXPECT_NE(errors.to_json().find("\xEF\xBF\xBD.yaml"), std::string::npos);
}

TEST(Errors, DoNotShowWhatIsHidden) {
  Errors errors;
  errors.hide("hunter2-0123456789");
  errors.add(at("a.yaml", 3, 4), "x", "unknown topic \"hunter2-0123456789\"");
  errors.warn(at("a.yaml", 3, 5), "y", "no file matches \"hunter2-...\"");
  EXPECT_EQ(errors.to_text(),
            "a.yaml:3:4: x: unknown topic \"***\"\na.yaml:3:5: y: warning: no file matches \"***...\"\n");
}

TEST(Errors, KeepAThousandAndCountTheRest) {
  Errors errors;
  for (int i = 1; i <= 1500; ++i) errors.add(at("a.yaml", i, 1), "", "wrong");
  EXPECT_EQ(errors.error_count(), 1500u);
  ASSERT_EQ(errors.list().size(), 1001u);
  EXPECT_EQ(errors.list().back().to_text(), "and 500 more that are not listed");
}

TEST(Errors, KnowWhichNamesMayBeMissing) {
  Errors errors;
  EXPECT_TRUE(errors.knows_all("cluster"));
  errors.incomplete("cluster");
  EXPECT_FALSE(errors.knows_all("cluster"));
  EXPECT_TRUE(errors.knows_all("topic"));
  errors.incomplete("");
  EXPECT_FALSE(errors.knows_all("topic"));
}

TEST(Paths, QuoteOddKeys) {
  EXPECT_EQ(extend_path("", "routes"), "routes");
  EXPECT_EQ(extend_path(extend_path("routes", 3), "rate_limit"), "routes[3].rate_limit");
  EXPECT_EQ(extend_path("tables", "public.orders"), "tables[\"public.orders\"]");
  EXPECT_EQ(extend_path("", ""), "[\"\"]");
}

TEST(Quotes, EscapeAndCutWithoutSplittingCharacters) {
  EXPECT_EQ(quote("a\"b\\c\n\t\x01"), R"("a\"b\\c\n\t\x01")");
  EXPECT_EQ(quote(std::string(80, 'x')), '"' + std::string(80, 'x') + '"');
  EXPECT_EQ(quote(std::string(81, 'x')), '"' + std::string(80, 'x') + "...\"");
  EXPECT_EQ(quote(std::string(79, 'x') + "名"), '"' + std::string(79, 'x') + "...\"");
}

TEST(Quotes, KeepPasswordsOfAddressesAndPrivateKeys) {
  EXPECT_EQ(quote("https://user:pass@host/x"), "\"https://***@host/x\"");
  EXPECT_EQ(quote("postgres://u:p/w@db"), "\"postgres://***@db\"");
  EXPECT_EQ(quote("user:pass@host:80"), "\"***@host:80\"");
  EXPECT_EQ(quote("a@example.com, b:c@d"), "\"a@example.com, ***@d\"");
  EXPECT_EQ(quote("-----BEGIN EC PRIVATE KEY-----\nMHc"), "\"***\"");
}

}  // namespace
}  // namespace causeway::config
