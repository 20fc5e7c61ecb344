// What must not be used again of a call that has proved itself.
#pragma once

#include "core/clock.h"
#include "security/sha256.h"

namespace causeway::security {

struct SignatureUse {
  Sha256Digest digest{};  ///< of the signature, or of key and nonce
  WallTime timestamp;     ///< as it was signed, within the window
  bool nonce = false;     ///< of version 2: used up whatever the method, and whatever timestamp it comes with
  bool unsafe = true;     ///< the method is not GET, HEAD or OPTIONS

  /// Works once. Else it may repeat, but not on a call that works once.
  bool works_once() const { return nonce || unsafe; }
};

}  // namespace causeway::security
