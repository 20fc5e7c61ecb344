#include "expression/template.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/errors.h"
#include "core/json_text.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kSecret = "secret:";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// Of the braces themselves: what stands around them is not shown.
CompileProblem unshown(std::size_t offset, std::string message) { return {offset, std::move(message), offset, 0}; }

/// Literal texts that stand beside each other are one.
void add_text(std::vector<Template::Part>& parts, std::string_view text) {
  if (text.empty()) return;
  if (parts.empty() || parts.back().program) parts.push_back({std::string(text), std::nullopt});
  else parts.back().text += text;
}

}  // namespace

std::variant<Template, CompileProblem> Template::compile(std::string_view text, VariableSet allowed,
                                                         const FindSecret& secrets) {
  Template made;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find(kOpen, at);
    add_text(made.parts_, text.substr(at, open - at));
    if (open == std::string_view::npos) return made;
    const std::size_t begin = open + kOpen.size();
    const std::size_t size = find_end_of_insertion(text.substr(begin));
    if (size == std::string_view::npos)
      return unshown(open, R"("{{" is never closed; expected "}}", or "{{ "{{" }}" for the braces themselves)");
    const std::string_view inner = trimmed(text.substr(begin, size));
    const std::size_t offset = inner.empty() ? begin : static_cast<std::size_t>(inner.data() - text.data());
    at = begin + size + kClose.size();
    if (inner.empty()) return unshown(offset, "an expression was expected between the braces");
    if (inner.starts_with(kSecret)) {
      const std::string_view name = trimmed(inner.substr(kSecret.size()));
      const auto secret = secrets ? secrets(name) : std::nullopt;
      if (!secrets) return unshown(offset, "secrets have no place here");
      if (!secret) return unshown(offset, fmt::format("no secret is called {}", config::quote(name)));
      add_text(made.parts_, *secret);
      continue;
    }
    auto compiled = Program::compile(inner, allowed);
    if (auto* const problem = std::get_if<CompileProblem>(&compiled)) {
      problem->offset += offset;
      problem->shown_from = offset;
      problem->shown_size = inner.size();
      return std::move(*problem);
    }
    auto& program = std::get<Program>(compiled);
    if (const auto literal = program.literal_text()) add_text(made.parts_, *literal);
    else made.parts_.push_back({{}, std::move(program), offset});
  }
}

VariableSet Template::uses() const {
  VariableSet all;
  for (const Part& part : parts_)
    if (part.program) all.add(part.program->uses());
  return all;
}

bool Template::uses_input() const {
  return std::ranges::any_of(parts_, [](const Part& part) { return part.program && part.program->uses_input(); });
}

Result<> Template::render(Bytes input, const Values& values, std::pmr::string& out, Append append) const {
  std::pmr::string inserted(out.get_allocator());
  for (const Part& part : parts_) {
    if (!part.program) {
      out += part.text;
      continue;
    }
    if (auto done = part.program->text_of_one(input, values, inserted); !done.ok()) return done;
    if (append) append(out, inserted);
    else out += inserted;
  }
  return {};
}

Result<Bytes> Template::value(Bytes input, const Values& values, std::pmr::memory_resource* memory) const {
  if (is_value()) return parts_[0].program->run_one(input, values, memory);
  std::pmr::string text(memory);
  if (auto done = render(input, values, text); !done.ok()) return std::move(done.error());
  std::pmr::string json(memory);
  append_json_string(json, text);
  auto* const copy = static_cast<char*>(memory->allocate(json.size(), 1));
  json.copy(copy, json.size());
  return Bytes(copy, json.size());
}

}  // namespace causeway::expression
