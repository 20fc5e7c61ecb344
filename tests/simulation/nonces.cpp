#include "simulation/nonces.h"

#include <cstring>

namespace causeway::simulation {

using security::Admit;
using security::ReplayTable;
using security::SignatureUse;

namespace {

constexpr std::chrono::milliseconds kStart{1'790'000'000'000};
constexpr std::chrono::seconds kLook{1};
const store::Sql kBegin{"BEGIN"};
const store::Sql kCommit{"COMMIT"};
const store::Sql kClear[] = {{"DELETE FROM used_signature"}, {"DELETE FROM clock_mark"}};

}  // namespace

NonceWorld::NonceWorld(store::Connection& disk, std::uint64_t seed) : disk_(disk), dice_(seed) {
  for (const store::Sql& sql : kClear) disk_.session().run(sql);
  start();
}

WallTime NonceWorld::wall() const { return WallTime(kStart + time_ + off_); }

app::ClockReading NonceWorld::read() const { return {wall(), time_ - booted_, "boot-" + std::to_string(boots_)}; }

bool NonceWorld::change(store::Change& change) {
  if (dice_.chance(0.05)) return false;
  store::Session& session = disk_.session();
  session.run(kBegin);
  const bool done = change.apply(session).ok();
  session.run(kCommit);
  return done;
}

void NonceWorld::start() {
  table_ = std::make_unique<ReplayTable>(ByteSize{256 * 1024}, kWindow, kAhead, wall());
  app::ReadReplays known;
  if (!known.run(disk_.session())) failure_ = "the store cannot be read";
  const app::ClockReading now = read();
  const WallTime started = known.mark ? app::start_after(*known.mark, now) : now.wall;
  table_->start(started);
  if (!image_.empty()) {
    std::size_t at = 0;
    const bool restored = table_->restore(
        [&](char* out, std::size_t size) {
          size = std::min(size, image_.size() - at);
          std::memcpy(out, image_.data() + at, size);
          at += size;
          return size;
        },
        [] { return true; });
    if (!restored) failure_ = "a saved memory cannot be restored";
    ++seen_.restored;
    image_.clear();
  }
  for (const SignatureUse& use : known.uses)
    if (use.timestamp > table_->started()) static_cast<void>(table_->admit(use));
  mark_ = {now, started};
  app::WriteMark mark(mark_);
  failing_ = !change(mark);
  noted_ = now.since_boot;
}

void NonceWorld::look() {
  const app::ClockReading now = read();
  const bool due = app::has_stepped(mark_.at, now) || now.since_boot - noted_ >= app::kMarkInterval;
  mark_ = app::next_mark(mark_, now, table_->newest());
  if (!due && !failing_) return;
  app::WriteMark mark(mark_);
  failing_ = !change(mark);
  if (!failing_) noted_ = now.since_boot;
}

void NonceWorld::pass(Duration time) {
  for (auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time); left.count() > 0; left -= kLook) {
    time_ += std::min<std::chrono::milliseconds>(left, kLook);
    look();
  }
}

void NonceWorld::set_clock() {
  off_ += std::chrono::milliseconds(dice_.between(-400'000, 400'000));
  do {
    look();
  } while (failing_);  // what is accepted before the step is noted is not proved against another step
}

void NonceWorld::stop(bool saving) {
  if (saving) {
    mark_ = app::next_mark(mark_, read(), table_->newest());
    app::WriteMark mark(mark_);
    static_cast<void>(change(mark));
    table_->save([this](Bytes bytes) { image_ += bytes; }, mark_.at.wall);
  } else any_.clear();  // what was only seen on a safe call is not known any more
  table_.reset();
  time_ += std::chrono::milliseconds(dice_.between(0, 20'000));
}

void NonceWorld::reboot() {
  ++boots_;
  booted_ = time_;
}

bool NonceWorld::admit(const SignatureUse& use) {
  Admit verdict = table_->admit(use);
  seen_.replayed += verdict == Admit::kReplayed ? 1 : 0;
  seen_.before_start += verdict == Admit::kBeforeStart ? 1 : 0;
  if (verdict != Admit::kAccepted) return false;
  if (!use.works_once() || use.timestamp <= wall()) return true;
  app::RecordUse record(use, table_->remembers_until(use.timestamp));
  ++seen_.written;
  if (!change(record)) {
    table_->give_back(use);
    return false;
  }
  return record.is_new();
}

void NonceWorld::present(std::size_t index) {
  SignatureUse use = signatures_[index];
  if (!use.nonce && dice_.chance(0.2)) use.unsafe = !use.unsafe;  // the same bytes for another method
  const auto age = wall() - use.timestamp;
  if (age > kWindow || -age > kAhead || !admit(use)) return;
  ++seen_.accepted;
  const int before = any_[use.digest]++;
  if (use.works_once() && before > 0) failure_ = "a signature that works once was accepted before";
  if (use.works_once() && ++once_[use.digest] > 1) failure_ = "a signature works twice";
}

void NonceWorld::step() {
  const std::int64_t what = dice_.between(0, 99);
  if (what < 35) {
    SignatureUse use;
    for (std::size_t i = 0; i < use.digest.size(); i += 8) {
      const std::uint64_t word = dice_.next();
      std::memcpy(use.digest.data() + i, &word, 8);
    }
    use.timestamp = wall() + std::chrono::milliseconds(dice_.between(-20'000, 50'000));
    use.nonce = dice_.chance(0.5);
    use.unsafe = use.nonce || dice_.chance(0.8);
    signatures_.push_back(use);
    present(signatures_.size() - 1);
  } else if (what < 70) {
    if (!signatures_.empty())
      present(signatures_.size() - 1 - dice_.below(std::min<std::size_t>(6, signatures_.size())));
  } else if (what < 85) {
    pass(std::chrono::milliseconds(dice_.between(1, dice_.chance(0.2) ? 60'000 : 3'000)));
  } else if (what < 89) {
    set_clock();
  } else {
    const bool saving = dice_.chance(0.4);
    // While no mark can be written nobody can tell, after another boot, that the clock was set back in between.
    const bool noted = !failing_;
    stop(saving);
    if (dice_.chance(0.2)) reboot();
    if (noted && dice_.chance(0.2)) off_ -= std::chrono::milliseconds(dice_.between(0, 100'000));
    start();
  }
}

std::optional<std::string> NonceWorld::run() {
  for (int i = 0; i < 80 && !failure_; ++i) step();
  return failure_;
}

}  // namespace causeway::simulation
