// Programs and templates of the configuration: compiled while the files are read, with errors at file:line:column.
#pragma once

#include <optional>
#include <string>

#include "config/errors.h"
#include "config/placed.h"
#include "expression/program.h"
#include "expression/template.h"

namespace causeway::expression {

/// Empty when it does not compile, which was reported (slug `expression`); also for an empty text.
std::optional<Program> compile_program(const config::Placed<std::string>& text, VariableSet allowed,
                                       config::Errors& errors);
/// The same for a program that is asked for true or false. One that sets a value (`.type = "x"`) is true whatever it is
/// given: a warning.
std::optional<Program> compile_condition(const config::Placed<std::string>& text, VariableSet allowed,
                                         config::Errors& errors);
/// An empty template when it does not compile, which was reported.
Template compile_template(const config::Placed<std::string>& text, VariableSet allowed, config::Errors& errors,
                          const Template::FindSecret& secrets = {});

}  // namespace causeway::expression
