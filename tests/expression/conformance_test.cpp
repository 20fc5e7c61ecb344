// jq's own tests (tests/conformance/jq, MIT). Each case passes, or stands with its reason in left_out.txt.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "expression/program.h"

namespace causeway::expression {
namespace {

struct JqCase {
  std::string id;
  std::string program;
  std::string input;
  std::vector<std::string> outputs;
  bool fails = false;  ///< it does not compile
};

std::vector<JqCase> read_jq_cases() {
  std::ifstream stream(CAUSEWAY_TESTS "/conformance/jq/jq_tests.json");
  const nlohmann::json corpus = nlohmann::json::parse(stream, nullptr, false);
  EXPECT_TRUE(corpus.is_object());
  std::vector<JqCase> cases;
  for (const nlohmann::json& row : corpus["cases"]) {
    JqCase one{row["id"], row["program"], row.value("input", "null"), {}, row.value("fail", false)};
    if (row.contains("outputs")) one.outputs = row["outputs"].get<std::vector<std::string>>();
    cases.push_back(std::move(one));
  }
  EXPECT_EQ(cases.size(), corpus["n"].get<std::size_t>());
  return cases;
}

/// Lines `id reason: …`; empty ones and those with # in front do not count.
std::map<std::string, std::string> read_left_out() {
  std::ifstream stream(CAUSEWAY_TESTS "/conformance/jq/left_out.txt");
  std::map<std::string, std::string> reasons;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t blank = line.find(' ');
    reasons[line.substr(0, blank)] = line.substr(blank + 1);
  }
  return reasons;
}

/// By value: numbers exactly, members in any order.
bool same_json(const std::string& left, const std::string& right) {
  static const Program equal = std::get<Program>(Program::compile(". == $request", VariableSet{Variable::kRequest}));
  Values values;
  values.set(Variable::kRequest, right);
  const auto same = equal.test(left, values, std::pmr::get_default_resource());
  return same.ok() && *same;
}

/// jq's tests count what comes before an error: `[limit(n; program)]` gives so many, and the error when there are
/// fewer.
bool ends_in_an_error(const JqCase& one) {
  if (one.outputs.empty()) return true;
  const std::string count = std::to_string(one.outputs.size());
  const auto compiled = Program::compile("[limit(" + count + "; " + one.program + "\n)]", {});
  std::string wanted = "[";
  for (const std::string& output : one.outputs) wanted += (wanted.size() > 1 ? "," : "") + output;
  std::pmr::monotonic_buffer_resource memory;
  const auto first = std::get<Program>(compiled).run_one(one.input, {}, &memory);
  return first.ok() && same_json(wanted + ']', std::string(*first));
}

/// Empty when the case passes, else what happened.
std::string run_case(const JqCase& one) {
  const auto compiled = Program::compile(one.program, {});
  const auto* const program = std::get_if<Program>(&compiled);
  if (!program) return one.fails ? std::string() : "does not compile: " + std::get<CompileProblem>(compiled).message;
  if (one.fails) return "it compiles";
  std::pmr::monotonic_buffer_resource memory;
  const auto results = program->run(one.input, {}, &memory);
  if (!results.ok() && ends_in_an_error(one)) return {};
  if (!results.ok()) return "fails: " + results.error().info_if()->internal;
  std::string all;
  bool same = results->size() == one.outputs.size();
  for (std::size_t i = 0; i < results->size(); ++i) {
    const std::string result((*results)[i]);
    all += ' ' + result;
    same = same && same_json(one.outputs[i], result);
  }
  return same ? std::string() : "gives" + all;
}

/// Sanitized frames are large: what nests thousands deep ends there earlier.
bool ends_for_want_of_stack(const std::string& trouble) {
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
  return trouble.find("nest too deeply") != std::string::npos;
#else
  static_cast<void>(trouble);
  return false;
#endif
}

TEST(JqConformance, EveryCasePassesOrIsLeftOutForAReason) {
  const auto left_out = read_left_out();
  std::set<std::string> seen;
  int passed = 0;
  for (const JqCase& one : read_jq_cases()) {
    const std::string trouble = run_case(one);
    seen.insert(one.id);
    const auto reason = left_out.find(one.id);
    if (trouble.empty()) ++passed;
    else if (ends_for_want_of_stack(trouble)) continue;
    if (reason == left_out.end()) {
      EXPECT_EQ(trouble, "") << one.id << "\n  " << one.program << "\n  of " << one.input << "\n  wants "
                             << nlohmann::json(one.outputs).dump();
    } else {
      EXPECT_NE(trouble, "") << one.id << " passes; take it off the list";
    }
  }
  for (const auto& [id, reason] : left_out) EXPECT_TRUE(seen.contains(id)) << id << " is no case";
  std::printf("jq's tests: %d of %zu pass, %zu are left out\n", passed, seen.size(), left_out.size());
}

}  // namespace
}  // namespace causeway::expression
