// What the programs of a half message see: what it keeps of its request, and its txid.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/json_object.h"
#include "core/json_scan.h"
#include "expression/variables.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// The half outlives it.
class HalfValues {
 public:
  /// What is kept of a request, as members of the half's document that are called like the variables.
  static constexpr std::array kKept{expression::Variable::kRequest, expression::Variable::kParams,
                                    expression::Variable::kQuery, expression::Variable::kConsumer};

  /// The document of a half whose programs use these.
  static std::string document(expression::VariableSet used, const expression::Values& values) {
    JsonObject document;
    for (const expression::Variable variable : kKept)
      if (used.has(variable)) document.raw(member(variable), values.get(variable));
    return document.done();
  }

  /// Programs have no deadline here: what became of a call must not depend on how busy the gateway is.
  HalfValues(const tables::Half& half, const expression::Surroundings* expressions) {
    values.surround(expressions);
    append_json_string(txid_, half.txid);
    values.set(expression::Variable::kTxid, txid_);
    for (const expression::Variable variable : kKept) {
      const Bytes kept = find_member(half.document, member(variable));
      if (!kept.empty()) values.set(variable, kept);
    }
  }
  HalfValues(const HalfValues&) = delete;
  HalfValues& operator=(const HalfValues&) = delete;

  expression::Values values;

 private:
  /// `request` of `$request`.
  static std::string_view member(expression::Variable variable) { return expression::name_of(variable).substr(1); }

  std::string txid_;
};

}  // namespace causeway::transactions
