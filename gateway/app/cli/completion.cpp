#include <cstdio>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/completion_script.h"

namespace causeway::app::cli {

void add_completion_command(CLI::App& app, Chosen& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand("completion", "Print a script that makes a shell complete `causeway`.");
  command->add_option("shell", *shell, "whose")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->footer(
      "Examples: source <(causeway completion bash)                   # in ~/.bashrc\n"
      "          causeway completion zsh > ~/.zsh/_causeway           # a folder of $fpath");
  command->callback([shell, &app, &chosen] {
    chosen = [shell, &app] {
      const std::string script = *shell == "bash" ? bash_completion(app) : zsh_completion(app);
      return std::fputs(script.c_str(), stdout) < 0 ? kFailed : kOk;
    };
  });
}

}  // namespace causeway::app::cli
