// A system that is told about events: answers what the test says and keeps what it was told.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fakes/run_task.h"
#include "fakes/scripted_server.h"

namespace causeway::events {

/// What a receiver got, and the header of a request by its name.
struct Got {
  std::string text;
  std::string header(const std::string& name) const {
    const std::size_t at = text.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return text.substr(begin, text.find("\r\n", begin) - begin);
  }
  std::string line() const { return text.substr(0, text.find("\r\n")); }
  std::string body() const { return text.substr(text.find("\r\n\r\n") + 4); }
  std::string event_id() const {
    const std::string key = header("Idempotency-Key");
    return key.substr(0, key.find('/'));
  }
};

/// A system that answers what the test says, request by request, each connection on a thread of its own.
class Receiver {
 public:
  /// Gets the request and how many with its Idempotency-Key came before; an empty answer cuts the connection.
  using Answers = std::function<std::string(const Got&, int before)>;

  static std::string status(int code, const std::string& headers = "", const std::string& body = "{}") {
    return "HTTP/1.1 " + std::to_string(code) + " X\r\n" + headers +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  explicit Receiver(Answers answers = [](const Got&, int) { return status(200); })
      : answers_(std::move(answers)), server_([this](fakes::ScriptedServer& server) { serve(server); }) {}

  void answer(Answers answers) {
    const std::lock_guard lock(mutex_);
    answers_ = std::move(answers);
  }
  std::vector<Got> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(came_.wait_for(lock, fakes::kHangGuard, [&] { return got_.size() >= count; }))
        << got_.size() << " of " << count;
    return got_;
  }
  std::vector<Got> got() const {
    const std::lock_guard lock(mutex_);
    return got_;
  }
  /// The ids of the events that were answered with 2xx, in the order of their first success.
  std::vector<std::string> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  /// Answers with 2xx, to the same event several times too.
  std::size_t successes() const {
    const std::lock_guard lock(mutex_);
    return successes_;
  }
  std::uint16_t port() const { return server_.port(); }

 private:
  void serve(fakes::ScriptedServer& server) {
    std::list<std::thread> threads;
    for (;;) {
      fakes::Peer peer = server.accept();
      if (!peer.is_open()) break;
      threads.emplace_back([this, peer = std::move(peer)]() mutable {
        for (;;) {
          Got request{peer.read_request()};
          if (request.text.empty()) return;
          const std::string text = next(std::move(request));
          if (text.empty()) return peer.close();
          if (text == "hang") return peer.wait_for_end();
          peer.send(text);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::string next(Got request) {
    Answers answers;
    int before;
    {
      const std::lock_guard lock(mutex_);
      answers = answers_;
      before = seen_[request.header("Idempotency-Key")]++;
    }
    const std::string text = answers(request, before);
    const std::lock_guard lock(mutex_);
    if (text.starts_with("HTTP/1.1 2")) {
      ++successes_;
      if (taken_set_.insert(request.event_id()).second) taken_.push_back(request.event_id());
    }
    got_.push_back(std::move(request));
    came_.notify_all();
    return text;
  }

  mutable std::mutex mutex_;
  std::condition_variable came_;
  Answers answers_;
  std::vector<Got> got_;
  std::map<std::string, int> seen_;
  std::set<std::string> taken_set_;
  std::vector<std::string> taken_;
  std::size_t successes_ = 0;
  fakes::ScriptedServer server_;
};

}  // namespace causeway::events
