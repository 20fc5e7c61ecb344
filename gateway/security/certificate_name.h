// How a subject alternative name of a client certificate is written in `consumers[].certificates`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace causeway::security {

/// `dns:oms.internal`, `uri:spiffe://example.com/oms`, `email:oms@example.com`, as they are looked up: host names in
/// lower case, the rest as it is. Nothing for any other form, and for wildcards: a name is compared whole.
std::optional<std::string> certificate_name(std::string_view text);

}  // namespace causeway::security
