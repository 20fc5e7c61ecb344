// What the expressions of one call see: its bodies as JSON, and the variables of the context. Built when it is first
// asked for, only what is asked for, and once.
//
// Belongs to its exchange and lives as long; all texts lie in its arena or are the bodies themselves.
#pragma once

#include <array>
#include <cstdint>

#include "exchange/exchange.h"
#include "expression/variables.h"

namespace causeway {

class CallValues {
 public:
  /// What is read of an answer at most: the envelope's own default.
  static constexpr std::uint64_t kAnswerLimit = 10u << 20;
  static constexpr std::size_t kRequestDepth = 64;
  static constexpr std::size_t kAnswerDepth = 512;  ///< as the envelope's

  /// The variables that exist before the system is called.
  static constexpr expression::VariableSet kOnTheWayIn{expression::Variable::kRequest,  expression::Variable::kParams,
                                                       expression::Variable::kQuery,    expression::Variable::kHeaders,
                                                       expression::Variable::kConsumer, expression::Variable::kVersion};

  /// Those of this exchange, made at their first use.
  static CallValues& of(Exchange& exchange);
  explicit CallValues(Exchange& exchange) : exchange_(exchange) {}
  CallValues(const CallValues&) = delete;
  CallValues& operator=(const CallValues&) = delete;

  /// The request's body as JSON, as the steps so far have left it; `null` when it is empty. It must be whole. Errors:
  /// kNotJson with what is wrong and at which byte, also for a name that an object has twice.
  Result<Bytes> body();
  /// $request: the same before `transform`.
  Result<Bytes> request();

  struct Context {
    Bytes input;  ///< `.`
    const expression::Values* values = nullptr;
  };
  /// For what runs on the way in; `.` is body(). Errors: those of body() and request(), where they are wanted.
  Result<Context> on_the_way_in(expression::VariableSet wanted, bool wants_input);

  struct Answer {
    Bytes json;                     ///< `null` when it is empty, and when `missing` says why there is none
    const char* missing = nullptr;  ///< `it is not JSON`, `it is too long`; static
  };
  /// Reads the answer's body whole, as the steps so far have left it. One that is too long streams on. Errors: those of
  /// its connection; kUpstreamNonsense when it says that it is JSON and is not, or has a name twice.
  Task<Result<Answer>> answer();
  /// For what runs on the way out, with the answer that `answer` gave. $answer is the first that was read, $result the
  /// last.
  Result<const expression::Values*> on_the_way_out(expression::VariableSet wanted, Bytes answer);

  /// What goes on to the system instead of the body: `json` is valid and lies in the arena. Its header fields follow.
  void replace_body(Bytes json);
  /// The same, and $request is this too.
  void replace_request(Bytes json);
  /// What goes back instead of the answer's body.
  void replace_answer(Bytes json);

 private:
  Result<Bytes> checked(Bytes text);
  Result<> fill(expression::VariableSet wanted);
  bool is_known(Bytes text) const;
  void note_known(Bytes text);

  Exchange& exchange_;
  expression::Values values_;
  expression::VariableSet filled_;
  bool request_kept_ = false;
  bool answer_kept_ = false;
  Bytes request_;
  Bytes answer_;
  std::array<Bytes, 4> known_{};  // texts that were checked or made here
  std::size_t next_known_ = 0;
};

/// An expression failed over an answer: the caller can do nothing about it. kUpstreamNonsense with the reason for the
/// log.
Error answer_fault(const Error& error, std::string_view what);

}  // namespace causeway
