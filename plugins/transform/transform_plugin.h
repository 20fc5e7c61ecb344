// The plugin `transform`: what callers say and get, in the shape of a system, and back.
#pragma once

#include <memory>

#include "exchange/plugin.h"
#include "plugins/transform/body_programs.h"

namespace causeway::plugins {

class TransformPlugin final : public Plugin {
 public:
  /// What does not compile goes to `errors`.
  TransformPlugin(const TransformSettings& settings, config::Errors& errors)
      : programs_(settings, NewRequest::kIsNotAsCalled, errors) {}

  Needs needs() const override {
    return {.body = programs_.reads_request(),
            .response = programs_.changes_response(),
            .whole_request = programs_.reads_request(),
            .plain_answer = programs_.changes_response()};
  }
  Step on_body(Exchange& exchange) const override;
  Step on_response(Exchange& exchange) const override;

 private:
  BodyPrograms programs_;
};

/// What `programs` does on the way out, as a step.
Step change_answer(const BodyPrograms& programs, Exchange& exchange);

}  // namespace causeway::plugins
