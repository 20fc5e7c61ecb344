// Debian's jq, asked about many programs in one process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expression/generator.h"

namespace causeway::expression {

/// Is there a jq? The command is $CAUSEWAY_JQ or else `jq`; what it says its version is.
std::optional<std::string> jq_version();

/// What jq makes of a case: `[{"result":[…]}]` or `[{"error":…}]`; empty: it does not compile, or jq died of it.
std::vector<std::string> ask_jq(const std::vector<Generator::Case>& cases);

/// The program whose one result that is.
std::string as_one_result(std::string_view program);

}  // namespace causeway::expression
