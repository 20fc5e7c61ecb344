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

/// The variables of the program itself.
struct Slots {
  Slots(Resources& owner, std::uint32_t size) : resources(owner), count(size) {
    if (count == 0) return;
    values = static_cast<Value*>(resources.take(count * sizeof(Value), size_class));
    std::uninitialized_default_construct_n(values, count);
  }
  ~Slots() {
    std::destroy_n(values, count);
    if (values) resources.release(values, size_class);
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  Resources& resources;
  std::uint32_t count;
  Value* values = nullptr;
  std::uint8_t size_class = 0;
};

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

const JsonDocument* Machine::document_of(Bytes text, std::optional<JsonDocument>& place, JsonProblem& problem) {
  if (place) return &*place;
  const JsonReadOptions options;
  const JsonDocument* const known = values_.known(text);
  if (known && known->depth() <= options.depth) return known;
  auto read = JsonDocument::read(text, options, &resources_);
  if (const auto* const found = std::get_if<JsonProblem>(&read)) {
    problem = *found;
    return nullptr;
  }
  return &place.emplace(std::get<JsonDocument>(std::move(read)));
}

bool Machine::read_input(Bytes input) {
  JsonProblem problem;
  const JsonDocument* const document = document_of(input, document_, problem);
  if (!document) {
    fail(fmt::format("the input cannot be read: {} at byte {}", problem.what, problem.offset));
    return false;
  }
  input_ = Value::node(*document, 0);
  return true;
}

Flow Machine::run(Sink& sink) {
  const Slots slots(resources_, plan_.slots);
  const Frame frame{nullptr, nullptr, slots.values};
  return each(plan_.root, frame, {input_}, sink);
}

Flow Machine::write_result(TextBuilder& out) {
  const Slots slots(resources_, plan_.slots);
  const Frame frame{nullptr, nullptr, slots.values};
  return write(plan_.root, frame, {input_}, out);
}

Flow Machine::context(Variable variable, Value& out) {
  JsonProblem problem;
  const JsonDocument* const document =
      document_of(values_.get(variable), context_[static_cast<std::size_t>(variable)], problem);
  if (!document)
    return fail(fmt::format("{} cannot be read: {} at byte {}", name_of(variable), problem.what, problem.offset));
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
