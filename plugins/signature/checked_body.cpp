#include "plugins/signature/checked_body.h"

namespace causeway::plugins {

Result<> CheckedBody::end() {
  if (checked_) return {};
  checked_ = true;
  return check_.check_body();
}

Task<Result<Bytes>> CheckedBody::read() {
  Result<Bytes> piece = co_await inner_.read();
  if (!piece) co_return piece;
  if (left_) *left_ -= piece->size();
  if (piece->empty() || (left_ && *left_ == 0)) {
    Result<> right = end();
    if (!right) co_return std::move(right.error());
  }
  co_return piece;
}

Task<Result<Bytes>> CheckedBody::gather(std::uint64_t limit) {
  Result<Bytes> whole = co_await inner_.gather(limit);
  if (!whole) co_return whole;
  Result<> right = end();
  if (!right) co_return std::move(right.error());
  co_return whole;
}

Task<Result<bool>> CheckedBody::prefetch(std::uint64_t amount) {
  Result<bool> ended = co_await inner_.prefetch(amount);
  if (!ended || !*ended) co_return ended;
  Result<> right = end();
  if (!right) co_return std::move(right.error());
  co_return ended;
}

}  // namespace causeway::plugins
