// Paths as values: reading, setting and deleting what stands at one.
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <vector>

#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/sorting.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

/// Of an array that is made by setting an item: 256 MiB.
constexpr std::int64_t kLargestIndex = 1 << 24;
/// Keys of one path.
constexpr std::size_t kLongestPath = 10'000;

}  // namespace

Value Machine::path_value(const PathLink* path) {
  std::size_t length = 0;
  for (const PathLink* at = path; at->up; at = at->up) ++length;
  Value keys = new_array(resources_, length);
  extend(keys, length);
  for (const PathLink* at = path; at->up; at = at->up) {
    note_depth(keys, at->key);
    items(keys)[--length] = at->key;
  }
  return keys;
}

const PathLink* Machine::keep(const PathLink* path) {
  if (!path || !path->up) return path;
  std::uint8_t size_class = 0;
  void* const memory = resources_.take(sizeof(PathLink), size_class);
  auto* const first = new (memory) PathLink{path->up, path->key};
  for (PathLink* at = first; at->up->up;) {
    auto* const next = new (resources_.take(sizeof(PathLink), size_class)) PathLink{at->up->up, at->up->key};
    at->up = next;
    at = next;
    if (!step()) break;
  }
  return first;
}

Flow Machine::invalid_path(std::string_view what, const Value* key, const Value& of) {
  if (!key) return fail(fmt::format("Invalid path expression near attempt to {} {}", what, shortened(of)));
  return fail(fmt::format("Invalid path expression near attempt to {} {} of {}", what, shortened(*key), shortened(of)));
}

Flow Machine::get_path(const Value& of, const Value& keys, Value& out) {
  Value at = of;
  if (size_of(keys) > kLongestPath) return fail("Path too deep");
  Items walk(keys);
  for (Value key; walk.next(key);) {
    if (!step()) return over();
    if (at.is_null()) break;
    Value part;
    if (const Flow flow = index(at, key, part); flow != Flow::kGo) return flow;
    at = std::move(part);
  }
  out = std::move(at);
  return Flow::kGo;
}

Flow Machine::set_path(Value& root, const Value& keys, Value value) {
  if (size_of(keys) > kLongestPath) return fail("Path too deep");
  return change_path(root, keys, [&](Value& part) {
    part = std::move(value);
    return Flow::kGo;
  });
}

Flow Machine::change_path(Value& root, const Value& keys, FunctionRef<Flow(Value&)> change, std::size_t from) {
  if (!step() || !deep_enough_stack()) return over();
  if (from == size_of(keys)) return change(root);
  const Value key = item_at(resources_, keys, from);
  const Kind by = key.kind();
  if (by == Kind::kString) {
    if (root.is_null()) root = new_object(resources_, 1);
    if (!root.is_object()) return fail(fmt::format("Cannot index {} with {}", kind_of(root), described(key)));
    own_object(resources_, root);
    Value& slot = slot_of(root, plain_string(resources_, key));
    const Flow flow = change_path(slot, keys, change, from + 1);
    note_depth(root, slot);
    return flow;
  }
  if (by == Kind::kNumber) {
    if (!root.is_null() && !root.is_array())
      return fail(fmt::format("Cannot index {} with {}", kind_of(root), described(key)));
    if (is_nan(key)) return fail("Cannot set array element at NaN index");
    std::int64_t at = to_floor(key);
    const auto size = root.is_null() ? 0 : static_cast<std::int64_t>(size_of(root));
    if (at < 0 && (at += size) < 0) return fail("Out of bounds negative array index");
    if (at >= kLargestIndex && at >= size) return fail("Array index too large");
    if (root.is_null()) root = new_array(resources_, 1);
    own_array(resources_, root);
    const auto place = static_cast<std::size_t>(at);
    if (at >= size) {
      if (!resources_.has_room_for(place * sizeof(Value)) ||
          !resources_.spend((place - static_cast<std::size_t>(size)) / 4))
        return over();
      extend(root, place + 1);
    }
    const Flow flow = change_path(items(root)[place], keys, change, from + 1);
    note_depth(root, items(root)[place]);
    return flow;
  }
  Value start;
  Value end;
  if (by == Kind::kObject && slice_bounds(resources_, key, start, end)) {
    if (root.is_string()) return fail_about("Cannot update string slices", root);
    if (!root.is_null() && !root.is_array())
      return fail(fmt::format("Cannot update field at object index of {}", kind_of(root)));
    Value part;  // of null it is null
    if (const Flow flow = slice(root, start, end, part); flow != Flow::kGo) return flow;
    if (root.is_null()) root = new_array(resources_);
    std::size_t begin = 0;
    std::size_t behind = 0;
    slice_range(start, end, size_of(root), begin, behind);
    if (const Flow flow = change_path(part, keys, change, from + 1); flow != Flow::kGo) return flow;
    if (!part.is_array()) return fail_about("A slice of an array can only be assigned another array", part);
    Value made = new_array(resources_, size_of(root) + size_of(part));
    std::size_t at = 0;
    const auto put_part = [&] {
      Items walk(part);
      for (Value item; walk.next(item);) push(made, std::move(item));
    };
    Items walk(root);
    for (Value item; walk.next(item); ++at) {
      if (at == begin) put_part();
      if (at < begin || at >= behind) push(made, std::move(item));
      if (!step()) return over();
    }
    if (begin >= at) put_part();
    root = std::move(made);
    return Flow::kGo;
  }
  if (root.is_array() && by >= Kind::kArray)
    return fail(fmt::format("Cannot update field at {} index of array", name_of(by)));
  return fail(fmt::format("Cannot index {} with {}", kind_of(root), described(key)));
}

