#include "adapters/kafka/properties.h"

#include <errno.h>  // NOLINT: errno of POSIX calls
#include <fmt/format.h>
#include <unistd.h>  // NOLINT: access is POSIX

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/property_names.h"
#include "config/keys.h"

namespace causeway::kafka {
namespace {

// Before, the client's nonce was sent twice (https://github.com/confluentinc/librdkafka/pull/4895).
constexpr int kVersionWithScram = 0x02060000;

void refuse_name(const config::Node& key, config::Reading& reading) {
  const std::string& name = key.text();
  if (const std::string_view why = why_reserved(name); !why.empty())
    return reading.error(key, fmt::format("\"{}\" is not to be set: {}", name, why), "conflict");
  if (name.starts_with("sasl.oauthbearer.") || name == "enable.sasl.oauthbearer.unsecure.jwt")
    return reading.error(key, "OAUTHBEARER is not in this version", "not_in_this_version");
  std::vector<std::string_view> names;
  for (const AllowedProperty& row : allowed_properties()) names.push_back(row.name);
  reading.error(key,
                fmt::format("{} is not a property of Kafka's clients that can be set here{}", config::quote(name),
                            config::suggestion(name, names)),
                "unknown_key");
}

// The path that librdkafka gets; empty and reported when nobody can read it.
std::string readable_path(const config::Node& node, config::Reading& reading, std::string_view text) {
  const std::filesystem::path path = (reading.directory(node) / text).lexically_normal();
  reading.errors().files().note(path, node.position());
  if (::access(path.c_str(), R_OK) == 0) return path.string();
  // What spans lines is the content of a file and not its name.
  const std::string_view named = text.find('\n') == std::string_view::npos ? text : "***";
  reading.error(node, fmt::format("file {} cannot be read: {}", named, std::strerror(errno)), "reference");
  return {};
}

// librdkafka calls an alias by the other name, and ends some of what it says with a new line.
std::string sentence(std::string_view said, std::string_view name) {
  std::string text(said.substr(0, said.find_last_not_of(" \n") + 1));
  const std::size_t quoted = text.find('"', text.find("roperty"));
  if (quoted != std::string::npos && text.find('"', quoted + 1) != std::string::npos)
    text.replace(quoted + 1, text.find('"', quoted + 1) - quoted - 1, name);
  return text;
}

bool is_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// librdkafka takes the beginning of a number for the whole: "6 s" is 6 milliseconds to it.
bool is_cut(const rd_kafka_conf_t* conf, const std::string& name, std::string_view text) {
  std::array<char, 64> kept{};
  std::size_t size = kept.size();
  if (rd_kafka_conf_get(conf, name.c_str(), kept.data(), &size) != RD_KAFKA_CONF_OK) return false;
  return is_number(kept.data()) && !is_number(text);
}

// What librdkafka itself says about the value, without the value where that may be a secret.
bool accepted(const AllowedProperty& row, const config::Node& node, config::Reading& reading,
              const config::Text& text) {
  if (row.name.starts_with("sasl.mechanism") && text.value == "OAUTHBEARER") {
    reading.error(node, "OAUTHBEARER is not in this version", "not_in_this_version");
    return false;
  }
  const Conf scratch(rd_kafka_conf_new());
  std::array<char, kErrorText> said{};
  const std::string name(row.name);
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(scratch.get(), name.c_str(), text.value.c_str(), said.data(), said.size());
  if (result == RD_KAFKA_CONF_OK && is_cut(scratch.get(), name, text.value)) {
    reading.error(node, fmt::format("expected a number without a unit for \"{}\"", name), "expected");
    return false;
  }
  if (result == RD_KAFKA_CONF_OK && text.value.find('\0') == std::string::npos) return true;
  if (text.secret || row.kind == PropertyKind::kSecret || result == RD_KAFKA_CONF_OK)
    reading.error(node, fmt::format("not a value of \"{}\"", row.name), "expected");
  else reading.error(node, sentence(said.data(), row.name), "expected");
  return false;
}

bool read_property(const config::Node::Entry& entry, config::Reading& reading, KafkaProperties& out) {
  const AllowedProperty* const row = find_allowed(entry.key.text());
  if (row == nullptr) {
    refuse_name(entry.key, reading);
    return false;
  }
  std::optional<config::Text> text = reading.text(entry.value, "a text");
  if (!text) return false;
  if (row->kind == PropertyKind::kPath) {
    text->value = readable_path(entry.value, reading, text->value);
    if (text->value.empty()) return false;
  }
  if (!accepted(*row, entry.value, reading, *text)) return false;
  const bool secret = text->secret || row->kind == PropertyKind::kSecret;
  if (row->name.starts_with("sasl.mechanism") && text->value.starts_with("SCRAM") &&
      rd_kafka_version() < kVersionWithScram)
    reading.warn(entry.value,
                 std::string("brokers of today refuse SCRAM as this librdkafka, ") + rd_kafka_version_str() +
                     ", speaks it; 2.6 has it right",
                 "invalid");
  out.list.push_back({std::string(row->name), config::Secret(text->value), row->use, secret});
  return true;
}

std::string prose_of(const AllowedProperty& row) {
  std::string prose(row.prose);
  if (row.use == PropertyUse::kProducer) prose += " (of what is sent)";
  if (row.use == PropertyUse::kConsumer) prose += " (of what is read)";
  return prose;
}

const config::KeysView& describe_properties() {
  static const config::KeysView view = [] {
    config::KeysView made{.title = "properties of Kafka's clients",
                          .prose = "those of librdkafka that may be set; its own page has their values and defaults"};
    for (const AllowedProperty& row : allowed_properties()) {
      config::KeyView key;
      key.name = row.name;
      key.shape = config::Value<std::string>::shape();
      key.shape.secret = row.kind == PropertyKind::kSecret;  // of any length: brokers decide what a password is
      if (row.kind != PropertyKind::kPlain) key.shape.type = row.kind == PropertyKind::kPath ? "path" : "secret";
      key.prose = prose_of(row);
      made.keys.push_back(std::move(key));
    }
    return made;
  }();
  return view;
}

}  // namespace

std::string_view KafkaProperties::find(std::string_view name) const {
  const auto found = std::ranges::find(list, name, &Property::name);
  return found == list.end() ? std::string_view() : found->value.reveal();
}

KafkaProperties KafkaProperties::clone() const {
  KafkaProperties copy;
  for (const Property& each : list) copy.list.push_back({each.name, each.value.clone(), each.use, each.secret});
  return copy;
}

bool KafkaProperties::operator==(const KafkaProperties& other) const {
  return std::ranges::equal(list, other.list, [](const Property& a, const Property& b) {
    return a.name == b.name && a.value.reveal() == b.value.reveal();
  });
}

}  // namespace causeway::kafka

namespace causeway::config {

bool Value<kafka::KafkaProperties>::read_into(const Node& node, Reading& reading, kafka::KafkaProperties& out,
                                              const Range*) {
  if (!detail::is_mapping(node, reading)) return false;
  bool ok = true;
  kafka::KafkaProperties read;
  for (const Node::Entry& entry : node.entries()) {
    auto step = reading.enter(entry.key.text());
    ok &= kafka::read_property(entry, reading, read);
  }
  if (ok) out = std::move(read);
  return ok;
}

Shape Value<kafka::KafkaProperties>::shape() { return struct_of(&kafka::describe_properties); }

}  // namespace causeway::config
