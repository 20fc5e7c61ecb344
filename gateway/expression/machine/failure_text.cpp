#include "expression/machine/failure_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <ranges>

#include "core/ascii.h"
#include "expression/machine/hidden_texts.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

// A mark: this byte, the Mark's bytes, what a handler is told. Nothing is looked for within it.
constexpr char kBegin = '\x01';
constexpr std::size_t kMarkBytes = 24;

constexpr std::string_view kHeaders = "$headers";

/// What a program throws is shown up to this size.
constexpr std::size_t kLongestText = 4096;
/// Strings that hold JSON are looked into so many times.
constexpr int kMostWithin = 3;

/// Headers that prove who somebody is (RFC 9110, 11; RFC 6265).
bool is_credential(std::string_view name) {
  constexpr std::array<std::string_view, 6> kCredentials = {"authorization", "proxy-authorization", "cookie",
                                                            "set-cookie",    "x-api-key",           "x-signature"};
  return std::ranges::any_of(kCredentials, [&](std::string_view known) { return equals_ignoring_case(known, name); });
}

std::string_view article(Kind kind) { return kind == Kind::kArray || kind == Kind::kObject ? "an " : "a "; }

std::string with_article(Kind kind) {
  return kind == Kind::kNull ? "null" : fmt::format("{}{}", article(kind), name_of(kind));
}

}  // namespace

/// What is known of a value, in a message.
struct FailureText::Mark {
  enum class Is : char { kMade, kText, kNode, kAbsent, kInteger };
  struct Bytes {
    Shown shown = Shown::kAlone;
    Kind kind = Kind::kNull;
    Is is = Is::kMade;
    std::uint32_t place = 0;  ///< the node, the text's size, or the number of what is absent
    std::uint64_t where = 0;  ///< the address of the document or of the text; the integer
    std::uint32_t size = 0;   ///< of what a handler is told
    std::uint32_t unused = 0;
  };
  Bytes bytes;
  std::string_view text;
};

static_assert(sizeof(FailureText::Mark::Bytes) == kMarkBytes);

std::string marked(const Value& value, Shown shown, std::string_view text) {
  using Is = FailureText::Mark::Is;
  FailureText::Mark::Bytes bytes{.shown = shown, .kind = value.kind()};
  switch (value.tag()) {
    case Value::Tag::kDocument:
      bytes.is = Is::kNode;
      bytes.where = reinterpret_cast<std::uintptr_t>(&value.document());
      bytes.place = value.index();
      break;
    case Value::Tag::kToken:
    case Value::Tag::kText:
      bytes.is = Is::kText;
      bytes.where = reinterpret_cast<std::uintptr_t>(value.as_view().data());
      bytes.place = static_cast<std::uint32_t>(value.as_view().size());
      break;
    case Value::Tag::kInteger:
      bytes.is = Is::kInteger;
      bytes.where = static_cast<std::uint64_t>(value.as_integer());
      break;
    case Value::Tag::kNull:
      if (value.absence() != 0) bytes.is = Is::kAbsent;
      bytes.place = value.absence();
      break;
    default:
      break;
  }
  bytes.size = static_cast<std::uint32_t>(text.size());
  std::string out(1 + kMarkBytes, kBegin);
  std::memcpy(out.data() + 1, &bytes, kMarkBytes);
  return out.append(text);
}

namespace {

/// The next mark of a message, and what stands before it.
struct Piece {
  std::string_view before;
  std::optional<FailureText::Mark> mark;  ///< none: there is none, and `before` is all
};

bool is_mark(const FailureText::Mark::Bytes& bytes, std::size_t behind) {
  return bytes.shown >= Shown::kAlone && bytes.shown <= Shown::kPart && bytes.kind <= Kind::kObject &&
         bytes.is <= FailureText::Mark::Is::kInteger && bytes.size <= behind;
}

Piece next_piece(std::string_view& rest) {
  for (std::size_t begin = 0; (begin = rest.find(kBegin, begin)) != std::string_view::npos; ++begin) {
    const std::string_view behind = rest.substr(begin + 1);
    if (behind.size() < kMarkBytes) break;
    FailureText::Mark mark;
    std::memcpy(&mark.bytes, behind.data(), kMarkBytes);
    if (!is_mark(mark.bytes, behind.size() - kMarkBytes)) continue;
    mark.text = behind.substr(kMarkBytes, mark.bytes.size);
    const std::string_view before = rest.substr(0, begin);
    rest = behind.substr(kMarkBytes + mark.text.size());
    return {before, mark};
  }
  return {std::exchange(rest, {}), {}};
}

}  // namespace

std::string told_within(std::string_view message) {
  std::string out;
  while (!message.empty()) {
    const Piece piece = next_piece(message);
    out += piece.before;
    if (piece.mark && piece.mark->bytes.shown != Shown::kAside) out += piece.mark->text;
  }
  return out;
}

