#include "upstream/pause.h"

#include "upstream/wait.h"

namespace causeway::upstream {

Task<bool> pause(runtime::Worker& worker, SteadyTime until, runtime::Cancel* cancel) {
  if (cancel != nullptr && cancel->requested()) co_return false;
  Wait wait(worker);
  co_await wait.sleep(until, cancel);
  co_return wait.end() != Wait::End::kCancelled;
}

}  // namespace causeway::upstream
