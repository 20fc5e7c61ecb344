// What a route says in a world, as its configuration would.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/json_object.h"
#include "events/log_reader.h"
#include "events/topic.h"
#include "simulation/facts.h"
#include "transactions/programs.h"
#include "transactions/transaction_tables.h"

namespace causeway::simulation {

/// Immutable: a reload makes another one, calls in flight keep theirs.
struct Rules {
  bool keyed = true;        ///< idempotency
  bool check = true;        ///< on_unknown
  bool transaction = true;  ///< publish.when: transaction
  bool resend = false;      ///< the system honours our key
  bool strict = false;      ///< no event can be made of an odd answer
  Duration retention = std::chrono::hours(1);
  transactions::CheckRules asking;
  std::string programs;

  bool half() const { return check || transaction; }
};

inline std::string programs_of(const Rules& rules) {
  transactions::ProgramTexts texts;
  texts.rules = rules.asking;
  texts.publishes = rules.transaction;
  texts.type = "ORDER_CREATED";
  const std::string order = rules.strict ? "(if .odd then error(\"odd\") else .order end)" : ".order";
  texts.data = "{{ {order: " + order + ", item: $request.item, by: $consumer.name, txid: $txid} }}";
  return texts.to_json();
}

inline transactions::tables::Half half_of(const Rules& rules, const Request& request) {
  transactions::tables::Half half;
  half.route = std::to_string(request.route);
  half.consumer = request.consumer;
  half.topic = rules.transaction ? "orders" : "";
  half.programs = rules.programs;
  half.check_request = rules.check ? "{}" : "";
  half.document = JsonObject()
                      .raw("request", JsonObject().number("item", request.item).done())
                      .raw("consumer", JsonObject().text("name", request.consumer).done())
                      .done();
  return half;
}

/// The one topic of all worlds.
std::shared_ptr<const events::Topic> orders_topic();
events::LogSignal& nobody_listens();
/// Those that were compiled are kept over worlds. One thread.
std::shared_ptr<const transactions::Programs> compiled(const std::string& programs);

}  // namespace causeway::simulation
