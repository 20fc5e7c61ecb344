// test, match, capture, scan, split, splits, sub, gsub.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/failure_text.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/regex.h"
#include "expression/values/strings.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Groups = std::vector<re2::StringPiece>;

std::string_view view(const re2::StringPiece& piece) { return {piece.data(), piece.size()}; }

/// A text, and what is looked for in it.
struct Search {
  Value input;
  Value text;
  std::shared_ptr<const Regex> regex;
  bool global = false;
};

/// So many bytes of flags are shown.
constexpr std::size_t kLongestFlags = 32;

Flow refused(Machine& machine, const RegexProblem& problem, const Value& pattern, const Value& flags) {
  const auto said = [&](const Value& value) { return std::string(plain_string(machine.resources(), value).said()); };
  switch (problem.of) {
    case RegexProblem::Of::kSize:
      return machine.fail(problem.what);
    case RegexProblem::Of::kFlags:
      return machine.fail(
          fmt::format("{} {}", marked(flags, Shown::kAlone, shortened(said(flags), kLongestFlags)), problem.what));
    default:
      return machine.fail(fmt::format("{} (at offset 0) is not a valid regex: {}{}",
                                      marked(pattern, Shown::kAlone, said(pattern)), problem.what,
                                      marked(pattern, Shown::kPart, problem.near)));
  }
}

/// `pattern` may be [pattern, flags].
Flow begin(Machine& machine, const Value& input, Value pattern, Value flags, bool global, Search& out) {
  Resources& resources = machine.resources();
  if (pattern.is_array() && flags.is_null()) {
    flags = item_at(resources, pattern, 1);
    pattern = item_at(resources, pattern, 0);
  }
  if (!input.is_string())
    return machine.fail(fmt::format("{} cannot be matched, as it is not a string", machine.described(input)));
  if (!pattern.is_string())
    return machine.fail(fmt::format("{} cannot be matched, as it is not a string", machine.described(pattern)));
  if (!flags.is_string() && !flags.is_null())
    return machine.fail(fmt::format("{} is not a string", machine.described(flags)));
  out.text = plain_string(resources, input);
  const Value said = plain_string(resources, pattern);
  const Value marks = flags.is_null() ? Value::text("") : plain_string(resources, flags);
  if (!resources.spend(16 + said.said().size() / 16)) return machine.over();
  auto found = find_regex(said.said(), marks.said(), resources, machine.limits().pattern);
  if (const auto* const problem = std::get_if<RegexProblem>(&found)) return refused(machine, *problem, pattern, flags);
  out.regex = std::get<0>(std::move(found));
  out.global = global || out.regex->global;
  return Flow::kGo;
}

/// `see(groups) -> Flow` for each match, with all groups, or with as many as are wanted.
template <class See>
Flow each_match(Machine& machine, const Search& search, See see, std::optional<std::size_t> wanted = std::nullopt) {
  const std::string_view text = search.text.said();
  Groups groups(wanted.value_or(static_cast<std::size_t>(search.regex->groups) + 1));
  std::size_t start = 0;
  while (start <= text.size()) {
    if (!find_match(*search.regex, text, start, groups, machine.resources()))
      return machine.resources().exceeded() == Exceeded::kNothing ? Flow::kGo : machine.over();
    const bool empty = groups[0].empty();
    const auto end = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
    if (!empty || !search.regex->skip_empty)
      if (const Flow flow = see(groups); flow != Flow::kGo) return flow;
    if (!search.global) break;
    start = end;
    if (!empty) continue;
    std::string_view rest = text.substr(end);
    if (rest.empty()) break;
    const std::size_t before = rest.size();
    take_point(rest);
    start += before - rest.size();
  }
  return Flow::kGo;
}

/// Counts the code points before places that never go back.
class Points {
 public:
  explicit Points(std::string_view text) : text_(text) {}
  Value before(const char* place) {
    const auto offset = static_cast<std::size_t>(place - text_.data());
    if (offset < counted_) points_ = counted_ = 0;
    points_ += count_points(text_.substr(counted_, offset - counted_));
    counted_ = offset;
    return Value::integer(static_cast<std::int64_t>(points_));
  }

