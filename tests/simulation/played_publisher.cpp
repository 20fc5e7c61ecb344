#include "simulation/played_publisher.h"

#include <fmt/format.h>

#include "core/json_object.h"
#include "simulation/process.h"
#include "transactions/making_event.h"

namespace causeway::simulation {

using namespace transactions;

void PlayedPublisher::begin() {
  Message message;
  message.request.route = -1;
  message.request.consumer = "oms";
  message.request.number = ++numbers_;
  message.request.key = fmt::format("own-{}", message.request.number);
  message.request.item = static_cast<int>(parts_.dice.between(1, 3));
  messages_.push_back(message);
  prepare(messages_.size() - 1);
}

Half PlayedPublisher::half_of(const Message& message) {
  const Request& request = message.request;
  Half half;
  half.kind = HalfKind::kSystem;
  half.txid = process_->new_txid();
  half.transaction_id = request.key;
  half.consumer = request.consumer;
  half.group = "oms-group";
  half.route = "publisher";
  half.topic = "orders";
  half.check_request = "{}";
  ProgramTexts texts;
  texts.rules.barrier = true;
  texts.rules.first = texts.rules.max_delay = std::chrono::milliseconds(120);
  texts.rules.multiplier = 1;
  texts.rules.times = 5;
  half.programs = texts.to_json();
  events::EventDraft draft;
  draft.type = "ORDER_CREATED";
  draft.headers = "{}";
  draft.body = JsonObject()
                   .text("eventId", half.txid)
                   .raw("data", JsonObject()
                                    .number("order", request.number)
                                    .number("item", request.item)
                                    .text("by", request.consumer)
                                    .text("txid", half.txid)
                                    .done())
                   .done();
  half.document = prepared_document(draft);
  half.payload_hash = std::to_string(request.item);
  half.created = half.attempt_began = unix_milliseconds(parts_.timeline.wall());
  half.next_check = half.created + 60;
  return half;
}

void PlayedPublisher::prepare(std::size_t index) {
  Message& message = messages_[index];
  ++message.tries;
  // Also where it has an answer already: it may come twice.
  if (process_->alive())
    process_->prepare(half_of(message), [this, index](const std::optional<std::string>& txid) {
      if (txid) prepared(index, *txid);
    });
  if (message.txid.empty() && message.tries < 20)
    parts_.timeline.after(parts_.dice.between(30, 300), [this, index] {
      if (messages_[index].txid.empty()) prepare(index);
    });
}

void PlayedPublisher::prepared(std::size_t index, const std::string& txid) {
  Message& message = messages_[index];
  if (!message.txid.empty() && message.txid != txid)
    parts_.facts.fail(fmt::format("{} was prepared as {} and as {}", message.request.key, message.txid, txid));
  if (!message.txid.empty()) return;
  message.txid = txid;
  parts_.facts.prepared(txid, message.request);
  if (parts_.dice.chance(0.2)) parts_.timeline.after(parts_.dice.between(1, 300), [this, index] { prepare(index); });
  if (parts_.dice.chance(0.9)) parts_.timeline.after(parts_.dice.between(1, 400), [this, index] { decide(index); });
}

void PlayedPublisher::decide(std::size_t index) {
  Message& message = messages_[index];
  message.truth = parts_.dice.chance(0.65) ? Truth::kCommitted : Truth::kRolledBack;
  parts_.note([&] { return fmt::format("publisher decides {}: {}", message.txid, static_cast<int>(message.truth)); });
  if (message.truth == Truth::kCommitted)
    parts_.facts.executed({message.txid, message.request, message.request.number});
  for (int i = 0; parts_.dice.chance(0.6) && i < 3; ++i)
    parts_.timeline.after(parts_.dice.between(1, 500), [this, index] { say(index, true); });
}

void PlayedPublisher::say(std::size_t index, bool truly) {
  if (!process_->alive()) return;
  const Message& message = messages_[index];
  const bool commits = (message.truth == Truth::kCommitted) == truly;
  process_->end(message.txid, commits ? EndWish::kCommit : EndWish::kRollBack, DecidedBy::kSystem, "null",
                [this, index, truly, txid = message.txid](Process::Ended ended) {
                  parts_.note([&] { return fmt::format("publisher ends {}: {}", txid, static_cast<int>(ended)); });
                  // What it says after that contradicts it.
                  const bool over = ended == Process::Ended::kDone || ended == Process::Ended::kAlready;
                  if (truly && over && parts_.dice.chance(0.1)) say(index, false);
                });
}

void PlayedPublisher::check(const std::string& txid, std::function<void(CheckAnswer)> answer) {
  const bool unreachable = !well_ && parts_.dice.chance(0.1);
  parts_.timeline.after(parts_.dice.between(0, 30), [this, txid, unreachable, answer = std::move(answer)] {
    if (unreachable) return answer({.sent = false});
    CheckAnswer says;
    for (const Message& message : messages_) {
      if (message.txid != txid) continue;
      if (message.truth == Truth::kCommitted) says.says = CheckSays::kDone;
      if (message.truth == Truth::kRolledBack) says.says = CheckSays::kAbsent;
    }
    says.result = "null";
    parts_.note([&] { return fmt::format("publisher is asked about {}: {}", txid, static_cast<int>(says.says)); });
    parts_.timeline.after(parts_.dice.between(0, 30), [answer, says] { answer(says); });
  });
}

}  // namespace causeway::simulation
