#include "adapters/fallback/kept_body.h"

namespace causeway::adapters {

Task<Result<Bytes>> KeptBody::read() {
  Result<Bytes> piece = co_await inner_.read();
  if (!keeping_) co_return piece;
  if (!piece) give_up();
  else if (piece->empty()) finish(copy_);
  else add(*piece);
  co_return piece;
}

Task<Result<Bytes>> KeptBody::gather(std::uint64_t limit) {
  Result<Bytes> rest = co_await inner_.gather(limit);
  if (!keeping_) co_return rest;
  // One that is too long for its reader streams on.
  if (!rest && rest.error().code() != Code::kBodyTooLarge) give_up();
  if (!rest) co_return rest;
  if (copy_.empty()) {
    if (rest->size() <= limit_) finish(*rest);
  } else {
    add(*rest);
    finish(copy_);
  }
  co_return rest;
}

void KeptBody::add(Bytes piece) {
  if (copy_.size() + piece.size() > limit_ || !hold_.take(piece.size())) return give_up();
  copy_.append(piece);
}

void KeptBody::finish(Bytes body) {
  if (keeping_) observer_.on_whole(body);
  give_up();
}

void KeptBody::give_up() {
  keeping_ = false;
  copy_ = std::string();
  hold_.release();
}

}  // namespace causeway::adapters
