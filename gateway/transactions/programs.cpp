#include "transactions/programs.h"

#include "core/decimal.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::transactions {
namespace {

using expression::CompileProblem;
using expression::Program;
using expression::Template;

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// Reads what `to_json` has written; the first text that does not compile is kept.
class Reader {
 public:
  explicit Reader(std::string_view json) : json_(json) {}

  std::string text(std::string_view name) const { return json_string_value(find_member(json_, name)).value_or(""); }
  std::int64_t number(std::string_view name) const { return whole_number(find_member(json_, name)).value_or(0); }
  Duration duration(std::string_view name) const { return std::chrono::milliseconds(number(name)); }
  bool flag(std::string_view name) const { return find_member(json_, name) == "true"; }
  double real(std::string_view name) const { return to_double(find_member(json_, name)); }

  std::optional<Program> program(std::string_view name) {
    const std::string source = text(name);
    if (source.empty()) return std::nullopt;
    auto made = Program::compile(source, Programs::kCheckVariables);
    if (auto* const compiled = std::get_if<Program>(&made)) return std::move(*compiled);
    note(name, std::get<CompileProblem>(made));
    return std::nullopt;
  }
  Template text_template(std::string_view name) {
    auto made = Template::compile(text(name), Programs::kEventVariables);
    if (auto* const compiled = std::get_if<Template>(&made)) return std::move(*compiled);
    note(name, std::get<CompileProblem>(made));
    return {};
  }
  const std::string& problem() const { return problem_; }

 private:
  void note(std::string_view name, const CompileProblem& problem) {
    if (problem_.empty()) problem_ = std::string(name) + ": " + problem.message;
  }

  std::string_view json_;
  std::string problem_;
};

}  // namespace

std::string ProgramTexts::to_json() const {
  JsonObject object;
  object.flag("barrier", rules.barrier).number("absentAfter", milliseconds(rules.absent_after));
  object.number("first", milliseconds(rules.first)).raw("multiplier", to_token(rules.multiplier));
  object.number("maxDelay", milliseconds(rules.max_delay)).number("times", rules.times);
  object.number("maxAge", milliseconds(rules.max_age));
  object.text("doneWhen", done_when).text("absentWhen", absent_when).text("result", result);
  object.flag("publishes", publishes);
  if (publishes) object.text("type", type).text("key", key).text("data", data);
  return object.done();
}

Result<std::shared_ptr<const Programs>> Programs::compile(std::string_view json) {
  Reader from(json);
  auto programs = std::make_shared<Programs>();
  CheckRules& rules = programs->rules;
  rules.barrier = from.flag("barrier");
  rules.absent_after = from.duration("absentAfter");
  rules.first = from.duration("first");
  rules.multiplier = from.real("multiplier");
  rules.max_delay = from.duration("maxDelay");
  rules.times = static_cast<std::uint32_t>(from.number("times"));
  rules.max_age = from.duration("maxAge");
  programs->done_when = from.program("doneWhen");
  programs->absent_when = from.program("absentWhen");
  programs->result = from.program("result");
  programs->publishes = from.flag("publishes");
  programs->type = from.text("type");
  programs->key = from.text_template("key");
  programs->data = from.text_template("data");
  if (!from.problem().empty())
    return Error(Code::kInternal, "a half message's program does not compile: " + from.problem());
  return std::shared_ptr<const Programs>(std::move(programs));
}

Result<std::shared_ptr<const Programs>> ProgramCache::get(const std::string& json) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = programs_.find(json); found != programs_.end()) return found->second;
  }
  auto compiled = Programs::compile(json);
  if (!compiled) return compiled;
  const std::lock_guard lock(mutex_);
  if (programs_.size() >= kMost) programs_.clear();
  programs_.emplace(json, *compiled);
  return compiled;
}

}  // namespace causeway::transactions
