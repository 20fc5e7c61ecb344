#include "admin/client.h"

#include <httplib.h>

#include <cstdlib>
#include <fstream>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "net/percent.h"

namespace causeway::admin {
namespace {

constexpr time_t kConnectSeconds = 3;
constexpr time_t kReadSeconds = 30;

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string find_token(const ClientOptions& options) {
  if (!options.token_file.empty()) return first_line(options.token_file);
  const char* token = std::getenv("CAUSEWAY_ADMIN_TOKEN");
  if (token != nullptr && *token != '\0') return token;
  return first_line(options.data_folder / "admin.token");
}

/// `40491 no such thing`, with what is wrong where the gateway says it.
std::string refusal(int status, const std::string& body) {
  if (check_json(body)) return "the answer was HTTP " + std::to_string(status);
  std::string text(find_member(body, "code"));
  text += ' ' + json_string_value(find_member(body, "message")).value_or("");
  for_each_item(find_member(find_member(body, "details"), "violations"), [&](Bytes violation) {
    text += "\n  " + json_string_value(find_member(violation, "path")).value_or("") + ' ' +
            json_string_value(find_member(violation, "message")).value_or("");
  });
  return text;
}

}  // namespace

std::string encoded(std::string_view text) {
  std::string result;
  net::append_query_value(result, text);
  return result;
}

Client::Client(ClientOptions options) : options_(std::move(options)), token_(find_token(options_)) {}

ClientAnswer Client::call(const std::string& method, const std::string& target, const std::string& body) {
  ClientAnswer answer;
  httplib::Client client(options_.url);
  if (!client.is_valid()) {
    answer.problem = options_.url + " is no address such as http://127.0.0.1:9901";
    return answer;
  }
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kReadSeconds);
  httplib::Headers headers;
  if (!token_.empty()) headers.emplace("Authorization", "Bearer " + token_);
  const httplib::Result result = method == "GET" ? client.Get(target, headers)
                                                 : client.Post(target, headers, body, "application/json");
  if (!result) {
    answer.problem = options_.url + " cannot be reached: " + httplib::to_string(result.error());
  } else if (result->status != 200) {
    answer.problem = refusal(result->status, result->body);
    if (result->status == 401 && token_.empty())
      answer.problem += "\n  no token: give --token-file, CAUSEWAY_ADMIN_TOKEN, or run it where " +
                        (options_.data_folder / "admin.token").string() + " is";
  } else if (check_json(result->body)) {
    answer.problem = "the answer is not JSON";
  } else {
    answer.ok = true;
    answer.data = find_member(result->body, "data");
  }
  return answer;
}

}  // namespace causeway::admin
