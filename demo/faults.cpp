#include "demo/faults.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace causeway::demo {
namespace {

using nlohmann::ordered_json;
using Mode = Fault::Mode;

constexpr std::pair<std::string_view, Mode> kModes[] = {
    {"none", Mode::kNone},   {"refuse", Mode::kRefuse},   {"slow", Mode::kSlow},
    {"reset", Mode::kReset}, {"garbage", Mode::kGarbage}, {"not_json", Mode::kNotJson},
};

constexpr int kLongest = 600'000;

bool read_mode(const std::string& name, Fault& fault) {
  const auto* found = std::find_if(std::begin(kModes), std::end(kModes), [&](auto& row) { return row.first == name; });
  if (found != std::end(kModes)) {
    fault.mode = found->second;
    return true;
  }
  fault.mode = Mode::kStatus;
  fault.status = std::atoi(name.c_str());
  return name.size() == 3 && fault.status >= 400 && fault.status <= 599;
}

std::string name_of(const Fault& fault) {
  if (fault.mode == Mode::kStatus) return std::to_string(fault.status);
  const auto* row =
      std::find_if(std::begin(kModes), std::end(kModes), [&](auto& row) { return row.second == fault.mode; });
  return std::string(row->first);
}

/// Throws what nlohmann throws for a value of the wrong type.
std::string read(const ordered_json& json, Fault& fault) {
  for (const auto& [key, value] : json.items()) {
    if (key == "mode") {
      const auto name = value.is_number() ? value.dump() : value.get<std::string>();
      if (!read_mode(name, fault)) return "mode: none, refuse, slow, reset, garbage, not_json or a status, 400 to 599";
    } else if (key == "duration_ms") {
      const int milliseconds = value.get<int>();
      if (milliseconds < 0 || milliseconds > kLongest) return "duration_ms: 0 to 600000";
      fault.duration = std::chrono::milliseconds(milliseconds);
    } else if (key == "path") {
      fault.path = value.get<std::string>();
    } else if (key == "contains") {
      fault.contains = value.get<std::string>();
    } else if (key == "message") {
      fault.message = value.get<std::string>();
    } else if (key == "retry_after") {
      fault.retry_after = value.get<int>();
    } else if (key == "times") {
      fault.times = value.get<int>();
    } else if (key == "effect") {
      fault.effect = value.get<bool>();
    } else {
      return "unknown key " + key;
    }
  }
  return {};
}

}  // namespace

std::string Faults::set(const std::string& json) {
  Fault fault;
  try {
    const auto parsed = ordered_json::parse(json);
    if (!parsed.is_object()) return "expected an object such as {\"mode\": \"slow\", \"duration_ms\": 3000}";
    if (auto problem = read(parsed, fault); !problem.empty()) return problem;
  } catch (const ordered_json::exception& error) {
    return error.what();
  }
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
  return {};
}

Fault Faults::take(const std::string& path, const std::string& body) {
  const std::lock_guard lock(mutex_);
  if (fault_.mode == Mode::kNone || fault_.mode == Mode::kRefuse || !path.starts_with(fault_.path)) return {};
  if (body.find(fault_.contains) == std::string::npos) return {};
  auto taken = fault_;
  if (fault_.times && --*fault_.times <= 0) fault_ = {};
  return taken;
}

Fault Faults::current() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

std::string Faults::json() const {
  const auto fault = current();
  ordered_json json = {{"mode", name_of(fault)}, {"duration_ms", fault.duration.count()}};
  if (fault.mode == Mode::kStatus) json["message"] = fault.message;
  if (fault.retry_after) json["retry_after"] = *fault.retry_after;
  if (!fault.path.empty()) json["path"] = fault.path;
  if (!fault.contains.empty()) json["contains"] = fault.contains;
  if (fault.times) json["times"] = *fault.times;
  json["effect"] = fault.effect;
  return json.dump();
}

}  // namespace causeway::demo
