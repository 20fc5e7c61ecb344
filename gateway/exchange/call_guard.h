// What a call carries that must be neither lost nor doubled. The room transactions makes it; the pipeline, adapters and
// call values know only this much of it.
#pragma once

#include <string_view>

#include "runtime/task.h"

namespace causeway {

class Exchange;

/// Lives in its exchange, on its worker.
class CallGuard {
 public:
  /// Of the call's record, the same over all its retries: what the system is shown.
  virtual std::string_view txid() const = 0;
  /// The answer is ready, a refusal too, and not a byte of it has gone: writes down how the call ended. May put another
  /// answer in its place.
  virtual Task<> finish(Exchange& exchange) = 0;

 protected:
  ~CallGuard() = default;
};

}  // namespace causeway
