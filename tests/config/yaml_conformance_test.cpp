// yaml-test-suite (MIT), all of it: what must fail fails, what must be read is read as its JSON says, and every
// exception stands here with its reason.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "config/yaml.h"

namespace causeway::config {
namespace {

using Json = nlohmann::json;

/// Broken YAML that yaml-cpp forgives. Each reads as what its author plainly meant.
const std::map<std::string, std::string_view> kForgiven = {
    {"9C9N", "a flow sequence may be indented less than its key"},
    {"9JBA", "no space before a comment"},
    {"9MAG", "an empty item in a flow sequence reads as null, which readers of items refuse"},
    {"9MMA", "a directive without a document is an empty file"},
    {"B63P", "a directive without a document is an empty file"},
    {"CTN5", "an empty item in a flow sequence reads as null, which readers of items refuse"},
    {"CVW2", "no space before a comment"},
    {"DK95:1", "a tab indents the second line of a quoted text"},
    {"G5U8", "a lone dash in a flow sequence is text"},
    {"G9HC", "an anchor in front of a sequence that is not indented"},
    {"H7J7", "a tag in front of a mapping that is not indented"},
    {"HRE5", "an escaped single quote in double quotes"},
    {"QB6E", "a quoted text may be indented less than its key"},
    {"S98Z", "blank lines longer than the indentation of an empty block scalar"},
    {"SU5Z", "no space before a comment"},
    {"X4QW", "no space before a comment"},
    {"Y79Y:3", "a tab indents an item of a flow sequence"},
    {"YJV2", "a lone dash in a flow sequence is text"},
};

/// Right YAML that yaml-cpp refuses or reads otherwise.
const std::map<std::string, std::string_view> kMisread = {
    {"652Z", "a flow key that starts with ?"},
    {"DK95:4", "a line of one tab between keys"},
    {"HM87:1", "a flow item that starts with ?"},
    {"JR7V", "a flow item that starts with ?"},
    {"ZYU8:2", "a %YAML directive with more than one argument"},
    {"L24T:1", "a block scalar's last line is cut at the end of the file"},
    {"NAT4", "a quoted text of line breaks only reads as empty"},
};

/// Right YAML that configuration does without: the beginnings of the messages that say so.
constexpr std::string_view kOutside[] = {"a second document starts here; a file holds one",
                                         "unexpected text after the end of the document", "tag \"",
                                         "this tag is not supported", "a key must be text, got "};

std::string base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

Json as_json(const Node& node) {
  if (node.is_null()) return nullptr;
  if (node.is_scalar()) return node.text();
  Json json = node.is_sequence() ? Json::array() : Json::object();
  for (const Node& item : node.items()) json.push_back(as_json(item));
  for (const Node::Entry& entry : node.entries()) json[entry.key.text()] = as_json(entry.value);
  return json;
}

/// The suite's JSON has types where we keep text: numbers and booleans are compared as they are written.
Json untyped(const Json& json) {
  if (json.is_number() || json.is_boolean()) return json.dump();
  if (!json.is_structured()) return json;
  Json result = json.is_array() ? Json::array() : Json::object();
  for (const auto& [key, value] : json.items()) {
    if (json.is_array()) result.push_back(untyped(value));
    else result[key] = untyped(value);
  }
  return result;
}

bool outside(const Errors& errors) {
  const std::string message = errors.list().front().message;
  return std::ranges::any_of(kOutside, [&](std::string_view start) { return message.starts_with(start); });
}

/// What is wrong with how the case was read; empty when nothing is.
std::string verdict(const Json& example, const std::optional<Node>& node, const Errors& errors) {
  const bool read = node && !errors.failed();
  if (example["fail"].get<bool>()) return read ? "must fail, read as " + as_json(*node).dump() : "";
  if (!read) return outside(errors) ? "" : "must be read: " + errors.to_text();
  if (!example["json"].is_string()) return "";
  const Json expected = Json::parse(example["json"].get<std::string>(), nullptr, false);
  // Several documents of which all but one are empty: there is no one value to compare with.
  if (expected.is_discarded()) return "";
  return as_json(*node) == untyped(expected) ? "" : "read as " + as_json(*node).dump() + ", not " + expected.dump();
}

TEST(YamlTestSuite, IsReadAsItSaysOrReviewed) {
  std::ifstream file(CAUSEWAY_TESTS "/conformance/yaml_test_suite.json");
  const Json suite = Json::parse(file);
  ASSERT_EQ(suite["cases"].size(), 405u);
  std::set<std::string> exceptions;
  for (const Json& example : suite["cases"]) {
    const std::string id = example["id"];
    Errors errors;
    const std::optional<Node> node = read_yaml(base64(example["yaml_b64"].get<std::string>()), id, errors);
    for (const Problem& problem : errors.list()) EXPECT_GT(problem.position.line, 0) << problem.to_text();
    const std::string wrong = verdict(example, node, errors);
    if (wrong.empty()) continue;
    exceptions.insert(id);
    EXPECT_TRUE(kForgiven.contains(id) || kMisread.contains(id)) << id << ": " << wrong;
  }
  // A list that names what works by now would hide that it breaks again.
  for (const auto& [id, reason] : kForgiven) EXPECT_TRUE(exceptions.contains(id)) << id << ": " << reason;
  for (const auto& [id, reason] : kMisread) EXPECT_TRUE(exceptions.contains(id)) << id << ": " << reason;
}

/// Every case cut short and with a byte changed at every place: whatever comes of it, it comes.
TEST(YamlTestSuite, BrokenAnywhereNeverHarms) {
  std::ifstream file(CAUSEWAY_TESTS "/conformance/yaml_test_suite.json");
  const Json suite = Json::parse(file);
  constexpr std::string_view kBytes = "\"'[]{}:-?&*!|>#%@`, \n\tx";
  std::size_t runs = 0;
  for (const Json& example : suite["cases"]) {
    const std::string text = base64(example["yaml_b64"].get<std::string>());
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string changed = text;
      changed[at] = kBytes[runs % kBytes.size()];
      for (const std::string_view broken : {std::string_view(text).substr(0, at), std::string_view(changed)}) {
        Errors errors;
        const std::optional<Node> node = read_yaml(broken, "x", errors);
        EXPECT_TRUE(node || errors.failed());
        ++runs;
      }
    }
  }
  EXPECT_GT(runs, 30'000u);
}

}  // namespace
}  // namespace causeway::config
