// Header fields whose values are templates: `{X-Trace: "{{ $request.traceNo }}"}`, in adapters and plugins alike.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "config/placed.h"
#include "core/result.h"
#include "exchange/header_changes.h"
#include "expression/template.h"

namespace causeway {

using HeaderSettings = std::map<std::string, config::Placed<std::string>>;

/// Reports a name that is no header's, or is not the configuration's to touch. `at` is where it is said.
bool check_header_name(const std::string& name, const config::Placed<std::string>& at, config::Errors& errors);

/// Immutable, thread safe.
class HeaderTemplates {
 public:
  HeaderTemplates() = default;
  /// What is wrong (names, templates, control characters) goes to `errors`.
  static HeaderTemplates compile(const HeaderSettings& settings, expression::VariableSet allowed,
                                 config::Errors& errors, const expression::Template::FindSecret& secrets = {});

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  expression::VariableSet uses() const;
  bool uses_input() const;

  /// The field in its place, ascending by name. A template that is one value and gives null leaves the field out. A
  /// value that may not stand in a header is kTransformRefused.
  Result<HeaderChange> render(std::size_t index, Bytes input, const expression::Values& values,
                              runtime::Arena& arena) const;

 private:
  struct Field {
    std::string name;
    expression::Template value;
  };
  std::vector<Field> fields_;
};

/// The text of a template's value as it is put into a message: strings as they say, other values as JSON; empty where
/// it is one value and that is null.
Result<std::optional<std::string_view>> render_optional(const expression::Template& text, Bytes input,
                                                        const expression::Values& values, runtime::Arena& arena);

}  // namespace causeway
