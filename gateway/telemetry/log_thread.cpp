#include "telemetry/log_thread.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace causeway::telemetry {
namespace {

constexpr std::size_t kLargeBatch = 1 << 20;

WallTime time_of(const CallLog::Record& record) {
  if (const auto* call = std::get_if<CallRecord>(&record)) return call->time;
  if (const auto* refused = std::get_if<RefusedRecord>(&record)) return refused->time;
  return WallTime::max();
}

/// The records that one ring held when the drain began.
struct Source {
  CallLog* log;
  std::uint64_t mark;
  CallLog::Record next;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> stdout_sink() { return std::make_shared<spdlog::sinks::stdout_sink_mt>(); }

LogThread::LogThread(std::shared_ptr<spdlog::sinks::sink> sink, const LogSettings& settings, const Clock& clock,
                     Metrics& metrics)
    : sink_(std::move(sink)), process_(clock) {
  sink_->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::local, std::string("\n")));
  configure(settings);
  dropped_metric_ =
      metrics.collect_counter("causeway_log_dropped_total", "Log lines lost because the log was too slow.", {},
                              [this] { return static_cast<double>(dropped()); });
}

LogThread::~LogThread() { stop(); }

CallLog& LogThread::add_call_log(std::size_t capacity) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::make_unique<CallLog>(capacity));
  limit(*calls_.back());
  return *calls_.back();
}

void LogThread::configure(const LogSettings& settings) {
  std::shared_ptr<LogFormat> format = make_log_format(settings);
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  format_ = std::move(format);
  for (const auto& log : calls_) limit(*log);
}

void LogThread::limit(CallLog& log) const {
  log.limit_bodies(bytes(settings_.calls.bodies.limit));
  log.limit_successes(settings_.calls.successes.fraction());
}

void LogThread::start() {
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void LogThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LogThread::run() {
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex_);
      last = wake_.wait_for(lock, kPeriod, [this] { return stopping_; });
    }
    drain();
  }
}

void LogThread::drain() {
  std::shared_ptr<LogFormat> format;
  std::vector<Source> sources;
  {
    const std::lock_guard lock(mutex_);
    format = format_;
    for (const auto& log : calls_) sources.push_back({log.get(), log->mark(), {}});
  }
  for (Source& source : sources) source.next = source.log->front(source.mark);
  const std::vector<ProcessLine> lines = process_.take();
  auto line = lines.begin();

  while (true) {
    const auto earliest = std::min_element(sources.begin(), sources.end(), [](const Source& a, const Source& b) {
      return time_of(a.next) < time_of(b.next);
    });
    const WallTime call_time = earliest == sources.end() ? WallTime::max() : time_of(earliest->next);
    if (line != lines.end() && line->time <= call_time) {
      format->append(begin_line(), *line++);
    } else if (call_time != WallTime::max()) {
      if (const auto* call = std::get_if<CallRecord>(&earliest->next)) format->append(begin_line(), *call);
      else format->append(begin_line(), std::get<RefusedRecord>(earliest->next));
      earliest->log->pop();
      earliest->next = earliest->log->front(earliest->mark);
    } else {
      break;
    }
  }
  flush();
}

std::string& LogThread::begin_line() {
  if (batch_.size() > kLargeBatch) flush();
  if (batch_lines_++ > 0) batch_ += '\n';
  return batch_;
}

void LogThread::flush() {
  if (batch_lines_ == 0) return;
  try {
    sink_->log(spdlog::details::log_msg({}, spdlog::level::info, batch_));
    sink_->flush();
  } catch (const std::exception&) {
    unwritten_ += batch_lines_;
  }
  batch_.clear();
  batch_lines_ = 0;
}

std::uint64_t LogThread::dropped() const {
  std::uint64_t total = process_.dropped() + unwritten_;
  const std::lock_guard lock(mutex_);
  for (const auto& log : calls_) total += log->dropped();
  return total;
}

}  // namespace causeway::telemetry
