#include "expression/builtins/builtins.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "expression/builtins/builtin_groups.h"

namespace causeway::expression {
namespace {

class Table {
 public:
  Table() {
    for (const auto group :
         {basic_functions(), array_functions(), conversion_functions(), string_functions(), format_functions(),
          number_functions(), sorting_functions(), generating_functions(), path_functions(), entry_functions(),
          pattern_functions(), date_functions(), defined_functions()})
      for (const Builtin& builtin : group) {
        by_name_.emplace(std::pair(builtin.name, builtin.arity), static_cast<std::uint32_t>(all_.size()));
        all_.push_back(&builtin);
      }
  }
  const std::vector<const Builtin*>& all() const { return all_; }
  std::uint32_t find(std::string_view name, std::size_t arity) const {
    const auto found = by_name_.find(std::pair(name, static_cast<std::uint8_t>(arity)));
    return found == by_name_.end() ? static_cast<std::uint32_t>(all_.size()) : found->second;
  }

 private:
  std::vector<const Builtin*> all_;
  std::map<std::pair<std::string_view, std::uint8_t>, std::uint32_t> by_name_;
};

const Table& table() {
  static const Table table;
  return table;
}

struct LeftOut {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kEnvironment = "a program sees nothing of the process";
constexpr std::string_view kInput = "a program has one input, which is `.`";
constexpr std::string_view kOutput = "a program has no effect but its results";
constexpr std::string_view kModules = "a program of the configuration is one text";

constexpr std::array kLeftOut = std::to_array<LeftOut>({
    {"env", kEnvironment},
    {"halt", "a program cannot end the process"},
    {"halt_error", "a program cannot end the process"},
    {"input", kInput},
    {"inputs", kInput},
    {"input_filename", kInput},
    {"input_line_number", kInput},
    {"debug", kOutput},
    {"stderr", kOutput},
    {"modulemeta", kModules},
    {"get_search_list", kModules},
    {"get_jq_origin", kModules},
    {"get_prog_origin", kModules},
});

}  // namespace

const Builtin* find_builtin(std::string_view name, std::size_t arity) {
  const std::uint32_t found = table().find(name, arity);
  return found < table().all().size() ? table().all()[found] : nullptr;
}

const Builtin& builtin_at(std::uint32_t index) { return *table().all()[index]; }

std::uint32_t index_of(const Builtin& builtin) { return table().find(builtin.name, builtin.arity); }

std::span<const Builtin* const> all_builtins() { return table().all(); }

std::string_view left_out_variable(std::string_view name) {
  const bool process = name == "ENV" || name == "JQ_BUILD_CONFIGURATION" || name == "__prog_args";
  return process ? kEnvironment : std::string_view();
}

std::string_view left_out(std::string_view name) {
  const auto found = std::ranges::find(kLeftOut, name, &LeftOut::name);
  return found == kLeftOut.end() ? std::string_view() : found->why;
}

}  // namespace causeway::expression