namespace {

/// Deletes from an array the places that are marked.
void drop_marked(Resources& resources, Value& array, const std::pmr::vector<bool>& marked) {
  resources.spend(marked.size() / 8);
  Value rest = new_array(resources, marked.size());
  for (std::size_t i = 0; i < marked.size(); ++i)
    if (!marked[i]) push(rest, std::move(items(array)[i]));
  array = std::move(rest);
}

}  // namespace

/// `paths` are sorted; those of one part stand together. First what is within parts goes, from the last to the first,
/// then parts: as in jq, what they are is told by what the root has become.
Flow Machine::delete_sorted(Value& root, std::span<const Value> paths, std::size_t from) {
  if (!step() || !deep_enough_stack()) return over();
  for (std::size_t behind = paths.size(); behind > 0 && !root.is_null();) {
    if (!step()) return over();
    const Value key = item_at(resources_, paths[behind - 1], from);
    std::size_t at = behind - 1;
    while (at > 0 && equal(resources_, item_at(resources_, paths[at - 1], from), key)) --at;
    // The shortest comes first: when it ends here, all of the part goes.
    if (size_of(paths[at]) > from + 1)
      if (const Flow flow = delete_within(root, key, paths.subspan(at, behind - at), from + 1); flow != Flow::kGo)
        return flow;
    behind = at;
  }
  if (root.is_null()) return Flow::kGo;
  return delete_parts(root, paths, from);
}

/// From the part of that key.
Flow Machine::delete_within(Value& root, const Value& key, std::span<const Value> paths, std::size_t from) {
  const Kind by = key.kind();
  if (root.is_object() && by == Kind::kString) {
    const Value name = plain_string(resources_, key);
    if (!member_of(resources_, root, name.said())) return Flow::kGo;
    own_object(resources_, root);
    return delete_sorted(slot_of(root, name), paths, from);
  }
  if (root.is_array() && by == Kind::kNumber) {
    const auto size = static_cast<std::int64_t>(size_of(root));
    std::int64_t place = to_floor(key);
    if (place < 0) place += size;
    if (is_nan(key) || place < 0 || place >= size) return Flow::kGo;
    own_array(resources_, root);
    return delete_sorted(items(root)[place], paths, from);
  }
  Value start;
  Value end;
  if (root.is_array() && by == Kind::kObject && slice_bounds(resources_, key, start, end)) {
    Value part;
    if (const Flow flow = slice(root, start, end, part); flow != Flow::kGo) return flow;
    if (const Flow flow = delete_sorted(part, paths, from); flow != Flow::kGo) return flow;
    Value one_key = new_array(resources_, 1);
    push(one_key, key);
    return set_path(root, one_key, part);
  }
  return cannot_delete(root, key);
}

