#include "core/json_document.h"

#include <cstring>
#include <new>

#include "core/json_document_problem.h"
#include "core/json_document_reader.h"
#include "core/json_unescape.h"

namespace causeway {
namespace {

Bytes between_quotes(Bytes raw) { return raw.substr(1, raw.size() - 2); }

Bytes unescaped(Bytes inner, std::string& scratch) {
  scratch.clear();
  json::append_unescaped(inner, scratch);
  return scratch;
}

template <class Word>
Word read_word(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// As memcmp, for names: most are short.
bool same_bytes(const char* left, const char* right, std::size_t size) {
  const auto same_ends = [=]<class Word>(Word) {
    return read_word<Word>(left) == read_word<Word>(right) &&
           read_word<Word>(left + size - sizeof(Word)) == read_word<Word>(right + size - sizeof(Word));
  };
  if (size > 16) return std::memcmp(left, right, size) == 0;
  if (size >= 8) return same_ends(std::uint64_t{});
  if (size >= 4) return same_ends(std::uint32_t{});
  if (size >= 2) return same_ends(std::uint16_t{});
  return size == 0 || *left == *right;
}

}  // namespace

std::variant<JsonDocument, JsonProblem> JsonDocument::read(Bytes text, const JsonReadOptions& options,
                                                           std::pmr::memory_resource* memory) {
  if (text.size() >= kNone) return JsonProblem{0, "the text is too long"};
  JsonDocument document(text, memory);
  if (JsonDocumentReader(document, options).read()) return document;
  return json::document_problem(text, options, memory);
}

JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  if (this == &other) return *this;
  release();
  return *new (this) JsonDocument(std::move(other));
}

void JsonDocument::release() {
  if (nodes_) memory_->deallocate(nodes_, capacity_ * sizeof(Node), alignof(Node));
}

inline bool JsonDocument::has_name(const Node& member, std::string_view name) const {
  if (!member.name_escaped) [[likely]]
    return member.name_size == name.size() + 2 && same_bytes(text_.data() + member.name + 1, name.data(), name.size());
  return json::says(between_quotes({text_.data() + member.name, member.name_size}), name);
}

bool JsonDocument::is_named(Index child, std::string_view name) const { return has_name(nodes_[child], name); }

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
  for (Index child = first(object); child != kNone; child = nodes_[child].next) {
    if (!has_name(nodes_[child], name)) continue;
    found = child;
    if (unique_names_) break;
  }
  return found;
}

JsonDocument::Index JsonDocument::find(Index object, std::string_view name, Index& place) const {
  if (kind(object) != JsonKind::kObject || !unique_names_) return find(object, name);
  const Index begin = place == kNone ? first(object) : place;
  for (Index child = begin; child != kNone; child = nodes_[child].next) {
    if (!has_name(nodes_[child], name)) continue;
    place = nodes_[child].next;
    return child;
  }
  for (Index child = first(object); child != begin; child = nodes_[child].next) {
    if (!has_name(nodes_[child], name)) continue;
    place = nodes_[child].next;
    return child;
  }
  return kNone;
}

}  // namespace causeway
