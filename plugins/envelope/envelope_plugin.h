// The plugin that every route has unless it says `reply: as_is`: puts a system's answer into the envelope
// (handbook 2.2) by a prefix and a suffix around its bytes, so that every digit of it arrives as it was sent.
#pragma once

#include "config/keys.h"
#include "exchange/plugin.h"

namespace causeway::plugins {

struct EnvelopeSettings {
  ByteSize limit{10u << 20};  ///< a longer body streams as it is and says so
  static const config::Keys<EnvelopeSettings>& keys();
};

class EnvelopePlugin final : public Plugin {
 public:
  explicit EnvelopePlugin(EnvelopeSettings settings) : settings_(settings) {}

  Needs needs() const override { return {.response = true, .whole_answer = bytes(settings_.limit)}; }
  Step on_response(Exchange& exchange) const override;

 private:
  Task<Result<Flow>> gather_then_wrap(Exchange& exchange) const;
  Step wrap(Exchange& exchange) const;

  EnvelopeSettings settings_;
};

}  // namespace causeway::plugins
