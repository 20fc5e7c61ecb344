// JSON with the values of secret keys replaced, in one pass over text that may be cut off anywhere.
#pragma once

#include <string>
#include <string_view>

#include "telemetry/secret_keys.h"

namespace causeway::telemetry {

/// Appends `text` with `"***"` for every value that belongs to a secret key, complete or cut off, and for strings that
/// hold JSON or a query
/// naming one. Runs of white space with a line break are left out. `text` may be several objects
/// or arrays in a row. False when it is not the beginning of that: what was appended is then worthless.
bool append_masked_json(std::string& out, std::string_view text, const SecretKeys& secrets);

}  // namespace causeway::telemetry
