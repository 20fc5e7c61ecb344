#include "transactions/call_key.h"

#include <cstdint>

#include "security/sha256.h"

namespace causeway::transactions {
namespace {

/// Parts with their lengths before them, so that no two lists of parts hash to the same.
class PartHash {
 public:
  void add(std::string_view part) {
    const std::uint64_t size = part.size();
    hash_.update({reinterpret_cast<const char*>(&size), sizeof size});
    hash_.update(part);
  }
  std::string finish() {
    const security::Sha256Digest digest = hash_.finish();
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }

 private:
  security::Sha256 hash_;
};

}  // namespace

CallKey call_key(const KeyedRequest& request, std::string key, Duration retention) {
  PartHash scope;
  scope.add(request.consumer);
  scope.add(request.token);
  scope.add(request.method);
  scope.add(request.path);
  scope.add(key);
  PartHash hash;
  hash.add(request.method);
  hash.add(request.path);
  hash.add(request.has_query ? "?" : "");
  hash.add(request.query);
  hash.add(request.version);
  hash.add(request.body);
  return {scope.finish(), hash.finish(), std::move(key), retention};
}

}  // namespace causeway::transactions
