// Partners from YAML, and the verdict on one message of theirs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/code.h"
#include "security/consumer.h"
#include "security/credentials.h"
#include "security/reading.h"

namespace causeway::security {

struct Partners {
  std::vector<ConsumerSettings> consumers;
  static const config::Keys<Partners>& keys() {
    static const auto keys = config::Keys<Partners>("test").required("consumers", &Partners::consumers, "");
    return keys;
  }
};

/// `webhooks` are the values of `webhook`, in flow style; the consumers are called p0, p1 … What is wrong goes to
/// `problems`.
inline ConsumerTable partners(const std::vector<std::string>& webhooks, std::string& problems) {
  std::string yaml = "consumers:\n";
  for (std::size_t i = 0; i < webhooks.size(); ++i)
    yaml += "  - {name: p" + std::to_string(i) + ", webhook: " + webhooks[i] + "}\n";
  config::Errors errors;
  const Partners read = settings<Partners>(yaml, errors);
  ConsumerTable table;
  if (!errors.failed()) table = ConsumerTable(read.consumers, {}, errors);
  problems = errors.to_text();
  return table;
}

inline ConsumerTable partners(const std::vector<std::string>& webhooks) {
  std::string problems;
  ConsumerTable table = partners(webhooks, problems);
  EXPECT_EQ(problems, "");
  return table;
}

/// Fields by name in lower case.
class Fields final : public WebhookHead {
 public:
  Fields(std::initializer_list<std::pair<const std::string, std::string>> fields) : fields_(fields) {}
  explicit Fields(std::map<std::string, std::string> fields) : fields_(std::move(fields)) {}
  std::optional<std::string_view> field(std::string_view name) const override {
    const auto found = fields_.find(std::string(name));
    return found == fields_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }

 private:
  std::map<std::string, std::string> fields_;
};

inline WallTime at_second(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

/// Judges messages at one time, with one memory for replays.
class Judge {
 public:
  explicit Judge(WallTime now)
      : now_(now),
        replays_(ByteSize{1 << 20}, std::chrono::hours(1), std::chrono::hours(1), now - std::chrono::hours(2)) {}
  void wait(Duration time) { now_ += std::chrono::duration_cast<std::chrono::milliseconds>(time); }

  /// Who called, or `40191 wrong_signature`, with `head ` in front when the body was not needed.
  std::string operator()(const ConsumerTable& table, const Fields& head, std::string_view body, bool unsafe = true) {
    auto check = WebhookCheck::begin(head, table.webhooks(), std::pmr::get_default_resource());
    if (!check) return "head " + text(check.error());
    check->update(body.substr(0, body.size() / 2));
    check->update(body.substr(body.size() / 2));
    const Result<ProvedWebhook> proved = check->finish(unsafe, now_);
    if (!proved) return text(proved.error());
    const Result<> remembered = proved->use ? remember_once(*proved->use, replays_) : Result<>();
    return remembered ? proved->caller->name : text(remembered.error());
  }

 private:
  static std::string text(const Error& error) {
    return std::to_string(number(error.code())) + ' ' + error.info_if()->reason;
  }
  WallTime now_;
  ReplayTable replays_;
};

}  // namespace causeway::security
