#include "app/route_tests/test_files.h"

#include <glob.h>

#include <algorithm>
#include <set>

#include "config/document.h"
#include "config/yaml.h"

namespace causeway::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".test.yaml";

std::vector<fs::path> expand(const std::string& pattern) {
  glob_t found{};
  std::vector<fs::path> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

std::vector<fs::path> beside(const std::vector<fs::path>& route_files) {
  std::set<fs::path> folders;
  for (const fs::path& file : route_files) folders.insert(file.parent_path());
  std::vector<fs::path> paths;
  std::error_code ignored;
  for (const fs::path& folder : folders)
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().filename().string().ends_with(kSuffix)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

/// Names that a configuration has, for what refers to them.
class References {
 public:
  References(const Settings& settings, config::Errors& errors) : errors_(errors) {
    for (const auto& each : settings.consumers) consumers_.push_back(*each.name);
    for (const auto& each : settings.clusters) clusters_.push_back(*each.name);
    for (const auto& each : settings.topics) topics_.push_back(*each.name);
    for (const auto& each : settings.subscriptions) subscriptions_.push_back(*each.name);
  }

  void check(const RouteTest& test) {
    if (!test.consumer->empty()) check("consumer", test.consumer, consumers_);
    for (const auto& step : *test.upstream)
      if (step->expect->cluster) check("cluster", *step->expect->cluster, clusters_);
    if (test.deliver) check("subscription", (*test.deliver)->subscription, subscriptions_);
    if (!test.event) return;
    for (const auto& event : test.event->value.all)
      if (event->topic) check("topic", *event->topic, topics_);
  }

 private:
  void check(std::string_view what, const config::Placed<std::string>& name,
             const std::vector<std::string_view>& known) {
    if (std::ranges::find(known, std::string_view(*name)) != known.end()) return;
    errors_.add(name.position, name.path,
                "unknown " + std::string(what) + ' ' + config::quote(*name) + config::suggestion(*name, known),
                "reference");
  }

  config::Errors& errors_;
  std::vector<std::string_view> consumers_;
  std::vector<std::string_view> clusters_;
  std::vector<std::string_view> topics_;
  std::vector<std::string_view> subscriptions_;
};

}  // namespace

std::vector<fs::path> find_test_files(const std::vector<std::string>& patterns,
                                      const std::vector<fs::path>& route_files, config::Errors& errors) {
  std::vector<fs::path> files;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& file) {
    if (seen.insert(fs::absolute(file).lexically_normal()).second) files.push_back(file);
  };
  for (const std::string& pattern : patterns) {
    const std::vector<fs::path> found = expand(pattern);
    if (found.empty()) errors.add({}, {}, "there is no file " + config::quote(pattern), "reference");
    std::ranges::for_each(found, add);
  }
  if (patterns.empty()) std::ranges::for_each(beside(route_files), add);
  if (files.empty() && !errors.failed())
    errors.add({}, {}, "there are no *.test.yaml beside the route files", "reference");
  return files;
}

std::vector<NamedTestFile> read_test_files(const std::vector<fs::path>& files, const Settings& settings,
                                           config::Errors& errors) {
  std::vector<NamedTestFile> all;
  References references(settings, errors);
  for (const fs::path& path : files) {
    NamedTestFile& file = all.emplace_back();
    file.name = config::display_name(path);
    const std::optional<config::Node> node = config::read_yaml_file(path, file.name, errors);
    if (!node) continue;
    config::Reading reading(errors, config::FileKind::kRoutes);
    file.content = config::read<TestFile>(*node, reading);
    for (const auto& test : file.content.tests) references.check(*test);
  }
  return all;
}

}  // namespace causeway::app
