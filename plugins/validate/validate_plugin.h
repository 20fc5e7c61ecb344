// The plugin `validate: {schema: schemas/order.json}`: a body goes on only when its schema allows it. It sees the body
// as the steps before have left it, after `from`, whatever the Content-Type says.
#pragma once

#include "config/keys.h"
#include "exchange/plugin.h"
#include "json_schema/configured.h"

namespace causeway::plugins {

struct ValidateSettings {
  json_schema::ConfiguredSchema schema;
  static const config::Keys<ValidateSettings>& keys();
};

class ValidatePlugin final : public Plugin {
 public:
  explicit ValidatePlugin(json_schema::Schema schema) : schema_(std::move(schema)) {}

  Needs needs() const override { return {.body = true, .whole_request = true}; }
  /// 40091 for a body that is empty, not JSON, nested deeper than 64, or has an object with one name twice: with what
  /// and at which byte. 40092 with `details.violations[{path, keyword, message}]` for what the schema does not allow.
  Step on_body(Exchange& exchange) const override;

 private:
  json_schema::Schema schema_;
};

}  // namespace causeway::plugins
