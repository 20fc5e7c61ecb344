#include "upstream/reach.h"

#include <algorithm>
#include <optional>

#include "core/base64.h"
#include "upstream/cluster_settings.h"
#include "upstream/fixed_credentials.h"
#include "upstream/signature_credentials.h"
#include "upstream/token_credentials.h"

namespace causeway::upstream {
namespace {

using config::Errors;
using config::Placed;
using config::Secret;
using Path = std::optional<Placed<std::filesystem::path>>;

constexpr std::size_t kLongestField = 8 << 10;

std::filesystem::path path_of(const Path& placed) { return placed ? **placed : std::filesystem::path(); }

std::shared_ptr<const net::TlsClient> load(const net::TlsClientOptions& options, const Path& ca,
                                           const Path& certificate, const Path& private_key,
                                           const config::Position& otherwise, const std::string& path, Errors& errors) {
  auto loaded = net::TlsClient::load(options);
  if (auto* const client = std::get_if<0>(&loaded)) return std::move(*client);
  auto& problem = std::get<net::TlsProblem>(loaded);
  using File = net::TlsProblem::File;
  const Path& named = problem.file == File::kAuthorities   ? ca
                      : problem.file == File::kCertificate ? certificate
                                                           : private_key;
  if (named) errors.add(named->position, named->path, std::move(problem.text), "reference");
  else errors.add(otherwise, path, std::move(problem.text), "reference");
  return nullptr;
}

std::shared_ptr<const net::TlsClient> build_tls(const ClusterSettings& cluster, WallTime now, Errors& errors) {
  const TlsSettings& tls = *cluster.tls;
  const net::TlsClientOptions options{path_of(tls.ca), path_of(tls.certificate), path_of(tls.private_key),
                                      tls.server_name};
  auto client =
      load(options, tls.ca, tls.certificate, tls.private_key, cluster.name.position, cluster.name.path, errors);
  if (client && client->valid_until() < now)
    errors.warn(tls.certificate->position, tls.certificate->path,
                "the certificate expired at " + config::TextForm<WallTime>::format(client->valid_until()), "reference");
  return client;
}

/// Turns what the settings say into what the system is shown.
class CredentialBuilder {
 public:
  CredentialBuilder(const ClusterSettings& cluster, const ReachContext& context, Errors& errors)
      : cluster_(cluster), context_(context), errors_(errors) {}

  std::shared_ptr<const Credentials> build() {
    const CredentialSettings& given = *cluster_.credentials;
    if (given.bearer) return bearer(*given.bearer);
    if (given.basic) return basic(*given.basic);
    if (given.header) return header(*given.header);
    if (given.signature) return signature(*given.signature);
    return given.oauth ? oauth(*given.oauth) : nullptr;
  }
  std::shared_ptr<TokenSource> take_token() { return std::move(token_); }

 private:
  std::shared_ptr<const Credentials> bearer(const Placed<SecretText>& token) {
    const auto value = field_value(token);
    return value ? fixed("Authorization", "Bearer ", *value) : nullptr;
  }

  std::shared_ptr<const Credentials> basic(const BasicCredentialSettings& basic) {
    const auto password = field_value(basic.password);
    if (!password) return nullptr;
    std::string pair = basic.user + ':' + std::string(password->reveal());
    std::string encoded = to_base64(pair);
    auto made = fixed("Authorization", "Basic ", Secret(encoded));
    config::wipe(pair);
    config::wipe(encoded);
    return made;
  }

  std::shared_ptr<const Credentials> header(const HeaderCredentialSettings& header) {
    const auto value = field_value(header.value);
    return value ? fixed(header.name, "", *value) : nullptr;
  }

  std::shared_ptr<const Credentials> signature(const SignatureCredentialSettings& signature) {
    auto secret = resolve(signature.secret);
    if (!secret) return nullptr;
    return std::make_shared<const SignatureCredentials>(
        SignatureCredentials::Options{signature.key, signature.audience, signature.version}, *std::move(secret),
        context_.workers);
  }

  std::shared_ptr<const Credentials> oauth(const OauthCredentialSettings& oauth) {
    const auto secret = resolve(oauth.secret);
    if (!secret) return nullptr;
    if (oauth.ca && !load({path_of(oauth.ca), {}, {}, {}}, oauth.ca, {}, {}, {}, {}, errors_)) return nullptr;
    TokenRequest request;
    request.cluster = *cluster_.name;
    request.url = *oauth.token_url;
    request.client = oauth.client;
    request.secret = SecretText(secret->reveal());
    request.scope = oauth.scope;
    request.audience = oauth.audience;
    request.ca = path_of(oauth.ca);
    token_ = context_.tokens.get(std::move(request));
    return std::make_shared<const TokenCredentials>(token_);
  }

  static std::shared_ptr<const Credentials> fixed(std::string name, std::string_view scheme, const Secret& value) {
    std::string text = std::string(scheme) + std::string(value.reveal());
    auto made = std::make_shared<const FixedCredentials>(std::move(name), Secret(text));
    config::wipe(text);
    return made;
  }

  void report(const Placed<SecretText>& at, std::string message, std::string_view code) {
    errors_.add(at.position, at.path, std::move(message), code);
  }

  /// The secret itself; empty when something is wrong with it.
  std::optional<Secret> resolve(const Placed<SecretText>& placed) {
    if (placed->reveal().empty()) return std::nullopt;  // which has been reported
    auto compiled = expression::Template::compile(placed->reveal(), {}, context_.secrets);
    auto* const text = std::get_if<expression::Template>(&compiled);
    if (text == nullptr || !text->is_literal()) {
      const auto* const problem = std::get_if<expression::CompileProblem>(&compiled);
      const bool unknown = problem != nullptr && problem->message.starts_with("no secret is called ");
      report(placed, unknown ? problem->message : "expected the secret itself, or {{ secret:NAME }} of `secrets`",
             unknown ? "reference" : "secret");
      return std::nullopt;
    }
    if (context_.inbound(text->literal())) {
      report(placed, "callers of the gateway prove themselves with this secret: a system is shown one of its own",
             "conflict");
      return std::nullopt;
    }
    return Secret(text->literal());
  }

  /// One that can stand in a field.
  std::optional<Secret> field_value(const Placed<SecretText>& placed) {
    auto secret = resolve(placed);
    if (!secret) return std::nullopt;
    const std::string_view text = secret->reveal();
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (!plain || text.front() == ' ' || text.back() == ' ') {
      report(placed, "a line break, a control character or a blank at its end cannot be sent", "secret");
      return std::nullopt;
    }
    if (text.size() > kLongestField) {
      report(placed, "the secret is longer than 8KiB", "secret");
      return std::nullopt;
    }
    return secret;
  }

  const ClusterSettings& cluster_;
  const ReachContext& context_;
  Errors& errors_;
  std::shared_ptr<TokenSource> token_;
};

}  // namespace

Reach build_reach(const ClusterSettings& cluster, const ReachContext& context, config::Errors& errors) {
  Reach reach;
  if (cluster.tls) reach.tls = build_tls(cluster, context.now, errors);
  if (cluster.credentials) {
    CredentialBuilder builder(cluster, context, errors);
    reach.credentials = builder.build();
    reach.token = builder.take_token();
  }
  return reach;
}

}  // namespace causeway::upstream
