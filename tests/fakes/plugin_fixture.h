// A plugin built from YAML as a route file has it, and its steps run over exchanges as the pipeline runs them.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "config/keys.h"
#include "config/yaml.h"
#include "exchange/plugin.h"
#include "fakes/exchange_fixture.h"

namespace causeway::fakes {

class PluginFixture : public ExchangeFixture {
 protected:
  template <class Settings>
  Settings read_settings(const std::string& yaml, config::Errors& errors) {
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    return node ? config::read<Settings>(*node, reading) : Settings();
  }

  /// Text that lives as long as the test.
  Bytes keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  Call& post(std::string body, std::string_view fields = "Content-Type: application/json") {
    Call& one = call("POST /orders HTTP/1.1\nHost: a\n" + std::string(fields));
    one.exchange.request.body = Body(keep(std::move(body)));
    return one;
  }

  /// What comes of a step: nothing when the next one follows, else `40094 message for the caller`, or what the log
  /// says.
  std::string outcome(Step step) {
    Result<Flow> flow = step.verdict() != nullptr ? std::move(*step.verdict()) : run(std::move(step.task()));
    if (flow) return *flow == Flow::kContinue ? "" : "answered";
    std::string text = std::to_string(number(flow.error().code()));
    const ErrorInfo* info = flow.error().info_if();
    if (info == nullptr) return text;
    text += ' ' + (info->public_message.empty() ? info->internal : info->public_message);
    return info->details.empty() ? text : text + " {" + info->details + '}';
  }

  /// The way in: the body that goes on, or the error.
  std::string sent(const Plugin& plugin, Call& one) {
    const std::string problem = outcome(plugin.on_body(one.exchange));
    return problem.empty() ? std::string(one.exchange.request.body.whole()) : problem;
  }

  void respond(Call& one, int status, Body body, std::string_view type = "application/json") {
    one.exchange.response.status = status;
    if (!type.empty()) one.exchange.response.headers.set(net::HeaderId::kContentType, type);
    one.exchange.response.body = body;
  }
  /// The way out: the answer that goes back, or the error.
  std::string returned(const Plugin& plugin, Call& one) {
    const std::string problem = outcome(plugin.on_response(one.exchange));
    return problem.empty() ? answer(one) : problem;
  }
  std::string returned(const Plugin& plugin, Call& one, int status, std::string body,
                       std::string_view type = "application/json") {
    respond(one, status, Body(keep(std::move(body))), type);
    return returned(plugin, one);
  }

 private:
  std::list<std::string> texts_;
};

}  // namespace causeway::fakes
