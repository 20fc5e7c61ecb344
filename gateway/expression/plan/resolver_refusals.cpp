// What the author of a program is told of a name that means nothing.
#include <fmt/format.h>

#include <algorithm>

#include "config/reading.h"
#include "expression/parse/parser.h"
#include "expression/plan/resolver.h"

namespace causeway::expression {
namespace {

/// `unknown function "slect"; did you mean "select"?` The mark is no part of the names: one letter is near to every
/// other.
std::string unknown(std::string_view what, std::string_view mark, std::string_view name,
                    const std::vector<std::string_view>& known) {
  const std::string_view near = config::nearest(name, known);
  return near.empty() ? fmt::format("unknown {} \"{}{}\"", what, mark, name)
                      : fmt::format("unknown {} \"{}{}\"; did you mean \"{}{}\"?", what, mark, name, mark, near);
}

/// `"range" takes 1, 2 or 3 arguments, not 4`
std::string wrong_count(std::string_view name, std::vector<std::size_t> counts, std::size_t given) {
  std::ranges::sort(counts);
  counts.erase(std::ranges::unique(counts).begin(), counts.end());
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i > 0) text += i + 1 == counts.size() ? " or " : ", ";
    text += counts.size() == 1 && counts[0] == 0 ? "no" : std::to_string(counts[i]);
  }
  return fmt::format("\"{}\" takes {} argument{}, not {}", name, text, counts.back() == 1 ? "" : "s", given);
}

}  // namespace

void Resolver::fail(const Node& node, std::string message) { throw DoesNotCompile{{node.offset, std::move(message)}}; }

void Resolver::no_function(const Node& node, std::string_view name) const {
  if (const std::string_view why = left_out(name); !why.empty())
    fail(node, fmt::format("\"{}\" is left out: {}", name, why));
  std::vector<std::string_view> names;
  std::vector<std::size_t> counts;
  const auto see = [&](std::string_view known, std::size_t arity) {
    names.push_back(known);
    if (known == name) counts.push_back(arity);
  };
  for (const Name& known : names_)
    if (known.means == Means::kFunction || known.means == Means::kParameter) see(known.text, known.arity);
  for (const Builtin* const builtin : all_builtins())
    if (!builtin->name.starts_with('@') && !builtin->name.starts_with('_')) see(builtin->name, builtin->arity);
  if (!counts.empty()) fail(node, wrong_count(name, std::move(counts), node.b));
  fail(node, unknown("function", "", name, names));
}

void Resolver::no_variable(const Node& node, std::string_view name) const {
  if (const std::string_view why = left_out_variable(name); !why.empty())
    fail(node, fmt::format("\"${}\" is left out: {}", name, why));
  std::vector<std::string_view> known;
  for (const Name& variable : names_)
    if (variable.means == Means::kVariable) known.push_back(variable.text);
  for (std::size_t i = 0; i < kVariableCount; ++i) {
    const std::string_view variable = name_of(static_cast<Variable>(i)).substr(1);
    if (allowed_.has(static_cast<Variable>(i))) known.push_back(variable);
    else if (variable == name) fail(node, fmt::format("\"${}\" has no value here", name));
  }
  fail(node, unknown("variable", "$", name, known));
}

void Resolver::no_label(const Node& node, std::string_view name) const {
  std::vector<std::string_view> known;
  for (const Name& label : names_)
    if (label.means == Means::kLabel) known.push_back(label.text);
  fail(node, unknown("label", "$", name, known));
}

}  // namespace causeway::expression
