#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/gateway.h"

namespace causeway::app::cli {
namespace {

constexpr unsigned kFlushSeconds = 3;

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

/// Has a second SIGTERM or SIGINT come?
bool stop_at_once() {
  const sigset_t set = handled_signals();
  const timespec no_wait{};
  const int signal = sigtimedwait(&set, nullptr, &no_wait);
  return signal == SIGTERM || signal == SIGINT;
}

int run(const RunOptions& options) {
  // Blocked before the first thread starts, so that every signal waits for this thread.
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  umask(0077);

  Gateway gateway(options);
  const std::string problem = gateway.start();
  if (!problem.empty()) {
    std::fputs(problem.c_str(), stderr);
    std::fflush(stderr);
    _exit(kWrong);  // the threads have begun nothing that would have to end in order
  }
  for (;;) {
    int signal = 0;
    sigwait(&set, &signal);
    if (signal != SIGHUP) break;
    gateway.reload_later({"signal", {}});
  }
  const bool in_order = gateway.drain(stop_at_once);
  if (in_order) gateway.close();
  // Nobody may be reading the log any more; the end does not wait for it.
  std::signal(SIGALRM, [](int) { _exit(kFailed); });
  alarm(kFlushSeconds);
  gateway.flush_log();
  // What did not end in time is cut off here; its coroutines are not worth unwinding.
  if (!in_order) _exit(kFailed);
  return kOk;
}

}  // namespace

void add_run_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* const command =
      app.add_subcommand("run", "Serve calls. SIGHUP takes the files anew, SIGTERM drains and stops.");
  add_config_option(*command, options->config);
  command->add_option("--port-file", options->port_file, "write `NAME ADDRESS` of every listener here once all listen")
      ->type_name("FILE");
  command->footer("Example: causeway run -c config/causeway.yaml");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace causeway::app::cli
