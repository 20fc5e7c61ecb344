// The formats: @text @json @html @uri @urid @csv @tsv @sh @base64 @base64d @base32 @base32d.
#include <fmt/format.h>

#include <array>

#include "core/ascii.h"
#include "core/json_text.h"
#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

/// What tostring gives, as a text.
Value plain_text(Machine& machine, const Value& value) {
  if (value.is_string()) return plain_string(machine.resources(), value);
  TextBuilder text(machine.resources());
  write_json(text, value);
  return text.finish();
}

Flow text_format(Machine& machine, const Value& input, Arguments, Value& out) {
  out = plain_text(machine, input);
  return Flow::kGo;
}

Flow json_format(Machine& machine, const Value& input, Arguments, Value& out) {
  TextBuilder text(machine.resources());
  write_json(text, input);
  out = text.finish();
  return Flow::kGo;
}

/// Every character that `replace(c)` has a text for becomes it.
template <class Replace>
Value replaced(Machine& machine, std::string_view said, Replace replace) {
  machine.resources().spend_characters(said.size());
  TextBuilder text(machine.resources(), said.size() + said.size() / 8);
  std::size_t plain = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < said.size(); ++at) {
    const std::string_view by = replace(said[at]);
    if (by.empty()) continue;
    ++count;
    text.append(said.substr(plain, at - plain));
    text.append(by);
    plain = at + 1;
  }
  text.append(said.substr(plain));
  machine.resources().spend(count / 2);
  return text.finish();
}

Flow html_format(Machine& machine, const Value& input, Arguments, Value& out) {
  const Value said = plain_text(machine, input);
  out = replaced(machine, said.said(), [](char c) -> std::string_view {
    switch (c) {
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '&':
        return "&amp;";
      case '\'':
        return "&apos;";
      case '"':
        return "&quot;";
      default:
        return {};
    }
  });
  return Flow::kGo;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

Flow uri_format(Machine& machine, const Value& input, Arguments, Value& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const Value said = plain_text(machine, input);
  char escape[] = "%00";
  out = replaced(machine, said.said(), [&](char c) -> std::string_view {
    if (unreserved(c)) return {};
    escape[1] = kHex[static_cast<unsigned char>(c) >> 4];
    escape[2] = kHex[c & 15];
    return {escape, 3};
  });
  return Flow::kGo;
}

/// Bytes that are no UTF-8 become U+FFFD.
Value valid_text(Machine& machine, std::string_view bytes) {
  machine.resources().spend_characters(bytes.size());
  TextBuilder text(machine.resources(), bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    if (length > 0) text.append(bytes.substr(0, length));
    else text.append_point(0xfffd);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text.finish();
}

Flow urid_format(Machine& machine, const Value& input, Arguments, Value& out) {
  const Value said = plain_text(machine, input);
  const std::string_view text = said.said();
  if (!machine.resources().spend_characters(2 * text.size())) return machine.over();
  TextBuilder decoded(machine.resources(), text.size());
  const auto wrong = [&] {
    return machine.fail(fmt::format("{} is not a valid uri encoding", machine.described(input)));
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded.append(text[at]);
      continue;
    }
    if (text.size() - at < 3) return wrong();
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return wrong();
    decoded.append(static_cast<char>(high * 16 + low));
    at += 2;
  }
  if (valid_utf8(decoded.view()) != decoded.view().size()) return wrong();
  out = decoded.finish();
  return Flow::kGo;
}

/// A row of scalars.
template <class Append>
Flow row_format(Machine& machine, const Value& input, std::string_view name, char between, Append append_string,
                Value& out) {
  if (!input.is_array())
    return machine.fail(fmt::format("{} cannot be {}-formatted, only an array can be", machine.described(input), name));
  TextBuilder row(machine.resources(), 64);
  Items walk(input);
  bool first = true;
  for (Value item; walk.next(item); first = false) {
    if (!machine.step()) return machine.over();
    if (!first) row.append(between);
    if (item.kind() >= Kind::kArray)
      return machine.fail(fmt::format("{} is not valid in a {} row", machine.described(item), name));
    if (item.is_string()) append_string(row, plain_string(machine.resources(), item).said());
    else if (!item.is_null()) write_json(row, item);
  }
  out = row.finish();
  return Flow::kGo;
}

Flow csv_format(Machine& machine, const Value& input, Arguments, Value& out) {
  return row_format(
      machine, input, "csv", ',',
      [](TextBuilder& row, std::string_view text) {
        row.resources().spend_characters(text.size());
        row.append('"');
        for (std::size_t quote = 0; (quote = text.find('"')) != std::string_view::npos; text.remove_prefix(quote + 1)) {
          row.append(text.substr(0, quote));
          row.append("\"\"");
        }
        row.append(text);
        row.append('"');
      },
      out);
}

Flow tsv_format(Machine& machine, const Value& input, Arguments, Value& out) {
  return row_format(
      machine, input, "tsv", '\t',
      [](TextBuilder& row, std::string_view text) {
        row.resources().spend_characters(text.size());
        for (const char c : text) {
          if (c == '\t') row.append("\\t");
          else if (c == '\r') row.append("\\r");
          else if (c == '\n') row.append("\\n");
          else if (c == '\\') row.append("\\\\");
          else row.append(c);
        }
      },
      out);
}

Flow sh_format(Machine& machine, const Value& input, Arguments, Value& out) {
  TextBuilder words(machine.resources(), 64);
  const auto word = [&](const Value& item) {
    if (!machine.step()) return machine.over();
    if (item.kind() >= Kind::kArray)
      return machine.fail(fmt::format("{} can not be escaped for shell", machine.described(item)));
    if (!item.is_string()) {
      write_json(words, item);
      return Flow::kGo;
    }
    words.append('\'');
    words.append(replaced(machine, plain_string(machine.resources(), item).said(), [](char c) {
                   return c == '\'' ? std::string_view("'\\''") : std::string_view();
                 }).said());
    words.append('\'');
    return Flow::kGo;
  };
  if (!input.is_array()) {
    if (const Flow flow = word(input); flow != Flow::kGo) return flow;
  } else {
    Items walk(input);
    bool first = true;
    for (Value item; walk.next(item); first = false) {
      if (!first) words.append(' ');
      if (const Flow flow = word(item); flow != Flow::kGo) return flow;
    }
  }
  out = words.finish();
  return Flow::kGo;
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// By character; -1 of what is none of them.
constexpr std::array<std::int8_t, 256> values_of(std::string_view alphabet) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}

/// Groups of `kBits` bits, padded to whole groups of characters.
template <int kBits>
Flow encode(Machine& machine, const Value& input, Arguments, Value& out) {
  constexpr std::string_view kAlphabet = kBits == 6 ? kBase64 : kBase32;
  constexpr std::size_t kGroup = kBits == 6 ? 4 : 8;
  const Value said = plain_text(machine, input);
  const std::size_t size = said.said().size() * 8 / kBits + kGroup;
  if (!machine.resources().has_room_for(size) || !machine.resources().spend_characters(2 * size)) return machine.over();
  TextBuilder text(machine.resources(), size);
  std::uint32_t held = 0;
  int bits = 0;
  std::size_t count = 0;
  const auto put = [&](std::uint32_t value) {
    text.append(kAlphabet[value & ((1u << kBits) - 1)]);
    ++count;
  };
  for (const char c : said.said()) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= kBits; bits -= kBits) put(held >> (bits - kBits));
  }
  if (bits > 0) put(held << (kBits - bits));
  while (count++ % kGroup != 0) text.append('=');
  out = text.finish();
  return Flow::kGo;
}

