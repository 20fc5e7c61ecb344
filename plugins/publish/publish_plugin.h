// The plugin behind a route's `publish`: a call that succeeded becomes an event. It is stored after the system's answer
// and before the caller's. A crash in between loses the event; the caller got no 2xx then (correctness.md, promise 4).
//
// It stands last in the chain: on the way out it is the first and sees the system's own answer.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "events/event_log.h"
#include "events/intake/acknowledge.h"
#include "events/intake/draft.h"
#include "exchange/plugin.h"

namespace causeway::plugins {

enum class PublishWhen : std::uint8_t {
  kAfterSuccess,
  kTransaction,  ///< not in this version
};
constexpr auto names(PublishWhen) {
  return config::table<PublishWhen>(
      {{"after_success", PublishWhen::kAfterSuccess}, {"transaction", PublishWhen::kTransaction}});
}

struct PublishSettings {
  config::Placed<std::string> topic;
  std::string type;
  config::Placed<std::string> key;   ///< over $result and $request; empty: the topic's, over the data
  config::Placed<std::string> data;  ///< one `{{ path }}`; empty: $result
  PublishWhen when = PublishWhen::kAfterSuccess;
  events::Acknowledge acknowledge = events::Acknowledge::kStored;
  static const config::Keys<PublishSettings>& keys();
};

class PublishPlugin final : public Plugin {
 public:
  /// What is read of an answer; of a longer one the event's data is null. The envelope's own default.
  static constexpr std::uint64_t kAnswerLimit = 10u << 20;

  /// Bad templates go to `reading`. `topic` null: unknown, which was reported; the result only serves to go on reading.
  /// `log` outlives every configuration.
  static std::unique_ptr<PublishPlugin> build(const PublishSettings& settings,
                                              std::shared_ptr<const events::Topic> topic, events::EventLog& log,
                                              config::Reading& reading);

  Needs needs() const override { return {.body = uses_request_, .response = true, .whole_request = uses_request_}; }
  /// A body that the event will be made of must be JSON: 40091 before the system is called, not after.
  Step on_body(Exchange& exchange) const override;
  /// Publishes after a 2xx (not of HEAD). The answer stays as it is, with X-Causeway-Event beside it; when the store
  /// refuses, it is kStoreRefused with `details.outcome: "done_unpublished"`.
  Step on_response(Exchange& exchange) const override;

 private:
  PublishPlugin(std::shared_ptr<const events::Topic> topic, events::EventLog& log);

  Task<Result<Flow>> publish(Exchange& exchange) const;
  events::EventDraft draft(Exchange& exchange, Bytes result) const;

  std::shared_ptr<const events::Topic> topic_;
  events::EventLog& log_;
  std::string type_;
  events::KeyTemplate key_;
  events::KeyTemplate data_;  ///< one path
  events::Acknowledge acknowledge_ = events::Acknowledge::kStored;
  bool uses_request_ = false;
  bool uses_result_ = false;
};

}  // namespace causeway::plugins
