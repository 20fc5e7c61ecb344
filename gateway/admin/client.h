// The admin API from outside: what the commands of `causeway` talk to a running gateway with.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace causeway::admin {

struct ClientOptions {
  std::string url = "http://127.0.0.1:9901";   ///< https, if it is not loopback
  std::filesystem::path token_file;            ///< empty: $CAUSEWAY_ADMIN_TOKEN, else the file in `data_folder`
  std::filesystem::path data_folder = "data";  ///< of the gateway's store
};

struct ClientAnswer {
  bool ok = false;
  std::string data;     ///< JSON, when ok
  std::string problem;  ///< for people, when not: what the gateway said, or why it was not reached
  std::string details;  ///< JSON, when the gateway refused and said more
};

/// Blocks, up to half a minute. Not thread safe.
class Client {
 public:
  explicit Client(ClientOptions options);

  ClientAnswer get(const std::string& target) { return call("GET", target, {}); }
  ClientAnswer post(const std::string& target, const std::string& body) { return call("POST", target, body); }

 private:
  ClientAnswer call(const std::string& method, const std::string& target, const std::string& body);

  ClientOptions options_;
  std::string token_;
};

/// A path segment or query value, encoded.
std::string encoded(std::string_view text);

}  // namespace causeway::admin
