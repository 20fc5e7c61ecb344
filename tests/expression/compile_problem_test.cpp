#include "expression/compile_problem.h"

#include <gtest/gtest.h>

#include "expression/program.h"
#include "expression/template.h"

namespace causeway::expression {
namespace {

std::string excerpt(std::string_view program) {
  return excerpt_of(program, std::get<CompileProblem>(Program::compile(program, {})));
}

std::string excerpt_of_template(std::string_view text) {
  return excerpt_of(text, std::get<CompileProblem>(Template::compile(text, {})));
}

TEST(CompileProblem, ShowsItsLineAndACaretBelowThePlace) {
  EXPECT_EQ(excerpt(".items | slect(.qty > 0)"), ".items | slect(.qty > 0)\n         ^");
  EXPECT_EQ(excerpt(".items\n  | slect(.qty)\n  | length"), "  | slect(.qty)\n    ^");
  EXPECT_EQ(excerpt("slect(.a)\n| length"), "slect(.a)\n^");
}

TEST(CompileProblem, CountsTheColumnsOfATerminalAndNotBytes) {
  EXPECT_EQ(excerpt(".\"数量\" | lenght"), ".\"数量\" | lenght\n          ^");
  EXPECT_EQ(excerpt(".\"über\" | lenght"), ".\"über\" | lenght\n          ^");
}

TEST(CompileProblem, OfAnEndThatComesTooEarlyIsBehindTheLastCharacter) {
  EXPECT_EQ(excerpt(".items |"), ".items |\n        ^");
  EXPECT_EQ(excerpt("{a: 1,\n b: (.c\n"), " b: (.c\n       ^");
}

TEST(CompileProblem, CutsALongLineAroundThePlace) {
  const std::string long_line =
      std::string(200, 'a') + " | " + std::string(30, '1') + "lenght " + std::string(200, 'b');
  const CompileProblem problem{203, "here"};
  EXPECT_EQ(excerpt_of(long_line, problem), "..." + std::string(77, 'a') + " | " + std::string(30, '1') +
                                                "lenght bbb...\n" + std::string(83, ' ') + "^");
  std::string characters;
  for (int i = 0; i < 100; ++i) characters += "量";
  EXPECT_EQ(excerpt_of(characters, {300, "here"}), "..." + characters.substr(60) + "\n" + std::string(163, ' ') + "^");
}

TEST(CompileProblem, ShowsNothingThatATerminalActsOn) {
  EXPECT_EQ(excerpt("\t\x1b[2J"), "  [2J\n ^");
  EXPECT_EQ(excerpt_of("a\r\nb", {1, "here"}), "a \n ^");
  EXPECT_EQ(excerpt_of("a\xc3\x1b[2J", {0, "here"}), "a  [2J\n^");
  EXPECT_EQ(excerpt_of("\xc3\xc2\x9b\x33\x31m", {5, "here"}), "  31m\n    ^") << "no CSI behind a byte that is none";
  EXPECT_EQ(excerpt_of("\xc2\xe2\x80\xae.", {4, "here"}), "  .\n  ^") << "and no change of direction";
  EXPECT_EQ(excerpt_of("a\u009b2J \u202eb", {6, "here"}), "a 2J  b\n     ^");
}

TEST(CompileProblem, OfATemplateShowsTheProgramAlone) {
  EXPECT_EQ(excerpt_of_template("s3cr3t-{{ .a | lenght }}-more"), ".a | lenght\n     ^");
  EXPECT_EQ(excerpt_of_template("s3cr3t\n{{\n .a\n | lenght }}"), " | lenght\n   ^");
}

TEST(CompileProblem, OfTheBracesThemselvesShowsNothing) {
  EXPECT_EQ(excerpt_of_template("s3cr3t {{ .a"), "");
  EXPECT_EQ(excerpt_of_template("s3cr3t {{ }}"), "");
  EXPECT_EQ(excerpt_of_template("s3cr3t {{ secret:a }}"), "");
}

TEST(CompileProblem, TakesAPlaceOutsideOfTheText) {
  EXPECT_EQ(excerpt_of("", {0, "here"}), "");
  EXPECT_EQ(excerpt_of("abc", {7, "here"}), "");
  EXPECT_EQ(excerpt_of("abc", {1, "here", 2, 1}), "");
}

}  // namespace
}  // namespace causeway::expression
