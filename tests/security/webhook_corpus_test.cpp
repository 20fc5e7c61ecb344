// The public vectors of standardwebhooks.com, and GitHub's.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "security/webhook_check.h"

namespace causeway::security {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::map<std::string, std::string> headers_of(const nlohmann::json& row) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : row["headers"].items()) headers[lower(name)] = value;
  return headers;
}

/// Whether the message is taken; a secret that the configuration refuses takes none.
bool taken(const nlohmann::json& row) {
  std::string problems;
  const ConsumerTable table = partners({"{standard_webhooks: {secret: " + quoted(row["secret"]) + "}}"}, problems);
  if (!problems.empty()) return false;
  Judge judge(at_second(row["now"]));
  return judge(table, Fields(headers_of(row)), row["payload"].get<std::string>()) == "p0";
}

TEST(WebhookCorpus, EveryPublicVectorIsJudgedRight) {
  std::ifstream stream(CAUSEWAY_TESTS "/conformance/webhooks/standard_webhooks.json");
  const nlohmann::json corpus = nlohmann::json::parse(stream);
  std::size_t judged = 0;
  for (const nlohmann::json& row : corpus["cases"]) {
    const std::string id = row["id"];
    SCOPED_TRACE(id);
    ++judged;
    if (row["op"] == "verify") {
      EXPECT_EQ(taken(row), row["valid"].get<bool>()) << row["why"];
    } else if (row["op"] == "sign") {
      const std::int64_t time = row["ts"];
      Judge judge(at_second(time));
      EXPECT_EQ(judge(partners({"{standard_webhooks: {secret: " + quoted(row["secret"]) + "}}"}),
                      {{"webhook-id", row["msg_id"]},
                       {"webhook-timestamp", std::to_string(time)},
                       {"webhook-signature", row["expect"]}},
                      row["payload"].get<std::string>()),
                "p0");
    } else {
      ASSERT_EQ(row["op"], "sign-hex");
      Judge judge(at_second(1614265330));
      EXPECT_EQ(judge(partners({"{github: {secret: " + quoted(row["secret"]) + "}}"}),
                      {{"x-hub-signature-256", row["expect"]}}, row["payload"].get<std::string>()),
                "p0");
    }
  }
  EXPECT_EQ(judged, corpus["cases"].size());
  EXPECT_GE(judged, corpus["n"].get<std::size_t>());
}

}  // namespace
}  // namespace causeway::security
