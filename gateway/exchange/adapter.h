// An adapter: the end of the chain. It reaches another system and brings back an answer. Immutable and shared by all
// workers, as plugins are.
#pragma once

#include "core/result.h"
#include "exchange/exchange.h"

namespace causeway {

class Adapter {
 public:
  virtual ~Adapter() = default;
  /// Must the request's body be whole before `call`?
  virtual bool needs_whole_request() const = 0;
  /// Fills exchange.response, or says why there is none.
  virtual Task<Result<>> call(Exchange& exchange) const = 0;
};

}  // namespace causeway
