#include <cstdio>
#include <fstream>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/explain/secret_mask.h"
#include "app/offline/offline_gateway.h"
#include "app/route_tests/route_test_run.h"
#include "app/route_tests/test_files.h"
#include "app/route_tests/test_results.h"

namespace causeway::app::cli {
namespace {

struct TestOptions {
  ConfigFiles config;
  std::vector<std::string> files;
  std::string filter;  ///< only tests with this in their names; empty: all
  std::string junit;   ///< where to write the results; empty: nowhere
  bool json = false;
  bool verbose = false;
};

std::chrono::microseconds since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
}

void hide_secrets(Mismatches& mismatches, const SecretMask& mask) {
  for (Mismatch& each : mismatches) {
    for (std::string* text : {&each.what, &each.expected, &each.got}) *text = mask.hide(*text);
    for (std::string& note : each.notes) note = mask.hide(note);
  }
}

TestResult run_test(const RouteTest& test, const std::string& file, OfflineGateway& gateway, const SecretMask& mask) {
  TestResult result{file, *test.name, test.name.position, {}, {}};
  const auto began = std::chrono::steady_clock::now();
  gateway.start_anew(test.at);
  const OfflineAnswer answer = test.deliver ? gateway.deliver(delivery_of(test), script_of(test))
                                            : gateway.call(request_of(test), script_of(test));
  result.mismatches = judge(test, answer);
  hide_secrets(result.mismatches, mask);
  result.took = since(began);
  return result;
}

int test_routes(const TestOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  config::Errors errors;
  const std::unique_ptr<OfflineGateway> gateway = OfflineGateway::open(options.config, errors);
  if (!gateway) return refuse(errors, options.json);

  config::Errors wrong_tests;
  const auto paths = find_test_files(options.files, gateway->route_files(), wrong_tests);
  if (wrong_tests.failed()) return refuse(wrong_tests, options.json);
  const std::vector<NamedTestFile> files = read_test_files(paths, gateway->settings(), wrong_tests);
  if (wrong_tests.failed()) return refuse(wrong_tests, options.json);

  const SecretMask mask(gateway->settings());
  std::vector<TestResult> results;
  for (const NamedTestFile& file : files) {
    for (const auto& test : file.content.tests) {
      if (test->name->find(options.filter) == std::string::npos) continue;
      results.push_back(run_test(*test, file.name, *gateway, mask));
      if (!options.json) std::fputs(tell_result(results.back(), options.verbose).c_str(), stdout);
    }
  }
  if (results.empty()) {
    wrong_tests.add({}, {}, "no test has " + config::quote(options.filter) + " in its name", "reference");
    return refuse(wrong_tests, options.json);
  }
  if (options.json) std::puts(results_as_json(results).c_str());
  else std::fputs(tell_summary(results, since(began)).c_str(), stdout);
  if (!options.junit.empty() && !(std::ofstream(options.junit, std::ios::binary) << results_as_junit(results)))
    return std::fprintf(stderr, "cannot write %s\n", options.junit.c_str()), kWrong;
  const bool passed = std::ranges::all_of(results, &TestResult::passed);
  return passed ? kOk : kFailed;
}

}  // namespace

void add_test_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* const command = app.add_subcommand(
      "test", "Try routes out, offline: given a request, are the calls to systems, the answer and the event right?");
  command->add_option("files", options->files, "test files; default: every *.test.yaml beside the route files")
      ->type_name("FILE");
  add_config_option(*command, options->config);
  command->add_option("--filter", options->filter, "only tests with this text in their names")->type_name("TEXT");
  command->add_flag("-v,--verbose", options->verbose, "name the tests that pass, too");
  command->add_flag("--json", options->json, "rows of {file, line, column, name, passed, milliseconds, failures}");
  command->add_option("--junit", options->junit, "write the results to this file as build servers read them")
      ->type_name("FILE");
  command->footer(
      "Exit code: 0 all passed, 1 some failed, 2 the configuration or a test file is wrong.\n"
      "No port is opened, no system is called, no secret is needed: docs/testing-routes.md\n"
      "Example: causeway test -c config/causeway.yaml routes/orders.test.yaml -v");
  command->callback([options, &chosen] { chosen = [options] { return test_routes(*options); }; });
}

}  // namespace causeway::app::cli
