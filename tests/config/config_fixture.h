// Short ways to say "this text, read as that".
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "config/yaml.h"
#include "fakes/temporary_folder.h"

namespace causeway::config {

/// An environment of the test's own.
inline Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

/// Reads YAML that is known to be right.
inline Node yaml(std::string_view text) {
  Errors errors;
  std::optional<Node> node = read_yaml(text, "config/a.yaml", errors);
  EXPECT_EQ(errors.to_text(), "");
  return node.value_or(Node());
}

/// Reads a T from YAML and keeps what was said about it.
template <class T>
struct Read {
  explicit Read(std::string_view text, Environment variables = environment({}), FileKind kind = FileKind::kOperator) {
    Reading reading(errors, kind, std::move(variables));
    ok = Value<T>::read_into(yaml(text), reading, value, nullptr);
  }
  T value{};
  bool ok = false;
  Errors errors;
};

/// What reading a T from YAML complains about.
template <class T>
std::string complaint(std::string_view text, Environment variables = environment({}),
                      FileKind kind = FileKind::kOperator) {
  const Read<T> read(text, std::move(variables), kind);
  EXPECT_EQ(read.ok, !read.errors.failed());
  return read.errors.to_text();
}

/// A folder that goes with the test; the working directory while it lives.
class TemporaryFolder {
 public:
  TemporaryFolder() : before_(std::filesystem::current_path()) { std::filesystem::current_path(path()); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::current_path(before_); }

  void write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name, std::ios::binary) << text;
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  const fakes::TemporaryFolder folder_;
  const std::filesystem::path before_;
};

}  // namespace causeway::config
