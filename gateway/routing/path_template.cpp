#include "routing/path_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <memory_resource>
#include <utility>

#include "config/reading.h"
#include "routing/path_characters.h"

namespace causeway::routing {
namespace {

using Kind = PathTemplate::Kind;
using Segment = PathTemplate::Segment;

constexpr std::string_view kRestMark = "...";

bool is_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

/// What is wrong with the literal, by the place of the first fault; fills `segment`.
std::optional<TemplateError> read_literal(std::string_view text, Segment& segment) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '}') return TemplateError{i, "a parameter takes a whole segment, such as \"/{id}/\""};
    if (c == '%') {
      const int byte = decoded_byte(text, i);
      if (byte < 0) return TemplateError{i, "expected two hexadecimal digits after \"%\""};
      const char plain = static_cast<char>(byte);
      if (is_unreserved(plain)) return TemplateError{i, fmt::format("write \"{}\" as it is, not encoded", plain)};
      append_encoded(plain, segment.text);
      i += 2;
    } else if (is_path_character(c)) {
      segment.text += c;
    } else {
      std::string encoded;
      append_encoded(c, encoded);
      return TemplateError{i, fmt::format("a character that may not stand in a path; write \"{}\"", encoded)};
    }
  }
  if (is_dot_segment(segment.text)) return TemplateError{0, "the segments \".\" and \"..\" are not allowed"};
  return std::nullopt;
}

std::optional<TemplateError> read_parameter(std::string_view text, bool last, Segment& segment) {
  std::string_view name = text.substr(1, text.size() - 2);
  segment.kind = Kind::kParameter;
  if (name.ends_with(kRestMark)) {
    name.remove_suffix(kRestMark.size());
    segment.kind = Kind::kRest;
  }
  if (!is_name(name))
    return TemplateError{1, "expected a name of letters, digits and \"_\" that does not start with a digit"};
  if (segment.kind == Kind::kRest && !last)
    return TemplateError{0, fmt::format("\"{}\" may only stand at the end", text)};
  segment.text = name;
  return std::nullopt;
}

/// One segment of a called path; `keep_slashes` for the rest. False when the system behind would read it differently.
template <class String>
bool append_value(std::string_view value, bool keep_slashes, String& out) {
  const std::size_t begin = out.size();
  std::size_t segment = begin;
  const auto resolvable = [&] { return is_dot_segment(std::string_view(out).substr(segment)); };
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '/' && keep_slashes) {
      if (resolvable()) return false;
      out += c;
      segment = out.size();
    } else if (const int byte = decoded_byte(value, i); byte >= 0) {
      append_character(static_cast<char>(byte), /*was_encoded=*/true, out);
      i += 2;
    } else {
      append_character(c, /*was_encoded=*/false, out);
    }
  }
  return !resolvable();
}

}  // namespace

std::optional<PathTemplate> PathTemplate::parse(std::string_view text, TemplateError& error) {
  if (!text.starts_with('/')) {
    error = {0, "expected a path that starts with \"/\""};
    return std::nullopt;
  }
  PathTemplate result;
  result.text_ = text;
  result.ends_with_slash_ = text.ends_with('/');
  for (std::size_t begin = 1; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view piece = text.substr(begin, end - begin);
    Segment segment;
    std::optional<TemplateError> wrong;
    if (piece.empty()) {
      wrong = TemplateError{0, "an empty segment (\"//\")"};
    } else if (piece.front() == '{' && piece.find('}') == piece.size() - 1) {
      wrong = read_parameter(piece, end == text.size(), segment);
    } else {
      wrong = read_literal(piece, segment);
    }
    if (!wrong && segment.kind != Kind::kLiteral && result.uses(segment.text))
      wrong = TemplateError{1, fmt::format("the parameter \"{}\" is used twice", segment.text)};
    if (wrong) {
      error = {begin + wrong->offset, std::move(wrong->message)};
      return std::nullopt;
    }
    result.segments_.push_back(std::move(segment));
    begin = end + 1;
  }
  return result;
}

std::vector<std::string> PathTemplate::parameters() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_)
    if (segment.kind != Kind::kLiteral) names.push_back(segment.text);
  return names;
}

PathTemplate PathTemplate::unknown() {
  PathTemplate path;
  path.unknown_ = true;
  return path;
}

bool PathTemplate::uses(std::string_view name) const {
  return unknown_ || std::any_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
           return segment.kind != Kind::kLiteral && segment.text == name;
         });
}

template <class String>
bool PathTemplate::render(const Parameters& values, String& out) const {
  const std::size_t before = out.size();
  for (const Segment& segment : segments_) {
    if (segment.kind == Kind::kLiteral) {
      out += '/';
      out += segment.text;
      continue;
    }
    const std::optional<std::string_view> value = values.find(segment.text);
    const bool rest = segment.kind == Kind::kRest;
    if (rest && value && value->empty()) continue;
    if (value && !value->empty()) {
      out += '/';
      if (append_value(*value, rest, out)) continue;
    }
    out.resize(before);
    return false;
  }
  if (ends_with_slash_ || out.size() == before) out += '/';
  return true;
}

template bool PathTemplate::render(const Parameters&, std::string&) const;
template bool PathTemplate::render(const Parameters&, std::pmr::string&) const;

std::vector<std::string> missing_parameters(const PathTemplate& call, const PathTemplate& match) {
  std::vector<std::string> missing;
  if (match.is_unknown()) return missing;
  const std::vector<std::string> known = match.parameters();
  for (const Segment& wanted : call.segments()) {
    if (wanted.kind == Kind::kLiteral) continue;
    const auto given = match.segments();
    const auto found = std::find_if(given.begin(), given.end(), [&](const Segment& segment) {
      return segment.kind != Kind::kLiteral && segment.text == wanted.text;
    });
    if (found == given.end()) {
      missing.push_back(fmt::format("{{{}}} is not a parameter of \"{}\"{}", wanted.text, match.text(),
                                    config::suggestion(wanted.text, {known.begin(), known.end()})));
    } else if (found->kind != wanted.kind) {
      const std::string_view mark = found->kind == Kind::kRest ? kRestMark : std::string_view();
      missing.push_back(fmt::format("write {{{}{}}}, as in \"{}\"", wanted.text, mark, match.text()));
    }
  }
  return missing;
}

}  // namespace causeway::routing
