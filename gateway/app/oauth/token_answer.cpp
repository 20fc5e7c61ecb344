#include "app/oauth/token_answer.h"

#include <algorithm>
#include <optional>

#include "core/ascii.h"
#include "core/json_document.h"

namespace causeway::app {
namespace {

class Object {
 public:
  explicit Object(std::string_view body) {
    auto read = JsonDocument::read(body, {.depth = 8, .values = 1000});
    if (auto* const document = std::get_if<JsonDocument>(&read)) document_ = std::move(*document);
    if (document_ && document_->kind(0) != JsonKind::kObject) document_.reset();
  }
  explicit operator bool() const { return document_.has_value(); }

  std::optional<std::string> text(std::string_view name) const {
    const auto node = document_->find(0, name);
    if (node == JsonDocument::kNone || document_->kind(node) != JsonKind::kString) return std::nullopt;
    std::string scratch;
    return std::string(document_->text(node, scratch));
  }
  /// Of a number, or of digits in quotes, which some endpoints send.
  std::optional<std::int64_t> whole(std::string_view name) const {
    const auto node = document_->find(0, name);
    if (node == JsonDocument::kNone || document_->kind(node) == JsonKind::kNull) return std::nullopt;
    const std::string digits = text(name).value_or(std::string(document_->raw(node)));
    const bool plain = !digits.empty() && digits.size() < 12 &&
                       std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    return plain ? std::stoll(digits) : -1;
  }

 private:
  std::optional<JsonDocument> document_;
};

TokenAnswer unusable(std::string problem) {
  TokenAnswer answer;
  answer.problem = std::move(problem);
  return answer;
}

}  // namespace

TokenAnswer TokenAnswer::read(std::string_view body) {
  const Object object(body);
  if (!object) return unusable("the answer is no JSON object");
  auto token = object.text("access_token");
  if (!token || token->empty()) return unusable("the answer has no access_token");
  const bool sendable = std::ranges::all_of(*token, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!sendable || token->size() > kLongestToken) return unusable("the access_token cannot be sent");
  const auto type = object.text("token_type");
  if (type && !equals_ignoring_case(*type, "bearer")) return unusable("the token is of another type than Bearer");
  TokenAnswer answer;
  answer.lifetime = kAssumedLifetime;
  if (const auto seconds = object.whole("expires_in")) {
    if (*seconds <= 0) return unusable("the token has no time left");
    answer.lifetime = std::min<Duration>(std::chrono::seconds(*seconds), kLongestLifetime);
  }
  answer.token = *std::move(token);
  return answer;
}

std::string refusal_of(std::string_view body) {
  const Object object(body);
  if (!object) return {};
  const std::string error = object.text("error").value_or("");
  const bool word =
      error.size() <= 64 && std::ranges::all_of(error, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return word ? error : "";
}

Duration renewal(Duration lifetime) {
  const Duration soon = std::min<Duration>(lifetime * 4 / 5, lifetime - std::chrono::minutes(1));
  return std::max(soon, lifetime / 2);
}

}  // namespace causeway::app
