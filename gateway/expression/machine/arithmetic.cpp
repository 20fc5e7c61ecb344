// The operators between values: `+ - * / %` and the comparisons.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "expression/machine/failure_text.h"
#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/strings.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

Value concatenated(Resources& resources, Value left, const Value& right) {
  const Value first = plain_string(resources, left);
  left = {};
  const Value second = plain_string(resources, right);
  const std::size_t size = first.said().size() + second.said().size();
  Block* const block = first.tag() == Value::Tag::kOwnText && first.sole() ? first.block() : nullptr;
  if (block && size <= block->capacity) {
    resources.spend_bytes(second.said().size());
    std::memcpy(characters(block) + block->size, second.said().data(), second.said().size());
    block->size = static_cast<std::uint32_t>(size);
    return first;
  }
  if (!resources.has_room_for(size)) return {};
  resources.spend_bytes(size);
  // Half as much again for a text that grows by and by.
  Block* const made = new_text(resources, block ? size + size / 2 : size);
  std::memcpy(characters(made), first.said().data(), first.said().size());
  std::memcpy(characters(made) + first.said().size(), second.said().data(), second.said().size());
  made->size = static_cast<std::uint32_t>(size);
  return Value::own(Value::Tag::kOwnText, made);
}

/// `1.5 + 2.5 needs more than 34 digits`: the operands are values that not everybody may see.
std::string with_marks(std::string_view problem, const Value& left, const Value& right) {
  const std::size_t first = problem.find(' ');
  const std::size_t sign = problem.find(' ', first + 1);
  const std::size_t second = problem.find(' ', sign + 1);
  return fmt::format("{}{}{}{}", marked(left, Shown::kAlone, problem.substr(0, first)),
                     problem.substr(first, sign + 1 - first),
                     marked(right, Shown::kAlone, problem.substr(sign + 1, second - sign - 1)), problem.substr(second));
}

Value appended(Resources& resources, Value left, const Value& right) {
  own_array(resources, left);
  if (!resources.spend(size_of(right) / 3) || !resources.has_room_for(size_of(right) * sizeof(Value))) return left;
  const Value held = right;  // NOLINT(performance-unnecessary-copy-initialization): keeps it alive
  Items walk(held);
  for (Value item; walk.next(item);) push(left, std::move(item));
  return left;
}

Value merged(Resources& resources, Value left, const Value& right) {
  own_object(resources, left);
  if (!resources.spend(size_of(right) / 4)) return left;
  const Value held = right;  // NOLINT(performance-unnecessary-copy-initialization): keeps it alive
  for (Members walk(resources, held); walk.next();) put(left, walk.key(), walk.value());
  return left;
}

/// Objects within objects are merged, everything else is replaced. As deep as values may be.
Value merged_deeply(Resources& resources, Value left, const Value& right) {
  own_object(resources, left);
  for (Members walk(resources, right); walk.next();) {
    if (!resources.step() || !resources.has_stack()) break;
    Value& slot = slot_of(left, walk.key());
    if (slot.is_object() && walk.value().is_object()) {
      Value part = std::move(slot);
      slot = merged_deeply(resources, std::move(part), walk.value());
    } else {
      slot = walk.value();
    }
    note_depth(left, slot);
  }
  return left;
}

Value without(Resources& resources, const Value& left, const Value& right) {
  Value rest = new_array(resources);
  Items walk(left);
  for (Value item; walk.next(item);) {
    bool found = false;
    Items others(right);
    for (Value other; !found && others.next(other);) {
      if (!resources.step()) return rest;
      found = equal(resources, item, other);
    }
    if (!found) push(rest, std::move(item));
  }
  return rest;
}

/// Null for a count that is not positive; up to one the text itself.
Flow repeated(Machine& machine, const Value& text, const Value& count, Value& out) {
  Resources& resources = machine.resources();
  if (is_nan(count) || is_negative(count)) {
    out = {};
    return Flow::kGo;
  }
  const std::int64_t times = to_integer(count);
  const Value plain = plain_string(resources, text);
  const std::string_view said = plain.said();
  if (times <= 0 || said.empty()) {
    out = Value::text("");
    return Flow::kGo;
  }
  constexpr std::size_t kLongest = (std::size_t{1} << 30) - 1;
  if (static_cast<std::uint64_t>(times) > kLongest / said.size()) return machine.fail("Repeat string result too long");
  const std::size_t size = said.size() * static_cast<std::size_t>(times);
  if (!resources.has_room_for(size) || !resources.spend_bytes(size)) return machine.over();
  Block* const made = new_text(resources, size);
  char* const begin = characters(made);
  std::memcpy(begin, said.data(), said.size());
  for (std::size_t done = said.size(); done < size;) {
    const std::size_t more = std::min(done, size - done);
    std::memcpy(begin + done, begin, more);
    done += more;
  }
  made->size = static_cast<std::uint32_t>(size);
  out = Value::own(Value::Tag::kOwnText, made);
  return Flow::kGo;
}

