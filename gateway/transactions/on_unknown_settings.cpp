#include "transactions/on_unknown_settings.h"

namespace causeway::transactions {

const config::Keys<OnUnknownSettings>& OnUnknownSettings::keys() {
  constexpr Duration kShortest = std::chrono::milliseconds(1);
  constexpr Duration kLongest = std::chrono::hours(24 * 30);
  static const auto keys =
      config::Keys<OnUnknownSettings>("on_unknown")
          .required("check", &OnUnknownSettings::check,
                    "the call that asks, such as {http: {path: \"/orders/by-external/{{ $request.externalNo }}\"}}")
          .required("done_when", &OnUnknownSettings::done_when,
                    "true over the check's answer ($status, .): the call was carried out")
          .expression()
          .optional("absent_when", &OnUnknownSettings::absent_when, "true: it was not")
          .by_default("never: only a success settles it")
          .expression()
          .optional("absent_after", &OnUnknownSettings::absent_after,
                    "the longest that an attempt may take: two times absent after it is a no")
          .range(kShortest, kLongest)
          .optional("barrier", &OnUnknownSettings::barrier,
                    "the system refuses the X-Causeway-Transaction that it has once called absent: one is a no")
          .optional("result", &OnUnknownSettings::result, "what the caller gets, made of the check's answer")
          .by_default("the check's answer")
          .expression()
          .optional("first", &OnUnknownSettings::first, "how long after the call nobody waits for it is asked")
          .range(kShortest, kLongest)
          .optional("multiplier", &OnUnknownSettings::multiplier, "by which the wait grows each time")
          .range(1, 10)
          .optional("max_delay", &OnUnknownSettings::max_delay, "the longest wait between two checks")
          .range(kShortest, kLongest)
          .optional("max_age", &OnUnknownSettings::max_age, "how long it is asked; then a person decides")
          .range(kShortest, kLongest)
          .at_most_one("absent_after", "barrier")
          .check([](const OnUnknownSettings& settings, const config::Node& node, config::Reading& reading) {
            if (settings.absent_after && settings.barrier)
              reading.error(node, "absent_after or barrier, not both: behind a barrier one no is final", "conflict");
            const bool says_no = !settings.absent_when->empty();
            const bool final = settings.barrier || settings.absent_after.has_value();
            if (says_no && !final)
              reading.error(node,
                            "absent_when needs `absent_after` (how long an attempt may take) or `barrier: true` (the "
                            "system refuses what it has once called absent): else a no may come too early",
                            "missing");
            if (!says_no && final) {
              const char* const key = settings.barrier ? "barrier" : "absent_after";
              auto step = reading.enter(key);
              reading.error(*node.find(key), "says when a no is final, and without absent_when there is none",
                            "conflict");
            }
          });
  return keys;
}

CheckRules OnUnknownSettings::rules() const {
  CheckRules rules;
  rules.barrier = barrier;
  rules.absent_after = absent_after.value_or(Duration());
  rules.first = first;
  rules.multiplier = multiplier;
  rules.max_delay = max_delay;
  rules.max_age = max_age;
  return rules;
}

}  // namespace causeway::transactions
