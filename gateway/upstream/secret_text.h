// A secret that a system is shown: given as it is, or as `{{ secret:NAME }}` of the operators' `secrets`.
#pragma once

#include <memory>
#include <string_view>

#include "config/placed.h"
#include "config/secrets.h"

namespace causeway::upstream {

/// As it is written, its references to the machine put in, `{{ }}` not yet. Copies share it; it is never printed.
/// Unlike a secret of our own it may be short: that is the system's choice.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) : text_(std::make_shared<const config::Secret>(text)) {}
  std::string_view reveal() const { return text_ ? text_->reveal() : std::string_view(); }

 private:
  std::shared_ptr<const config::Secret> text_;
};

}  // namespace causeway::upstream

template <>
struct causeway::config::Value<causeway::upstream::SecretText> {
  static bool read_into(const Node& node, Reading& reading, upstream::SecretText& out, const Range*);
  static Shape shape();
  static std::string text(const upstream::SecretText&) { return {}; }
};
