#include "config/node.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace causeway::config {

/// Kept small: a configuration of 10,000 routes has half a million of them.
struct Node::Data {
  struct Scalar {
    std::string text{};
    std::unique_ptr<const std::vector<ScalarPlace>> places{};  ///< null: see `shift`
  };

  Position position{};
  std::size_t size = 1;
  int depth = 1;
  /// Of a scalar whose text stands in the file as it is, on one line: by how many columns behind its position. -1: no.
  signed char shift = -1;
  bool quoted = false;
  std::variant<std::monostate, Scalar, std::vector<Node>, std::vector<Entry>> content{};
};

Node::Node() {
  static const auto nowhere = std::make_shared<const Data>();
  data_ = nowhere;
}

Node Node::null(Position at) { return Node(std::make_shared<const Data>(Data{.position = std::move(at)})); }

Node Node::scalar(Position at, std::string text, bool quoted, std::vector<ScalarPlace> places) {
  auto data = std::make_shared<Data>(Data{.position = std::move(at), .quoted = quoted});
  Data::Scalar& scalar = data->content.emplace<Data::Scalar>();
  scalar.text = std::move(text);
  if (places.size() == 1 && places[0].offset == 0 && places[0].line == data->position.line) {
    const int shift = places[0].column - data->position.column;
    if (shift >= 0 && shift <= 1) data->shift = static_cast<signed char>(shift);
  }
  if (data->shift < 0 && !places.empty())
    scalar.places = std::make_unique<const std::vector<ScalarPlace>>(std::move(places));
  return Node(std::move(data));
}

std::optional<Position> Node::position_within(std::size_t offset) const {
  const auto* const scalar = std::get_if<Data::Scalar>(&data_->content);
  if (scalar == nullptr || offset > scalar->text.size()) return std::nullopt;
  ScalarPlace place{0, data_->position.line, data_->position.column + data_->shift};
  if (data_->shift < 0) {
    if (!scalar->places) return std::nullopt;
    const auto behind = std::ranges::upper_bound(*scalar->places, offset, {}, &ScalarPlace::offset);
    if (behind == scalar->places->begin()) return std::nullopt;
    place = *(behind - 1);
  }
  const std::string_view between = std::string_view(scalar->text).substr(place.offset, offset - place.offset);
  // A line end is the last character of its line.
  if (between.find('\n') < between.size() - (between.empty() ? 0 : 1)) return std::nullopt;
  const auto characters =
      std::ranges::count_if(between, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return Position{data_->position.file, place.line, place.column + static_cast<int>(characters)};
}

Node Node::sequence(Position at, std::vector<Node> items) {
  auto data = std::make_shared<Data>(Data{.position = std::move(at)});
  for (const Node& item : items) {
    data->size += item.size();
    data->depth = std::max(data->depth, item.depth() + 1);
  }
  items.shrink_to_fit();
  data->content = std::move(items);
  return Node(std::move(data));
}

Node Node::mapping(Position at, std::vector<Entry> entries) {
  auto data = std::make_shared<Data>(Data{.position = std::move(at)});
  for (const Entry& entry : entries) {
    data->size += 1 + entry.value.size();
    data->depth = std::max(data->depth, entry.value.depth() + 1);
  }
  entries.shrink_to_fit();
  data->content = std::move(entries);
  return Node(std::move(data));
}

Node::Kind Node::kind() const { return static_cast<Kind>(data_->content.index()); }
const Position& Node::position() const { return data_->position; }
bool Node::quoted() const { return data_->quoted; }
std::size_t Node::size() const { return data_->size; }
int Node::depth() const { return data_->depth; }

const std::string& Node::text() const {
  static const std::string none;
  const auto* const scalar = std::get_if<Data::Scalar>(&data_->content);
  return scalar != nullptr ? scalar->text : none;
}

const std::vector<Node>& Node::items() const {
  static const std::vector<Node> none;
  const auto* const items = std::get_if<std::vector<Node>>(&data_->content);
  return items != nullptr ? *items : none;
}

const std::vector<Node::Entry>& Node::entries() const {
  static const std::vector<Entry> none;
  const auto* const entries = std::get_if<std::vector<Entry>>(&data_->content);
  return entries != nullptr ? *entries : none;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries())
    if (entry.key.text() == key) return &entry.value;
  return nullptr;
}

}  // namespace causeway::config
