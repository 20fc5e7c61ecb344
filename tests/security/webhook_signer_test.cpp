#include "security/webhook_signer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "security/webhook_scheme.h"

namespace causeway::security {
namespace {

TEST(WebhookSigner, SignsAsTheCorpusOfStandardWebhooksHasIt) {
  std::ifstream stream(CAUSEWAY_TESTS "/conformance/webhooks/standard_webhooks.json");
  const nlohmann::json corpus = nlohmann::json::parse(stream);
  int signed_cases = 0;
  for (const auto& row : corpus.at("cases")) {
    if (row["op"] != "sign" || !row["expect"].is_string()) continue;
    const auto key = standard_webhook_key(config::Secret(row["secret"].get<std::string>()));
    ASSERT_TRUE(key) << row["id"];
    const std::string timestamp = std::to_string(row["ts"].get<std::int64_t>());
    EXPECT_EQ(WebhookSigner(*key).sign(row["msg_id"].get<std::string>(), timestamp, row["payload"].get<std::string>()),
              row["expect"].get<std::string>())
        << row["id"];
    ++signed_cases;
  }
  EXPECT_GE(signed_cases, 1);
}

}  // namespace
}  // namespace causeway::security
