#include "app/replay_keeper.h"

#include <pthread.h>

#include <algorithm>
#include <stdexcept>

#include "app/replay_file.h"
#include "config/text_forms.h"

namespace causeway::app {
namespace {

using telemetry::Level;

std::string text(WallTime time) { return config::TextForm<WallTime>::format(time); }

std::string text(std::chrono::milliseconds by) { return std::to_string(by.count()) + "ms"; }

/// Less is a matter of course.
constexpr std::chrono::milliseconds kWorthALine = std::chrono::seconds(1);

}  // namespace

ReplayKeeper::ReplayKeeper(store::Store& store, const MachineClock& clock, telemetry::LogThread& log)
    : store_(store), clock_(clock), log_(log) {}

ReplayKeeper::~ReplayKeeper() { stop(false); }

std::string ReplayKeeper::begin(std::shared_ptr<security::ReplayTable> table, const std::filesystem::path& database) {
  ReadReplays known;
  if (!store_.query_blocking(known)) return "the store cannot be read";
  const ClockReading now = clock_.read();
  const WallTime started = known.mark ? start_after(*known.mark, now) : now.wall;
  table->start(started);
  try {
    const TakenReplays taken = take_replays(replay_file(database), store_.store_id(), *table);
    if (!taken.problem.empty()) log_.write(Level::kWarn, "saved signatures are not used", {{"problem", taken.problem}});
  } catch (const std::exception& thrown) {
    return "saved signatures cannot be removed: " + std::string(thrown.what());
  }
  if (const std::optional<WallTime> unheld = load(known, *table)) table->start(std::max(table->started(), *unheld));
  if (table->started() - now.wall > kWorthALine)
    log_.write(Level::kWarn, "the clock was set back: calls that work once are refused if they were signed before",
               {{"until", text(table->started())}});
  table_ = std::move(table);
  file_ = replay_file(database);
  write({now, started});
  return {};
}

std::string ReplayKeeper::join(std::shared_ptr<security::ReplayTable> table, const std::filesystem::path& database) {
  ReadReplays known;
  if (!store_.query_blocking(known)) return "the store cannot be read";
  try {
    forget_replays(replay_file(database));
  } catch (const std::exception& thrown) {
    return "saved signatures cannot be removed: " + std::string(thrown.what());
  }
  if (load(known, *table)) return "signing.replay_memory is too small for what the store knows";
  table_ = std::move(table);
  file_ = replay_file(database);
  // What was admitted without a store and was dated ahead is written down nowhere.
  const ClockReading now = clock_.read();
  const WallTime started = known.mark ? start_after(*known.mark, now) : now.wall;
  write({now, std::max(started, table_->newest())});
  return {};
}

std::optional<WallTime> ReplayKeeper::load(const ReadReplays& known, security::ReplayTable& table) {
  std::optional<WallTime> unheld;
  for (const security::SignatureUse& use : known.uses) {
    if (use.timestamp <= table.started()) continue;
    if (table.admit(use) == security::Admit::kFull) unheld = std::max(unheld.value_or(use.timestamp), use.timestamp);
  }
  return unheld;
}

void ReplayKeeper::take(std::shared_ptr<security::ReplayTable> table) {
  const std::lock_guard lock(mutex_);
  table_ = std::move(table);
}

void ReplayKeeper::start() {
  if (file_.empty() || thread_.joinable()) return;
  thread_ = std::thread([this] { run(); });
}

void ReplayKeeper::stop(bool saving) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  write(next_mark(mark_, clock_.read(), table_->newest()));
  if (!saving) return;
  const std::string problem = save_replays(file_, store_.store_id(), *table_, mark_.at.wall);
  if (!problem.empty()) log_.write(Level::kWarn, "signatures are not saved", {{"problem", problem}});
}

void ReplayKeeper::run() {
  pthread_setname_np(pthread_self(), "replays");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPeriod, [&] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void ReplayKeeper::look() {
  WallTime newest;
  {
    const std::lock_guard lock(mutex_);
    newest = table_->newest();
  }
  const ClockReading now = clock_.read();
  const std::chrono::milliseconds stepped = stepped_by(mark_.at, now);
  if (stepped > kWorthALine || stepped < -kWorthALine)
    log_.write(Level::kWarn, "the clock was set", {{"by", text(stepped)}});
  const bool is_due = has_stepped(mark_.at, now) || now.since_boot - noted_since_boot_ >= kMarkInterval;
  ClockMark next = next_mark(mark_, now, newest);
  if (is_due || failing_) write(std::move(next));
  else mark_ = std::move(next);
}

void ReplayKeeper::write(ClockMark mark) {
  mark_ = std::move(mark);
  WriteMark change(mark_);
  const Result<> written = store_.commit_blocking(change);
  if (written) noted_since_boot_ = mark_.at.since_boot;
  if (!written && !failing_) {
    const ErrorInfo* info = written.error().info_if();
    log_.write(Level::kWarn, "the time cannot be noted", {{"problem", info == nullptr ? "refused" : info->internal}});
  }
  failing_ = !written;
}

}  // namespace causeway::app
