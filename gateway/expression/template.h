// A string of the configuration in which `{{ expression }}` inserts a value (design: config.md, "One rule for
// strings"). Immutable, cheap to copy, thread safe.
#pragma once

#include <functional>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "expression/program.h"

namespace causeway::expression {

class Template {
 public:
  /// Finds the value of `{{ secret:NAME }}`; empty: there is no such secret here.
  using FindSecret = std::function<std::optional<std::string>(std::string_view name)>;
  /// Appends an inserted value to the text: percent encoding, say.
  using Append = void (*)(std::pmr::string& out, std::string_view value);

  struct Part {
    std::string text;                ///< literal, when there is no program; `{{ "{{" }}` is one too
    std::optional<Program> program;  ///< its one result is inserted
    std::size_t offset = 0;          ///< of the program's text in the template's
  };

  /// The empty text.
  Template() = default;
  static std::variant<Template, CompileProblem> compile(std::string_view text, VariableSet allowed,
                                                        const FindSecret& secrets = {});

  const std::vector<Part>& parts() const { return parts_; }
  /// Nothing is inserted: then `literal()` is all of it.
  bool is_literal() const { return parts_.empty() || (parts_.size() == 1 && !parts_[0].program); }
  std::string_view literal() const { return parts_.empty() ? std::string_view() : std::string_view(parts_[0].text); }
  /// One `{{ }}` and nothing around it: `value` keeps the value's type.
  bool is_value() const { return parts_.size() == 1 && parts_[0].program.has_value(); }
  VariableSet uses() const;
  bool uses_input() const;

  /// The text: strings are inserted as they are, numbers digit by digit, containers as JSON. Null and nothing are an
  /// error (40094), because a path or key with a hole in it is one. `append` null: as it is.
  Result<> render(Bytes input, const Values& values, std::pmr::string& out, Append append = nullptr) const;
  /// JSON: the value itself where is_value(), else the rendered text as a string.
  Result<Bytes> value(Bytes input, const Values& values, std::pmr::memory_resource* memory) const;

 private:
  std::vector<Part> parts_;
};

}  // namespace causeway::expression