 private:
  std::string_view text_;
  std::size_t counted_ = 0;
  std::size_t points_ = 0;
};

Value length_of(std::string_view text) { return Value::integer(static_cast<std::int64_t>(count_points(text))); }

Value match_value(Resources& resources, const Search& search, const Groups& groups, Points& points) {
  Value captures = new_array(resources, groups.size() - 1);
  Value made = new_object(resources, 4);
  put_new(made, Value::text("offset"), points.before(groups[0].data()));
  put_new(made, Value::text("length"), length_of(view(groups[0])));
  put_new(made, Value::text("string"), copy_text(resources, view(groups[0])));
  for (std::size_t i = 1; i < groups.size(); ++i) {
    const bool there = groups[i].data() != nullptr;
    const std::string_view name = search.regex->name_of(static_cast<int>(i));
    Value capture = new_object(resources, 4);
    put_new(capture, Value::text("offset"), there ? points.before(groups[i].data()) : Value::integer(-1));
    put_new(capture, Value::text("length"), there ? length_of(view(groups[i])) : Value::integer(0));
    put_new(capture, Value::text("string"), there ? copy_text(resources, view(groups[i])) : Value());
    put_new(capture, Value::text("name"), name.empty() ? Value() : copy_text(resources, name));
    push(captures, std::move(capture));
  }
  put_new(made, Value::text("captures"), std::move(captures));
  return made;
}

/// The named groups as an object.
Value named_groups(Resources& resources, const Search& search, const Groups& groups) {
  Value made = new_object(resources, groups.size());
  for (std::size_t i = 1; i < groups.size(); ++i) {
    const std::string_view name = search.regex->name_of(static_cast<int>(i));
    if (name.empty()) continue;
    put(made, copy_text(resources, name), groups[i].data() ? copy_text(resources, view(groups[i])) : Value());
  }
  return made;
}

using Use = Flow (*)(Machine& machine, const Search& search, const Call& call, const Spot& input, Sink& sink);

/// Evaluates pattern and flags; `kReplacement`: another argument stands between them.
template <Use kUse, bool kGlobal, bool kReplacement = false>
Flow with_pattern(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const Spot plain{input.value};
  const std::size_t flags_at = kReplacement ? 2 : 1;
  SinkOf unplaced([&](Value value, const PathLink*) {
    return sink.take(std::move(value), input.path ? Machine::no_path() : nullptr);
  });
  return machine.each_to(call.argument(0), call.frame, plain, [&](Value pattern, const PathLink*) {
    const auto use = [&](Value flags, const PathLink*) {
      Search search;
      const Flow flow = begin(machine, input.value, pattern, std::move(flags), kGlobal, search);
      return flow == Flow::kGo ? kUse(machine, search, call, plain, unplaced) : flow;
    };
    if (call.node.b <= flags_at) return use(Value(), nullptr);
    return machine.each_to(call.argument(flags_at), call.frame, plain, use);
  });
}

Flow use_test(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  bool found = false;
  const Flow flow = each_match(
      machine, search,
      [&](const Groups&) {
        found = true;
        return machine.stop(&found);
      },
      1);
  if (flow != Flow::kGo && !machine.stopped_at(flow, &found)) return flow;
  return sink.take(Value(found), nullptr);
}

Flow use_match(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  Points points(search.text.said());
  return each_match(machine, search, [&](const Groups& groups) {
    return sink.take(match_value(machine.resources(), search, groups, points), nullptr);
  });
}

Flow use_capture(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  return each_match(machine, search, [&](const Groups& groups) {
    return sink.take(named_groups(machine.resources(), search, groups), nullptr);
  });
}

Flow use_scan(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  Resources& resources = machine.resources();
  return each_match(machine, search, [&](const Groups& groups) {
    if (groups.size() == 1) return sink.take(copy_text(resources, view(groups[0])), nullptr);
    Value captures = new_array(resources, groups.size() - 1);
    for (std::size_t i = 1; i < groups.size(); ++i)
      push(captures, groups[i].data() ? copy_text(resources, view(groups[i])) : Value());
    return sink.take(std::move(captures), nullptr);
  });
}

