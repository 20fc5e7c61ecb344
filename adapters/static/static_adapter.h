// The adapter `static`: a canned answer, for tests, sandboxes and what never changes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/keys.h"
#include "exchange/adapter.h"

namespace causeway::adapters {

struct StaticSettings {
  int status = 200;
  std::map<std::string, std::string> headers;
  config::Node body;  ///< text as it is, anything else as JSON
  Duration delay{};
  static const config::Keys<StaticSettings>& keys();
};

class StaticAdapter final : public Adapter {
 public:
  explicit StaticAdapter(const StaticSettings& settings);

  bool needs_whole_request() const override { return false; }
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  int status_;
  std::map<std::string, std::string> headers_;
  std::string body_;
  Duration delay_;
};

/// A YAML value as JSON text. Plain numbers keep their digits, plain true, false and null are what they look like,
/// everything else is a string.
std::string to_json(const config::Node& node);

}  // namespace causeway::adapters
