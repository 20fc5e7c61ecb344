// The plugin `headers`: fields that are set and removed, on the way to the system and on the way back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/keys.h"
#include "exchange/header_templates.h"
#include "exchange/plugin.h"

namespace causeway::plugins {

struct HeaderSideSettings {
  HeaderSettings set;  ///< name to template
  std::vector<config::Placed<std::string>> remove;
  static const config::Keys<HeaderSideSettings>& keys();
};

struct HeadersSettings {
  HeaderSideSettings request;
  HeaderSideSettings response;
  static const config::Keys<HeadersSettings>& keys();
};

class HeadersPlugin final : public Plugin {
 public:
  /// What is wrong goes to `errors`.
  HeadersPlugin(const HeadersSettings& settings, config::Errors& errors,
                const expression::Template::FindSecret& secrets = {});

  Needs needs() const override;
  /// Changes what goes on to the system. `.` is the body as the steps before have left it. 40091 for a body that is
  /// asked for and is no JSON, 40094 where a template fails.
  Step on_body(Exchange& exchange) const override;
  /// Changes what goes back. `.` is the answer as the steps behind have left it, null where that is no success or no
  /// JSON. Where a template fails it is 50292, over a success; other answers do without the field.
  Step on_response(Exchange& exchange) const override;

 private:
  struct Side {
    HeaderTemplates set;
    std::vector<std::string> remove;
    bool changes() const { return !set.empty() || !remove.empty(); }
  };
  static Side side(const HeaderSideSettings& settings, expression::VariableSet allowed, config::Errors& errors,
                   const expression::Template::FindSecret& secrets);

  bool reads_answer(const Exchange& exchange) const;
  Task<Result<Flow>> read_then_change(Exchange& exchange) const;
  Result<> change_answer(Exchange& exchange, Bytes answer) const;

  Side request_;
  Side response_;
  bool asks_request_ = false;
  bool asks_answer_ = false;
};

}  // namespace causeway::plugins
