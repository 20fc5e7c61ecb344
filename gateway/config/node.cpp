#include "config/node.h"

#include <algorithm>
#include <utility>

namespace causeway::config {

struct Node::Data {
  Kind kind = Kind::kNull;
  bool quoted = false;
  int depth = 1;
  std::size_t size = 1;
  Position position{};
  std::string text{};
  std::vector<ScalarPlace> places{};
  std::vector<Node> items{};
  std::vector<Entry> entries{};
};

Node::Node() {
  static const auto nowhere = std::make_shared<const Data>();
  data_ = nowhere;
}

Node Node::null(Position at) { return Node(std::make_shared<const Data>(Data{.position = std::move(at)})); }

Node Node::scalar(Position at, std::string text, bool quoted, std::vector<ScalarPlace> places) {
  return Node(std::make_shared<const Data>(Data{.kind = Kind::kScalar,
                                                .quoted = quoted,
                                                .position = std::move(at),
                                                .text = std::move(text),
                                                .places = std::move(places)}));
}

std::optional<Position> Node::position_within(std::size_t offset) const {
  const auto behind = std::ranges::upper_bound(data_->places, offset, {}, &ScalarPlace::offset);
  if (behind == data_->places.begin() || offset > data_->text.size()) return std::nullopt;
  const ScalarPlace& place = *(behind - 1);
  const std::string_view between = std::string_view(data_->text).substr(place.offset, offset - place.offset);
  // A line end is the last character of its line.
  if (between.find('\n') < between.size() - (between.empty() ? 0 : 1)) return std::nullopt;
  const auto characters =
      std::ranges::count_if(between, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return Position{data_->position.file, place.line, place.column + static_cast<int>(characters)};
}

Node Node::sequence(Position at, std::vector<Node> items) {
  Data data{.kind = Kind::kSequence, .position = std::move(at), .items = std::move(items)};
  for (const Node& item : data.items) {
    data.size += item.size();
    data.depth = std::max(data.depth, item.depth() + 1);
  }
  return Node(std::make_shared<const Data>(std::move(data)));
}

Node Node::mapping(Position at, std::vector<Entry> entries) {
  Data data{.kind = Kind::kMapping, .position = std::move(at), .entries = std::move(entries)};
  for (const Entry& entry : data.entries) {
    data.size += 1 + entry.value.size();
    data.depth = std::max(data.depth, entry.value.depth() + 1);
  }
  return Node(std::make_shared<const Data>(std::move(data)));
}

Node::Kind Node::kind() const { return data_->kind; }
const Position& Node::position() const { return data_->position; }
const std::string& Node::text() const { return data_->text; }
bool Node::quoted() const { return data_->quoted; }
const std::vector<Node>& Node::items() const { return data_->items; }
const std::vector<Node::Entry>& Node::entries() const { return data_->entries; }
std::size_t Node::size() const { return data_->size; }
int Node::depth() const { return data_->depth; }

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries())
    if (entry.key.text() == key) return &entry.value;
  return nullptr;
}

}  // namespace causeway::config
