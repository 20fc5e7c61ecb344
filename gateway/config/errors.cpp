#include "config/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

namespace causeway::config {
namespace {

constexpr std::size_t kLongestQuote = 80;
constexpr std::size_t kExcerptIndent = 4;

bool plain(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

/// `https://user:password@host` as `https://***@host`, with or without a scheme before it.
std::string without_password(std::string_view text) {
  std::string masked;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    const std::string_view before = text.substr(0, at);
    const std::size_t scheme = before.rfind("://");
    const std::size_t begin = scheme != std::string_view::npos ? scheme + 3 : before.find_last_of("/ \n,") + 1;
    const bool user_info = scheme != std::string_view::npos || before.find(':', begin) != std::string_view::npos;
    masked.append(before.substr(0, user_info ? begin : at)).append(user_info ? "***@" : "@");
    text.remove_prefix(at + 1);
  }
  return masked.append(text);
}

/// What quote() masks: a private key, or a URL with somebody's password.
bool looks_secret(std::string_view text) {
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) return true;
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at)) {
    at += 3;
    const std::size_t end = text.find_first_of("/@\" \n", at);
    if (end != std::string_view::npos && text[end] == '@') return true;
  }
  return false;
}

/// Cuts between characters, not within one.
std::string_view cut(std::string_view text, std::size_t size) {
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string Problem::to_text() const {
  std::string text = position.to_text();
  if (!text.empty()) text += ": ";
  if (!path.empty()) text += path + ": ";
  if (severity == Severity::kWarning) text += "warning: ";
  return text + message;
}

void Errors::add(const Position& at, std::string_view path, std::string message, std::string_view code,
                 std::string excerpt) {
  push({at, std::string(path), std::string(code), std::move(message), Severity::kError, std::move(excerpt)});
  ++errors_;
}

void Errors::warn(const Position& at, std::string_view path, std::string message, std::string_view code) {
  push({at, std::string(path), std::string(code), std::move(message), Severity::kWarning});
}

void Errors::announce(const std::string& file) { file_order_.try_emplace(file, file_order_.size()); }

void Errors::push(Problem problem) {
  if (problem.position.file) announce(*problem.position.file);
  if (problems_.size() == kMostProblems) {
    ++not_kept_;
    return;
  }
  problem.message = hidden_.hide(std::move(problem.message));
  if (hidden_.hide(problem.excerpt) != problem.excerpt || looks_secret(problem.excerpt)) problem.excerpt.clear();
  problems_.push_back(std::move(problem));
}

std::vector<Problem> Errors::list() const {
  const auto place = [this](const Problem& problem) {
    const Position& at = problem.position;
    const std::size_t file = at.file ? file_order_.at(*at.file) : file_order_.size();
    return std::tuple(file, at.line, at.column);
  };
  std::vector<Problem> sorted = problems_;
  std::ranges::stable_sort(sorted, {}, place);
  // What many read alike (the defaults of a file, for each of its routes) is wrong once.
  std::set<std::string> seen;
  std::erase_if(sorted, [&](const Problem& problem) { return !seen.insert(problem.to_text()).second; });
  if (not_kept_ > 0)
    sorted.push_back({{}, {}, "limit", fmt::format("and {} more that are not listed", not_kept_), Severity::kError});
  return sorted;
}

std::string Errors::to_text() const {
  std::string text;
  for (const Problem& problem : list()) text += problem.to_text() + '\n';
  return text;
}

std::string Errors::to_report() const {
  std::string text;
  for (const Problem& problem : list()) {
    text += problem.to_text() + '\n';
    for (std::string_view rest = problem.excerpt; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      text.append(kExcerptIndent, ' ').append(line) += '\n';
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  return text;
}

std::string Errors::to_json() const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Problem& problem : list()) {
    rows.push_back({{"file", problem.position.file ? *problem.position.file : ""},
                    {"line", problem.position.line},
                    {"column", problem.position.column},
                    {"path", problem.path},
                    {"code", problem.code},
                    {"message", problem.message},
                    {"severity", problem.severity == Severity::kError ? "error" : "warning"}});
  }
  // File names need not be UTF-8.
  return rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string extend_path(std::string path, std::string_view key) {
  if (!plain(key)) return path + '[' + quote(key) + ']';
  if (!path.empty()) path += '.';
  return path.append(key);
}

std::string extend_path(std::string path, std::size_t index) { return path + '[' + std::to_string(index) + ']'; }

std::string quote(std::string_view whole) {
  if (whole.find("PRIVATE KEY-----") != std::string_view::npos) return "\"***\"";
  const std::string masked = without_password(whole);
  const std::string_view text = masked;
  const bool long_text = text.size() > kLongestQuote;
  std::string quoted = "\"";
  for (const char c : long_text ? cut(text, kLongestQuote) : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') quoted += "\\n";
    else if (c == '\t') quoted += "\\t";
    else if (byte < 0x20 || byte == 0x7F) quoted += fmt::format("\\x{:02x}", byte);
    else quoted += c;
  }
  return quoted + (long_text ? "...\"" : "\"");
}

}  // namespace causeway::config
