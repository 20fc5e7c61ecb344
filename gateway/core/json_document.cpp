#include "core/json_document.h"

#include <algorithm>

#include "core/json_grammar.h"
#include "core/json_names.h"
#include "core/json_unescape.h"

namespace causeway {
namespace {

Bytes between_quotes(Bytes raw) { return raw.substr(1, raw.size() - 2); }

Bytes unescaped(Bytes inner, std::string& scratch) {
  if (inner.find('\\') == Bytes::npos) return inner;
  scratch.clear();
  json::append_unescaped(inner, scratch);
  return scratch;
}

/// Each value but the first stands behind a comma or is the first of a container.
std::size_t most_values(Bytes text) {
  constexpr std::size_t kBlock = 240;  // counted in a byte, which compilers do for many bytes at once
  std::size_t count = 1;
  while (!text.empty()) {
    std::uint8_t in_block = 0;
    for (const char byte : text.substr(0, kBlock)) {
      const int opens = static_cast<int>((byte & ~0x20) == '[');  // both brackets: they differ in this bit
      in_block = static_cast<std::uint8_t>(in_block + (static_cast<int>(byte == ',') | opens));
    }
    count += in_block;
    text.remove_prefix(std::min(text.size(), kBlock));
  }
  return count;
}

}  // namespace

/// Takes the tokens. While a container is open, its `end` is the container around it and its `next` its last child.
class JsonDocumentReader {
 public:
  JsonDocumentReader(JsonDocument& document, const JsonReadOptions& options)
      : nodes_(document.nodes_), begin_(document.text_.data()), options_(options) {
    nodes_.reserve(std::min(most_values(document.text_), options.values));
  }

  const char* open(const char* at) {
    if (const char* what = add(at)) return what;
    nodes_.back().end = open_;
    open_ = static_cast<Index>(nodes_.size() - 1);
    return nullptr;
  }

  const char* scalar(const char* begin, const char* end) {
    if (const char* what = add(begin)) return what;
    nodes_.back().end = offset_of(end);
    return nullptr;
  }

  const char* name(const char* begin, const char* end) {
    name_ = offset_of(begin);
    name_end_ = offset_of(end);
    return nullptr;
  }

  const char* close(const char* end) {
    const Index closed = open_;
    Node& node = nodes_[closed];
    open_ = node.end;
    node.end = offset_of(end);
    node.next = JsonDocument::kNone;
    if (options_.refuse_doubled_names && node.size > 1 && begin_[node.begin] == '{') return find_doubled(closed);
    return nullptr;
  }

  /// Of a problem that is not where the grammar stands.
  std::optional<std::size_t> problem_offset() const { return problem_offset_; }

 private:
  using Index = JsonDocument::Index;
  using Node = JsonDocument::Node;

  std::uint32_t offset_of(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

  const char* add(const char* begin) {
    if (nodes_.size() == options_.values) {
      problem_offset_ = offset_of(begin);
      return "too many values";
    }
    const auto index = static_cast<Index>(nodes_.size());
    if (open_ != JsonDocument::kNone) {
      Node& around = nodes_[open_];
      if (around.size++ > 0) nodes_[around.next].next = index;
      around.next = index;
    }
    Node& node = nodes_.emplace_back();
    node.begin = offset_of(begin);
    node.name = name_;
    node.name_end = name_end_;
    return nullptr;
  }

  const char* find_doubled(Index object) {
    names_.reset(nodes_[object].size);
    for (Index child = object + 1; child != JsonDocument::kNone; child = nodes_[child].next) {
      const Node& member = nodes_[child];
      if (names_.insert({begin_ + member.name + 1, member.name_end - member.name - 2})) continue;
      problem_offset_ = member.name;
      return "a name comes twice in one object";
    }
    return nullptr;
  }

  std::pmr::vector<Node>& nodes_;
  const char* begin_;
  const JsonReadOptions& options_;
  Index open_ = JsonDocument::kNone;
  std::uint32_t name_ = 0;
  std::uint32_t name_end_ = 0;
  std::optional<std::size_t> problem_offset_;
  json::NameSet names_;
};

std::variant<JsonDocument, JsonProblem> JsonDocument::read(Bytes text, const JsonReadOptions& options,
                                                           std::pmr::memory_resource* memory) {
  if (text.size() >= kNone) return JsonProblem{0, "the text is too long"};
  JsonDocument document(text, memory);
  JsonDocumentReader reader(document, options);
  json::Grammar grammar(text, options.depth, reader);
  if (const char* what = grammar.check()) return JsonProblem{reader.problem_offset().value_or(grammar.offset()), what};
  return document;
}

JsonKind JsonDocument::kind(Index node) const { return json_kind(raw(node)); }

Bytes JsonDocument::raw(Index node) const {
  return text_.substr(nodes_[node].begin, nodes_[node].end - nodes_[node].begin);
}

std::size_t JsonDocument::size(Index node) const { return nodes_[node].size; }

JsonDocument::Index JsonDocument::first(Index container) const {
  return nodes_[container].size == 0 ? kNone : container + 1;
}

JsonDocument::Index JsonDocument::next(Index child) const { return nodes_[child].next; }

Bytes JsonDocument::raw_name(Index child) const {
  return text_.substr(nodes_[child].name, nodes_[child].name_end - nodes_[child].name);
}

bool JsonDocument::is_named(Index child, std::string_view name) const {
  const Bytes inner = between_quotes(raw_name(child));
  return inner.find('\\') == Bytes::npos ? inner == name : json::says(inner, name);
}

Bytes JsonDocument::text(Index string, std::string& scratch) const {
  return unescaped(between_quotes(raw(string)), scratch);
}

Bytes JsonDocument::name(Index child, std::string& scratch) const {
  return unescaped(between_quotes(raw_name(child)), scratch);
}

JsonDocument::Index JsonDocument::find(Index object, std::string_view name) const {
  Index found = kNone;
  if (kind(object) != JsonKind::kObject) return found;
  for (Index child = first(object); child != kNone; child = next(child))
    if (is_named(child, name)) found = child;
  return found;
}

}  // namespace causeway
