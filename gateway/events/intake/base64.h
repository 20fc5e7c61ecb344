// Base64 with padding (RFC 4648 4), for data that is no text.
#pragma once

#include <string>

#include "core/bytes.h"

namespace causeway::events {

std::string to_base64(Bytes bytes);
/// Strictly: the whole alphabet and padding, no blanks.
bool is_base64(Bytes text);

}  // namespace causeway::events
