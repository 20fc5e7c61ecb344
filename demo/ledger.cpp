#include "demo/ledger.h"

#include <strings.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace causeway::demo {
namespace {

using nlohmann::ordered_json;

// The body is the last member, so that its text can be cut out again without reading (and rounding) its numbers.
constexpr std::string_view kBody = ",\"body\":";

std::string to_line(const Entry& entry) {
  ordered_json headers = ordered_json::object();
  for (const auto& [name, value] : entry.call.headers) {
    auto& slot = headers[name];
    slot = slot.is_null() ? value : slot.get<std::string>() + ", " + value;
  }
  const ordered_json head = {{"number", entry.number},       {"at", entry.at},
                             {"effect", entry.effect},       {"subject", entry.subject},
                             {"method", entry.call.method},  {"path", entry.call.path},
                             {"headers", std::move(headers)}};
  auto line = head.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  line.pop_back();
  line += kBody;
  line += entry.call.body.empty() ? "null" : entry.call.body;
  return line + "}";
}

Entry from_line(const std::string& line) {
  const auto json = ordered_json::parse(line);
  Entry entry;
  entry.effect = json.at("effect");
  entry.subject = json.at("subject");
  entry.number = json.at("number");
  entry.at = json.at("at");
  entry.call.method = json.at("method");
  entry.call.path = json.at("path");
  for (const auto& [name, value] : json.at("headers").items()) entry.call.headers.emplace_back(name, value);
  // In strings before it the quotes are escaped, so the first match is the member.
  const auto start = line.find(kBody) + kBody.size();
  entry.call.body = line.substr(start, line.rfind('}') - start);
  return entry;
}

std::int64_t now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

std::string header_of(const Call& call, const std::string& name) {
  for (const auto& [each, value] : call.headers)
    if (strcasecmp(each.c_str(), name.c_str()) == 0) return value;
  return {};
}

std::string on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

Ledger::Ledger(const std::filesystem::path& file) {
  if (file.empty()) return;
  std::ifstream old(file);
  for (std::string line; std::getline(old, line);) {
    try {
      entries_.push_back(from_line(line));
    } catch (const std::exception& error) {
      throw std::runtime_error(file.string() + ":" + std::to_string(entries_.size() + 1) + ": " + error.what());
    }
  }
  file_.open(file, std::ios::app);
  if (!file_) throw std::runtime_error("cannot write " + file.string());
}

Entry Ledger::append(Entry entry) {
  const std::lock_guard lock(mutex_);
  entry.number = entries_.size() + 1;
  entry.at = now();
  entry.call.body = on_one_line(std::move(entry.call.body));
  if (file_.is_open()) file_ << to_line(entry) << std::endl;
  entries_.push_back(entry);
  return entry;
}

std::vector<Entry> Ledger::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::string Ledger::json() const {
  std::string text = "[";
  for (const auto& entry : entries()) text += (text.size() > 1 ? ",\n" : "\n") + to_line(entry);
  return text + "\n]\n";
}

}  // namespace causeway::demo
