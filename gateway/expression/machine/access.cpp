// Reading parts of values: `.name`, `[…]`, slices, `[]`, `..`.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

struct Range {
  std::size_t begin;
  std::size_t end;
};

/// Toward the end of the slice: up.
std::int64_t to_ceiling(const Value& number) {
  const std::int64_t below = to_floor(number);
  if (below == std::numeric_limits<std::int64_t>::max()) return below;
  return order_numbers(number, Value::integer(below)) > 0 ? below + 1 : below;
}

Range range_of(const Value& from, const Value& to, std::size_t size) {
  const auto length = static_cast<std::int64_t>(size);
  const auto place = [length](std::int64_t at) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(at < 0 ? at + length : at, 0, length));
  };
  const bool has_begin = from.is_number() && !is_nan(from);
  const bool has_end = to.is_number() && !is_nan(to);
  const std::size_t begin = has_begin ? place(to_floor(from)) : 0;
  const std::size_t end = has_end ? place(to_ceiling(to)) : size;
  return {begin, std::max(begin, end)};
}

bool is_bound(const Value& value) { return value.is_null() || value.is_number(); }

}  // namespace

bool slice_bounds(Resources& resources, const Value& key, Value& from, Value& to) {
  if (!key.is_object()) return false;
  const auto start = member_of(resources, key, "start");
  const auto end = member_of(resources, key, "end");
  if (!start || !end) return false;
  from = *start;
  to = *end;
  return true;
}

void slice_range(const Value& from, const Value& to, std::size_t size, std::size_t& begin, std::size_t& end) {
  const Range range = range_of(from, to, size);
  begin = range.begin;
  end = range.end;
}

JsonDocument::Index Machine::find_member(const Value& object, std::string_view name) {
  const JsonDocument& document = object.document();
  LastFound& last = last_found_.data()[object.index() == 0 ? 0 : 1];
  if (last.document != &document || last.object != object.index()) last = {&document, object.index()};
  resources_.spend(document.size(object.index()) / 16);
  return document.find(object.index(), name, last.place);
}

Flow Machine::index(const Value& of, const Value& key, Value& out) {
  const Kind kind = of.kind();
  const Kind by = key.kind();
  if (kind == Kind::kObject && by == Kind::kString) {
    const Value name = plain_string(resources_, key);
    resources_.spend_bytes(name.said().size());
    if (auto found = member_of(resources_, of, name.said())) out = std::move(*found);
    else out = absences_.note(of, name);
    return Flow::kGo;
  }
  if (kind == Kind::kArray && by == Kind::kNumber) {
    const auto size = static_cast<std::int64_t>(size_of(of));
    std::int64_t at = to_floor(key);
    if (at < 0) at += size;
    out = is_nan(key) || at < 0 || at >= size ? absences_.note(of, key)
                                              : item_at(resources_, of, static_cast<std::size_t>(at));
    return Flow::kGo;
  }
  if (kind == Kind::kArray && by == Kind::kArray) {
    out = indices_of(resources_, of, key);
    return Flow::kGo;
  }
  if (by == Kind::kObject) {
    Value from;
    Value to;
    if ((kind == Kind::kArray || kind == Kind::kString || kind == Kind::kNull) &&
        slice_bounds(resources_, key, from, to))
      return slice(of, from, to, out);
  }
  if (kind == Kind::kNull && (by == Kind::kString || by == Kind::kNumber || by == Kind::kNull)) {
    out = absences_.note(of, key);
    return Flow::kGo;
  }
  return fail(fmt::format("Cannot index {} with {}", kind_of(of), described(key)));
}

Flow Machine::slice(const Value& of, const Value& from, const Value& to, Value& out) {
  const Kind kind = of.kind();
  if (kind == Kind::kNull) {
    out = of;
    return Flow::kGo;
  }
  if (kind != Kind::kArray && kind != Kind::kString)
    return fail(fmt::format("Cannot index {} with object", kind_of(of)));
  if (!is_bound(from) || !is_bound(to))
    return fail(fmt::format("Start and end indices of an {} slice must be numbers", kind_of(of)));
  if (kind == Kind::kString) {
    const Value text = plain_string(resources_, of);
    const std::string_view said = text.said();
    if (!resources_.spend_characters(2 * said.size())) return over();
    const Range range = range_of(from, to, count_points(said));
    const std::size_t begin = offset_of_point(said, range.begin);
    const std::size_t end = begin + offset_of_point(said.substr(begin), range.end - range.begin);
    out = copy_text(resources_, said.substr(begin, end - begin));
    return Flow::kGo;
  }
  const Range range = range_of(from, to, size_of(of));
  if (!resources_.spend(range.begin / 8 + (range.end - range.begin) / 3)) return over();
  out = new_array(resources_, range.end - range.begin);
  Items walk(of);
  Value item;
  for (std::size_t i = 0; i < range.end && walk.next(item); ++i)
    if (i >= range.begin) push(out, std::move(item));
  return Flow::kGo;
}

Flow Machine::without_error(Flow flow) {
  if (flow != Flow::kError) return flow;
  take_error();
  return Flow::kGo;
}

Flow Machine::access(const Spot& of, const Value& key, Sink& sink, bool optional) {
  if (of.path == no_path()) return invalid_path("access element", &key, of.value);
  Value part;
  if (const Flow flow = index(of.value, key, part); flow != Flow::kGo) return optional ? without_error(flow) : flow;
  if (!of.path) return sink.take(std::move(part), nullptr);
  const PathLink link{of.path, key};
  return sink.take(std::move(part), &link);
}

Flow Machine::iterate(const Spot& of, Sink& sink, bool optional) {
  if (of.path == no_path()) return invalid_path("iterate through", nullptr, of.value);
  if (optional && of.value.kind() < Kind::kArray) return Flow::kGo;
  if (of.value.kind() < Kind::kArray)
    return fail(fmt::format("Cannot iterate over {}", of.value.is_null() ? kind_of(of.value) : described(of.value)));
  const Value held = of.value;  // nobody changes it in place meanwhile
  if (!of.path) {
    Items walk(held);
    for (Value item; walk.next(item);) {
      if (!step()) return over();
      if (const Flow flow = sink.take(std::move(item), nullptr); flow != Flow::kGo) return flow;
    }
    return Flow::kGo;
  }
  if (held.is_array()) {
    Items walk(held);
    std::int64_t at = 0;
    for (Value item; walk.next(item);) {
      if (!step()) return over();
      const PathLink link{of.path, Value::integer(at++)};
      if (const Flow flow = sink.take(std::move(item), &link); flow != Flow::kGo) return flow;
    }
    return Flow::kGo;
  }
  for (Members walk(resources_, held); walk.next();) {
    if (!step()) return over();
    const PathLink link{of.path, walk.key()};
    if (const Flow flow = sink.take(walk.value(), &link); flow != Flow::kGo) return flow;
  }
  return Flow::kGo;
}

Flow Machine::recurse(const Spot& at, Sink& sink) {
  if (!deep_enough_stack()) return over();
  if (const Flow flow = sink.take(at.value, at.path); flow != Flow::kGo) return flow;
  if (at.value.kind() < Kind::kArray) return Flow::kGo;
  SinkOf deeper([&](Value value, const PathLink* path) { return recurse({value, path}, sink); });
  return iterate(at, deeper);
}

}  // namespace causeway::expression
