#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/compilation.h"
#include "security/signature.h"
#include "security/signature_v1.h"
#include "security/signature_v2.h"
#include "security/signature_version.h"

namespace causeway::app::cli {
namespace {

using security::SignatureVersion;

struct SignOptions {
  ConfigFiles config;
  std::string consumer;
  std::string method;
  std::string path;
  std::string body;                                   ///< text, `@file`, or `@-` for standard input
  std::string url;                                    ///< empty: from the first listener
  std::optional<security::SignatureVersion> version;  ///< nullopt: the newest that the key takes
  std::string timestamp;                              ///< empty: now
  // Of version 2.
  std::string nonce;                        ///< empty: a random one
  std::string audience;                     ///< empty: the configuration's
  std::optional<std::string> content_type;  ///< nullopt: application/json with a body, else none
  std::string idempotency_key;
  std::string accept = "*/*";
  bool announce = false;  ///< send the body's hash, so that the head alone proves the caller
};

/// Single quotes for a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += R"('\'')";
    else out += c;
  }
  return out + '\'';
}

std::string default_url(const Settings& settings) {
  const server::ListenerSettings& listener = settings.listeners.front();
  return reachable_url(listener.address.where, listener.tls.has_value());
}

int fail(const std::string& message) {
  std::fputs((message + '\n').c_str(), stderr);
  return kWrong;
}

/// 128 random bits: a nonce must not repeat, but it is no secret.
std::string fresh_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    const auto word = random();
    for (int shift = 0; shift < 32; shift += 4) nonce += "0123456789abcdef"[word >> shift & 15];
  }
  return nonce;
}

