#include "upstream/wait.h"

#include <utility>

namespace causeway::upstream {

Task<> Wait::sleep(SteadyTime until, runtime::Cancel* cancel) {
  if (ended_) co_return;
  if (until != SteadyTime::max()) worker_.arm(timer_, until);
  if (cancel != nullptr) cancel->add(cancelled_);
  co_await Bed{*this};
  timer_.disarm();
  cancelled_.leave();
}

void Wait::wake(End end) {
  if (std::exchange(ended_, true)) return;
  end_ = end;
  if (!asleep_) return;  // it has not gone to sleep yet
  worker_.post([asleep = asleep_] {
    if (*asleep) std::exchange(*asleep, {}).resume();
  });
}

}  // namespace causeway::upstream
