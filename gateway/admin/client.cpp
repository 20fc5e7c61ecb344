#include "admin/client.h"

#include <httplib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "core/ip_address.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "net/endpoint_address.h"
#include "net/percent.h"

namespace causeway::admin {
namespace {

constexpr time_t kConnectSeconds = 3;
constexpr time_t kReadSeconds = 30;

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  line.resize(std::min(line.find('\r'), line.size()));
  return line;
}

/// Would this URL show the token to whoever listens on the way?
bool is_exposed(std::string_view url) {
  constexpr std::string_view kPlain = "http://";
  if (url.starts_with("https://")) return false;
  if (url.starts_with(kPlain)) url.remove_prefix(kPlain.size());
  const auto place = net::parse_host_port(url.substr(0, url.find('/')));
  std::string_view host = place ? std::string_view(place->host) : url.substr(0, url.find_first_of(":/"));
  const auto address = IpAddress::parse(host);
  return host != "localhost" && !(address && address->is_loopback());
}

std::string find_token(const ClientOptions& options) {
  if (!options.token_file.empty()) return first_line(options.token_file);
  const char* token = std::getenv("CAUSEWAY_ADMIN_TOKEN");
  if (token != nullptr && *token != '\0') return token;
  return first_line(options.data_folder / "admin.token");
}

std::string text_of(Bytes object, std::string_view name) {
  return json_string_value(find_member(object, name)).value_or("");
}

/// `40491 no such thing`, with what is wrong where the gateway says it.
std::string refusal(int status, const std::string& body) {
  if (check_json(body)) return "the answer was HTTP " + std::to_string(status);
  std::string text(find_member(body, "code"));
  text += ' ' + text_of(body, "message");
  const Bytes details = find_member(body, "details");
  for_each_item(find_member(details, "violations"), [&](Bytes violation) {
    text += "\n  " + text_of(violation, "path") + ' ' + text_of(violation, "message");
  });
  for_each_item(find_member(details, "problems"), [&](Bytes problem) {
    text += "\n  " + text_of(problem, "file") + ':' + std::string(find_member(problem, "line")) + ':' +
            std::string(find_member(problem, "column")) + ": " + text_of(problem, "message");
  });
  return text;
}

}  // namespace

std::string encoded(std::string_view text) {
  std::string result;
  net::append_query_value(result, text);
  return result;
}

Client::Client(ClientOptions options) : options_(std::move(options)), token_(find_token(options_)) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

ClientAnswer Client::call(const std::string& method, const std::string& target, const std::string& body) {
  ClientAnswer answer;
  if (is_exposed(options_.url)) {
    answer.problem = options_.url + ": plain http would show the token to others; use https, or a tunnel to loopback";
    return answer;
  }
  if (token_.empty() && !options_.token_file.empty()) {
    answer.problem = "there is no token in " + options_.token_file.string();
    return answer;
  }
  httplib::Client client(options_.url);
  if (!client.is_valid()) {
    answer.problem = options_.url + " is no address such as http://127.0.0.1:9901";
    return answer;
  }
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kReadSeconds);
  httplib::Headers headers;
  if (!token_.empty()) headers.emplace("Authorization", "Bearer " + token_);
  const httplib::Result result =
      method == "GET" ? client.Get(target, headers) : client.Post(target, headers, body, "application/json");
  if (!result) {
    answer.problem = options_.url + " cannot be reached: " + httplib::to_string(result.error());
  } else if (result->status != 200) {
    answer.problem = refusal(result->status, result->body);
    if (!check_json(result->body)) answer.details = find_member(result->body, "details");
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
