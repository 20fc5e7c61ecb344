// The versions of the signature: v1 is the handbook's, v2 covers the whole call (docs/signing.md).
#pragma once

#include "config/values.h"

namespace causeway::security {

enum class SignatureVersion { kV1, kV2 };
constexpr auto names(SignatureVersion) {
  return config::table<SignatureVersion>({{"v1", SignatureVersion::kV1}, {"v2", SignatureVersion::kV2}});
}

}  // namespace causeway::security
