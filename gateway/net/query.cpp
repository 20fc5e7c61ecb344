#include "net/query.h"

#include <algorithm>

namespace causeway::net {

void QueryParameters::Iterator::advance() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('&'), rest_.size());
    const std::string_view parameter = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (parameter.empty()) continue;
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    current_.name = parameter.substr(0, equals);
    current_.value = parameter.substr(std::min(equals + 1, parameter.size()));
    return;
  }
  end_ = true;
}

}  // namespace causeway::net
