// A compressed trie over paths with parameters, branching by whole segments. It knows shapes and numbers, nothing of
// routes or methods.
//
// Where several literals can follow, one look into a perfect hash table finds the only one that can fit, however many
// there are: literals fall into groups of about four, and each group has a displacement, found when the table is built,
// that gives each of its literals a slot of its own. A literal that nothing but one other follows is one node with it
// (`export/daily`). A node, its text and its table lie side by side in one block of words, and what is below it
// follows: a walk touches few cache lines.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "routing/parameters.h"
#include "routing/segment_hash.h"

namespace causeway::routing {

/// Immutable, thread safe.
class RouteTrie {
 public:
  /// A shape is a path in which kParameter stands for a segment of any text and, at the end and without its slash,
  /// kRest for the rest: `/orders/{/cancel`, `/raw}`. Neither character can stand in a path.
  static constexpr char kParameter = '{';
  static constexpr char kRest = '}';

  /// Collects shapes; not thread safe.
  class Builder;

  /// Offers the value of every shape that fits `path`, the most specific first, until `take(value)` returns true.
  /// Meanwhile `parameters` holds that shape's values; the rest is without its leading slash. Recursion is as deep as
  /// the shapes have parameters.
  template <class Take>
  bool walk(std::string_view path, Parameters& parameters, Take&& take) const {
    if (!at_boundary(path)) return false;
    return walk_from(0, path, parameters, take);
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// The fixed part of a node; its label follows, then the slots of its table. Places are indices into words_.
  struct Node {
    std::uint32_t leaf = kNone;       ///< value of the shape that ends here
    std::uint32_t rest = kNone;       ///< value of the shape that goes on with a rest
    std::uint32_t parameter = kNone;  ///< the node behind a parameter
    std::uint32_t literal = kNone;    ///< the only literal that follows, or the table of several: groups, then slots
    std::uint32_t slots = 0;          ///< of the table, a power of two; 0: no table
    std::uint32_t groups = 0;         ///< of the table, a power of two
    std::uint32_t label_size = 0;     ///< bytes; of one segment or several, without a slash in front
  };

  struct Slot {
    std::uint32_t mark = 0;  ///< half of the segment's hash
    std::uint32_t node = kNone;
  };

  static constexpr std::size_t kNodeWords = sizeof(Node) / sizeof(std::uint32_t);
  static constexpr std::size_t kSlotWords = sizeof(Slot) / sizeof(std::uint32_t);

  static bool at_boundary(std::string_view path) { return path.empty() || path.front() == '/'; }

  template <class T>
  T read(std::size_t place) const {
    T value;
    std::memcpy(&value, words_.data() + place, sizeof value);
    return value;
  }

  /// Takes the label of the node at `place` off `path`, when it stands there and a segment ends with it.
  bool take_label(std::uint32_t place, std::string_view& path) const;

  /// Goes on to the literal behind `node` that fits `path`, which has lost its slash; kNone, with `path` as it was,
  /// when there is none.
  std::uint32_t take_literal(const Node& node, std::string_view& path) const;

  template <class Take>
  bool walk_from(std::uint32_t place, std::string_view path, Parameters& parameters, Take& take) const;

  std::vector<std::uint32_t> words_;
};

class RouteTrie::Builder {
 public:
  /// The leaf of a shape: 0, 1, 2 … in the order of first appearance. The same shape always has the same leaf.
  std::uint32_t insert(std::string_view shape);
  std::uint32_t leaves() const { return leaves_; }

  /// `value_of` is asked for the value of each leaf once, in the order in which they lie in the trie.
  RouteTrie build(const std::function<std::uint32_t(std::uint32_t leaf)>& value_of) const;

 private:
  struct Branch {
    std::map<std::string, std::unique_ptr<Branch>, std::less<>> literals;
    std::unique_ptr<Branch> parameter;
    std::uint32_t leaf = kNone;
    std::uint32_t rest = kNone;
  };
  class Layout;

  std::uint32_t number(std::uint32_t& leaf) { return leaf == kNone ? leaf = leaves_++ : leaf; }

  Branch root_;
  std::uint32_t leaves_ = 0;
};

inline bool RouteTrie::take_label(std::uint32_t place, std::string_view& path) const {
  const auto size = read<Node>(place).label_size;
  const char* const label = reinterpret_cast<const char*>(words_.data() + place + kNodeWords);
  if (path.size() < size || std::memcmp(path.data(), label, size) != 0) return false;
  const std::string_view behind = path.substr(size);
  if (!at_boundary(behind)) return false;
  path = behind;
  return true;
}

inline std::uint32_t RouteTrie::take_literal(const Node& node, std::string_view& path) const {
  std::uint32_t next = node.literal;
  if (node.slots != 0) {
    const SegmentHash hash(path);
    const auto displacement = read<std::uint32_t>(node.literal + (hash.group() & (node.groups - 1)));
    const std::uint32_t slots = node.literal + node.groups;
    const auto slot = read<Slot>(slots + (hash.slot(displacement) & (node.slots - 1)) * kSlotWords);
    next = slot.mark == hash.mark() ? slot.node : kNone;
  }
  return next != kNone && take_label(next, path) ? next : kNone;
}

template <class Take>
bool RouteTrie::walk_from(std::uint32_t place, std::string_view path, Parameters& parameters, Take& take) const {
  for (;;) {
    const Node node = read<Node>(place);
    if (path.empty()) {
      if (node.leaf != kNone && take(node.leaf)) return true;
      if (node.rest == kNone) return false;
      parameters.push(path);
      if (take(node.rest)) return true;
      parameters.pop();
      return false;
    }

    path.remove_prefix(1);
    std::string_view behind = path;
    const std::uint32_t literal = take_literal(node, behind);
    if (node.parameter == kNone && node.rest == kNone) {  // no choice here, nothing to come back to
      if (literal == kNone) return false;
      place = literal;
      path = behind;
      continue;
    }

    if (literal != kNone && walk_from(literal, behind, parameters, take)) return true;
    if (node.parameter != kNone && !path.empty() && path.front() != '/') {
      const std::string_view value = path.substr(0, path.find('/'));
      parameters.push(value);
      if (walk_from(node.parameter, path.substr(value.size()), parameters, take)) return true;
      parameters.pop();
    }
    if (node.rest != kNone) {
      parameters.push(path);
      if (take(node.rest)) return true;
      parameters.pop();
    }
    return false;
  }
}

}  // namespace causeway::routing
