// The answer of a system that failed, put aside while something else tries to take its place.
#pragma once

#include "exchange/exchange.h"

namespace causeway::adapters {

/// Made in the exchange's arena; used on its worker.
class SetAside {
 public:
  explicit SetAside(Exchange& exchange);
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;

  /// Leaves the exchange with an empty answer; its notes about the call stay.
  void clear();
  /// Puts it back, as if nothing had been tried.
  void restore();
  /// Nobody wants it any more: the connection that it comes from is closed, or goes back, at once.
  void drop();

 private:
  Exchange& exchange_;
  Response response_;
  CallClass call_class_;
  bool refused_;
  std::uint32_t code_;
  telemetry::LabelId code_label_;
  Bytes checked_answer_;
  int status_;  // of the system, in the notes
};

}  // namespace causeway::adapters
