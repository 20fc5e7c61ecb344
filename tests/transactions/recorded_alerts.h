// Alerts as they are raised and end.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/alert_sink.h"

namespace causeway::transactions {

class RecordedAlerts final : public telemetry::AlertSink {
 public:
  void raise(std::string_view name, telemetry::Labels labels, std::string message) override {
    resolve(name, labels);
    firing_.push_back({std::string(name), std::move(labels), std::move(message)});
  }
  void resolve(std::string_view name, telemetry::Labels labels) override {
    std::erase_if(firing_, [&](const One& one) { return one.name == name && one.labels == labels; });
  }
  std::vector<telemetry::Labels> firing(std::string_view name) const override {
    std::vector<telemetry::Labels> found;
    for (const One& one : firing_)
      if (one.name == name) found.push_back(one.labels);
    return found;
  }
  /// `name label=value: message`, a line each.
  std::string text() const {
    std::string all;
    for (const One& one : firing_) {
      all += one.name;
      for (const auto& [label, value] : one.labels) all.append(" ").append(label).append("=").append(value);
      all.append(": ").append(one.message).append("\n");
    }
    return all;
  }

 private:
  struct One {
    std::string name;
    telemetry::Labels labels;
    std::string message;
  };
  std::vector<One> firing_;
};

}  // namespace causeway::transactions
