// Consumers for tests: `oms` with the signing key oms-key and the secret kSecret; `reporting` with the token "token".
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/keys.h"
#include "config/yaml.h"
#include "security/consumer.h"
#include "security/sha256.h"

namespace causeway::fakes {

inline constexpr const char* kSecret = "a secret of oms!";

inline security::ConsumerTable consumers_of(const std::string& yaml) {
  struct Settings {
    std::vector<security::ConsumerSettings> consumers;
    static const config::Keys<Settings>& keys() {
      static const auto keys = config::Keys<Settings>("test").required("consumers", &Settings::consumers, "");
      return keys;
    }
  };
  config::Errors errors;
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  config::Reading reading(errors, config::FileKind::kOperator,
                          [](const std::string& name) -> std::optional<std::string> {
                            return name == "SECRET" ? std::optional<std::string>(kSecret) : std::nullopt;
                          });
  const auto settings = config::read<Settings>(*node, reading);
  security::ConsumerTable table(settings.consumers, {}, errors);
  EXPECT_FALSE(errors.failed()) << errors.to_text();  // consumers without credentials are a warning
  return table;
}

inline security::ConsumerTable consumers() {
  return consumers_of(
      "consumers:\n"
      "  - {name: oms, roles: [internal, reader], keys: [{id: oms-key, secrets: [\"${env:SECRET}\"]}]}\n"
      "  - {name: reporting, roles: [reader], api_tokens: [{sha256: " +
      security::to_hex(security::sha256("token")) + "}]}\n");
}

}  // namespace causeway::fakes
