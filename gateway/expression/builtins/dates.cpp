// Dates: now, gmtime, mktime, strftime, strptime and what jq builds on them. All in UTC: the time zone in which the
// process happens to run is no part of what a route says.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/failure_text.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/dates.h"
#include "expression/values/numbers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

/// Steps for a text that is read or written by so long a format.
constexpr std::uint64_t steps_of(std::size_t format) { return 2 + (format <= 64 ? format / 8 : format * 2); }
constexpr std::string_view kIso8601 = "%Y-%m-%dT%H:%M:%SZ";
constexpr std::string_view kBeyond = "error converting number of seconds since epoch to datetime";

/// Of a number of seconds since 1970, without its fraction.
std::optional<BrokenDownTime> broken_down_of(const Value& seconds) {
  if (is_nan(seconds)) return std::nullopt;
  return broken_down(to_floor(seconds));
}

/// Of an array as gmtime makes it; missing items are zero, and what is beyond its range is carried on.
std::optional<BrokenDownTime> broken_down_of_fields(const Value& fields) {
  BrokenDownTime time{.year = 1900};
  std::array<std::int64_t*, 8> places = {&time.year,   &time.month,  &time.day,     &time.hour,
                                         &time.minute, &time.second, &time.weekday, &time.year_day};
  Items walk(fields);
  Value field;
  for (std::size_t i = 0; i < places.size() && walk.next(field); ++i) {
    if (!field.is_number() || is_nan(field)) return std::nullopt;
    *places[i] = std::clamp<std::int64_t>(to_integer(field), std::numeric_limits<std::int32_t>::min(),
                                          std::numeric_limits<std::int32_t>::max());
  }
  return broken_down(seconds_of(time));
}

Flow now(Machine& machine, const Value&, Arguments, Value& out) {
  const std::int64_t milliseconds = unix_milliseconds(machine.now());
  Resources& resources = machine.resources();
  const auto problem = compute(resources, Arithmetic::kDivide, Value::integer(milliseconds), Value::integer(1000), out);
  return problem ? machine.fail(*problem) : Flow::kGo;
}

/// The second with the fraction that `seconds` has, digit by digit.
Flow second_of(Machine& machine, const Value& seconds, std::int64_t second, Value& out) {
  Value fraction;
  auto problem =
      compute(machine.resources(), Arithmetic::kSubtract, seconds, Value::integer(to_floor(seconds)), fraction);
  if (!problem) problem = compute(machine.resources(), Arithmetic::kAdd, Value::integer(second), fraction, out);
  return problem ? machine.fail(*problem) : Flow::kGo;
}

Value array_of(Resources& resources, const BrokenDownTime& time, Value second) {
  Value made = new_array(resources, 8);
  for (const std::int64_t field : {time.year, time.month, time.day, time.hour, time.minute})
    push(made, Value::integer(field));
  push(made, std::move(second));
  push(made, Value::integer(time.weekday));
  push(made, Value::integer(time.year_day));
  return made;
}

Flow gmtime_as(Machine& machine, const Value& input, std::string_view name, Value& out) {
  if (!input.is_number()) return machine.fail_about(fmt::format("{}() requires numeric inputs", name), input);
  const auto time = broken_down_of(input);
  if (!time) return machine.fail(kBeyond);
  Value second;
  if (const Flow flow = second_of(machine, input, time->second, second); flow != Flow::kGo) return flow;
  out = array_of(machine.resources(), *time, std::move(second));
  return Flow::kGo;
}

Flow gmtime(Machine& machine, const Value& input, Arguments, Value& out) {
  return gmtime_as(machine, input, "gmtime", out);
}
Flow localtime(Machine& machine, const Value& input, Arguments, Value& out) {
  return gmtime_as(machine, input, "localtime", out);
}

Flow mktime(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_array()) return machine.fail_about("mktime requires array inputs", input);
  const auto time = broken_down_of_fields(input);
  if (!time) return machine.fail_about("mktime requires parsed datetime inputs", input);
  out = Value::integer(seconds_of(*time));
  return Flow::kGo;
}