template <int kBits>
Flow decode(Machine& machine, const Value& input, Arguments, Value& out) {
  constexpr std::string_view kAlphabet = kBits == 6 ? kBase64 : kBase32;
  constexpr std::string_view kName = kBits == 6 ? "base64" : "base32";
  static constexpr auto kValues = values_of(kAlphabet);
  const Value said = plain_text(machine, input);
  std::string_view text = said.said();
  while (text.ends_with('=')) text.remove_suffix(1);
  if (!machine.resources().spend_characters(2 * text.size())) return machine.over();
  TextBuilder bytes(machine.resources(), text.size());
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return machine.fail(fmt::format("{} is not valid {} data", machine.described(said), kName));
    held = (held << kBits) | static_cast<std::uint32_t>(value);
    if ((bits += kBits) >= 8) bytes.append(static_cast<char>(held >> (bits -= 8)));
  }
  if (bits >= kBits) return machine.fail(fmt::format("{} trailing {} byte found", machine.described(said), kName));
  out = valid_text(machine, bytes.view());
  return Flow::kGo;
}

/// `format("csv")` is `@csv`.
Flow format_by_name(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!given[0].is_string()) return machine.fail(fmt::format("{} is not a valid format", machine.described(given[0])));
  const Value name = plain_string(machine.resources(), given[0]);
  const Builtin* const found = find_builtin(fmt::format("@{}", name.said()), 0);
  if (!found) return machine.fail(fmt::format("{} is not a valid format", machine.shortened(given[0])));
  return found->value(machine, input, {}, out);
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"format", 1, format_by_name},
    {"@text", 0, text_format},
    {"@json", 0, json_format},
    {"@html", 0, html_format},
    {"@uri", 0, uri_format},
    {"@urid", 0, urid_format},
    {"@csv", 0, csv_format},
    {"@tsv", 0, tsv_format},
    {"@sh", 0, sh_format},
    {"@base64", 0, encode<6>},
    {"@base64d", 0, decode<6>},
    {"@base32", 0, encode<5>},
    {"@base32d", 0, decode<5>},
});

}  // namespace

std::span<const Builtin> format_functions() { return kFunctions; }

}  // namespace causeway::expression
