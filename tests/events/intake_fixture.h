// An intake into a nested and into a flat topic, and what comes of it as text.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "events/intake/intake.h"
#include "fakes/manual_clock.h"

namespace causeway::events {

class IntakeTest : public testing::Test {
 protected:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  telemetry::Metrics metrics_;  // before the topics

  static std::shared_ptr<const Topic> topic(EventShape shape, const std::string& key, telemetry::Metrics& metrics) {
    TopicSettings settings;
    settings.name.value = "a-topic";
    settings.shape = shape;
    settings.key.value = key;
    return TopicTable({settings}, metrics).find("a-topic");
  }
  static expression::Template key_template(std::string_view text) {
    return std::get<expression::Template>(expression::Template::compile(text, {}));
  }

  std::shared_ptr<const Topic> nested_ = topic(EventShape::kNested, "{{ .orderId }}", metrics_);
  std::shared_ptr<const Topic> flat_ = topic(EventShape::kFlat, "{{ .warehouseId }}:{{ .skuId }}", metrics_);

  Result<Intake::Taken> read(const Intake& intake, std::string_view body, Fields fields = {}) {
    net::Headers headers;
    for (const auto& [name, value] : fields) headers.add(name, value);
    return intake.read(headers, body, {clock_.wall(), "00-1-2-01"});
  }

  /// Every draft as `id | type | key | timestamp | body | headers`, a line each; `[]` before those of a list. Or the
  /// error: `40092 message | details`.
  std::string text(const Result<Intake::Taken>& taken) {
    if (!taken) return describe(taken.error());
    std::string all = taken->list ? "[]" : "";
    for (const EventDraft& draft : taken->drafts) {
      if (!all.empty()) all += '\n';
      all += draft.event_id + " | " + draft.type + " | " + draft.key + " | " + std::to_string(draft.timestamp) + " | " +
             draft.body + " | " + draft.headers;
    }
    return all;
  }
  std::string nested(std::string_view body, Fields fields = {}) {
    return text(read(Intake(nested_, "", {}), body, fields));
  }
  std::string flat(std::string_view body, Fields fields = {}) {
    return text(read(Intake(flat_, "", {}), body, fields));
  }
  /// Of the one event in it.
  std::string hash(std::string_view body, Fields fields = {}) {
    Result<Intake::Taken> taken = read(Intake(nested_, "", {}), body, fields);
    EXPECT_TRUE(taken.ok()) << body;
    return taken ? taken->drafts[0].hash : std::string();
  }

  static std::string describe(const Error& error) {
    std::string text = std::to_string(number(error.code()));
    if (const ErrorInfo* info = error.info_if()) {
      if (!info->public_message.empty()) text += ' ' + info->public_message;
      if (!info->details.empty()) text += " | " + info->details;
    }
    return text;
  }
  /// `40092 | "violations":[…]` of one.
  static std::string violation(const std::string& path, const std::string& keyword, const std::string& message) {
    return R"(40092 | "violations":[{"path":")" + path + R"(","keyword":")" + keyword + R"(","message":")" + message +
           R"("}])";
  }

  fakes::ManualClock clock_;
};

}  // namespace causeway::events
