#include <cstdio>

#include <algorithm>
#include <memory>

#include "app/cli/commands.h"
#include "app/description/reference.h"
#include "app/description/schema.h"

namespace causeway::app::cli {
namespace {

std::vector<FileDescription> of_kind(const std::string& kind) {
  std::vector<FileDescription> files = describe_files();
  if (!kind.empty()) std::erase_if(files, [&kind](const FileDescription& file) { return file.name != kind; });
  return files;
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const FileDescription& file : describe_files()) names.emplace_back(file.name);
  return names;
}

}  // namespace

void add_schema_command(CLI::App& app, Chosen& chosen) {
  auto kind = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand(
      "schema", "Print the JSON Schema of configuration files, for editors; see docs/configuration.md.");
  command->add_option("kind", *kind, "only of these files; default: of all, which it tells apart")
      ->check(CLI::IsMember(kinds()));
  command->footer(
      "Examples: causeway schema > config/schema.json\n"
      "          causeway schema routes > routes.schema.json");
  command->callback([kind, &chosen] {
    chosen = [kind] { return std::fputs(json_schema_of(of_kind(*kind)).c_str(), stdout) < 0 ? kFailed : kOk; };
  });
}

void add_reference_command(CLI::App& app, Chosen& chosen) {
  CLI::App* const command =
      app.add_subcommand("reference", "Print every key of the configuration as Markdown: what is docs/reference.md.");
  command->footer("Example: causeway reference > docs/reference.md");
  command->callback([&chosen] {
    chosen = [] { return std::fputs(markdown_of(describe_files()).c_str(), stdout) < 0 ? kFailed : kOk; };
  });
}

}  // namespace causeway::app::cli
