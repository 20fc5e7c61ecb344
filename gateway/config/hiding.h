// Which values of the configuration a message must not show.
#pragma once

#include <string_view>

#include "config/shape.h"

namespace causeway::config {

/// A secret stands here, or somewhere below: what is written in its place by mistake may be one.
bool takes_secret(const Shape& shape);

/// A name that users choose (a header, a property) and that people give to secrets: `X-Api-Key`, `sasl.password`.
bool sounds_secret(std::string_view name);

}  // namespace causeway::config
