#include "security/webhook_signer.h"

#include "core/base64.h"

namespace causeway::security {

WebhookSigner::WebhookSigner(const config::Secret& key) : key_(HmacHash::kSha256, key.reveal()) {}

std::string WebhookSigner::sign(std::string_view id, std::string_view timestamp, Bytes body) const {
  Hmac code = key_.begin();
  for (const std::string_view piece : {id, std::string_view("."), timestamp, std::string_view("."), body})
    code.update(piece);
  const Mac mac = code.finish();
  return "v1," + to_base64(std::string_view(reinterpret_cast<const char*>(mac.octets.data()), mac.size));
}

}  // namespace causeway::security
