#include "expression/jq_process.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>

namespace causeway::expression {
namespace {

std::string command() {
  const char* const named = std::getenv("CAUSEWAY_JQ");
  return named ? named : "jq";
}

std::string output_of(const std::string& line) {
  std::FILE* const pipe = popen(line.c_str(), "r");
  if (!pipe) return {};
  std::string all;
  std::array<char, 65536> block;
  for (std::size_t read = 0; (read = std::fread(block.data(), 1, block.size(), pipe)) > 0;)
    all.append(block.data(), read);
  pclose(pipe);
  return all;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int file = mkstemp(path_.data());
    if (file >= 0) close(file);
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "causeway_jq_XXXXXX").string();
};

/// One process for all; half of them each when it dies.
void ask(std::span<const Generator::Case> cases, std::vector<std::string>& answers) {
  std::string programs;
  std::string documents;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    programs += (i == 0 ? "" : ",\n") + ("(.[" + std::to_string(i) + "] | " + as_one_result(cases[i].program) + ")");
    documents += (i == 0 ? "[" : ",\n") + cases[i].document;
  }
  const TemporaryFile program(programs);
  const TemporaryFile input(documents + "]");
  const std::string lines =
      output_of("timeout 20 " + command() + " -c -f " + program.path() + ' ' + input.path() + " 2>/dev/null");
  std::vector<std::string> found;
  for (std::size_t begin = 0, end = 0; (end = lines.find('\n', begin)) != std::string::npos; begin = end + 1)
    found.push_back(lines.substr(begin, end - begin));
  if (found.size() == cases.size()) {
    answers.insert(answers.end(), found.begin(), found.end());
  } else if (cases.size() == 1) {
    answers.emplace_back();
  } else {
    ask(cases.first(cases.size() / 2), answers);
    ask(cases.subspan(cases.size() / 2), answers);
  }
}

}  // namespace

std::optional<std::string> jq_version() {
  std::string said = output_of(command() + " --version 2>/dev/null");
  if (said.empty()) return std::nullopt;
  said.resize(said.find_last_not_of('\n') + 1);
  return said;
}

std::vector<std::string> ask_jq(const std::vector<Generator::Case>& cases) {
  constexpr std::size_t kTogether = 60;
  std::vector<std::string> answers;
  for (std::size_t from = 0; from < cases.size(); from += kTogether)
    ask(std::span(cases).subspan(from, std::min(kTogether, cases.size() - from)), answers);
  return answers;
}

std::string as_one_result(std::string_view program) {
  return "[try {result: [" + std::string(program) + "\n]} catch {error: .}]";
}

}  // namespace causeway::expression
