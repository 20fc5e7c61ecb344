// A feature's tables and how they came to be: numbered migrations, applied at open in one transaction each feature.
#pragma once

#include <span>
#include <string_view>

namespace causeway::store {

struct Migration {
  enum class Kind : bool {
    kAdditive,  ///< a binary of the previous minor version still runs on it
    kBreaking,  ///< an older binary refuses to start on it
  };
  int number;  ///< ascending from 1 within the feature
  Kind kind;
  const char* sql;  ///< one or more statements
};

/// Static lifetime. `feature` names it in table `migration`.
struct Schema {
  std::string_view feature;
  std::span<const Migration> migrations;
};

}  // namespace causeway::store
