// From method, path and user to an answer: finds the endpoint, checks the role, runs it, writes the audit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoint.h"

namespace causeway::admin {

struct Answer {
  int status = 200;
  std::string body;   ///< the envelope
  std::string allow;  ///< of a 405
};

/// Thread safe; blocks.
class Dispatcher {
 public:
  explicit Dispatcher(Ports ports);

  /// `target` is path and query as they were sent. `content_type` and `body` of a change.
  Answer dispatch(std::string_view method, std::string_view target, const User& user, std::string_view content_type,
                  std::string_view body, std::string_view request_id);

 private:
  Reply run(const Endpoint& endpoint, Call& call, std::string_view target);
  const Endpoint* find(std::string_view method, std::string_view path, Call& call, std::string& allow) const;
  Answer answer(const Reply& reply, std::string_view request_id) const;

  Ports ports_;
  const std::vector<Endpoint> endpoints_;
  const std::string document_;
};

/// The error as an envelope.
std::string error_envelope(const Error& error, std::string_view request_id, WallTime now);

}  // namespace causeway::admin
