#include "app/route_tests/test_results.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_object.h"

namespace causeway::app {
namespace {

double seconds(std::chrono::microseconds time) { return std::chrono::duration<double>(time).count(); }

std::string file_of(const config::Position& at) { return at.file ? *at.file : std::string(); }

std::string message_of(const Mismatch& mismatch) {
  if (mismatch.expected.empty()) return mismatch.what;
  return mismatch.what + ": expected " + mismatch.expected + ", got " + mismatch.got;
}

/// For text and attributes of XML 1.0, which has no place for most control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\n' || c == '\t') out += fmt::format("&#{};", static_cast<int>(c));
    else if (static_cast<unsigned char>(c) < 0x20) out += '?';
    else out += c;
  }
  return out;
}

std::string failure_lines(const TestResult& result) {
  std::string text;
  for (const Mismatch& mismatch : result.mismatches) {
    text += to_text(mismatch) + '\n';
    for (const std::string& note : mismatch.notes) text += "  " + note + '\n';
  }
  return text;
}

}  // namespace

std::string to_text(const Mismatch& mismatch) { return mismatch.at.to_text() + ": " + message_of(mismatch); }

std::string tell_result(const TestResult& result, bool verbose) {
  if (result.passed())
    return verbose ? fmt::format("ok    {} ({}:{})\n", result.name, result.file, result.at.line) : "";
  std::string text = fmt::format("FAIL  {} ({}:{})\n", result.name, result.file, result.at.line);
  for (const Mismatch& mismatch : result.mismatches) {
    text += "  " + to_text(mismatch) + '\n';
    for (const std::string& note : mismatch.notes) text += "    " + note + '\n';
  }
  return text;
}

std::string tell_summary(const std::vector<TestResult>& results, std::chrono::microseconds took) {
  const auto passed = std::ranges::count_if(results, &TestResult::passed);
  const auto failed = static_cast<std::ptrdiff_t>(results.size()) - passed;
  return fmt::format("{} passed, {} failed in {:.1f} s\n", passed, failed, seconds(took));
}

std::string results_as_json(const std::vector<TestResult>& results) {
  JsonArray rows;
  for (const TestResult& result : results) {
    JsonArray failures;
    for (const Mismatch& mismatch : result.mismatches) {
      JsonArray notes;
      for (const std::string& note : mismatch.notes) {
        std::string text;
        append_json_string(text, note);
        notes.raw(text);
      }
      failures.raw(JsonObject()
                       .text("file", file_of(mismatch.at))
                       .number("line", mismatch.at.line)
                       .number("column", mismatch.at.column)
                       .text("message", message_of(mismatch))
                       .raw("notes", notes.done())
                       .done());
    }
    rows.raw(JsonObject()
                 .text("file", result.file)
                 .number("line", result.at.line)
                 .number("column", result.at.column)
                 .text("name", result.name)
                 .flag("passed", result.passed())
                 .raw("milliseconds", fmt::format("{:.1f}", 1000 * seconds(result.took)))
                 .raw("failures", failures.done())
                 .done());
  }
  return rows.done();
}

std::string results_as_junit(const std::vector<TestResult>& results) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (auto suite = results.begin(); suite != results.end();) {
    const auto end =
        std::find_if(suite, results.end(), [&](const TestResult& each) { return each.file != suite->file; });
    const auto failed = std::count_if(suite, end, [](const TestResult& each) { return !each.passed(); });
    text +=
        fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", xml(suite->file), end - suite, failed);
    for (; suite != end; ++suite) {
      text += fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\"", xml(suite->name),
                          xml(suite->file), seconds(suite->took));
      if (suite->passed()) {
        text += "/>\n";
        continue;
      }
      text += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                          xml(message_of(suite->mismatches.front())), xml(failure_lines(*suite)));
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace causeway::app
