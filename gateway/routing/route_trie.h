// A compressed (radix) trie over paths with parameters. It knows shapes and numbers, nothing of routes or methods.
//
// Flat: nodes lie in one array, the literal children of a node side by side, all labels in one string; a walk touches a
// few cache lines. A label may span several segments (`/api/v1/orders/`) or end within one.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "routing/parameters.h"

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

  /// Offers the leaf of every shape that fits `path`, the most specific first, until `take(leaf)` returns true.
  /// Meanwhile `parameters` holds that shape's values; the rest is without its leading slash. Recursion is as deep as
  /// the shapes have parameters.
  template <class Take>
  bool walk(std::string_view path, Parameters& parameters, Take&& take) const {
    return walk_from(0, path, parameters, take);
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Node {
    std::uint32_t label = 0;  ///< offset into labels_
    std::uint32_t label_size = 0;
    std::uint32_t first_literal = 0;  ///< index of the first of `literals` nodes
    std::uint32_t literals = 0;
    std::uint32_t parameter = kNone;  ///< the node behind a parameter
    std::uint32_t leaf = kNone;       ///< of the shape that ends here
    std::uint32_t rest = kNone;       ///< of the shape that goes on with a rest
  };

  template <class Take>
  bool walk_from(std::uint32_t index, std::string_view path, Parameters& parameters, Take& take) const;

  std::uint32_t literal_child(const Node& node, char first) const {
    const char* const begin = first_bytes_.data() + node.first_literal;
    const void* const found = node.literals == 0 ? nullptr : std::memchr(begin, first, node.literals);
    return found ? node.first_literal + static_cast<std::uint32_t>(static_cast<const char*>(found) - begin) : kNone;
  }

  std::vector<Node> nodes_;
  std::string first_bytes_;  ///< of every node's label, by index; empty labels have a blank
  std::string labels_;
};

class RouteTrie::Builder {
 public:
  /// The leaf of a shape: 0, 1, 2 … in the order of first appearance. The same shape always has the same leaf.
  std::uint32_t insert(std::string_view shape);
  std::uint32_t leaves() const { return leaves_; }
  RouteTrie build() const;

 private:
  struct Branch {
    std::string label;
    std::map<char, std::unique_ptr<Branch>> literals;
    std::unique_ptr<Branch> parameter;
    std::uint32_t leaf = kNone;
    std::uint32_t rest = kNone;
  };

  static Branch& descend(Branch& from, std::string_view literal);
  std::uint32_t number(std::uint32_t& leaf) { return leaf == kNone ? leaf = leaves_++ : leaf; }

  Branch root_;
  std::uint32_t leaves_ = 0;
};

template <class Take>
bool RouteTrie::walk_from(std::uint32_t index, std::string_view path, Parameters& parameters, Take& take) const {
  for (;;) {
    const Node& node = nodes_[index];
    if (!path.starts_with(std::string_view(labels_.data() + node.label, node.label_size))) return false;
    path.remove_prefix(node.label_size);
    const std::uint32_t literal = path.empty() ? kNone : literal_child(node, path.front());

    if (node.parameter == kNone && node.rest == kNone) {  // no choice here, nothing to come back to
      if (path.empty()) return node.leaf != kNone && take(node.leaf);
      if (literal == kNone) return false;
      index = literal;
      continue;
    }

    if (path.empty() && node.leaf != kNone && take(node.leaf)) return true;
    if (literal != kNone && walk_from(literal, path, parameters, take)) return true;
    if (node.parameter != kNone && !path.empty() && path.front() != '/') {
      const std::string_view value = path.substr(0, path.find('/'));
      parameters.push(value);
      if (walk_from(node.parameter, path.substr(value.size()), parameters, take)) return true;
      parameters.pop();
    }
    if (node.rest != kNone && (path.empty() || path.front() == '/')) {
      parameters.push(path.substr(path.empty() ? 0 : 1));
      if (take(node.rest)) return true;
      parameters.pop();
    }
    return false;
  }
}

}  // namespace causeway::routing
