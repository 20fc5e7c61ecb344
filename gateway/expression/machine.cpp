#include "expression/machine.h"

#include <fmt/format.h>

#include <algorithm>

#include "expression/containers.h"
#include "expression/text_builder.h"

namespace causeway::expression {
namespace {

/// How much of the thread's stack a run may use. Threads have 8 MiB; sanitized frames are larger.
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
constexpr std::size_t kStack = std::size_t{4} << 20;
#else
constexpr std::size_t kStack = std::size_t{2} << 20;
#endif

/// Values in messages are cut to so many bytes.
constexpr std::size_t kShort = 29;

const PathLink kRoot;
const PathLink kNoPath;

}  // namespace

const PathLink* Machine::root_path() { return &kRoot; }
const PathLink* Machine::no_path() { return &kNoPath; }

Machine::Machine(const Plan& plan, const Values& values, Resources& resources, std::size_t depth)
    : plan_(plan),
      values_(values),
      resources_(resources),
      depth_(depth),
      stack_end_(static_cast<const char*>(__builtin_frame_address(0)) - kStack) {}

bool Machine::read_input(Bytes input) {
  auto read = JsonDocument::read(input, {}, &resources_);
  if (const auto* const problem = std::get_if<JsonProblem>(&read)) {
    fail(fmt::format("the input cannot be read: {} at byte {}", problem->what, problem->offset));
    return false;
  }
  document_ = std::get<JsonDocument>(std::move(read));
  input_ = Value::node(*document_, 0);
  return true;
}

Flow Machine::run(Sink& sink) {
  struct Slots {
    explicit Slots(Resources& owner, std::uint32_t size) : resources(owner), count(size) {
      values = static_cast<Value*>(resources.take(count * sizeof(Value), size_class));
      std::uninitialized_default_construct_n(values, count);
    }
    ~Slots() {
      std::destroy_n(values, count);
      resources.release(values, size_class);
    }
    Resources& resources;
    std::uint32_t count;
    Value* values;
    std::uint8_t size_class = 0;
  };
  const Slots slots(resources_, plan_.slots);
  const Frame frame{nullptr, nullptr, slots.values};
  return each(plan_.root, frame, {input_}, sink);
}

Flow Machine::context(Variable variable, Value& out) {
  auto& document = context_[static_cast<std::size_t>(variable)];
  if (!document) {
    auto read = JsonDocument::read(values_.get(variable), {}, &resources_);
    if (const auto* const problem = std::get_if<JsonProblem>(&read))
      return fail(fmt::format("{} cannot be read: {} at byte {}", name_of(variable), problem->what, problem->offset));
    document = std::get<JsonDocument>(std::move(read));
  }
  out = Value::node(*document, 0);
  return Flow::kGo;
}

Flow Machine::fail(std::string_view message) { return fail_with(copy_text(resources_, message)); }

Flow Machine::fail_with(Value error) {
  error_ = std::move(error);
  return Flow::kError;
}

bool Machine::deep_enough_stack() {
  return static_cast<const char*>(__builtin_frame_address(0)) > stack_end_ || resources_.end(Exceeded::kDepth);
}

std::string Machine::shortened(const Value& value) {
  TextBuilder text(resources_);
  text.limit(kShort + 8);
  write_json(text, value);
  std::string_view whole = text.view();
  if (whole.size() <= kShort) return std::string(whole);
  const std::string_view end = value.is_string()   ? "...\""
                               : value.is_array()  ? "...]"
                               : value.is_object() ? "...}"
                                                   : "...";
  std::size_t size = kShort - end.size();
  while (size > 0 && (static_cast<unsigned char>(whole[size]) & 0xc0) == 0x80) --size;
  return fmt::format("{}{}", whole.substr(0, size), end);
}

std::string Machine::described(const Value& value) {
  return fmt::format("{} ({})", name_of(value.kind()), shortened(value));
}

}  // namespace causeway::expression