std::string_view verb(Arithmetic operation) {
  switch (operation) {
    case Arithmetic::kAdd:
      return "added";
    case Arithmetic::kSubtract:
      return "subtracted";
    case Arithmetic::kMultiply:
      return "multiplied";
    default:
      return "divided";
  }
}

bool holds(Resources& resources, Comparison comparison, const Value& left, const Value& right) {
  const bool nan = is_nan(left) || (is_nan(right) && right.kind() == left.kind());
  if (comparison == Comparison::kEqual) return !nan && equal(resources, left, right);
  if (comparison == Comparison::kNotEqual) return nan || !equal(resources, left, right);
  // nan is less than every number, itself too.
  if (is_nan(left) && right.is_number()) return comparison == Comparison::kLess || comparison == Comparison::kLessEqual;
  const auto sign = order(resources, left, right);
  switch (comparison) {
    case Comparison::kLess:
      return sign < 0;
    case Comparison::kLessEqual:
      return sign <= 0;
    case Comparison::kGreater:
      return sign > 0;
    default:
      return sign >= 0;
  }
}

}  // namespace

Flow Machine::arithmetic(Arithmetic operation, Value left, const Value& right, Value& out) {
  const Kind first = left.kind();
  const Kind second = right.kind();
  if (first == Kind::kNumber && second == Kind::kNumber) {
    const bool divides = operation == Arithmetic::kDivide || operation == Arithmetic::kModulo;
    if (divides && (is_zero(right) || (operation == Arithmetic::kModulo && !is_nan(right) && to_integer(right) == 0)))
      return fail(fmt::format("{} and {} cannot be divided{} because the divisor is zero", described(left),
                              described(right), operation == Arithmetic::kModulo ? " (remainder)" : ""));
    if (const auto problem = compute(resources_, operation, left, right, out))
      return fail(with_marks(*problem, left, right));
    return Flow::kGo;
  }
  switch (operation) {
    case Arithmetic::kAdd:
      if (first == Kind::kNull || second == Kind::kNull) {
        out = first == Kind::kNull ? right : std::move(left);
        return Flow::kGo;
      }
      if (first != second || first < Kind::kString) break;
      out = first == Kind::kString  ? concatenated(resources_, std::move(left), right)
            : first == Kind::kArray ? appended(resources_, std::move(left), right)
                                    : merged(resources_, std::move(left), right);
      return Flow::kGo;
    case Arithmetic::kSubtract:
      if (first != Kind::kArray || second != Kind::kArray) break;
      out = without(resources_, left, right);
      return Flow::kGo;
    case Arithmetic::kMultiply:
      if (first == Kind::kObject && second == Kind::kObject) {
        if (both_deeper_than_operands(left, right)) return fail("Object merge too deep");
        out = merged_deeply(resources_, std::move(left), right);
        return Flow::kGo;
      }
      if (first == Kind::kString && second == Kind::kNumber) return repeated(*this, left, right, out);
      if (first == Kind::kNumber && second == Kind::kString) return repeated(*this, right, left, out);
      break;
    case Arithmetic::kDivide:
      if (first != Kind::kString || second != Kind::kString) break;
      out = split_text(resources_, plain_string(resources_, left).said(), plain_string(resources_, right).said());
      return Flow::kGo;
    case Arithmetic::kModulo:
      break;
  }
  return fail(fmt::format("{} and {} cannot be {}{}", described(left), described(right), verb(operation),
                          operation == Arithmetic::kModulo ? " (remainder)" : ""));
}

Flow Machine::compare(Comparison comparison, const Value& left, const Value& right, bool& out) {
  if (both_deeper_than_operands(left, right)) [[unlikely]] {
    const bool equality = comparison == Comparison::kEqual || comparison == Comparison::kNotEqual;
    return fail(equality ? "Equality check too deep" : "Comparison too deep");
  }
  out = holds(resources_, comparison, left, right);
  return Flow::kGo;
}
}  // namespace causeway::expression
