#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace causeway::config {
namespace {

std::string_view digits(std::string_view text) { return text.starts_with('-') ? text.substr(1) : text; }

bool looks_whole(std::string_view text) {
  return !digits(text).empty() && std::ranges::all_of(digits(text), [](char c) { return c >= '0' && c <= '9'; });
}

std::string whole(auto minimum, auto maximum) {
  using Limits = std::numeric_limits<decltype(minimum)>;
  if (minimum == Limits::min() && maximum == Limits::max() && minimum < 0) return "a whole number";
  if (maximum == Limits::max()) return fmt::format("a whole number of at least {}", minimum);
  if (minimum == Limits::min() && minimum < 0) return fmt::format("a whole number of at most {}", maximum);
  return fmt::format("a whole number from {} to {}", minimum, maximum);
}

template <class N>
bool read_whole(const Node& node, Reading& reading, std::optional<N> (*parse)(std::string_view), N& out, N minimum,
                N maximum, bool type_bounds) {
  const std::string bounds = whole(minimum, maximum);
  const std::string what = type_bounds ? "a whole number" : bounds;
  const std::optional<Text> text = reading.text(node, what);
  if (!text) return false;
  const std::optional<N> value = parse(text->value);
  if (value && *value >= minimum && *value <= maximum) {
    out = *value;
    return true;
  }
  reading.expected(node, looks_whole(text->value) ? bounds : what);
  return false;
}

}  // namespace

bool Value<Secret>::read_into(const Node& node, Reading& reading, Secret& out, const Range*) {
  const detail::SecretRead result = detail::read_secret(node, reading, out);
  if (result == detail::SecretRead::kDropped) reading.error(node, "the secret is empty", "secret");
  return result == detail::SecretRead::kOk;
}

namespace detail {

bool read_signed(const Node& node, Reading& reading, std::int64_t& out, std::int64_t minimum, std::int64_t maximum,
                 bool type_bounds) {
  return read_whole(node, reading, &parse_signed, out, minimum, maximum, type_bounds);
}

bool read_unsigned(const Node& node, Reading& reading, std::uint64_t& out, std::uint64_t minimum, std::uint64_t maximum,
                   bool type_bounds) {
  return read_whole(node, reading, &parse_unsigned, out, minimum, maximum, type_bounds);
}

bool read_double(const Node& node, Reading& reading, double& out, const Range* range) {
  std::string what = "a number";
  if (range)
    what = "a number" + whole(range->minimum, range->maximum).substr(std::string_view("a whole number").size());
  const std::optional<Text> text = reading.text(node, what);
  if (!text) return false;
  const std::optional<double> value = parse_double(text->value);
  const bool within =
      value &&
      (!range || (*value >= static_cast<double>(range->minimum) && *value <= static_cast<double>(range->maximum)));
  if (within) out = *value;
  else reading.expected(node, what);
  return within;
}

bool read_bool(const Node& node, Reading& reading, bool& out) {
  constexpr std::string_view kWhat = "true or false";
  const std::optional<Text> text = reading.text(node, kWhat);
  if (!text) return false;
  const bool yes = text->value == "true" || text->value == "yes";
  if (yes || text->value == "false" || text->value == "no") {
    out = yes;
    return true;
  }
  reading.expected(node, kWhat);
  return false;
}

bool read_string(const Node& node, Reading& reading, std::string& out) {
  std::optional<Text> text = reading.text(node, "a text");
  if (text) out = std::move(text->value);
  return text.has_value();
}

bool read_path(const Node& node, Reading& reading, std::filesystem::path& out) {
  constexpr std::string_view kWhat = "a path";
  const std::optional<Text> text = reading.text(node, kWhat);
  if (!text) return false;
  // What spans lines is the content of a file and not its name.
  if (text->value.empty() || text->value.find_first_of(std::string_view("\0\n", 2)) != std::string::npos) {
    reading.expected(node, kWhat);
    return false;
  }
  out = (reading.directory(node) / text->value).lexically_normal();
  reading.errors().files().note(out, node.position());
  return true;
}

SecretRead read_secret(const Node& node, Reading& reading, Secret& out) {
  const std::optional<Text> text = reading.text(node, "a secret");
  if (!text) return SecretRead::kError;
  if (text->empty_default) return SecretRead::kDropped;
  if (text->value.size() < Secret::kMinimumSize) {
    reading.error(node,
                  text->value.empty() ? "the secret is empty"
                                      : fmt::format("a secret needs at least {} bytes", Secret::kMinimumSize),
                  "secret");
    return SecretRead::kError;
  }
  reading.errors().hide(text->value);
  out = Secret(text->value);
  return SecretRead::kOk;
}

bool read_auto(const Node& node) { return node.is_scalar() && node.text() == "auto"; }

bool is_list(const Node& node, Reading& reading) {
  if (node.is_sequence() || node.is_null()) return true;
  reading.expected(node, "a list");
  return false;
}

bool is_mapping(const Node& node, Reading& reading) {
  if (node.is_mapping() || node.is_null()) return true;
  reading.expected(node, "a mapping");
  return false;
}

std::size_t Indexer::next(const Node& item) {
  if (item.position().file != file_) {
    file_ = item.position().file;
    index_ = 0;
  }
  return index_++;
}

}  // namespace detail
}  // namespace causeway::config
