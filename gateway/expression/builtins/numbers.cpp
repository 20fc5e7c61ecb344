// Functions of numbers. What can be exact is; functions of analysis give the nearest double's shortest digits.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/decimal.h"
#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

/// Steps that a function of doubles takes, with reading and writing them.
constexpr std::uint64_t kOfAnalysis = 8;

Flow not_a_number(Machine& machine, const Value& value) {
  return machine.fail(fmt::format("{} number required", machine.described(value)));
}

bool finite(const Value& number) {
  return number.tag() != Value::Tag::kNan && number.tag() != Value::Tag::kInfinite &&
         number.tag() != Value::Tag::kMinusInfinite;
}

/// Exactly, toward negative infinity.
Value floor_value(Resources& resources, const Value& number) {
  if (!finite(number) || number.tag() == Value::Tag::kInteger) return number;
  char scratch[24];
  spend_digits(resources, number);
  return copy_number(resources, floor_of(number.digits(scratch)));
}

enum class Round : std::uint8_t { kDown, kUp, kNearest, kToZero };

/// Exactly; halves away from zero.
template <Round kRound>
Flow rounded(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  Resources& resources = machine.resources();
  const bool minus = is_negative(input);
  if (kRound == Round::kDown || (kRound == Round::kToZero && !minus)) {
    out = floor_value(resources, input);
    return Flow::kGo;
  }
  if (kRound == Round::kUp || kRound == Round::kToZero) {
    out = negated(resources, floor_value(resources, negated(resources, input)));
    return Flow::kGo;
  }
  Value more;
  const Value magnitude = minus ? negated(resources, input) : input;
  if (auto problem = compute(resources, Arithmetic::kAdd, magnitude, Value::token("0.5"), more))
    return machine.fail(*problem);
  more = floor_value(resources, more);
  out = minus ? negated(resources, more) : more;
  return Flow::kGo;
}

/// What is no number stays as it is, as in jq, where it is what is below 0 that is negated.
Flow abs(Machine& machine, const Value& input, Arguments, Value& out) {
  if (input.kind() < Kind::kNumber) return machine.fail(fmt::format("{} cannot be negated", machine.described(input)));
  const bool changes = input.is_number() && (is_negative(input) || is_zero(input));
  out = !changes ? input : is_zero(input) ? Value::integer(0) : negated(machine.resources(), input);
  return Flow::kGo;
}

Flow fabs(Machine& machine, const Value& input, Arguments given, Value& out) {
  return input.is_number() ? abs(machine, input, given, out) : not_a_number(machine, input);
}

template <double (*kFunction)(double)>
Flow analytic(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  machine.resources().spend(kOfAnalysis);
  spend_digits(machine.resources(), input);
  out = from_double(machine.resources(), kFunction(to_double(input)));
  return Flow::kGo;
}

template <double (*kFunction)(double, double)>
Flow analytic2(Machine& machine, const Value&, Arguments given, Value& out) {
  machine.resources().spend(kOfAnalysis);
  for (const Value& value : given) {
    if (!value.is_number()) return not_a_number(machine, value);
    spend_digits(machine.resources(), value);
  }
  out = from_double(machine.resources(), kFunction(to_double(given[0]), to_double(given[1])));
  return Flow::kGo;
}

double fma_of(double a, double b, double c) { return std::fma(a, b, c); }
double exp10_of(double a) { return std::pow(10.0, a); }
double significand_of(double a) {
  if (a == 0 || !std::isfinite(a)) return a;
  int exponent = 0;
  return std::frexp(a, &exponent) * 2;
}
double ldexp_of(double a, double b) {
  return std::ldexp(a, static_cast<int>(std::clamp(std::isnan(b) ? 0.0 : b, -10000.0, 10000.0)));
}

double lgamma_of(double a) {
  int sign = 0;  // std::lgamma keeps it for all threads in one place
  return ::lgamma_r(a, &sign);
}

/// Bessel functions of an order, which takes as many steps as it says.
template <double (*kFunction)(int, double)>
Flow bessel(Machine& machine, const Value&, Arguments given, Value& out) {
  for (const Value& value : given)
    if (!value.is_number()) return not_a_number(machine, value);
  const std::int64_t order = std::clamp<std::int64_t>(to_integer(given[0]), -1'000'000'000, 1'000'000'000);
  if (!machine.resources().spend(static_cast<std::uint64_t>(std::abs(order)))) return machine.over();
  out = from_double(machine.resources(), kFunction(static_cast<int>(order), to_double(given[1])));
  return Flow::kGo;
}

Flow fma(Machine& machine, const Value&, Arguments given, Value& out) {
  for (const Value& value : given)
    if (!value.is_number()) return not_a_number(machine, value);
  out = from_double(machine.resources(), fma_of(to_double(given[0]), to_double(given[1]), to_double(given[2])));
  return Flow::kGo;
}

Flow pair_of(Machine& machine, double first, double second, Value& out) {
  out = new_array(machine.resources(), 2);
  push(out, from_double(machine.resources(), first));
  push(out, from_double(machine.resources(), second));
  return Flow::kGo;
}