Flow strftime_as(Machine& machine, const Value& input, const Value& format, std::string_view name, Value& out) {
  if (!input.is_number() && !input.is_array())
    return machine.fail_about(fmt::format("{}/1 requires parsed datetime inputs", name), input);
  const auto time = input.is_number() ? broken_down_of(input) : broken_down_of_fields(input);
  if (!time && input.is_number()) return machine.fail(kBeyond);
  if (!format.is_string()) return machine.fail(fmt::format("{}/1 requires a string format", name));
  if (!time) return machine.fail_about(fmt::format("{}/1 requires parsed datetime inputs", name), input);
  Resources& resources = machine.resources();
  const Value wanted = plain_string(resources, format);
  if (!resources.spend(steps_of(wanted.said().size()))) return machine.over();
  TextBuilder text(resources);
  if (!format_time(text, *time, wanted.said()))
    return machine.fail(fmt::format("{}/1: a width in the format is above 99", name));
  out = text.finish();
  return resources.spend_characters(out.said().size()) ? Flow::kGo : machine.over();
}

Flow strftime(Machine& machine, const Value& input, Arguments given, Value& out) {
  return strftime_as(machine, input, given[0], "strftime", out);
}
Flow strflocaltime(Machine& machine, const Value& input, Arguments given, Value& out) {
  return strftime_as(machine, input, given[0], "strflocaltime", out);
}
Flow todate(Machine& machine, const Value& input, Arguments, Value& out) {
  return strftime_as(machine, input, Value::text(kIso8601), "strftime", out);
}

/// The time that a text says; what stands behind it, beginning with a blank, in `rest`.
Flow parsed(Machine& machine, const Value& input, const Value& format, BrokenDownTime& time, Value& rest) {
  if (!input.is_string() || !format.is_string())
    return machine.fail_about("strptime/1 requires string inputs and arguments", input.is_string() ? format : input);
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  const Value wanted = plain_string(resources, format);
  if (!resources.spend(steps_of(wanted.said().size()) + text.said().size() / 16)) return machine.over();
  std::string_view behind = text.said();
  const auto found = parse_time(behind, wanted.said());
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  if (!found || (!behind.empty() && kBlanks.find(behind[0]) == std::string_view::npos))
    return machine.fail(fmt::format("date {} does not match format {}", machine.shortened(input),
                                    wanted.said() == kIso8601 ? quoted(kIso8601)  // fromdate's own
                                                              : marked(format, Shown::kAlone, quoted(wanted.said()))));
  time = *found;
  if (!behind.empty()) rest = copy_text(resources, behind);
  return Flow::kGo;
}

Flow strptime(Machine& machine, const Value& input, Arguments given, Value& out) {
  BrokenDownTime time;
  Value rest;
  if (const Flow flow = parsed(machine, input, given[0], time, rest); flow != Flow::kGo) return flow;
  out = array_of(machine.resources(), time, Value::integer(time.second));
  if (!rest.is_null()) push(out, std::move(rest));
  return Flow::kGo;
}

Flow fromdate(Machine& machine, const Value& input, Arguments, Value& out) {
  BrokenDownTime time;
  Value rest;
  if (const Flow flow = parsed(machine, input, Value::text(kIso8601), time, rest); flow != Flow::kGo) return flow;
  out = Value::integer(seconds_of(time));
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"now", 0, now},
    {"gmtime", 0, gmtime},
    {"localtime", 0, localtime},
    {"mktime", 0, mktime},
    {"strftime", 1, strftime},
    {"strflocaltime", 1, strflocaltime},
    {"strptime", 1, strptime},
    {"todate", 0, todate},
    {"todateiso8601", 0, todate},
    {"date", 0, todate},
    {"dateiso8601", 0, todate},
    {"fromdate", 0, fromdate},
    {"fromdateiso8601", 0, fromdate},
});

}  // namespace

std::span<const Builtin> date_functions() { return kFunctions; }

}  // namespace causeway::expression