/// The header fields of the call, in the order in which they are printed. An empty value keeps curl from sending one of
/// its own.
class Fields {
 public:
  void add(std::string_view name, std::string_view value) {
    text_ += " \\\n  -H " + shell_quoted(std::string(name) + (value.empty() ? ":" : ": ") + std::string(value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// What to sign with, or why not.
struct Signer {
  const security::KeySettings* key = nullptr;
  SignatureVersion version = SignatureVersion::kV2;
  std::string problem;
};

Signer find_signer(const SignOptions& options, const Settings& settings) {
  Signer signer;
  bool known = false;
  for (const auto& consumer : settings.consumers) {
    if (*consumer.name != options.consumer) continue;
    known = true;
    if (!consumer.signing_keys.empty()) signer.key = &consumer.signing_keys.front();
  }
  if (!known) {
    signer.problem = "unknown consumer \"" + options.consumer + "\": see consumers in " + names_of(options.config);
    return signer;
  }
  if (signer.key == nullptr || signer.key->secrets.empty()) {
    signer.problem = "the consumer \"" + options.consumer + "\" has no signing key";
    return signer;
  }
  const auto& versions = signer.key->versions ? *signer.key->versions : settings.signing.versions;
  const auto takes = [&](SignatureVersion version) {
    return std::find(versions.begin(), versions.end(), version) != versions.end();
  };
  signer.version =
      options.version.value_or(takes(SignatureVersion::kV2) ? SignatureVersion::kV2 : SignatureVersion::kV1);
  if (!takes(signer.version))
    signer.problem = "the key \"" + *signer.key->id + "\" does not take version " +
                     std::string(config::name_of(signer.version)) + ": see versions in " + names_of(options.config);
  return signer;
}

std::string problem_of(const SignOptions& options) {
  const bool plain =
      std::all_of(options.path.begin(), options.path.end(), [](char c) { return c > ' ' && c != 0x7f && c != '#'; });
  if (!options.path.starts_with('/') || !plain)
    return "a path begins with / and has neither blanks nor a fragment: " + options.path;
  if (!options.nonce.empty() && !security::is_nonce(options.nonce))
    return "a nonce is 16 to 64 of A-Z a-z 0-9 _ -: " + options.nonce;
  return {};
}

void add_v2(const SignOptions& options, const Settings& settings, const security::KeySettings& key,
            const std::string& timestamp, const std::string& body, const std::string& content_type, Fields& fields) {
  const std::string nonce = options.nonce.empty() ? fresh_nonce() : options.nonce;
  const std::string& path = options.path;
  const std::size_t mark = std::min(path.find('?'), path.size());
  security::SignedParts parts;
  parts.audience = options.audience.empty() ? settings.signing.audience : options.audience;
  parts.key_id = *key.id;
  parts.timestamp = timestamp;
  parts.nonce = nonce;
  parts.head.method = options.method;
  parts.head.path = std::string_view(path).substr(0, mark);
  parts.head.has_query = mark < path.size();
  if (parts.head.has_query) parts.head.query = std::string_view(path).substr(mark + 1);
  parts.head.content_type = content_type;
  parts.head.idempotency_key = options.idempotency_key;
  parts.head.accept = options.accept;
  const security::Sha256Digest digest = security::sha256(body);
  fields.add("X-Nonce", nonce);
  fields.add("X-Signature", security::sign_v2(parts, digest, key.secrets.front().reveal()));
  if (options.announce) fields.add("X-Content-SHA256", security::to_hex(digest));
  fields.add("Accept", options.accept);
}

int sign(const SignOptions& options) {
  config::Errors errors;
  const Files files = read_files(options.config, errors);
  if (errors.failed()) {
    std::fputs(errors.to_report().c_str(), stderr);
    return kWrong;
  }
  const Signer signer = find_signer(options, files.settings);
  if (!signer.problem.empty()) return fail(signer.problem);
  if (const std::string problem = problem_of(options); !problem.empty()) return fail(problem);
  std::string body;
  if (!read_argument(options.body, body)) return fail("cannot read " + options.body.substr(1));

  const security::KeySettings& key = *signer.key;
  const std::string timestamp =
      options.timestamp.empty() ? std::to_string(unix_milliseconds(SystemClock().wall())) : options.timestamp;
  const std::string content_type = options.content_type.value_or(body.empty() ? "" : "application/json");
  Fields fields;
  fields.add("Authorization", "ApiKey " + *key.id);
  fields.add("X-Timestamp", timestamp);
  if (signer.version == SignatureVersion::kV2)
    add_v2(options, files.settings, key, timestamp, body, content_type, fields);
  else fields.add("X-Signature", security::SignatureV1::sign(timestamp, *key.id, body, key.secrets.front().reveal()));
  if (!options.idempotency_key.empty()) fields.add("Idempotency-Key", options.idempotency_key);
  if (!body.empty() || !content_type.empty()) fields.add("Content-Type", content_type);

  // As it is signed: curl would resolve `..` and expand brackets.
  const bool altered =
      options.path.find("/.") != std::string::npos || options.path.find_first_of("[]{}") != std::string::npos;
  std::string command = options.method == "HEAD" ? "curl -sS -i -I " : "curl -sS -i -X " + options.method + ' ';
  if (altered) command += "--path-as-is -g ";
  command += shell_quoted((options.url.empty() ? default_url(files.settings) : options.url) + options.path);
  command += fields.text();
  if (!body.empty())
    command += " \\\n  --data-binary " +
               (options.body[0] == '@' && options.body != "@-" ? shell_quoted(options.body) : shell_quoted(body));
  std::puts(command.c_str());
  return kOk;
}

}  // namespace

void add_sign_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<SignOptions>();
  CLI::App* const command = app.add_subcommand("sign", "Print a ready curl command with a valid signature.");
  command->add_option("--consumer", options->consumer, "who calls: a consumer with a signing key")->required();
  command->add_option("method", options->method, "what to call with")->required()->type_name(std::string(kMethodWords));
  command->add_option("path", options->path, "path and query, such as /api/v1/orders?page=2")->required();
  command->add_option("--body", options->body, "the body: text, @FILE, or @- for standard input")->type_name("TEXT");
  command->add_option("--url", options->url, "scheme and address of the gateway; default: its first listener");
  add_config_option(*command, options->config);
  command->add_option("--version", options->version, "v1 or v2; default: the newest that the key takes")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, SignatureVersion>{{"v1", SignatureVersion::kV1}, {"v2", SignatureVersion::kV2}}));
  command->add_option("--content-type", options->content_type, "default: application/json with a body");
  command->add_option("--idempotency-key", options->idempotency_key, "sent and, in v2, signed");
  command->add_option("--accept", options->accept, "sent and signed; v2 only")->capture_default_str();
  command->add_flag("--announce", options->announce,
                    "send X-Content-SHA256: the head alone proves the caller, a long body streams; v2 only");
  command->add_option("--audience", options->audience, "default: signing.audience of the configuration");
  command->add_option("--nonce", options->nonce, "16 to 64 of A-Z a-z 0-9 _ -; default: a random one");
  command->add_option("--timestamp", options->timestamp, "13 digits, milliseconds; default: now");
  command->footer("Example: causeway sign --consumer oms POST /api/v1/orders --body @order.json | sh");
  command->callback([options, &chosen] { chosen = [options] { return sign(*options); }; });
}

}  // namespace causeway::app::cli
