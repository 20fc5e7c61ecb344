// The plugin behind a route's `publish`: a call that succeeded becomes an event. It is stored after the system's answer
// and before the caller's. A crash in between loses the event; the caller got no 2xx then (correctness.md, promise 4).
// With `when: transaction`, and wherever the call has a record, the event is only made here: it is stored in the one
// change that ends the call (transactions/guarded_call.h).
//
// It stands in front of the route's own plugins: on the way out it sees the answer behind their transforms, which is
// what a caller of the newest version gets ($result).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "config/placed.h"
#include "events/event_log.h"
#include "events/intake/acknowledge.h"
#include "events/intake/draft.h"
#include "exchange/plugin.h"
#include "expression/template.h"

namespace causeway::plugins {

enum class PublishWhen : std::uint8_t {
  kAfterSuccess,
  kTransaction,  ///< a half message before the call, settled with its outcome
};
constexpr auto names(PublishWhen) {
  return config::table<PublishWhen>(
      {{"after_success", PublishWhen::kAfterSuccess}, {"transaction", PublishWhen::kTransaction}});
}

struct PublishSettings {
  config::Placed<std::string> topic;
  std::string type;
  config::Placed<std::string> key;   ///< a template; empty: the topic's, over the data
  config::Placed<std::string> data;  ///< one `{{ expression }}` whole; empty: $result
  PublishWhen when = PublishWhen::kAfterSuccess;
  events::Acknowledge acknowledge = events::Acknowledge::kStored;
  std::optional<Duration> acknowledge_timeout;  ///< of `broker`; absent: the topic's
  static const config::Keys<PublishSettings>& keys();
};

class PublishPlugin final : public Plugin {
 public:
  /// Bad templates go to `reading`. `topic` null: unknown, which was reported; the result only serves to go on reading.
  /// `log` outlives every configuration.
  static std::unique_ptr<PublishPlugin> build(const PublishSettings& settings,
                                              std::shared_ptr<const events::Topic> topic, events::EventLog& log,
                                              config::Reading& reading);

  bool uses_result() const { return uses_result_; }
  expression::VariableSet uses() const { return uses_; }
  Needs needs() const override {
    return {.head = true,
            .body = uses_request_,
            .response = true,
            .whole_request = uses_request_,
            .plain_answer = uses_result_};
  }
  /// 50392 while the store takes nothing new: the system is not called for what could not be published.
  Step on_head(Exchange& exchange) const override;
  /// A body that the event will be made of must be JSON: 40091 before the system is called, not after.
  Step on_body(Exchange& exchange) const override;
  /// Publishes after a 2xx (not of HEAD). The answer stays as it is, with X-Causeway-Event beside it. An answer that is
  /// no JSON or too long is null in the event, and the log says so; one that only says that it is JSON is 50292. When
  /// the event cannot be made or stored, or its bus takes none of this size, it is 50392. Both say `details.outcome:
  /// "done_unpublished"`; in a transaction the caller gets the true success, and a person sees to the event.
  Step on_response(Exchange& exchange) const override;

 private:
  PublishPlugin(std::shared_ptr<const events::Topic> topic, events::EventLog& log);

  Task<Result<Flow>> publish(Exchange& exchange) const;
  Result<events::EventDraft> draft(Exchange& exchange, Bytes result) const;
  /// Without an event: the transaction is a person's, else the call has failed.
  Result<Flow> fail(Exchange& exchange, Code code, const Error& why) const;

  std::shared_ptr<const events::Topic> topic_;
  events::EventLog& log_;
  std::string type_;
  expression::Template key_;
  expression::Template data_;  ///< one program; empty: $result
  expression::VariableSet uses_;
  events::Acknowledge acknowledge_ = events::Acknowledge::kStored;
  Duration acknowledge_timeout_{};
  bool in_transaction_ = false;
  bool uses_request_ = false;
  bool uses_result_ = false;
};

}  // namespace causeway::plugins
