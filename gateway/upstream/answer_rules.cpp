#include "upstream/answer_rules.h"

#include <algorithm>
#include <charconv>

#include "core/decimal.h"
#include "core/error_words.h"
#include "core/json_scan.h"
#include "expression/configured.h"
#include "net/status.h"

namespace causeway::upstream {
namespace {

using expression::Variable;

constexpr expression::VariableSet kAllowed = {Variable::kStatus};
constexpr std::uint32_t kUnnamedFailure = 50200;  // the system said that it failed, not how

Error nonsense(std::string why) { return Error(Code::kUpstreamNonsense, std::move(why)); }

std::string phrase_of(std::uint32_t code) {
  const std::string_view phrase = net::reason_phrase(static_cast<int>(code / 100));
  return std::string(phrase.empty() ? "refused" : phrase);
}

/// `details: null` is none.
std::string details_of(Bytes raw) { return json_kind(raw) == JsonKind::kNull ? std::string() : std::string(raw); }

}  // namespace

AnswerRules::AnswerRules(const ClusterSettings& settings, telemetry::Metrics& metrics, config::Errors& errors,
                         std::shared_ptr<const expression::Surroundings> expressions)
    : envelope_(settings.answers == Answers::kEnvelope), expressions_(std::move(expressions)) {
  for (const OutcomeSettings& each : settings.outcomes) {
    std::optional<expression::Program> when = expression::compile_condition(each.when, kAllowed, errors);
    expression::Template message = expression::compile_template(each.message, kAllowed, errors);
    expression::Template details = expression::compile_template(each.details, kAllowed, errors);
    if (!each.details->empty() && !details.parts().empty() && !details.is_value())
      errors.add(each.details.position, each.details.path, "expected one {{ }} that gives an object", "expected");
    if (!when) continue;
    const telemetry::LabelId label =
        *each.code == 0 ? telemetry::LabelId::kOther : metrics.intern(std::to_string(*each.code));
    outcomes_.push_back({std::move(*when), each.is, *each.code, label, std::move(message), std::move(details)});
  }
}

Result<Meaning> AnswerRules::read(int status, Bytes body, std::pmr::memory_resource* memory,
                                  SteadyTime deadline) const {
  char text[12];
  expression::Values values;
  values.surround(expressions_.get(), deadline);
  values.set(Variable::kStatus,
             {text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, status).ptr - text)});
  const Bytes input = body.empty() ? Bytes("null") : body;
  for (const Outcome& outcome : outcomes_) {
    // One that cannot be asked of this answer, such as `.errCode` of a list, does not fit; the next may.
    const Result<bool> fits = outcome.when.applies(input, values);
    // Of one that could not be asked to the end nobody knows: the answer may say that the call failed.
    if (!fits) return nonsense("an outcome: " + words_of(fits.error()));
    if (*fits) return conclude(outcome, body, input, values, memory);
  }
  if (envelope_ && !body.empty()) return open_envelope(body);
  Meaning meaning;
  meaning.call_class = class_of_status(status);
  meaning.answer = body;
  return meaning;
}

Meaning AnswerRules::conclude(const Outcome& outcome, Bytes body, Bytes input, const expression::Values& values,
                              std::pmr::memory_resource* memory) const {
  Meaning meaning;
  meaning.call_class = outcome.is;
  meaning.said = meaning.by_outcome = true;
  meaning.answer = body;
  if (outcome.is == CallClass::kSuccess) {
    const Bytes data = envelope_ ? find_member(body, "data") : Bytes();
    if (!data.empty()) meaning.answer = data;
    return meaning;
  }
  meaning.code = outcome.code == 0 ? kUnnamedFailure : outcome.code;
  meaning.label = outcome.label;
  // The failure is certain; that its words cannot be made must not hide it.
  std::pmr::string message(memory);
  if (outcome.message.render(input, values, message)) meaning.message = message;
  if (meaning.message.empty()) meaning.message = phrase_of(meaning.code);
  if (!outcome.details.parts().empty()) {
    Result<Bytes> details = outcome.details.value(input, values, memory);
    if (details) meaning.details = details_of(*details);
  }
  return meaning;
}

/// `{code, message, data, details}` as the handbook has it (2.2).
Result<Meaning> AnswerRules::open_envelope(Bytes body) const {
  const Bytes code = find_member(body, "code");
  if (json_kind(code) != JsonKind::kNumber) return nonsense("the answer is no envelope: it has no number \"code\"");
  const std::optional<std::int64_t> value = whole_number(code);
  Meaning meaning;
  meaning.said = true;
  if (value == 0) {
    meaning.answer = find_member(body, "data");
    if (meaning.answer.empty()) meaning.answer = "null";
    return meaning;
  }
  if (!value || *value < 40000 || *value > 59999)
    return nonsense("the envelope's code " + std::string(code.substr(0, 32)) + " is neither 0 nor 40000 to 59999");
  meaning.code = static_cast<std::uint32_t>(*value);
  meaning.call_class = class_of_status(static_cast<int>(*value / 100));
  meaning.message = json_string_value(find_member(body, "message")).value_or("");
  if (meaning.message.empty()) meaning.message = phrase_of(meaning.code);
  meaning.details = details_of(find_member(body, "details"));
  meaning.answer = body;
  const auto declared = std::ranges::find(outcomes_, meaning.code, &Outcome::code);
  if (declared != outcomes_.end()) meaning.label = declared->label;
  return meaning;
}

}  // namespace causeway::upstream
