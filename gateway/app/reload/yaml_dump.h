// A configuration as YAML again, without its secrets: for operators who look, and for the history.
#pragma once

#include <string>

#include "config/document.h"
#include "config/errors.h"

namespace causeway::app {

/// The operators' files as one document, then each route file as one, behind a line `--- # routes/orders.yaml`.
std::string masked_yaml(const config::Documents& documents);
/// The same the other way: what a dump says, its secrets being `***`. Empty where it is none.
config::Documents read_dump(std::string_view yaml);

}  // namespace causeway::app
