#include "core/json_document_reader.h"

#include <algorithm>

#include "core/json_names.h"
#include "core/json_text.h"
#include "core/json_tokens.h"

namespace causeway {
namespace {

/// Stands behind the last position: no text has a byte there.
constexpr std::uint32_t kNowhere = 0xffffffff;

/// Each value but the first stands behind a comma or is the first of a container.
std::size_t most_values(Bytes text) {
  json::Structure structure(text);
  while (!structure.ended()) structure.next(nullptr);
  return structure.values() + 1;
}

}  // namespace

JsonDocumentReader::JsonDocumentReader(JsonDocument& document, const JsonReadOptions& options)
    : document_(document),
      options_(options),
      text_(document.text_.data()),
      text_end_(text_ + document.text_.size()),
      most_deep_(static_cast<std::uint32_t>(std::min(options.depth, kMaxJsonDepth))),
      structure_(document.text_) {}

bool JsonDocumentReader::read() {
  end_ = positions_.data();
  if (!read_values() || structure_.has_controls()) return false;
  if (structure_.has_escapes() && !note_escapes()) return false;
  return !structure_.has_high() || valid_utf8(document_.text_) == document_.text_.size();
}

/// The whole text but its escapes and UTF-8.
bool JsonDocumentReader::read_values() {
  Place place;
  place.next = refill(positions_.data());
  if (!place.next) return false;
  allocate();
  while (true) {
    if (place.next > near_) [[unlikely]]
      if (place.next = refill(place.next); !place.next) return false;
    if (place.end == '}' && !pass_name(place)) return false;
    if (!to_position(place)) {
      if (!pass_scalar(place)) return false;
    } else if (const char byte = text_[place.at]; byte == '"') {
      Node* const node = add(place, JsonKind::kString);
      if (!node) return false;
      node->end = place.at = place.next[1] + 1;
      place.next += 2;
    } else if (byte == '{' || byte == '[') {
      if (!open(place, byte == '{' ? JsonKind::kObject : JsonKind::kArray)) return false;
      if (!to_position(place) || text_[place.at] != place.end) continue;
    } else {
      return false;
    }
    // The containers that end behind it, and the comma.
    while (true) {
      if (place.depth == 0) return finish(place.at, place.count);
      if (!to_position(place)) return false;
      const char byte = text_[place.at++];
      ++place.next;
      if (byte == ',') break;
      if (byte != place.end || !close(place)) return false;
      if (place.next > near_) [[unlikely]]
        if (place.next = refill(place.next); !place.next) return false;
    }
  }
}

/// Room for as many nodes as the text can have.
void JsonDocumentReader::allocate() {
  const std::size_t count = structure_.ended() ? structure_.values() + 1 : most_values(document_.text_);
  const std::size_t most = std::min({count, options_.values, JsonDocument::kMostValues});
  document_.nodes_ = static_cast<Node*>(document_.memory_->allocate(most * sizeof(Node), alignof(Node)));
  document_.capacity_ = capacity_ = static_cast<std::uint32_t>(most);
  nodes_ = document_.nodes_;
}

/// Takes more positions, behind those from `next` on. Null: the text ends within a string.
const std::uint32_t* JsonDocumentReader::refill(const std::uint32_t* next) {
  std::uint32_t* const begin = positions_.data();
  end_ = std::copy(next, static_cast<const std::uint32_t*>(end_), begin);
  while (!structure_.ended() && end_ - begin <= static_cast<std::ptrdiff_t>(kAhead)) end_ = structure_.next(end_);
  if (!structure_.ended()) {
    near_ = end_ - kAhead;
    return begin;
  }
  if (structure_.in_string()) return nullptr;
  std::fill_n(end_, kAhead, kNowhere);
  near_ = begin + positions_.size();
  return begin;
}

/// To the next position of the structure, over blanks; false when something else is before it.
[[gnu::always_inline]] inline bool JsonDocumentReader::to_position(Place& place) {
  if (place.at == *place.next) [[likely]]
    return true;
  const char* const begin = text_ + place.at;
  const char* const at = json::pass_blanks(begin, text_end_);
  if (at != begin) blanks_ = true;
  place.at = static_cast<std::uint32_t>(at - text_);
  return place.at == *place.next;
}

/// With its colon.
[[gnu::always_inline]] inline bool JsonDocumentReader::pass_name(Place& place) {
  if (!to_position(place) || text_[place.at] != '"') return false;
  place.name = place.at;
  place.at = place.next[1] + 1;
  place.next += 2;
  place.name_size = place.at - place.name;
  if (place.row && !is_new_name(place)) return false;
  if (!to_position(place) || text_[place.at] != ':') return false;
  ++place.next;
  ++place.at;
  return true;
}

/// Or one of an object that has so many that they are compared when it is closed.
[[gnu::always_inline]] inline bool JsonDocumentReader::is_new_name(Place& place) {
  const std::uint64_t mark = json::NameMarks::mark_of(text_ + place.name + 1, place.name_size - 2, text_end_);
  if (!place.row->add(mark)) [[likely]]
    return true;
  if (place.size < json::NameMarks::kNames)
    return !is_doubled({text_ + place.name, place.name_size}, place.open, place.size);
  place.row = nullptr;
  nodes_[place.open].escaped = true;
  return true;
}

[[gnu::always_inline]] inline JsonDocument::Node* JsonDocumentReader::add(Place& place, JsonKind kind) {
  if (place.count == capacity_) [[unlikely]]
    return nullptr;
  place.last = place.count++;
  ++place.size;
  Node* const node = nodes_ + place.last;
  *node = {.begin = place.at,
           .end = 0,
           .name = place.name,
           .name_size = place.name_size,
           .next = place.count,
           .size = 0,
           .kind = static_cast<std::uint32_t>(kind) & 7,
           .escaped = false,
           .name_escaped = false};
  return node;
}

[[gnu::always_inline]] inline bool JsonDocumentReader::pass_scalar(Place& place) {
  const char* const begin = text_ + place.at;
  if (begin == text_end_) return false;
  const bool number = *begin < 'A';
  const char* const end = number ? json::pass_number(begin, text_end_) : json::pass_word(begin, text_end_);
  if (!end) return false;
  Node* const node = add(place, number ? JsonKind::kNumber : *begin == 'n' ? JsonKind::kNull : JsonKind::kBoolean);
  if (!node) return false;
  node->end = place.at = static_cast<std::uint32_t>(end - text_);
  return true;
}

/// While a container is open, `end` is the one around it, `next` is how many children that one has, and `escaped` says
/// that its names are no longer marked.
[[gnu::always_inline]] inline bool JsonDocumentReader::open(Place& place, JsonKind kind) {
  if (place.depth == most_deep_) return false;
  Node* const node = add(place, kind);
  if (!node) return false;
  node->end = place.open;
  node->next = place.size;
  place.open = place.last;
  place.size = 0;
  place.end = kind == JsonKind::kObject ? '}' : ']';
  deepest_ = std::max(deepest_, ++place.depth);
  place.row = row_of(place);
  if (place.row) *place.row = {};
  ++place.at;
  ++place.next;
  return true;
}

/// `at` and `next` are behind its end.
[[gnu::always_inline]] inline bool JsonDocumentReader::close(Place& place) {
  Node& node = nodes_[place.open];
  const std::uint32_t size = place.size;
  if (size > 0) nodes_[place.last].next = JsonDocument::kNone;
  place.last = place.open;
  place.open = node.end;
  place.size = node.next;
  node.end = place.at;
  node.next = place.count;
  node.size = size & JsonDocument::kMostValues;
  node.escaped = false;
  if (place.end == '}' && !place.row && options_.refuse_doubled_names && has_doubled_name(place.last)) return false;
  if (--place.depth == 0) return true;
  const Node& around = nodes_[place.open];
  place.end = around.kind == static_cast<std::uint32_t>(JsonKind::kObject) ? '}' : ']';
  place.row = around.escaped ? nullptr : row_of(place);
  return true;
}

/// Of the innermost container, where its names are marked.
[[gnu::always_inline]] inline json::NameMarks::Row* JsonDocumentReader::row_of(const Place& place) {
  const bool marked = place.end == '}' && place.depth <= json::NameMarks::kDepth && options_.refuse_doubled_names;
  return marked ? marks_.row(place.depth - 1) : nullptr;
}

bool JsonDocumentReader::finish(std::uint32_t at, std::uint32_t count) {
  const char* const behind = text_ + at;
  if (json::pass_blanks(behind, text_end_) != text_end_) return false;
  nodes_[0].next = JsonDocument::kNone;
  document_.count_ = count;
  document_.depth_ = static_cast<std::uint16_t>(deepest_);
  document_.has_blanks_ = blanks_ || behind != text_end_;
  document_.unique_names_ = options_.refuse_doubled_names;
  return true;
}

/// Marks strings and names that have escapes. False: one is invalid, or makes two names say the same.
bool JsonDocumentReader::note_escapes() {
  const auto has_backslash = [this](std::uint32_t begin, std::uint32_t size) {
    return json::has_backslash(text_ + begin + 1, size - 2, text_end_);
  };
  const auto is_valid = [this](std::uint32_t begin, std::uint32_t size) {
    return json::escapes_are_valid(text_ + begin + 1, text_ + begin + size - 1);
  };
  for (Index object = 0; object < document_.count_; ++object) {
    Node& node = nodes_[object];
    if (node.kind == static_cast<std::uint32_t>(JsonKind::kString)) {
      const std::uint32_t size = node.end - node.begin;
      node.escaped = has_backslash(node.begin, size);
      if (node.escaped && !is_valid(node.begin, size)) return false;
    }
    if (node.kind != static_cast<std::uint32_t>(JsonKind::kObject)) continue;
    bool escaped = false;
    for (Index child = document_.first(object); child != JsonDocument::kNone; child = nodes_[child].next) {
      Node& member = nodes_[child];
      member.name_escaped = has_backslash(member.name, member.name_size);
      if (member.name_escaped && !is_valid(member.name, member.name_size)) return false;
      escaped = escaped || member.name_escaped;
    }
    if (escaped && options_.refuse_doubled_names && has_doubled_name(object)) return false;
  }
  return true;
}

/// Is the name one of the first members' already?
bool JsonDocumentReader::is_doubled(Bytes raw_name, Index object, std::uint32_t members) const {
  Index child = object + 1;
  for (; members > 0; --members, child = nodes_[child].next)
    if (Bytes(text_ + nodes_[child].name, nodes_[child].name_size) == raw_name) return true;
  return false;
}

bool JsonDocumentReader::has_doubled_name(Index object) const {
  if (nodes_[object].size < 2) return false;
  json::NameSet names;
  names.reset(nodes_[object].size);
  for (Index child = object + 1; child != JsonDocument::kNone; child = nodes_[child].next) {
    const Node& member = nodes_[child];
    if (!names.insert({text_ + member.name + 1, member.name_size - 2}, member.name_escaped)) return true;
  }
  return false;
}

}  // namespace causeway
