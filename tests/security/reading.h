// Settings from YAML, and everything that was wrong with it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/keys.h"
#include "config/yaml.h"

namespace causeway::security {

/// Positions are in `t.yaml`; references see no environment.
template <class T>
T settings(std::string_view yaml, config::Errors& errors) {
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  config::Reading reading(errors, config::FileKind::kOperator, [](const std::string&) { return std::nullopt; });
  return node ? config::read<T>(*node, reading) : T{};
}

/// The same for YAML that must be right.
template <class T>
T settings(std::string_view yaml) {
  config::Errors errors;
  T result = settings<T>(yaml, errors);
  EXPECT_EQ(errors.to_text(), "");
  return result;
}

}  // namespace causeway::security
