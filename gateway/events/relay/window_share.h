// Who may have how much of the relay's window. A share is never more than what is still free, among topics and among
// the shards of a topic: one that stands still ends at half of the window, two at a third each, and whatever comes next
// always finds room.
#pragma once

#include <algorithm>
#include <cstddef>

namespace causeway::events {

struct WindowLoad {
  std::size_t events = 0;
  std::size_t bytes = 0;
};

/// What the whole relay has on its way at most.
inline constexpr WindowLoad kRelayWindow{10'000, 32u << 20};

constexpr std::size_t share_left(std::size_t free, std::size_t taken) { return free > taken ? (free - taken) / 2 : 0; }

/// How much more one shard may send: `all` is on its way in the whole relay, `topic` of its topic, `lane` of itself. A
/// topic with nothing on its way may always send one event while the window is not full.
constexpr WindowLoad allowance(WindowLoad all, WindowLoad topic, WindowLoad lane, WindowLoad window = kRelayWindow) {
  if (all.events >= window.events || all.bytes >= window.bytes) return {};
  const std::size_t topic_events = share_left(window.events - all.events, topic.events);
  const std::size_t topic_bytes = share_left(window.bytes - all.bytes, topic.bytes);
  WindowLoad left{share_left(topic_events, lane.events), share_left(topic_bytes, lane.bytes)};
  if (topic.events == 0) left = {std::max<std::size_t>(left.events, 1), std::max<std::size_t>(left.bytes, 1)};
  if (left.events == 0 || left.bytes == 0) return {};
  return left;
}

}  // namespace causeway::events
