// The HTTP server that every demo system stands on: loopback only, faults at /faults, the ledger at /ledger.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "demo/faults.h"
#include "demo/ledger.h"

namespace httplib {
struct Request;
struct Response;
class Server;
}  // namespace httplib

namespace causeway::demo {

struct Options {
  int port = 0;  ///< 0: any free one
  std::filesystem::path ledger;
};

/// Reads `--port N --ledger FILE`. Prints a usage line and exits on anything else.
Options read_options(int argc, char** argv, int default_port);

struct Answer {
  int status = 200;
  std::string json;
};

/// `{"errCode": …, "errMsg": …}`, the form in which the demo systems refuse. `more`: further members, ready JSON.
Answer refusal(int status, const std::string& code, const std::string& message, const std::string& more = {});

class Service {
 public:
  /// What a handler is given besides the call: the groups of the path's pattern and the query.
  struct Context {
    Call call;
    std::vector<std::string> groups;
    std::function<std::string(const std::string&)> query;  ///< empty when the parameter is absent
  };
  using Handler = std::function<Answer(const Context&)>;

  Service(std::string name, const Options& options, Ledger& ledger);
  ~Service();

  /// `pattern` is a regular expression over the whole path.
  void get(const std::string& pattern, Handler handler);
  void post(const std::string& pattern, Handler handler);

  /// Serves until the process is killed; every effect is in the ledger's file before its answer, so a kill loses none.
  /// Returns the process's exit code when the port cannot be had.
  int run();

 private:
  void serve(const httplib::Request& request, httplib::Response& response, const Handler& handler);
  void add_control();

  std::string name_;
  int port_;
  Ledger& ledger_;
  Faults faults_;
  std::atomic<std::uint64_t> requests_ = 0;
  std::unique_ptr<httplib::Server> server_;
};

}  // namespace causeway::demo
