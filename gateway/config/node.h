// A YAML value that knows where it was written. Types are not guessed: a scalar is its text, and the key that reads it
// decides what it is (`no`, `012` are just text).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/position.h"

namespace causeway::config {

/// A handle (one pointer and its count) on an immutable tree: copy it freely, share it between threads.
/// Anchors are resolved and merge keys applied; what came through an alias has the position of its anchor.
class Node {
 public:
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  struct Entry;

  /// A null that stands nowhere.
  Node();
  static Node null(Position at);
  static Node scalar(Position at, std::string text, bool quoted = false);
  static Node sequence(Position at, std::vector<Node> items);
  /// Keys must be scalars, each once: the caller's duty.
  static Node mapping(Position at, std::vector<Entry> entries);

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_scalar() const { return kind() == Kind::kScalar; }
  bool is_sequence() const { return kind() == Kind::kSequence; }
  bool is_mapping() const { return kind() == Kind::kMapping; }

  const Position& position() const;
  /// The text of a scalar; empty for everything else.
  const std::string& text() const;
  /// Written in quotes, as a block scalar or tagged !!str: text for sure.
  bool quoted() const;
  /// The items of a sequence; empty for everything else.
  const std::vector<Node>& items() const;
  /// The entries of a mapping as written, those of merge keys behind its own; empty for everything else.
  const std::vector<Entry>& entries() const;
  /// The value of a key, null when the mapping lacks it or this is no mapping. Linear; lives as long as this node.
  const Node* find(std::string_view key) const;

  /// How many nodes the tree has when aliases are written out, this one included.
  std::size_t size() const;
  /// The longest way down, 1 for a scalar.
  int depth() const;

 private:
  struct Data;
  explicit Node(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

struct Node::Entry {
  Node key;
  Node value;
};

}  // namespace causeway::config
