#include "simulation/played_system.h"

#include <fmt/format.h>

namespace causeway::simulation {
namespace {

using transactions::CheckSays;

enum class Whim : std::uint8_t {
  kAnswers,
  kExecutesAndHangs,
  kExecutesLate,
  kLosesIt,
  kRefuses,
  kFailsBefore,
  kFailsAfter,
  kBreaksBefore,
  kBreaksAfter,
  kNonsenseAfter,
  kUnreachable,
};
constexpr std::pair<Whim, int> kWhims[] = {
    {Whim::kAnswers, 28},    {Whim::kExecutesAndHangs, 12}, {Whim::kExecutesLate, 12}, {Whim::kLosesIt, 6},
    {Whim::kRefuses, 8},     {Whim::kFailsBefore, 6},       {Whim::kFailsAfter, 6},    {Whim::kBreaksBefore, 5},
    {Whim::kBreaksAfter, 6}, {Whim::kNonsenseAfter, 5},     {Whim::kUnreachable, 6},
};

Whim draw(Dice& dice) {
  std::int64_t left = dice.between(0, 99);
  for (const auto& [whim, weight] : kWhims)
    if ((left -= weight) < 0) return whim;
  return Whim::kAnswers;
}

CallAnswer refusal(int status, std::string_view why) {
  return {.status = status, .body = fmt::format(R"({{"error":"{}"}})", why)};
}

}  // namespace

bool PlayedSystem::execute(const std::string& txid, const Request& request) {
  if (traits_.honours_key && parts_.facts.effects().contains(txid)) return true;
  if (refused_.contains(txid) || (traits_.honours_key && rejected_.contains(txid))) return false;
  Effect effect{txid, request, static_cast<int>(parts_.facts.effects().size()) + 1, parts_.dice.chance(0.15)};
  parts_.note([&] { return fmt::format("system {} executes {}", request.route, txid); });
  parts_.facts.executed(std::move(effect));
  return true;
}

CallAnswer PlayedSystem::success(const std::string& txid) const {
  return {.status = 201, .body = parts_.facts.effects().at(txid).result()};
}

void PlayedSystem::receive(const std::string& txid, const Request& request, std::function<void(CallAnswer)> answer) {
  const Whim whim = well_ ? Whim::kAnswers : draw(parts_.dice);
  parts_.note([&] { return fmt::format("system {} gets {} (whim {})", request.route, txid, static_cast<int>(whim)); });
  if (whim == Whim::kUnreachable) {
    parts_.timeline.after(parts_.dice.between(0, 20), [answer] { answer({.sent = false}); });
    return;
  }
  parts_.facts.forwarded(txid, request, traits_.honours_key);
  const auto say = [this, answer](CallAnswer what) {
    parts_.timeline.after(parts_.dice.between(0, 30), [answer, what = std::move(what)] { answer(what); });
  };
  if (refused_.contains(txid)) return say(refusal(410, "too late"));
  const bool known = traits_.honours_key && (parts_.facts.effects().contains(txid) || queued_.contains(txid));
  if (known && (traits_.conflict_on_repeat || queued_.contains(txid))) return say(refusal(409, "duplicate"));

  if (whim == Whim::kLosesIt || whim == Whim::kBreaksBefore || whim == Whim::kFailsBefore) {
    if (whim == Whim::kBreaksBefore) say({.status = 0});
    if (whim == Whim::kFailsBefore) say({.status = 503, .body = "{}"});
    return;
  }
  if (whim == Whim::kRefuses && !known) {
    rejected_.insert(txid);
    return say(refusal(422, "no such item"));
  }
  const bool later = whim == Whim::kExecutesLate && !known;
  std::int64_t delay = parts_.dice.between(0, 20);
  if (later) delay = parts_.dice.between(traits_.max_execution / 4, traits_.max_execution);
  if (later && traits_.slow) delay *= 4;
  if (later) ++queued_[txid];
  parts_.timeline.after(delay, [this, txid, request, whim, later, say] {
    if (later && --queued_[txid] == 0) queued_.erase(txid);
    if (!execute(txid, request)) return say(refusal(410, "too late"));
    switch (whim) {
      case Whim::kExecutesAndHangs:
        return;
      case Whim::kFailsAfter:
        return say({.status = 500, .body = "{}"});
      case Whim::kBreaksAfter:
        return say({.status = 0});
      case Whim::kNonsenseAfter:
        return say({.status = 201, .nonsense = true, .body = "<html>"});
      default:
        return say(success(txid));
    }
  });
}

void PlayedSystem::check(const std::string& txid, std::function<void(CheckAnswer)> answer) {
  const bool unreachable = !well_ && parts_.dice.chance(0.1);
  const bool unclear = !well_ && parts_.dice.chance(0.12);
  const std::int64_t back = !well_ && parts_.dice.chance(0.15) ? parts_.dice.between(100, 500) : 0;
  const std::int64_t forth = !well_ && parts_.dice.chance(0.1) ? parts_.dice.between(50, 300) : 0;
  if (unreachable) {
    parts_.timeline.after(5, [answer] { answer({.sent = false}); });
    return;
  }
  parts_.timeline.after(parts_.dice.between(0, 20) + forth, [this, txid, unclear, back, answer] {
    CheckAnswer says;
    const auto effect = parts_.facts.effects().find(txid);
    if (effect != parts_.facts.effects().end()) {
      says.says = CheckSays::kDone;
      says.result = effect->second.result();
    } else {
      says.says = CheckSays::kAbsent;
      if (traits_.barrier) refused_.insert(txid);
    }
    if (unclear) says = {};
    parts_.note([&] { return fmt::format("system is asked about {}: {}", txid, static_cast<int>(says.says)); });
    parts_.timeline.after(parts_.dice.between(0, 20) + back, [answer, says] { answer(says); });
  });
}

}  // namespace causeway::simulation
