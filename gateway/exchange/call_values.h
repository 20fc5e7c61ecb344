// What the expressions of one call see: its bodies as JSON, and the variables of the context. Built when it is first
// asked for, only what is asked for, and once.
//
// Belongs to its exchange and lives as long; all texts lie in its arena or are the bodies themselves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/json_document.h"
#include "exchange/exchange.h"
#include "expression/program.h"
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

  /// What `whole` knows of the request, for a call beside others; `whole` outlives it.
  void continue_from(const CallValues& whole);
  /// For programs that look at nothing of the call: what they run within.
  static void surround(const Exchange& exchange, expression::Values& values);
  /// What runs next makes something of answers that are there: it may take a moment, however late they came.
  void allow_for_late_answers();

  /// $calls: valid JSON that outlives the exchange.
  void set_calls(Bytes json) { values_.set(expression::Variable::kCalls, json); }

  /// What goes on to the system instead of the body: its text lies in the arena. Its header fields follow.
  void replace_body(const expression::Document& made);
  /// The same, and $request is this too.
  void replace_request(const expression::Document& made);
  /// What goes back instead of the answer's body.
  void replace_answer(const expression::Document& made);
  /// An answer that an adapter has made: it is the first, and known to be JSON.
  void give_answer(const expression::Document& made);
  /// An answer is gone, and with it its text, whose place another may take: nothing is known of any text any more.
  void forget_texts();
  /// Was this very text found to be JSON, or made here, and is it known to nest at most so deep?
  bool knows(Bytes text, std::size_t depth = expression::Document::kUnknown) const;
  /// How deep the containers of a text nest that is known to be JSON; kUnknown of any other.
  std::size_t depth_of(Bytes text) const;

 private:
  /// Documents of more values are not kept: what a call holds on to while it waits is bounded.
  static constexpr std::size_t kKeptValues = 1024;
  /// Documents of longer texts are not for the arena, which keeps also those that are dropped.
  static constexpr std::size_t kShortText = 4096;

  Result<Bytes> checked(Bytes text);
  std::optional<JsonProblem> find_problem(Bytes text, std::size_t depth);
  Result<> fill(expression::VariableSet wanted);
  void note_known(const expression::Document& text) { known_[next_known_++ % known_.size()] = text; }

  Exchange& exchange_;
  expression::Values values_;
  expression::VariableSet filled_;
  bool request_kept_ = false;
  bool answer_kept_ = false;
  Bytes request_;
  Bytes answer_;
  std::array<expression::Document, 4> known_{};  // texts that were checked or made here
  std::size_t next_known_ = 0;
  std::array<std::optional<JsonDocument>, 3> documents_;  // of some of them
  std::size_t documents_kept_ = 0;
};

/// An expression failed over an answer: the caller can do nothing about it. kUpstreamNonsense with the reason for the
/// log.
Error answer_fault(const Error& error, std::string_view what);

}  // namespace causeway
