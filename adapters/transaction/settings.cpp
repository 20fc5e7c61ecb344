#include "adapters/transaction/settings.h"

#include "net/characters.h"
#include "net/method.h"

namespace causeway::adapters {
namespace {

constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kLongestWait = std::chrono::hours(1);  // as transactions::AdoptHalves takes for granted
constexpr std::size_t kMostOfName = 255;

void check_size(std::string_view key, const std::string& value, const config::Node& node, config::Reading& reading) {
  if (value.size() <= kMostOfName) return;
  auto step = reading.enter(key);
  reading.expected(*node.find(key), "at most 255 bytes");
}

}  // namespace

const config::Keys<CheckBackSettings>& CheckBackSettings::keys() {
  static const auto keys =
      config::Keys<CheckBackSettings>("check of a half message")
          .optional("cluster", &CheckBackSettings::cluster, "the system that prepared the message")
          .by_default("the file's `defaults.http.cluster`")
          .refers_to("cluster")
          .optional("method", &CheckBackSettings::method, "the method to call with; one that has a body")
          .required("path", &CheckBackSettings::path, "the path to call, the same for every message")
          .optional("headers", &CheckBackSettings::headers,
                    "fields beside those that every check has, as they are: they are kept with the message, so they "
                    "hold no secret")
          .optional("timeout", &CheckBackSettings::timeout, "one check with its answer")
          .by_default("the cluster's")
          .range(kShortest, Duration(std::chrono::hours(1)))
          .optional("operation", &CheckBackSettings::operation, "what the log calls this")
          .by_default("the route's name and `.check`")
          .check([](const CheckBackSettings& http, const config::Node& node, config::Reading& reading) {
            if (!http.path->starts_with('/') || !net::all_of(*http.path, net::kQueryByte)) {
              auto step = reading.enter("path");
              reading.expected(*node.find("path"), "a path such as /tx/check");
            }
            const net::Method its = net::method_of(http.method);
            if (its != net::Method::kOther && net::expects_body(its) && its != net::Method::kConnect) return;
            auto step = reading.enter("method");
            reading.expected(*node.find("method"), "a method with a body such as POST or PUT");
          });
  return keys;
}

const config::Keys<TransactionCheckSettings>& TransactionCheckSettings::keys() {
  static const auto keys = config::Keys<TransactionCheckSettings>("check").required(
      "http", &TransactionCheckSettings::http,
      "the call: its body is {\"messageId\",\"transactionId\"}, and the answer {\"state\": \"COMMIT\", "
      "\"ROLLBACK\" or \"UNKNOWN\"}");
  return keys;
}

const config::Keys<CheckWebhookSettings>& CheckWebhookSettings::keys() {
  static const auto keys =
      config::Keys<CheckWebhookSettings>("signature of a check")
          .required("secret", &CheckWebhookSettings::secret,
                    "one that operators gave out, as {{ secret:NAME }}: base64 of 16 to 64 bytes, with or without "
                    "whsec_ before it")
          .text_template()
          .hidden();
  return keys;
}

const config::Keys<TransactionSettings>& TransactionSettings::keys() {
  static const auto keys =
      config::Keys<TransactionSettings>(
          "transaction adapter",
          "Half messages of a system: prepared with POST, ended with POST …/{messageId}/commit or /rollback, and asked "
          "about where nobody ends them. The route's path ends in {rest...}.")
          .required("topic", &TransactionSettings::topic, "where a message goes once it is committed")
          .refers_to("topic")
          .required("group", &TransactionSettings::group,
                    "whose messages these are: transactionIds are unique within a consumer's group")
          .optional("type", &TransactionSettings::type, "the eventType of every message")
          .by_default("the message says it")
          .required("check", &TransactionSettings::check, "whom to ask what became of a message that nobody has ended")
          .optional("first", &TransactionSettings::first, "from the preparation to the first check")
          .range(kShortest, kLongestWait)
          .optional("every", &TransactionSettings::every, "from one check to the next")
          .range(kShortest, kLongestWait)
          .optional("times", &TransactionSettings::times,
                    "so many checks without an answer that decides, and the message is unresolved: a person decides")
          .range(1, 1000)
          .optional("max_age", &TransactionSettings::max_age,
                    "so old it is unresolved too, whether or not the system could be asked")
          .range(kShortest, Duration(std::chrono::hours(24 * 365)))
          .optional("webhook", &TransactionSettings::webhook,
                    "signs the checks as Standard Webhooks do; beside or instead of the cluster's `credentials`")
          .check([](const TransactionSettings& settings, const config::Node& node, config::Reading& reading) {
            check_size("type", settings.type, node, reading);
            check_size("group", *settings.group, node, reading);
            if (settings.group->empty()) {
              auto step = reading.enter("group");
              reading.expected(*node.find("group"), "a name");
            }
            if (settings.first < settings.max_age) return;
            auto step = reading.enter(node.find("max_age") != nullptr ? "max_age" : "first");
            reading.error(node.find("max_age") != nullptr ? *node.find("max_age") : *node.find("first"),
                          "the first check would come after max_age", "conflict");
          });
  return keys;
}

}  // namespace causeway::adapters
