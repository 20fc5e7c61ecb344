#include "app/cli/completion_script.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace causeway::app::cli {
namespace {

constexpr std::string_view kFile = "FILE";
constexpr std::string_view kText = "-";  // anything: nothing is offered

/// Both shells find the command and what it expects by the same loop over the words so far; `{0}` are its cases.
constexpr std::string_view kWalk = R"(    if (( skip > 0 )); then
      (( skip -= 1 )); continue
    fi
    expects=""
    case "$command $word" in
{0}      *" -"*) ;;
      *) (( place += 1 )) ;;
    esac)";

constexpr std::string_view kBash = R"(# Completion of causeway for bash: source <(causeway completion bash)
_causeway() {{
  local line="${{COMP_LINE:0:COMP_POINT}}" current="" command="causeway" expects="" place=0 skip=0 word
  local -a words
  read -ra words <<< "$line"
  if [[ "$line" != *[[:space:]] ]]; then
    current="${{words[-1]}}"
    unset 'words[-1]'
  fi
  for word in "${{words[@]:1}}"; do
{walk}
  done
  if (( skip == 0 )); then expects=""; fi
  if [[ "$current" == --*=* ]]; then
    word="${{current%%=*}}" skip=0
    case "$command $word" in
{cases}    esac
    current="${{current#*=}}"
  elif (( skip == 0 )) && [[ "$current" == -* ]]; then
    case "$command" in
{options}    esac
  elif (( skip == 0 )); then
    case "$command $place" in
{arguments}    esac
  fi
  COMPREPLY=()
  case "$expects" in
    ""|-) ;;
    FILE) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$expects" -- "$current") ;;
  esac
}}
complete -F _causeway causeway
)";

constexpr std::string_view kZsh = R"(#compdef causeway
# Completion of causeway for zsh: source <(causeway completion zsh), or as _causeway in a folder of $fpath
_causeway() {{
  local current="${{words[CURRENT]}}" command="causeway" expects="" place=0 skip=0 word
  for word in "${{(@)words[2,CURRENT-1]}}"; do
{walk}
  done
  if (( skip == 0 )); then expects=""; fi
  if [[ "$current" == --*=* ]]; then
    word="${{current%%=*}}" skip=0
    case "$command $word" in
{cases}    esac
    compset -P '*='
  elif (( skip == 0 )) && [[ "$current" == -* ]]; then
    case "$command" in
{options}    esac
  elif (( skip == 0 )); then
    case "$command $place" in
{arguments}    esac
  fi
  case "$expects" in
    ""|-) _message "a text" ;;
    FILE) _files ;;
    *) compadd -- ${{=expects}} ;;
  esac
}}
if [[ "${{funcstack[1]}}" == _causeway ]]; then
  _causeway "$@"
else
  compdef _causeway causeway
fi
)";

/// What stands between the braces of `TEXT:{v1->1,v2->2}`, without what the words stand for.
std::string words_of(std::string_view type) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin);
  if (begin == type.npos || end == type.npos) return {};
  std::string words;
  for (std::string_view rest = type.substr(begin + 1, end - begin - 1); !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view word = rest.substr(0, comma);
    if (!words.empty()) words += ' ';
    words += word.substr(0, word.find("->"));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return words;
}

std::string expected_by(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (std::string words = words_of(type); !words.empty()) return words;
  return std::string(type.find(kFile) != type.npos ? kFile : kText);
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

/// How many words follow its name each time that it is given; none after a flag.
int values_of(const CLI::Option& option) { return option.get_type_size_max() == 0 ? 0 : option.get_type_size_max(); }

struct Cases {
  std::string walk;       ///< `"causeway check") command="causeway check"`
  std::string options;    ///< by command: the names of its options
  std::string arguments;  ///< by command and place: subcommands, or what the argument expects
};

void add_command(const CLI::App& app, const std::string& path, Cases& cases) {
  std::string subcommands;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string inner = path + ' ' + each->get_name();
    cases.walk += fmt::format("      \"{0}\") command=\"{0}\"; place=0 ;;\n", inner);
    if (!subcommands.empty()) subcommands += ' ';
    subcommands += each->get_name();
  }
  if (!subcommands.empty()) cases.arguments += fmt::format("      \"{} 0\") expects=\"{}\" ;;\n", path, subcommands);

  std::string options;
  int place = 0;
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string> names = names_of(*option);
    const std::string expects = expected_by(*option);
    if (names.empty() && subcommands.empty()) {
      const bool many = option->get_expected_max() > 1;
      cases.arguments +=
          fmt::format("      \"{} \"{}) expects=\"{}\" ;;\n", path, many ? "*" : std::to_string(place), expects);
      ++place;
    }
    for (const std::string& name : names) {
      options += (options.empty() ? "" : " ") + name;
      if (const int values = values_of(*option); values > 0)
        cases.walk += fmt::format("      \"{} {}\") expects=\"{}\"; skip={} ;;\n", path, name, expects, values);
    }
  }
  cases.options += fmt::format("      \"{}\") expects=\"{}\" ;;\n", path, options);

  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    add_command(*each, path + ' ' + each->get_name(), cases);
}

std::string script(std::string_view shell, const CLI::App& app) {
  Cases cases;
  add_command(app, app.get_name(), cases);
  const std::string walk = fmt::format(fmt::runtime(kWalk), cases.walk);
  return fmt::format(fmt::runtime(shell), fmt::arg("walk", walk), fmt::arg("cases", cases.walk),
                     fmt::arg("options", cases.options), fmt::arg("arguments", cases.arguments));
}

}  // namespace

std::string bash_completion(const CLI::App& app) { return script(kBash, app); }
std::string zsh_completion(const CLI::App& app) { return script(kZsh, app); }

}  // namespace causeway::app::cli
