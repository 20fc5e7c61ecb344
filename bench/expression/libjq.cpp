#include "libjq.h"

#if defined(CAUSEWAY_LIBJQ)

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include <cstring>

struct LibjqProgram::State {
  jq_state* jq;
};

LibjqProgram::LibjqProgram(const char* program) : state_(new State{jq_init()}) { jq_compile(state_->jq, program); }
LibjqProgram::~LibjqProgram() {
  if (state_) jq_teardown(&state_->jq);
}

std::size_t LibjqProgram::run(std::string_view input) const {
  std::size_t size = 0;
  jq_start(state_->jq, jv_parse_sized(input.data(), static_cast<int>(input.size())), 0);
  jv result = jq_next(state_->jq);
  for (; jv_is_valid(result); result = jq_next(state_->jq)) {
    const jv text = jv_dump_string(result, 0);
    size += std::strlen(jv_string_value(text));
    jv_free(text);
  }
  jv_free(result);
  return size;
}

#else

struct LibjqProgram::State {};

LibjqProgram::LibjqProgram(const char*) {}
LibjqProgram::~LibjqProgram() = default;
std::size_t LibjqProgram::run(std::string_view) const { return 0; }

#endif

LibjqProgram::LibjqProgram(LibjqProgram&&) noexcept = default;
