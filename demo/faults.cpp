#include "demo/faults.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace causeway::demo {
namespace {

using nlohmann::ordered_json;
using Mode = Fault::Mode;

constexpr std::pair<std::string_view, Mode> kModes[] = {
    {"none", Mode::kNone},       {"refuse", Mode::kRefuse},    {"slow", Mode::kSlow}, {"reset", Mode::kReset},
    {"garbage", Mode::kGarbage}, {"not_json", Mode::kNotJson}, {"500", Mode::kError},
};

constexpr int kLongest = 600'000;

/// Throws what nlohmann throws for a value of the wrong type.
std::string read(const ordered_json& json, Fault& fault) {
  for (const auto& [key, value] : json.items()) {
    if (key == "mode") {
      const auto name = value.is_number() ? value.dump() : value.get<std::string>();
      const auto* found =
          std::find_if(std::begin(kModes), std::end(kModes), [&](auto& row) { return row.first == name; });
      if (found == std::end(kModes)) return "mode: none, refuse, slow, reset, garbage, not_json or 500";
      fault.mode = found->second;
    } else if (key == "duration_ms") {
      const int milliseconds = value.get<int>();
      if (milliseconds < 0 || milliseconds > kLongest) return "duration_ms: 0 to 600000";
      fault.duration = std::chrono::milliseconds(milliseconds);
    } else if (key == "path") {
      fault.path = value.get<std::string>();
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

Fault Faults::take(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (fault_.mode == Mode::kNone || fault_.mode == Mode::kRefuse || !path.starts_with(fault_.path)) return {};
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
  const auto* row =
      std::find_if(std::begin(kModes), std::end(kModes), [&](auto& row) { return row.second == fault.mode; });
  ordered_json json = {{"mode", row->first}, {"duration_ms", fault.duration.count()}};
  if (!fault.path.empty()) json["path"] = fault.path;
  if (fault.times) json["times"] = *fault.times;
  json["effect"] = fault.effect;
  return json.dump();
}

}  // namespace causeway::demo
