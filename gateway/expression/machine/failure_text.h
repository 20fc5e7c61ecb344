// What a failure says: to a handler within the program in jq's words, values included; to everybody else (callers,
// logs, records) where in the data it happened and of what type it was, and values only of fields that are not masked.
// Internal to expression.
//
// Messages are made once, with marks around what only one of the two may see. A mark begins with a byte that texts of
// callers may have too: whatever comes from them stands within one. What the second needs is looked up only when the
// failure leaves the program.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json_document.h"
#include "expression/machine/absences.h"
#include "expression/plan/plan.h"
#include "expression/values/value.h"

namespace causeway::expression {

/// A document that a run has read, and what the program calls it: `.` or `$request`.
struct ReadDocument {
  const JsonDocument* document;
  std::string_view name;
};

/// How a value stands in a message.
enum class Shown : char {
  kAlone = 'a',       ///< `"abc"`; without it: `a string`
  kBehindKind = 'b',  ///< `string ("abc")`; without it: `string`
  kAside = 'c',       ///< for everybody else only: `: string`, and where
  kPart = 'd'         ///< something made of it, `: missing )`; nothing where the value is not shown
};

/// `text` is the value for the handler: ` ("abc")`, `"abc"`, or nothing.
std::string marked(const Value& value, Shown shown, std::string_view text);
/// For handlers.
std::string told_within(std::string_view message);

/// What leaves the program.
class FailureText {
 public:
  /// Everything outlives it.
  FailureText(const Plan& plan, std::vector<ReadDocument> documents, const Absences& absences,
              std::span<const std::string> masked)
      : plan_(plan), documents_(std::move(documents)), absences_(absences), masked_(masked) {}

  /// Of a message with marks.
  std::string told_outside(std::string_view message) const;
  /// Of what a program says by error(…), or as JSON throws: without the values of masked fields, and cut when it is
  /// long.
  std::string thrown(std::string_view text) const;

  struct Mark;  ///< internal

 private:
  void append(std::string& out, const Mark& mark) const;
  bool is_of_program(const Mark& mark) const;
  bool has_text(std::uint64_t address, std::size_t size) const;
  bool has_integer(std::uint64_t value) const;
  const ReadDocument* document_at(std::uint64_t address) const;
  /// ` at .buyer.nmae`, of what was looked for in vain; empty when that is not known.
  std::string place_of_absent(std::uint32_t number) const;
  std::string path_of_absent(const Absences::Absence& absence) const;
  bool is_masked(std::string_view name) const;
  /// `.items[1].qty`; `masked` when one of the names on the way is.
  std::string path_of(const ReadDocument& read, JsonDocument::Index index, bool& masked) const;
  std::string without_masked(std::string text) const;
  /// The masked values at and below `at`; `within` so many strings that hold JSON.
  void hide(class HiddenTexts& texts, const JsonDocument& document, JsonDocument::Index at, bool within_masked,
            int within) const;
  void hide_in(HiddenTexts& texts, std::string_view json, int within) const;

  const Plan& plan_;
  std::vector<ReadDocument> documents_;
  const Absences& absences_;
  std::span<const std::string> masked_;
};

}  // namespace causeway::expression
