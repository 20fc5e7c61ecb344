// The systems behind a gateway that is tried out: every cluster is a Unix socket of this process, where calls are
// written down and answered by a script. So what is seen is what the gateway's own HTTP code sends and reads.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "app/offline/offline_call.h"
#include "net/endpoint_address.h"
#include "upstream/cluster_settings.h"

namespace causeway::app {

/// One thread. The sockets have names that only this process knows, and are gone with it.
class PlayedSystems {
 public:
  PlayedSystems();
  ~PlayedSystems();
  PlayedSystems(const PlayedSystems&) = delete;
  PlayedSystems& operator=(const PlayedSystems&) = delete;

  /// Plays every cluster from here on: gives each one endpoint, which `resolve` knows.
  void take_over(std::vector<upstream::ClusterSettings>& clusters);
  std::vector<net::SocketAddress> resolve(const net::EndpointName& where) const;
  /// A text about endpoints, with the names that they have in the configuration.
  std::string as_configured(std::string text) const;

  /// From the next call on. Forgets what came before.
  void begin(const std::vector<ScriptedAnswer>& script);
  /// Does what can be done without waiting; false when that is nothing.
  bool pump();
  /// The calls since `begin`, in the order in which they were whole.
  const std::vector<SentCall>& calls() const { return calls_; }
  /// Answers that nobody asked for. `attempts`: how often a connection was tried, for those that refuse it.
  std::vector<std::size_t> unused(std::size_t attempts) const;

 private:
  class System;
  class Line;

  /// The place of the next answer for that cluster; empty: there is none.
  std::optional<std::size_t> next_answer(const std::string& cluster) const;
  /// What a call that is whole is answered with.
  const ScriptedAnswer* take_answer(SentCall call);
  void open_or_refuse();

  std::vector<std::unique_ptr<System>> systems_;
  std::vector<ScriptedAnswer> script_;
  std::vector<bool> used_;
  std::vector<SentCall> calls_;
  std::string prefix_;  ///< of the sockets' names
};

}  // namespace causeway::app
