#include "app/cli/arguments.h"

#include <fstream>
#include <iostream>
#include <iterator>

namespace causeway::app::cli {

bool read_argument(const std::string& text, std::string& content) {
  if (!text.starts_with('@')) {
    content = text;
    return true;
  }
  if (text == "@-") {
    content.assign(std::istreambuf_iterator<char>(std::cin), {});
    return true;
  }
  std::ifstream file(text.substr(1), std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

std::string reachable_url(net::HostPort where, bool tls) {
  if (where.host == "0.0.0.0" || where.host == "::") where.host = "127.0.0.1";
  return (tls ? "https://" : "http://") + where.text();
}

}  // namespace causeway::app::cli
