#include "core/error_words.h"

namespace causeway {

std::string words_of(const Error& error) {
  const ErrorInfo* info = error.info_if();
  if (info != nullptr && !info->internal.empty()) return info->internal;
  if (info != nullptr && !info->public_message.empty()) return info->public_message;
  return std::string(code_info(error.code()).name);
}

}  // namespace causeway
