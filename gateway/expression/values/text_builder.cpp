#include "expression/values/text_builder.h"

#include <algorithm>
#include <array>

#include "expression/values/containers.h"

namespace causeway::expression {
namespace {

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < plain.size(); ++byte) plain[byte] = byte != '"' && byte != '\\' && byte != 0x7f;
  return plain;
}();

/// May a string of the text be written otherwise than append_quoted writes it?
bool varies(Bytes raw) { return raw.find('\\') != Bytes::npos || raw.find('\x7f') != Bytes::npos; }

/// The bytes of a document without the blanks between its tokens.
void append_compact(TextBuilder& out, Bytes raw) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  const char* begin = raw.data();
  const char* at = begin;
  const char* const end = at + raw.size();
  while (at != end && !out.full()) {
    if (*at == '"') {
      for (++at; *at != '"'; ++at) at += static_cast<std::ptrdiff_t>(*at == '\\');
      ++at;
    } else if (blank(*at)) {
      out.append({begin, static_cast<std::size_t>(at - begin)});
      while (at != end && blank(*at)) ++at;
      begin = at;
    } else {
      ++at;
    }
  }
  out.append({begin, static_cast<std::size_t>(at - begin)});
}

/// The same, and strings as append_quoted writes them.
void append_plain(TextBuilder& out, Bytes raw) {
  for (std::size_t at = 0; at < raw.size() && !out.full();) {
    const std::size_t begin = std::min(raw.find('"', at), raw.size());
    append_compact(out, raw.substr(at, begin - at));
    if (begin == raw.size()) return;
    std::size_t end = begin + 1;
    for (; raw[end] != '"'; ++end) end += static_cast<std::size_t>(raw[end] == '\\');
    const Bytes string = raw.substr(begin, end + 1 - begin);
    if (varies(string)) out.append_quoted(unquote(out.resources(), string).said());
    else out.append(string);
    at = end + 1;
  }
}

void write_document(TextBuilder& out, const Value& value) {
  const Bytes raw = value.raw();
  if (!out.keeps_escapes() && varies(raw)) append_plain(out, raw);
  else if (value.kind() >= Kind::kArray && value.document().has_blanks()) append_compact(out, raw);
  else out.append(raw);
}

void write_array(TextBuilder& out, const Block* array) {
  if (!out.enter()) return;
  out.append('[');
  out.resources().spend(array->size / 2);
  for (std::uint32_t i = 0; i < array->size && !out.full(); ++i) {
    if (i > 0) out.append(',');
    write_json(out, items(array)[i]);
  }
  out.append(']');
  out.leave();
}

void write_object(TextBuilder& out, const Value& object) {
  if (!out.enter()) return;
  out.append('{');
  out.resources().spend(size_of(object));
  bool first = true;
  for (Members walk(*object.block()->resources, object); !out.full() && walk.next(); first = false) {
    if (!first) out.append(',');
    out.append_quoted(walk.key().said());
    out.append(':');
    write_json(out, walk.value());
  }
  out.append('}');
  out.leave();
}

}  // namespace

bool TextBuilder::grow(std::size_t more) {
  const std::size_t needed = block_->size + more;
  const std::size_t capacity = std::max(needed, std::size_t{block_->capacity} + block_->capacity / 2);
  if (full_ || !resources_.has_room_for(needed) || !resources_.spend_bytes(needed)) {
    full_ = true;
    return false;
  }
  Block* const grown = new_text(resources_, capacity);
  std::memcpy(characters(grown), characters(block_), block_->size);
  grown->size = block_->size;
  resources_.release(block_, block_->size_class);
  block_ = grown;
  return true;
}

void TextBuilder::append_point(std::uint32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](int shift) { return byte(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) {
    append(byte(point));
  } else if (point < 0x800) {
    append(byte(0xc0 | (point >> 6))), append(tail(0));
  } else if (point < 0x10000) {
    append(byte(0xe0 | (point >> 12))), append(tail(6)), append(tail(0));
  } else {
    append(byte(0xf0 | (point >> 18))), append(tail(12)), append(tail(6)), append(tail(0));
  }
}

std::string quoted(std::string_view text) {
  Resources resources(nullptr, 0, ~std::uint64_t{0}, ~std::size_t{0}, 1);
  TextBuilder builder(resources, text.size() + 2);
  builder.append_quoted(text);
  return std::string(builder.view());
}

void TextBuilder::append_quoted(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  static constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f";
  static constexpr std::string_view kLetters = "\"\\nrtbf";
  append('"');
  resources_.spend_characters(text.size());
  std::size_t escapes = 0;
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (kPlain[byte]) continue;
    ++escapes;
    append(text.substr(plain, at - plain));
    plain = at + 1;
    if (const std::size_t i = kEscaped.find(text[at]); i != std::string_view::npos) {
      const char escape[] = {'\\', kLetters[i]};
      append({escape, sizeof escape});
    } else {
      const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      append({escape, sizeof escape});
    }
  }
  append(text.substr(plain));
  append('"');
  resources_.spend(escapes / 4);
}

Value TextBuilder::finish() { return Value::own(Value::Tag::kOwnText, std::exchange(block_, nullptr)); }

void write_json(TextBuilder& out, const Value& value) {
  char scratch[24];
  switch (value.tag()) {
    case Value::Tag::kNull:
    case Value::Tag::kNan:
      return out.append("null");
    case Value::Tag::kFalse:
      return out.append("false");
    case Value::Tag::kTrue:
      return out.append("true");
    case Value::Tag::kInteger:
    case Value::Tag::kToken:
    case Value::Tag::kOwnToken:
      return out.append(value.digits(scratch));
    case Value::Tag::kInfinite:
      return out.append("1.7976931348623157e+308");
    case Value::Tag::kMinusInfinite:
      return out.append("-1.7976931348623157e+308");
    case Value::Tag::kText:
    case Value::Tag::kOwnText:
      return out.append_quoted(value.said());
    case Value::Tag::kDocument:
      return write_document(out, value);
    case Value::Tag::kArray:
      return write_array(out, value.block());
    case Value::Tag::kObject:
      return write_object(out, value);
  }
}

void write_plain(TextBuilder& out, Resources& resources, const Value& value) {
  if (value.is_string()) out.append(plain_string(resources, value).said());
  else write_json(out, value);
}

}  // namespace causeway::expression