Flow Machine::cannot_delete(const Value& root, const Value& key) {
  return fail(
      fmt::format("Cannot delete field at {} of {}", key.is_string() ? "object key" : "array index", kind_of(root)));
}

/// The parts with which paths end.
Flow Machine::delete_parts(Value& root, std::span<const Value> paths, std::size_t from) {
  std::pmr::vector<bool> marked(&resources_);
  Value dropped = new_array(resources_);
  for (const Value& path : paths) {
    if (size_of(path) != from + 1) continue;
    if (!step()) return over();
    const Value key = item_at(resources_, path, from);
    const Kind by = key.kind();
    if (root.is_object() && by == Kind::kString) {
      push(dropped, plain_string(resources_, key));
      continue;
    }
    if (root.is_array() && by == Kind::kNumber) {
      const auto size = static_cast<std::int64_t>(size_of(root));
      std::int64_t place = to_floor(key);
      if (place < 0) place += size;
      if (is_nan(key) || place < 0 || place >= size) continue;
      marked.resize(static_cast<std::size_t>(size));
      marked[static_cast<std::size_t>(place)] = true;
      continue;
    }
    Value start;
    Value end;
    if (!root.is_array() || by != Kind::kObject || !slice_bounds(resources_, key, start, end))
      return cannot_delete(root, key);
    std::size_t begin = 0;
    std::size_t last = 0;
    slice_range(start, end, size_of(root), begin, last);
    marked.resize(size_of(root));
    std::fill(marked.begin() + static_cast<std::ptrdiff_t>(begin), marked.begin() + static_cast<std::ptrdiff_t>(last),
              true);
  }
  if (!marked.empty()) {
    own_array(resources_, root);
    drop_marked(resources_, root, marked);
  }
  if (size_of(dropped) == 0 || !root.is_object()) return Flow::kGo;
  own_object(resources_, root);
  if (size_of(dropped) < 4) {
    for (std::uint32_t i = 0; i < dropped.block()->size; ++i) remove(root, items(dropped)[i].said());
    return Flow::kGo;
  }
  // The names are sorted, as the paths are.
  Value rest = new_object(resources_, size_of(root));
  const Value* const begin = items(dropped);
  for (Members walk(resources_, root); walk.next();) {
    const bool gone = std::binary_search(begin, begin + dropped.block()->size, walk.key(),
                                         [](const Value& a, const Value& b) { return a.said() < b.said(); });
    if (!gone) put_new(rest, walk.key(), walk.value());
  }
  root = std::move(rest);
  return Flow::kGo;
}

Flow Machine::delete_paths(Value& root, Value paths) {
  paths = sorted_array(resources_, paths);
  const Value* const begin = items(paths);
  const std::size_t count = size_of(paths);
  for (std::size_t i = 0; i < count; ++i) {
    if (!begin[i].is_array()) return fail_about("Path must be specified as an array", begin[i]);
    if (size_of(begin[i]) > kLongestPath) return fail("Path too deep");
    if (size_of(begin[i]) > 0) continue;
    root = {};
    return Flow::kGo;
  }
  if (!step()) return over();
  return delete_sorted(root, {begin, count}, 0);
}

Flow Machine::paths_of(NodeId id, const Frame& frame, const Value& input, Value& paths) {
  paths = new_array(resources_);
  return each_to(id, frame, {input, root_path()}, [&](Value value, const PathLink* path) {
    if (path == no_path()) return fail(fmt::format("Invalid path expression with result {}", shortened(value)));
    push(paths, path_value(path));
    return Flow::kGo;
  });
}

}  // namespace causeway::expression
