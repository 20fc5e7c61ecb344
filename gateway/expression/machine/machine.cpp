#include "expression/machine/machine.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <functional>

#include "expression/machine/failure_text.h"
#include "expression/values/containers.h"
#include "expression/values/strings.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

/// How much of the thread's stack a run may use, where there is so much. Sanitized frames are larger.
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
constexpr std::size_t kStack = std::size_t{4} << 20;
#else
constexpr std::size_t kStack = std::size_t{2} << 20;
#endif

/// What lies behind it is left to what a run calls, the deepest of which is a match of a pattern.
constexpr std::size_t kLeftOver = std::size_t{256} << 10;

/// The lowest address of this thread's stack that a run may use: threads may have less than 8 MiB (setrlimit(2)).
const char* stack_end() {
  thread_local const char* const lowest = [] {
    void* low = nullptr;
    std::size_t size = 0;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &low, &size);
      pthread_attr_destroy(&attributes);
    }
    return static_cast<const char*>(low) + std::min(kLeftOver, size / 2);
  }();
  return lowest;
}

/// Steps that the making of a message takes.
constexpr std::uint64_t kFailure = 16;

/// As much of what a program throws is looked at.
constexpr std::size_t kLongestThrown = 4096;

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
    : plan_(plan), values_(values), resources_(resources), depth_(depth) {
  const char* const here = static_cast<const char*>(__builtin_frame_address(0));
  resources_.end_stack_at(std::max(here - kStack, stack_end(), std::less<>()));
}

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
  context_read_[static_cast<std::size_t>(variable)] = document;
  out = Value::node(*document, 0);
  return Flow::kGo;
}

Flow Machine::fail(std::string_view message) {
  resources_.spend(kFailure);
  fail_with(copy_text(resources_, message));
  marked_ = true;
  return Flow::kError;
}

Flow Machine::fail_about(std::string_view message, const Value& value) {
  return fail(fmt::format("{}{}", message, marked(value, Shown::kAside, fmt::format(" ({})", in_short(value)))));
}

Flow Machine::fail_with(Value error) {
  error_ = std::move(error);
  marked_ = false;
  return Flow::kError;
}

Value Machine::take_error() {
  if (std::exchange(marked_, false)) error_ = copy_text(resources_, told_within(error_.said()));
  return std::move(error_);
}

std::string Machine::told_error() {
  std::vector<ReadDocument> documents;
  if (input_.tag() == Value::Tag::kDocument) documents.push_back({&input_.document(), "."});
  for (std::size_t i = 0; i < context_read_.size(); ++i)
    if (context_read_[i]) documents.push_back({context_read_[i], name_of(static_cast<Variable>(i))});
  const FailureText text(plan_, std::move(documents), absences_, values_.surroundings().masked);
  if (marked_) return text.told_outside(error_.said());
  if (error_.is_string()) return text.thrown(plain_string(resources_, error_).said());
  TextBuilder json(resources_);
  json.limit(kLongestThrown);
  write_json(json, error_);
  // Whether a name in the rest is masked, nobody has seen.
  if (json.view().size() >= kLongestThrown) return fmt::format("error (not a string): {}", name_of(error_.kind()));
  return fmt::format("error (not a string): {}", cut(text.thrown(json.view()), error_));
}

std::string Machine::cut(std::string_view json, const Value& value) {
  if (json.size() <= kShort) return std::string(json);
  const std::string_view end = value.is_string()   ? "...\""
                               : value.is_array()  ? "...]"
                               : value.is_object() ? "...}"
                                                   : "...";
  return fmt::format("{}{}", first_bytes(json, kShort - end.size()), end);
}

std::string Machine::in_short(const Value& value) {
  TextBuilder text(resources_);
  text.limit(kShort + 8);
  write_json(text, value);
  return cut(text.view(), value);
}

std::string Machine::shortened(const Value& value) { return marked(value, Shown::kAlone, in_short(value)); }

std::string Machine::described(const Value& value) {
  return fmt::format("{}{}", name_of(value.kind()),
                     marked(value, Shown::kBehindKind, fmt::format(" ({})", in_short(value))));
}

std::string Machine::kind_of(const Value& value) {
  return fmt::format("{}{}", name_of(value.kind()), marked(value, Shown::kBehindKind, {}));
}

}  // namespace causeway::expression
