// What of a configuration may be shown: by the description of its keys, and where nobody describes a value, by the look
// of its key. References to secrets are shown as they are written, what they stand for never is.
#pragma once

#include <string>
#include <string_view>

#include "config/node.h"
#include "config/shape.h"

namespace causeway::app {

inline constexpr std::string_view kMask = "***";

/// Must a scalar under this key be hidden? `shape`: null where nobody describes it.
bool is_secret(std::string_view key, const config::Shape* shape);
/// The text of a scalar for people and for the history. Of a secret only its references are left: `Bearer ${env:T}`
/// becomes `***${env:T}`, `${env:T:-default}` becomes `${env:T:-***}`; of everything else, what stands before the host
/// of a URL is taken out.
std::string masked(std::string_view text, bool secret);

}  // namespace causeway::app
