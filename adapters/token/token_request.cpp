#include "adapters/token/token_request.h"

#include <array>
#include <optional>
#include <utility>

#include "core/base64.h"
#include "net/characters.h"
#include "net/percent.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::size_t kMostBasicCharacters = 4096;

TokenRefusal bad(std::string_view description) { return {TokenError::kInvalidRequest, description}; }
TokenRefusal unknown(std::string_view description) { return {TokenError::kInvalidClient, description}; }

bool is_form(const net::Headers& headers) {
  if (headers.count(net::HeaderId::kContentType) != 1) return false;
  const std::string_view type = *headers.get(net::HeaderId::kContentType);
  if (!net::equals_ignoring_case(net::trim_blanks(type.substr(0, type.find(';'))), kFormType)) return false;
  const auto coding = headers.get(net::HeaderId::kContentEncoding);
  return !coding || net::equals_ignoring_case(*coding, "identity");
}

struct Parameters {
  explicit Parameters(std::pmr::memory_resource* memory)
      : rows{{{"grant_type", std::pmr::string(memory)},
              {"scope", std::pmr::string(memory)},
              {"client_id", std::pmr::string(memory)},
              {"client_secret", std::pmr::string(memory)},
              {"client_assertion", std::pmr::string(memory)}}} {}
  struct Row {
    std::string_view name;
    std::pmr::string value;
    bool seen = false;
  };
  Row* find(std::string_view name) {
    for (Row& row : rows)
      if (row.name == name) return &row;
    return nullptr;
  }
  std::pmr::string& operator[](std::string_view name) { return find(name)->value; }

  std::array<Row, 5> rows;
};

std::optional<TokenRefusal> read_form(std::string_view body, Parameters& parameters,
                                      std::pmr::memory_resource* memory) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::pmr::string name(memory);
    std::pmr::string value(memory);
    if (!net::append_decoded_query(name, pair.substr(0, equals)) ||
        !net::append_decoded_query(value, pair.substr(std::min(equals + 1, pair.size()))))
      return bad("a broken percent-encoding");
    Parameters::Row* const row = parameters.find(name);
    if (row == nullptr) continue;
    if (std::exchange(row->seen, true)) return bad("a parameter occurs twice");
    row->value = std::move(value);
  }
  return std::nullopt;
}

/// `Basic ` and base64 with its padding, or without.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() > kMostBasicCharacters) return std::nullopt;
  std::string padded(text);
  if (!text.ends_with('=')) padded.append((4 - text.size() % 4) % 4, '=');
  return from_base64(padded);
}

std::optional<TokenRefusal> read_basic(std::string_view authorization, TokenRequest& request) {
  const std::size_t blank = std::min(authorization.find(' '), authorization.size());
  if (!net::equals_ignoring_case(authorization.substr(0, blank), "basic"))
    return unknown("only client_secret_basic and client_secret_post are taken");
  const auto decoded = decode_base64(net::trim_blanks(authorization.substr(blank)));
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return unknown("the credentials are not base64 of client_id:client_secret");
  const std::string_view pair = *decoded;
  request.raw_client = pair.substr(0, colon);
  request.raw_secret = pair.substr(colon + 1);
  if (!net::append_decoded_query(request.client, request.raw_client) ||
      !net::append_decoded_query(request.secret, request.raw_secret)) {
    request.client = request.raw_client;
    request.secret = request.raw_secret;
  }
  return std::nullopt;
}

}  // namespace

std::variant<TokenRequest, TokenRefusal> read_token_request(const net::Headers& headers, std::string_view body,
                                                            std::pmr::memory_resource* memory) {
  if (!is_form(headers)) return bad("the body must be application/x-www-form-urlencoded");
  Parameters parameters(memory);
  if (const auto refusal = read_form(body, parameters, memory)) return *refusal;
  const std::size_t authorizations = headers.count(net::HeaderId::kAuthorization);
  if (authorizations > 1) return bad("Authorization occurs twice");

  TokenRequest request(memory);
  const bool in_form = !parameters["client_secret"].empty();
  if (!parameters["client_assertion"].empty())
    return unknown("only client_secret_basic and client_secret_post are taken");
  if (authorizations == 1) {
    if (in_form) return bad("credentials in two places");
    if (const auto refusal = read_basic(*headers.get(net::HeaderId::kAuthorization), request)) return *refusal;
    const std::pmr::string& named = parameters["client_id"];
    if (!named.empty() && named != request.client && named != request.raw_client) return bad("two different clients");
  } else {
    request.client = std::move(parameters["client_id"]);
    request.secret = std::move(parameters["client_secret"]);
  }
  request.grant_type = std::move(parameters["grant_type"]);
  request.scope = std::move(parameters["scope"]);
  if (request.grant_type.empty()) return bad("grant_type is missing");
  if (request.client.empty() || request.secret.empty()) return unknown("client credentials are missing");
  return request;
}

}  // namespace causeway::adapters