/// What stands between the matches, one by one.
template <class Take>
Flow each_gap(Machine& machine, const Search& search, Take take) {
  const std::string_view text = search.text.said();
  std::size_t from = 0;
  const Flow flow = each_match(
      machine, search,
      [&](const Groups& groups) {
        const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
        const Flow behind = take(text.substr(from, at - from));
        from = at + groups[0].size();
        return behind;
      },
      1);
  return flow == Flow::kGo ? take(text.substr(from)) : flow;
}

Flow use_splits(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  return each_gap(machine, search,
                  [&](std::string_view gap) { return sink.take(copy_text(machine.resources(), gap), nullptr); });
}

Flow use_split(Machine& machine, const Search& search, const Call&, const Spot&, Sink& sink) {
  Value parts = new_array(machine.resources());
  const Flow flow = each_gap(machine, search, [&](std::string_view gap) {
    push(parts, copy_text(machine.resources(), gap));
    return Flow::kGo;
  });
  return flow == Flow::kGo ? sink.take(std::move(parts), nullptr) : flow;
}

/// A match, and every text that the replacement gives for it.
struct Edit {
  std::size_t begin;
  std::size_t end;
  Value texts;
};

Flow use_sub(Machine& machine, const Search& search, const Call& call, const Spot&, Sink& sink) {
  Resources& resources = machine.resources();
  const std::string_view text = search.text.said();
  std::vector<Edit> edits;
  std::size_t most = 0;
  const Flow found = each_match(machine, search, [&](const Groups& groups) {
    const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
    Value texts = new_array(resources, 1);
    const Value named = named_groups(resources, search, groups);
    const Flow flow = machine.each_to(call.argument(1), call.frame, {named}, [&](Value value, const PathLink*) {
      if (!value.is_string())
        return machine.fail(fmt::format("{} cannot be added to a string", machine.described(value)));
      push(texts, plain_string(resources, value));
      return Flow::kGo;
    });
    most = std::max(most, size_of(texts));
    edits.push_back({at, at + groups[0].size(), std::move(texts)});
    return flow;
  });
  if (found != Flow::kGo) return found;
  if (edits.empty()) return sink.take(search.text, nullptr);
  // The first results of the replacement together, then the second ones, as jq gives them.
  for (std::size_t i = 0; i < most; ++i) {
    TextBuilder made(resources, text.size());
    std::size_t from = 0;
    for (const Edit& edit : edits) {
      if (size_of(edit.texts) <= i) continue;
      made.append(text.substr(from, edit.begin - from));
      made.append(items(edit.texts.block())[i].said());
      from = edit.end;
    }
    made.append(text.substr(from));
    if (const Flow flow = sink.take(made.finish(), nullptr); flow != Flow::kGo) return flow;
  }
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"test", 1, nullptr, nullptr, with_pattern<use_test, false>},
    {"test", 2, nullptr, nullptr, with_pattern<use_test, false>},
    {"match", 1, nullptr, nullptr, with_pattern<use_match, false>},
    {"match", 2, nullptr, nullptr, with_pattern<use_match, false>},
    {"capture", 1, nullptr, nullptr, with_pattern<use_capture, false>},
    {"capture", 2, nullptr, nullptr, with_pattern<use_capture, false>},
    {"scan", 1, nullptr, nullptr, with_pattern<use_scan, true>},
    {"scan", 2, nullptr, nullptr, with_pattern<use_scan, true>},
    {"split", 2, nullptr, nullptr, with_pattern<use_split, true>},
    {"splits", 1, nullptr, nullptr, with_pattern<use_splits, true>},
    {"splits", 2, nullptr, nullptr, with_pattern<use_splits, true>},
    {"sub", 2, nullptr, nullptr, with_pattern<use_sub, false, true>},
    {"sub", 3, nullptr, nullptr, with_pattern<use_sub, false, true>},
    {"gsub", 2, nullptr, nullptr, with_pattern<use_sub, true, true>},
    {"gsub", 3, nullptr, nullptr, with_pattern<use_sub, true, true>},
});

}  // namespace

std::span<const Builtin> pattern_functions() { return kFunctions; }

}  // namespace causeway::expression
