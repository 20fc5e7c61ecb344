// A YAML value that knows where it was written. Types are not guessed: a scalar is its text, and the key that reads it
// decides what it is (`no`, `012` are just text).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/position.h"

namespace causeway::config {

/// From this byte of a scalar's text on, up to the next place, the file says the same, character by character.
struct ScalarPlace {
  std::size_t offset = 0;
  int line = 0;
  int column = 0;
};

/// A handle (one pointer and its count) on an immutable tree: copy it freely, share it between threads.
/// Anchors are resolved and merge keys applied; what came through an alias has the position of its anchor.
class Node {
 public:
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  struct Entry;

  /// A null that stands nowhere.
  Node();
  static Node null(Position at);
  /// `places`: where the text stands in the file; empty when that is not known.
  static Node scalar(Position at, std::string text, bool quoted = false, std::vector<ScalarPlace> places = {});
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
  /// Where the byte at `offset` of the text stands in the file, also in quotes and on the lines of a block; of what is
  /// behind the text, the place behind its last character. Empty when that is not known exactly.
  std::optional<Position> position_within(std::size_t offset) const;
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
