// The adapter `static`: a canned answer, for tests, sandboxes and what never changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "exchange/adapter.h"
#include "exchange/call_values.h"
#include "exchange/header_templates.h"
#include "exchange/json_template.h"

namespace causeway::adapters {

struct StaticSettings {
  int status = 200;
  HeaderSettings headers;
  std::optional<config::Deferred> body;  ///< text as it is, anything else as JSON; with `{{ }}`
  Duration delay{};
  static const config::Keys<StaticSettings>& keys();
};

class StaticAdapter final : public Adapter {
 public:
  /// What is wrong with headers and templates goes to `reading`.
  StaticAdapter(const StaticSettings& settings, config::Reading& reading);

  bool needs_whole_request() const override { return asks_input_ || asks_.has(expression::Variable::kRequest); }
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  enum class Kind : std::uint8_t { kText, kValue, kJson };

  void set_body(const config::Node& node, config::Reading& reading);
  Result<Bytes> body(const CallValues::Context& context, runtime::Arena& arena) const;
  Result<> answer(Exchange& exchange) const;

  int status_;
  HeaderTemplates headers_;
  Kind kind_ = Kind::kText;
  expression::Template text_;  ///< of kText and kValue
  JsonTemplate json_;          ///< of kJson
  std::string_view type_;      ///< empty: said by the headers, or there is no body
  Duration delay_;
  expression::VariableSet asks_;
  bool asks_input_ = false;
};

}  // namespace causeway::adapters
