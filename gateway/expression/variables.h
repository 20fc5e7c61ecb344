// The context that an expression of the configuration may see besides `.` (design: config.md, "One expression
// language"): the same names everywhere, though not everywhere all of them.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/json_document.h"

namespace causeway::expression {

struct Surroundings;

enum class Variable : std::uint8_t {
  kRequest,   ///< $request: the body as called, in the newest shape
  kParams,    ///< $params: the path's parameters, texts
  kQuery,     ///< $query: the query's parameters; of a repeated one the last
  kHeaders,   ///< $headers: of the request, names in lower case; of a repeated one the values joined by ", "
  kConsumer,  ///< $consumer: {name, roles, scopes}; null when nobody proved who they are
  kVersion,   ///< $version: "v2"; null without versions
  kAnswer,    ///< $answer: what the system said, without its envelope
  kResult,    ///< $result: what the caller gets, without the envelope
  kStatus,    ///< $status: of the system's answer
  kEvent,     ///< $event: the event that is delivered
  kTxid,      ///< $txid: of the idempotency record
  kCalls,     ///< $calls.name.{status, body}: the calls of a composite that have ended
};
inline constexpr std::size_t kVariableCount = 12;

/// `$request` and so on.
std::string_view name_of(Variable variable);

class VariableSet {
 public:
  constexpr VariableSet() = default;
  constexpr VariableSet(std::initializer_list<Variable> members) {
    for (const Variable member : members) add(member);
  }
  constexpr void add(Variable member) { bits_ |= bit(member); }
  constexpr void add(VariableSet others) { bits_ |= others.bits_; }
  constexpr bool has(Variable member) const { return (bits_ & bit(member)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr std::uint32_t bit(Variable member) { return std::uint32_t{1} << static_cast<unsigned>(member); }
  std::uint32_t bits_ = 0;
};

/// What one run is given beside its input: the variables, JSON texts that are valid and outlive the run (what was not
/// set is null), and what it runs within.
class Values {
 public:
  void set(Variable variable, Bytes json) { texts_[static_cast<std::size_t>(variable)] = json; }
  Bytes get(Variable variable) const {
    const Bytes text = texts_[static_cast<std::size_t>(variable)];
    return text.empty() ? Bytes("null") : text;
  }

  /// `surroundings` outlive the run; null: the default limits and the system's clock. A run that has not ended by the
  /// deadline is ended soon after it.
  void surround(const Surroundings* surroundings, SteadyTime deadline = SteadyTime::max()) {
    surroundings_ = surroundings;
    deadline_ = deadline;
  }
  void end_by(SteadyTime deadline) { deadline_ = deadline; }
  const Surroundings& surroundings() const;
  const Clock& clock() const;
  SteadyTime deadline() const { return deadline_; }

  /// A run that wants the JSON of that very text need not read it again. The document outlives the run.
  void know(const JsonDocument& document) { documents_[next_document_++ % documents_.size()] = &document; }
  /// Their texts are gone.
  void forget_documents() { documents_ = {}; }
  /// Null when nobody has read it.
  const JsonDocument* known(Bytes text) const {
    for (const JsonDocument* const document : documents_)
      if (document && document->text().data() == text.data() && document->text().size() == text.size()) return document;
    return nullptr;
  }

 private:
  std::array<Bytes, kVariableCount> texts_{};
  std::array<const JsonDocument*, 4> documents_{};
  std::size_t next_document_ = 0;
  const Surroundings* surroundings_ = nullptr;
  SteadyTime deadline_ = SteadyTime::max();
};

}  // namespace causeway::expression
