#include "events/subscription/event_rules.h"

#include "core/error_words.h"
#include "expression/configured.h"

namespace causeway::events {
namespace {

using expression::Values;
using expression::Variable;
using expression::VariableSet;

constexpr VariableSet kOfEvents{Variable::kEvent};
constexpr VariableSet kOfAnswers{Variable::kStatus, Variable::kAnswer, Variable::kEvent};
constexpr std::size_t kLongestReason = 500;

Values of_event(Bytes event, const std::shared_ptr<const expression::Surroundings>& expressions) {
  Values values;
  values.surround(expressions.get());
  values.set(Variable::kEvent, event);
  return values;
}

}  // namespace

std::string_view cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

Error under_key(std::string_view key, const Error& error) {
  const std::string words = std::string(key) + ": " + words_of(error);
  return Error(Code::kTransformRefused, std::string(cut_text(words, kLongestReason)));
}

EventRules::EventRules(const SubscriptionSettings& settings, config::Errors& errors,
                       std::shared_ptr<const expression::Surroundings> expressions)
    : filter_(expression::compile_condition(settings.filter, kOfEvents, errors)),
      transform_(expression::compile_program(settings.transform, kOfEvents, errors)),
      done_when_(expression::compile_condition(settings.done_when, kOfAnswers, errors)),
      expressions_(std::move(expressions)) {}

Result<bool> EventRules::wants(Bytes event, std::pmr::memory_resource* memory) const {
  if (!filter_) return true;
  Result<bool> wanted = filter_->test(event, of_event(event, expressions_), memory);
  if (!wanted) return under_key("filter", wanted.error());
  return wanted;
}

Result<Bytes> EventRules::transform(Bytes event, std::pmr::memory_resource* memory) const {
  if (!transform_) return event;
  Result<Bytes> result = transform_->run_one(event, of_event(event, expressions_), memory);
  if (!result) return under_key("transform", result.error());
  return result;
}

Result<bool> EventRules::is_done(int status, Bytes body, Bytes answer, Bytes event,
                                 std::pmr::memory_resource* memory) const {
  const std::string digits = std::to_string(status);
  Values values = of_event(event, expressions_);
  values.set(Variable::kStatus, digits);
  values.set(Variable::kAnswer, answer);
  Result<bool> done = done_when_->test(body.empty() ? Bytes("null") : body, values, memory);
  if (!done) return under_key("done_when", done.error());
  return done;
}

}  // namespace causeway::events