Flow frexp(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  int exponent = 0;
  const double value = to_double(input);
  const double fraction = std::frexp(value, &exponent);
  return pair_of(machine, fraction, std::isfinite(value) ? exponent : 0, out);
}

Flow lgamma_with_sign(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  int sign = 0;
  const double value = ::lgamma_r(to_double(input), &sign);
  return pair_of(machine, value, sign, out);
}

Flow modf(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  double whole = 0;
  const double fraction = std::modf(to_double(input), &whole);
  return pair_of(machine, fraction, whole, out);
}

template <Value::Tag kTag>
Flow special(Machine&, const Value&, Arguments, Value& out) {
  out = Value::special(kTag);
  return Flow::kGo;
}

Flow isnan_of(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  out = Value(is_nan(input));
  return Flow::kGo;
}

Flow isinfinite(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  out = Value(!finite(input) && !is_nan(input));
  return Flow::kGo;
}

Flow isnormal(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_number()) return not_a_number(machine, input);
  out = Value(finite(input) && !is_zero(input));
  return Flow::kGo;
}

Flow yes(Machine&, const Value&, Arguments, Value& out) {
  out = Value(true);
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"floor", 0, rounded<Round::kDown>},
    {"ceil", 0, rounded<Round::kUp>},
    {"round", 0, rounded<Round::kNearest>},
    {"trunc", 0, rounded<Round::kToZero>},
    {"abs", 0, abs},
    {"fabs", 0, fabs},
    {"sqrt", 0, analytic<std::sqrt>},
    {"cbrt", 0, analytic<std::cbrt>},
    {"exp", 0, analytic<std::exp>},
    {"exp2", 0, analytic<std::exp2>},
    {"exp10", 0, analytic<exp10_of>},
    {"pow10", 0, analytic<exp10_of>},
    {"expm1", 0, analytic<std::expm1>},
    {"log", 0, analytic<std::log>},
    {"log2", 0, analytic<std::log2>},
    {"log10", 0, analytic<std::log10>},
    {"log1p", 0, analytic<std::log1p>},
    {"logb", 0, analytic<std::logb>},
    {"sin", 0, analytic<std::sin>},
    {"cos", 0, analytic<std::cos>},
    {"tan", 0, analytic<std::tan>},
    {"asin", 0, analytic<std::asin>},
    {"acos", 0, analytic<std::acos>},
    {"atan", 0, analytic<std::atan>},
    {"sinh", 0, analytic<std::sinh>},
    {"cosh", 0, analytic<std::cosh>},
    {"tanh", 0, analytic<std::tanh>},
    {"asinh", 0, analytic<std::asinh>},
    {"acosh", 0, analytic<std::acosh>},
    {"atanh", 0, analytic<std::atanh>},
    {"tgamma", 0, analytic<std::tgamma>},
    {"lgamma", 0, analytic<lgamma_of>},
    {"gamma", 0, analytic<lgamma_of>},
    {"lgamma_r", 0, lgamma_with_sign},
    {"erf", 0, analytic<std::erf>},
    {"erfc", 0, analytic<std::erfc>},
    {"j0", 0, analytic<::j0>},
    {"j1", 0, analytic<::j1>},
    {"y0", 0, analytic<::y0>},
    {"y1", 0, analytic<::y1>},
    {"jn", 2, bessel<::jn>},
    {"yn", 2, bessel<::yn>},
    {"nearbyint", 0, analytic<std::nearbyint>},
    {"rint", 0, analytic<std::nearbyint>},
    {"significand", 0, analytic<significand_of>},
    {"pow", 2, analytic2<std::pow>},
    {"atan2", 2, analytic2<std::atan2>},
    {"fmod", 2, analytic2<std::fmod>},
    {"fmin", 2, analytic2<std::fmin>},
    {"fmax", 2, analytic2<std::fmax>},
    {"fdim", 2, analytic2<std::fdim>},
    {"hypot", 2, analytic2<std::hypot>},
    {"copysign", 2, analytic2<std::copysign>},
    {"drem", 2, analytic2<std::remainder>},
    {"remainder", 2, analytic2<std::remainder>},
    {"nextafter", 2, analytic2<std::nextafter>},
    {"nexttoward", 2, analytic2<std::nextafter>},
    {"ldexp", 2, analytic2<ldexp_of>},
    {"scalb", 2, analytic2<ldexp_of>},
    {"scalbln", 2, analytic2<ldexp_of>},
    {"fma", 3, fma},
    {"frexp", 0, frexp},
    {"modf", 0, modf},
    {"infinite", 0, special<Value::Tag::kInfinite>},
    {"nan", 0, special<Value::Tag::kNan>},
    {"isnan", 0, isnan_of},
    {"isinfinite", 0, isinfinite},
    {"isnormal", 0, isnormal},
    {"have_decnum", 0, yes},
    {"have_literal_numbers", 0, yes},
});

}  // namespace

std::span<const Builtin> number_functions() { return kFunctions; }

}  // namespace causeway::expression
