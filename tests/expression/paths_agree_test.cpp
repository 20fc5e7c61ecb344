// Written, evaluated, generated, made: one program has one meaning (expression/ways.h).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "expression/ways.h"
#include "fuzz/expression_case.h"

namespace causeway::expression {
namespace {

TEST(PathsAgree, OnTheTestsOfJq) {
  std::ifstream stream(CAUSEWAY_TESTS "/conformance/jq/jq_tests.json");
  const nlohmann::json corpus = nlohmann::json::parse(stream, nullptr, false);
  ASSERT_TRUE(corpus.is_object());
  for (const nlohmann::json& row : corpus["cases"]) {
    const std::string program = row["program"];
    EXPECT_EQ(disagreement(program, row.value("input", "null")), "") << row["id"];
  }
}

/// Each file is what the fuzz target gets, and among them what it has found.
TEST(PathsAgree, OnTheCorpusOfTheFuzzTarget) {
  int seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(CAUSEWAY_TESTS "/fuzz/corpus/expression")) {
    std::ifstream stream(file.path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    EXPECT_EQ(fuzz::ExpressionCase(text.str()).trouble(), "") << file.path();
    ++seen;
  }
  EXPECT_GT(seen, 20);
}

}  // namespace
}  // namespace causeway::expression
