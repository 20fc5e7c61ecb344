#include "demo/inbox.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace causeway::demo {
namespace {

using nlohmann::json;

std::string key_of(const Call& call) { return header_of(call, "Idempotency-Key"); }

}  // namespace

Inbox::Inbox(Ledger& ledger, std::map<std::string, Work> works) : ledger_(ledger), works_(std::move(works)) {
  for (const auto& entry : ledger_.entries()) {
    const auto event = json::parse(entry.call.body);
    apply(works_.at(event.at("eventType")), entry, event);
  }
}

Answer Inbox::take(const Call& call) {
  const auto key = key_of(call);
  if (key.empty()) return refusal(400, "NO_IDEMPOTENCY_KEY", "an event needs the header Idempotency-Key");
  if (const auto done = done_.find(key); done != done_.end()) {
    if (done->second.body == on_one_line(call.body)) return done->second.answer;
    return refusal(422, "KEY_REUSED", "another body came with this Idempotency-Key");
  }
  try {
    return work(call);
  } catch (const json::exception& error) {
    return refusal(422, "BAD_EVENT", error.what());
  }
}

Answer Inbox::work(const Call& call) {
  const auto event = json::parse(call.body);
  const auto known = works_.find(event.at("eventType").get<std::string>());
  if (known == works_.end()) return {200, R"({"status":"IGNORED"})"};
  const auto decision = known->second.decide(event);
  if (const auto* answer = std::get_if<Answer>(&decision)) return *answer;
  const auto entry = ledger_.append({known->second.effect, std::get<std::string>(decision), call});
  return apply(known->second, entry, event);
}

Answer Inbox::apply(const Work& work, const Entry& entry, const json& event) {
  auto answer = work.apply(entry, event);
  done_[key_of(entry.call)] = {entry.call.body, answer};
  return answer;
}

std::string numbered(const std::string& prefix, std::size_t number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%06zu", number);
  return prefix + text;
}

}  // namespace causeway::demo
