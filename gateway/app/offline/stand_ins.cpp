#include "app/offline/stand_ins.h"

#include <sys/mman.h>
#include <unistd.h>

#include <system_error>

#include "config/reading.h"
#include "security/oauth/generated_key.h"
#include "security/sha256.h"

namespace causeway::app {
namespace {

/// 64 hex digits: long enough for every algorithm, and well-formed where a hash or base64 is asked for.
std::string made_up(std::string_view text) {
  return security::to_hex(security::sha256("stand-in for " + std::string(text)));
}

class Replacing {
 public:
  explicit Replacing(config::Errors& errors) : reading_(errors, config::FileKind::kOperator) {}

  config::Node of(const config::Node& node, const config::Shape* shape) {
    if (node.is_scalar()) return scalar(node, shape);
    if (node.is_sequence()) {
      const config::Shape* item_shape = shape == nullptr ? nullptr : shape_below(*shape, node, {});
      std::vector<config::Node> items;
      for (const config::Node& item : node.items()) items.push_back(of(item, item_shape));
      return config::Node::sequence(node.position(), std::move(items));
    }
    if (!node.is_mapping()) return node;
    std::vector<config::Node::Entry> entries;
    for (const config::Node::Entry& entry : node.entries()) {
      const config::Shape* value_shape = shape == nullptr ? nullptr : shape_below(*shape, node, entry.key.text());
      entries.push_back({entry.key, of(entry.value, value_shape)});
    }
    return config::Node::mapping(node.position(), std::move(entries));
  }

 private:
  config::Node scalar(const config::Node& node, const config::Shape* shape) {
    if (!config::has_reference(node.text())) return node;
    bool replaced = shape != nullptr && shape->secret;
    if (!replaced) {
      const config::Resolved resolved =
          config::resolve_references(node.text(), reading_.directory(node), config::process_environment());
      replaced = !resolved.error.empty() || (resolved.text.empty() && !resolved.empty_default);
    }
    return replaced ? config::Node::scalar(node.position(), made_up(node.text()), true) : node;
  }

  config::Reading reading_;
};

void replace_keys(security::ProviderSettings& provider) {
  provider.jwks.reset();
  provider.algorithms.clear();
  provider.given_keys.clear();
  security::ProviderKeySettings& key = provider.given_keys.emplace_back();
  key.kid.value = kStandInKey;
  key.algorithm = security::JwsAlgorithm::kHs256;
  key.secret.emplace(stand_in_secret(*provider.name));
}

}  // namespace

config::Node with_stand_ins(const config::Node& main, config::Errors& errors) {
  const config::Shape shape = config::Value<Settings>::shape();
  return Replacing(errors).of(main, &shape);
}

std::string stand_in_token(std::string_view consumer) { return made_up("the token of " + std::string(consumer)); }
std::string stand_in_secret(std::string_view provider) { return made_up("the key of " + std::string(provider)); }

MemoryFile::MemoryFile(std::string_view text) : descriptor_(::memfd_create("causeway-offline", MFD_CLOEXEC)) {
  if (descriptor_ < 0 || ::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::system_error(errno, std::generic_category(), "a file in memory");
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

std::unique_ptr<MemoryFile> replace_credentials(Settings& settings) {
  std::unique_ptr<MemoryFile> key;
  for (server::ListenerSettings& listener : settings.listeners) listener.tls.reset();
  for (security::ConsumerSettings& consumer : settings.consumers) {
    if (consumer.api_tokens.empty()) continue;
    consumer.api_tokens.resize(1);
    consumer.api_tokens.front().sha256.value = security::sha256(stand_in_token(*consumer.name));
  }
  for (security::ProviderSettings& provider : settings.oauth.providers) {
    if (!provider.token_endpoint) {
      replace_keys(provider);
      continue;
    }
    key = std::make_unique<MemoryFile>(security::generate_private_key(provider.token_endpoint->algorithm));
    provider.token_endpoint->key.value = key->path();
  }
  return key;
}

}  // namespace causeway::app
