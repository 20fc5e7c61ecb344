// A body that arrives in the pieces that a test says.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "exchange/exchange.h"

namespace causeway::fakes {

class ScriptedBody final : public BodySource {
 public:
  explicit ScriptedBody(std::vector<std::string> pieces, std::optional<std::uint64_t> declared = std::nullopt)
      : pieces_(pieces.begin(), pieces.end()), declared_(declared) {}

  /// After the last piece: this instead of the end.
  void break_with(Code code) { broken_ = code; }
  /// All of it lies there already, in one piece.
  void has_come() { has_come_ = true; }
  /// Shows the request's observer every piece that is handed out, as a connection does.
  void observe(const Request& request) { request_ = &request; }
  /// Pieces that were handed out.
  int reads() const { return reads_; }

  std::optional<std::uint64_t> declared_size() const override { return declared_; }

  Bytes arrived() const override { return has_arrived_ ? Bytes(pieces_.front()) : Bytes(); }

  Task<Result<Bytes>> read() override {
    has_arrived_ = false;
    if (pieces_.empty()) {
      if (broken_) co_return Error(*broken_);
      co_return Bytes();
    }
    ++reads_;
    current_ = std::move(pieces_.front());
    pieces_.pop_front();
    if (request_ != nullptr && request_->observer != nullptr) request_->observer->on_piece(current_);
    co_return Bytes(current_);
  }

  Task<Result<Bytes>> gather(std::uint64_t limit) override {
    has_arrived_ = false;
    if (declared_ && *declared_ > limit) co_return Error(Code::kBodyTooLarge);
    while (!pieces_.empty()) {
      ++reads_;
      whole_ += pieces_.front();
      pieces_.pop_front();
      if (whole_.size() <= limit) continue;
      pieces_.push_front(std::move(whole_));
      co_return Error(Code::kBodyTooLarge);
    }
    if (broken_) co_return Error(*broken_);
    co_return Bytes(whole_);
  }

  std::optional<Result<Bytes>> gather_arrived() override {
    if (!has_come_) return std::nullopt;
    if (broken_) return Error(*broken_);
    return Bytes(pieces_.front());
  }

  Task<Result<bool>> prefetch(std::uint64_t amount) override {
    std::string first;
    while (!pieces_.empty() && first.size() < amount) {
      ++reads_;
      first += pieces_.front();
      pieces_.pop_front();
    }
    const bool whole = pieces_.empty();
    if (whole && broken_) co_return Error(*broken_);
    has_arrived_ = !first.empty();
    if (has_arrived_) pieces_.push_front(std::move(first));
    co_return whole;
  }

 private:
  std::deque<std::string> pieces_;
  std::optional<std::uint64_t> declared_;
  std::optional<Code> broken_;
  const Request* request_ = nullptr;
  std::string current_;
  std::string whole_;
  bool has_arrived_ = false;
  bool has_come_ = false;
  int reads_ = 0;
};

}  // namespace causeway::fakes
