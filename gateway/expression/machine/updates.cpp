// `=`, `|=`, `+=` and its like, `//=`.
#include "expression/machine/machine.h"
#include "expression/values/containers.h"

namespace causeway::expression {

Flow Machine::one_update(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  if (node.op == Op::kUpdate) return update_each(node, frame, input, out);
  Value right;
  if (const Flow flow = one(node.b, frame, {input.value}, right); flow != Flow::kGo) return flow;
  return update_with(node, frame, input, right, out);
}

Flow Machine::each_update(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  return each_to(node.b, frame, {input.value}, [&](Value right, const PathLink*) {
    Value out;
    const Flow flow = update_with(node, frame, {input.value}, right, out);
    return flow == Flow::kGo ? sink.take(std::move(out), nullptr) : flow;
  });
}

/// The paths are found before anything changes, and the root is taken behind that: who holds it alone changes it in
/// place.
Flow Machine::update_with(const Node& node, const Frame& frame, const Spot& input, const Value& right, Value& out) {
  Value paths;
  if (const Flow flow = paths_of(node.a, frame, input.value, paths); flow != Flow::kGo) return flow;
  Value root = input.take();
  for (std::uint32_t i = 0; i < paths.block()->size; ++i) {
    const Flow flow = change_path(root, items(paths)[i], [&](Value& part) {
      if (node.op == Op::kAssign) {
        part = right;
        return Flow::kGo;
      }
      if (node.op == Op::kAltUpdate) {
        if (!part.truthy()) part = right;
        return Flow::kGo;
      }
      Value left = std::move(part);
      part = {};
      return arithmetic(static_cast<Arithmetic>(node.flag), std::move(left), right, part);
    });
    if (flow != Flow::kGo) return flow;
  }
  out = std::move(root);
  return Flow::kGo;
}

/// The first result counts; what has none is deleted, behind all the others.
Flow Machine::update_each(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  Value paths;
  if (const Flow flow = paths_of(node.a, frame, input.value, paths); flow != Flow::kGo) return flow;
  Value root = input.take();
  Value gone = new_array(resources_);
  const auto updated = [&](const Value& path, Value& part) {
    Value before = std::move(part);
    part = {};
    bool found = false;
    const Flow made = each_to(node.b, frame, {before, nullptr, true}, [&](Value value, const PathLink*) {
      part = std::move(value);
      found = true;
      return stop(&found);
    });
    if (made != Flow::kGo && !stopped_at(made, &found)) return made;
    if (!found) push(gone, path);
    return Flow::kGo;
  };
  for (std::uint32_t i = 0; i < paths.block()->size; ++i) {
    const Value path = items(paths)[i];
    Value part;
    if (const Flow flow = get_path(root, path, part); flow != Flow::kGo) return flow;
    Flow flow = Flow::kGo;
    if (part.is_null()) {
      // The way to a part that is not there is made for a result only.
      const std::size_t before = size_of(gone);
      flow = updated(path, part);
      if (flow == Flow::kGo && size_of(gone) == before) flow = set_path(root, path, std::move(part));
    } else {
      part = {};  // it is changed in place
      flow = change_path(root, path, [&](Value& there) { return updated(path, there); });
    }
    if (flow != Flow::kGo) return flow;
  }
  if (size_of(gone) > 0)
    if (const Flow flow = delete_paths(root, std::move(gone)); flow != Flow::kGo) return flow;
  out = std::move(root);
  return Flow::kGo;
}

}  // namespace causeway::expression
