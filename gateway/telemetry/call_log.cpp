#include "telemetry/call_log.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "telemetry/masker.h"

namespace causeway::telemetry {
namespace {

constexpr std::size_t kMaxPiece = 2048;  // of everything but bodies: a name that is longer is nobody's name
constexpr std::size_t kPieces = 11;
using Pieces = std::array<std::string_view, kPieces>;

/// What stands in the ring before the bytes of the pieces.
struct Head {
  WallTime time;
  Duration cost;
  std::uint64_t request_size, response_size;
  std::int32_t status;
  std::uint32_t code;
  std::uint32_t attempt;
  bool refused, failed;
  std::array<std::uint32_t, kPieces> lengths;
};

std::string_view cut(std::string_view piece) { return piece.substr(0, kMaxPiece); }

std::string_view cut(const LoggedBody& body, std::size_t limit) {
  const std::string_view shown = body.prefix.substr(0, limit);
  return !shown.empty() && is_text_type(body.type) ? shown : std::string_view();
}

bool copy_into(ByteRing& ring, Head head, const Pieces& pieces) noexcept {
  std::size_t size = sizeof head;
  for (std::size_t i = 0; i < kPieces; ++i) {
    head.lengths[i] = static_cast<std::uint32_t>(pieces[i].size());
    size += pieces[i].size();
  }
  char* out = ring.reserve(size);
  if (!out) return false;
  std::memcpy(out, &head, sizeof head);
  out += sizeof head;
  for (const auto piece : pieces) out = std::copy(piece.begin(), piece.end(), out);
  ring.commit();
  return true;
}

}  // namespace

CallLog::CallLog(std::size_t capacity, Random random) : ring_(capacity), random_(random) {}

void CallLog::limit_successes(double share) noexcept {
  const double scaled = share * 0x1p64;
  const std::uint64_t limit = scaled >= 0x1p64 ? ~0ull : scaled > 0 ? static_cast<std::uint64_t>(scaled) : 0;
  success_limit_.store(limit, std::memory_order_relaxed);
}

bool CallLog::left_out() noexcept {
  const std::uint64_t limit = success_limit_.load(std::memory_order_relaxed);
  return limit != ~0ull && random_.next() >= limit;
}

bool CallLog::drop() noexcept {
  dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return false;
}

bool CallLog::write(const CallRecord& call) noexcept {
  if (!call.failed && left_out()) return true;
  const std::size_t limit = body_limit_.load(std::memory_order_relaxed);
  const Head head{call.time,   call.cost, call.request.size, call.response.size,
                  call.status, call.code, call.attempt,      false,
                  call.failed, {}};
  const Pieces pieces{
      cut(call.system),          cut(call.method),        cut(call.request, limit), cut(call.request.type),
      cut(call.response, limit), cut(call.response.type), cut(call.consumer),       cut(call.route),
      cut(call.trace),           cut(call.request_id),    cut(call.error)};
  return copy_into(ring_, head, pieces) || drop();
}

bool CallLog::write(const RefusedRecord& refused) noexcept {
  const Head head{refused.time, {}, 0, 0, refused.status, refused.code, 0, true, true, {}};
  const std::string_view path = refused.path.substr(0, refused.path.find('?'));
  const Pieces pieces{cut(refused.method), cut(path), cut(refused.reason), cut(refused.consumer),
                      cut(refused.request_id)};
  return copy_into(ring_, head, pieces) || drop();
}

CallLog::Record CallLog::front(std::uint64_t mark) noexcept {
  std::string_view message = ring_.front(mark);
  if (message.empty()) return {};
  Head head;
  std::memcpy(&head, message.data(), sizeof head);
  message.remove_prefix(sizeof head);
  auto next = [&, index = 0u]() mutable {
    const std::string_view piece = message.substr(0, head.lengths[index++]);
    message.remove_prefix(piece.size());
    return piece;
  };

  if (head.refused) {
    RefusedRecord refused{.time = head.time, .status = head.status, .code = head.code};
    for (auto* piece : {&refused.method, &refused.path, &refused.reason, &refused.consumer, &refused.request_id}) {
      *piece = next();
    }
    return refused;
  }
  CallRecord call{.time = head.time,
                  .failed = head.failed,
                  .cost = head.cost,
                  .status = head.status,
                  .code = head.code,
                  .attempt = head.attempt};
  call.request.size = head.request_size;
  call.response.size = head.response_size;
  for (auto* piece : {&call.system, &call.method, &call.request.prefix, &call.request.type, &call.response.prefix,
                      &call.response.type, &call.consumer, &call.route, &call.trace, &call.request_id, &call.error}) {
    *piece = next();
  }
  return call;
}

}  // namespace causeway::telemetry
