// What came of a run of test files, and how it is told.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/route_tests/mismatch.h"

namespace causeway::app {

struct TestResult {
  std::string file;
  std::string name;
  config::Position at;
  Mismatches mismatches;  ///< empty: passed
  std::chrono::microseconds took{};
  bool passed() const { return mismatches.empty(); }
};

/// `routes/orders.test.yaml:12:30: answer.status: expected 200, got 422`
std::string to_text(const Mismatch& mismatch);
/// The failures with all that is known of them; with `verbose` also the names of what passed.
std::string tell_result(const TestResult& result, bool verbose);
/// `12 passed, 1 failed in 0.3 s`
std::string tell_summary(const std::vector<TestResult>& results, std::chrono::microseconds took);

/// `[{"file", "line", "column", "name", "passed", "milliseconds", "failures": [{"file", "line", "column", "message",
/// "notes"}]}]`
std::string results_as_json(const std::vector<TestResult>& results);
/// As JUnit has it, one suite a file: what build servers read.
std::string results_as_junit(const std::vector<TestResult>& results);

}  // namespace causeway::app