std::string FailureText::told_outside(std::string_view message) const {
  std::string out;
  while (!message.empty()) {
    const Piece piece = next_piece(message);
    out += piece.before;
    if (piece.mark) append(out, *piece.mark);
  }
  return out;
}

void FailureText::append(std::string& out, const Mark& mark) const {
  const Kind kind = mark.bytes.kind;
  const bool alone = mark.bytes.shown == Shown::kAlone;
  if (mark.bytes.shown == Shown::kAside) out += fmt::format(": {}", name_of(kind));
  const bool of_document = mark.bytes.is == Mark::Is::kNode;
  if (const ReadDocument* const read = of_document ? document_at(mark.bytes.where) : nullptr) {
    bool masked = read->name == kHeaders;
    const std::string path = path_of(*read, mark.bytes.place, masked);
    const bool shows = !masked && kind < Kind::kArray && kind != Kind::kNull;
    if (shows) out += without_masked(std::string(mark.text));
    else if (alone) out += with_article(kind);
    if (mark.bytes.shown != Shown::kPart) out += " at " + path;
    return;
  }
  if (is_of_program(mark)) out += mark.text;
  else if (alone) out += with_article(kind);
  if (mark.bytes.is == Mark::Is::kAbsent && mark.bytes.shown != Shown::kPart) out += place_of_absent(mark.bytes.place);
}

bool FailureText::is_of_program(const Mark& mark) const {
  if (mark.bytes.is == Mark::Is::kInteger) return has_integer(mark.bytes.where);
  return mark.bytes.is == Mark::Is::kText && has_text(mark.bytes.where, mark.bytes.place);
}

bool FailureText::has_integer(std::uint64_t value) const {
  return std::ranges::any_of(plan_.literals, [value](const Value& known) {
    return known.tag() == Value::Tag::kInteger && static_cast<std::uint64_t>(known.as_integer()) == value;
  });
}

bool FailureText::has_text(std::uint64_t address, std::size_t size) const {
  return std::ranges::any_of(plan_.texts, [address, size](const std::string& known) {
    const auto begin = reinterpret_cast<std::uintptr_t>(known.data());
    return begin <= address && address + size <= begin + known.size();
  });
}

const ReadDocument* FailureText::document_at(std::uint64_t address) const {
  const auto found = std::ranges::find_if(
      documents_, [&](const ReadDocument& read) { return reinterpret_cast<std::uintptr_t>(read.document) == address; });
  return found == documents_.end() ? nullptr : &*found;
}

bool FailureText::is_masked(std::string_view name) const {
  return std::ranges::any_of(masked_, [&](const std::string& known) { return equals_ignoring_case(known, name); });
}

void FailureText::hide(HiddenTexts& texts, const JsonDocument& document, JsonDocument::Index at, bool within_masked,
                       int within) const {
  std::string scratch;
  switch (document.kind(at)) {
    case JsonKind::kString: {
      const Bytes text = document.text(at, scratch);
      if (within_masked) texts.hide(text);
      else if (within < kMostWithin) hide_in(texts, text, within + 1);
      return;
    }
    case JsonKind::kNumber:
      if (within_masked) texts.hide(document.raw(at));
      return;
    case JsonKind::kObject:
    case JsonKind::kArray:
      break;
    default:
      return;
  }
  const bool is_object = document.kind(at) == JsonKind::kObject;
  const auto is_hidden = [&](std::string_view name) { return is_masked(name) || is_credential(name); };
  for (JsonDocument::Index child = document.first(at); child != JsonDocument::kNone; child = document.next(child))
    hide(texts, document, child, within_masked || (is_object && is_hidden(document.name(child, scratch))), within);
}

void FailureText::hide_in(HiddenTexts& texts, std::string_view json, int within) const {
  const std::size_t begin = json.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || (json[begin] != '{' && json[begin] != '[')) return;
  const auto read = JsonDocument::read(json, {.refuse_doubled_names = false});
  if (const auto* const document = std::get_if<JsonDocument>(&read)) hide(texts, *document, 0, false, within);
}

std::string FailureText::without_masked(std::string text) const {
  HiddenTexts texts(std::move(text));
  for (const ReadDocument& read : documents_) hide(texts, *read.document, 0, false, 0);
  return texts.shown();
}

std::string FailureText::thrown(std::string_view text) const {
  // So many more that a masked value is known by its beginning also where it is cut.
  HiddenTexts texts(std::string(text.substr(0, kLongestText)));
  for (const ReadDocument& read : documents_) hide(texts, *read.document, 0, false, 0);
  hide_in(texts, text, 0);
  const std::string shown = texts.shown();
  if (text.size() <= kLongestText && shown.size() <= kLongestText) return shown;
  return std::string(first_bytes(shown, kLongestText - 32)) + "...";
}

}  // namespace causeway::expression
