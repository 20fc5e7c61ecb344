// What is done with the answers of a system that was asked, and what event a success becomes: texts that lie with the
// half message, so that whoever settles it does as was said when the call came.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "expression/program.h"
#include "expression/template.h"
#include "transactions/decision.h"

namespace causeway::transactions {

/// Empty texts are none.
struct ProgramTexts {
  CheckRules rules;
  std::string done_when;    ///< over the check's answer and $status
  std::string absent_when;  ///< likewise; empty: it never says no
  std::string result;       ///< what the caller gets; empty: the check's answer as it is
  bool publishes = false;   ///< a success becomes an event of this type, key and data (templates)
  std::string type;
  std::string key;
  std::string data;

  std::string to_json() const;
};

/// Immutable, thread safe.
struct Programs {
  /// What the programs over a check's answer may see besides it; those of the event see $result instead of $status.
  static constexpr expression::VariableSet kCheckVariables{
      expression::Variable::kStatus, expression::Variable::kRequest,  expression::Variable::kParams,
      expression::Variable::kQuery,  expression::Variable::kConsumer, expression::Variable::kTxid};
  static constexpr expression::VariableSet kEventVariables{
      expression::Variable::kRequest,  expression::Variable::kParams, expression::Variable::kQuery,
      expression::Variable::kConsumer, expression::Variable::kTxid,   expression::Variable::kResult};

  CheckRules rules;
  std::optional<expression::Program> done_when;
  std::optional<expression::Program> absent_when;
  std::optional<expression::Program> result;
  bool publishes = false;
  std::string type;
  expression::Template key;
  expression::Template data;

  /// kInternal with the reason for texts that do not compile: they did when they were written.
  static Result<std::shared_ptr<const Programs>> compile(std::string_view json);
};

/// Those that were compiled last, by their text. Thread safe.
class ProgramCache {
 public:
  Result<std::shared_ptr<const Programs>> get(const std::string& json);

 private:
  static constexpr std::size_t kMost = 1024;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Programs>, std::less<>> programs_;
};

}  // namespace causeway::transactions
