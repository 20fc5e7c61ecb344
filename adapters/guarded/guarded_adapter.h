// Around the adapter of a route whose calls are kept: tells the call's guard what came of it, which may ask the system
// before its caller is answered.
#pragma once

#include <memory>
#include <utility>

#include "exchange/adapter.h"

namespace causeway::adapters {

class GuardedAdapter final : public Adapter {
 public:
  /// `needs_key`: a call that no step has begun is refused with 40093: the request had nothing to make its key of, and
  /// no other step has said what is wrong with it.
  GuardedAdapter(std::unique_ptr<const Adapter> inner, bool needs_key)
      : inner_(std::move(inner)), needs_key_(needs_key) {}

  const Adapter& inner() const { return *inner_; }
  bool needs_whole_request() const override { return inner_->needs_whole_request(); }
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  std::unique_ptr<const Adapter> inner_;
  const bool needs_key_;
};

}  // namespace causeway::adapters
