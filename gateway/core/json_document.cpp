#include "core/json_document.h"

#include <algorithm>
#include <array>
#include <new>

#include "core/json_grammar.h"
#include "core/json_names.h"
#include "core/json_unescape.h"

namespace causeway {
namespace {

Bytes between_quotes(Bytes raw) { return raw.substr(1, raw.size() - 2); }

Bytes unescaped(Bytes inner, std::string& scratch) {
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
      : document_(document),
        begin_(document.text_.data()),
        most_(std::min(options.values, JsonDocument::kMostValues)),
        refuse_doubled_names_(options.refuse_doubled_names) {}

  [[gnu::always_inline]] const char* open(const char* at) {
    Node* const node = add(at);
    if (!node) return kTooMany;
    node->end = open_;
    node->kind = static_cast<std::uint32_t>(*at == '{' ? JsonKind::kObject : JsonKind::kArray) & 7;
    open_ = count_ - 1;
    return nullptr;
  }

  [[gnu::always_inline]] const char* scalar(const json::Token& token) {
    Node* const node = add(token.begin);
    if (!node) return kTooMany;
    node->end = offset_of(token.end);
    node->kind = static_cast<std::uint32_t>(token.kind) & 7;
    node->escaped = token.escaped;
    return nullptr;
  }

  [[gnu::always_inline]] const char* name(const json::Token& token) {
    name_ = offset_of(token.begin);
    name_size_ = static_cast<std::uint32_t>(token.end - token.begin);
    name_escaped_ = token.escaped;
    return nullptr;
  }

  const char* close(const char* end) {
    const Index closed = open_;
    Node& node = nodes_[closed];
    open_ = node.end;
    node.end = offset_of(end);
    node.next = JsonDocument::kNone;
    if (refuse_doubled_names_ && node.size > 1 && begin_[node.begin] == '{') return find_doubled(closed);
    return nullptr;
  }

  /// The document has as many nodes as there are.
  void finish(std::size_t depth, bool has_blanks) {
    if (nodes_ == few_.data()) move_to(count_);
    document_.count_ = count_;
    document_.depth_ = static_cast<std::uint16_t>(depth);
    document_.has_blanks_ = has_blanks;
    document_.unique_names_ = refuse_doubled_names_;
  }

  /// Of a problem that is not where the grammar stands.
  std::optional<std::size_t> problem_offset() const { return problem_offset_; }

 private:
  using Index = JsonDocument::Index;
  using Node = JsonDocument::Node;
  static constexpr const char* kTooMany = "too many values";

  std::uint32_t offset_of(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

  [[gnu::always_inline]] Node* add(const char* begin) {
    if (count_ == capacity_ && !grow()) {
      problem_offset_ = offset_of(begin);
      return nullptr;
    }
    const Index index = count_++;
    if (open_ != JsonDocument::kNone) {
      Node& around = nodes_[open_];
      if (around.size > 0) nodes_[around.next].next = index;
      ++around.size;
      around.next = index;
    }
    Node& node = nodes_[index];
    node = {offset_of(begin), 0, name_, name_size_, JsonDocument::kNone, 0, 0, false, name_escaped_};
    return &node;
  }

  /// From the few to as many as the text can have.
  bool grow() {
    if (count_ == most_) return false;
    move_to(static_cast<std::uint32_t>(std::min(most_values(document_.text_), most_)));
    return true;
  }

  void move_to(std::uint32_t capacity) {
    document_.nodes_ = static_cast<Node*>(document_.memory_->allocate(capacity * sizeof(Node), alignof(Node)));
    document_.capacity_ = capacity;
    std::copy_n(nodes_, count_, document_.nodes_);
    nodes_ = document_.nodes_;
    capacity_ = capacity;
  }

  const char* find_doubled(Index object) {
    names_.reset(nodes_[object].size);
    for (Index child = object + 1; child != JsonDocument::kNone; child = nodes_[child].next) {
      const Node& member = nodes_[child];
      if (names_.insert({begin_ + member.name + 1, member.name_size - 2}, member.name_escaped)) continue;
      problem_offset_ = member.name;
      return "a name comes twice in one object";
    }
    return nullptr;
  }

  JsonDocument& document_;
  const char* begin_;
  std::size_t most_;
  bool refuse_doubled_names_;
  Index open_ = JsonDocument::kNone;
  std::uint32_t name_ = 0;
  std::uint32_t name_size_ = 0;
  bool name_escaped_ = false;
  std::optional<std::size_t> problem_offset_;
  std::array<Node, 64> few_;  // most documents: then nothing is counted, and what is allocated fits
  Node* nodes_ = few_.data();
  std::uint32_t count_ = 0;
  std::uint32_t capacity_ = static_cast<std::uint32_t>(std::min(few_.size(), most_));
  json::NameSet names_;
};

std::variant<JsonDocument, JsonProblem> JsonDocument::read(Bytes text, const JsonReadOptions& options,
                                                           std::pmr::memory_resource* memory) {
  if (text.size() >= kNone) return JsonProblem{0, "the text is too long"};
  JsonDocument document(text, memory);
  JsonDocumentReader reader(document, options);
  json::Grammar grammar(text, options.depth, reader);
  if (const char* what = grammar.check()) return JsonProblem{reader.problem_offset().value_or(grammar.offset()), what};
  reader.finish(grammar.depth(), grammar.has_blanks());
  return document;
}

JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  if (this == &other) return *this;
  release();
  return *new (this) JsonDocument(std::move(other));
}

void JsonDocument::release() {
  if (nodes_) memory_->deallocate(nodes_, capacity_ * sizeof(Node), alignof(Node));
}

bool JsonDocument::is_named(Index child, std::string_view name) const {
  const Bytes inner = between_quotes(raw_name(child));
  return has_escaped_name(child) ? json::says(inner, name) : inner == name;
}

Bytes JsonDocument::text(Index string, std::string& scratch) const {
  const Bytes inner = between_quotes(raw(string));
  return is_escaped(string) ? unescaped(inner, scratch) : inner;
}

Bytes JsonDocument::name(Index child, std::string& scratch) const {
  const Bytes inner = between_quotes(raw_name(child));
  return has_escaped_name(child) ? unescaped(inner, scratch) : inner;
}

JsonDocument::Index JsonDocument::find(Index object, std::string_view name) const {
  Index found = kNone;
  if (kind(object) != JsonKind::kObject) return found;
  for (Index child = first(object); child != kNone; child = next(child)) {
    const Node& member = nodes_[child];
    if (!member.name_escaped) {
      const char* const text = text_.data() + member.name + 1;
      if (member.name_size != name.size() + 2 || (!name.empty() && *text != name[0])) continue;
    }
    if (!is_named(child, name)) continue;
    found = child;
    if (unique_names_) break;
  }
  return found;
}

}  // namespace causeway
