# One set of flags for every target, so that the precompiled header can be shared.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (docs/adr/0001-clang.md): "
                      "use the presets, which take clang-16")
endif()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")
set(CAUSEWAY_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize takes them")

find_program(CCACHE ccache)
if(CCACHE)
  # Objects are the same in every clone: paths below the source folder count as relative ones, and the precompiled header
  # by what it is made of (cmake/room.cmake) instead of its bytes, which name the folder.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_PCH_EXTSUM=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_compile_options(-fPIE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror -fno-plt
                    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)  # as CMake has it, in the form whose paths ccache knows
  add_compile_options(-Xclang -fno-pch-timestamp)  # lets ccache reuse objects that were built with a precompiled header
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS SPDLOG_COMPILED_LIB SPDLOG_SHARED_LIB SPDLOG_FMT_EXTERNAL FMT_SHARED
                        CAUSEWAY_VERSION="${PROJECT_VERSION}")
add_link_options(-fuse-ld=lld -pie -Wl,-z,relro,-z,now,-z,noexecstack)

if(CAUSEWAY_SANITIZE)
  add_compile_definitions(CAUSEWAY_TEST_BUILD) # named crash points (core/crash_point.h)
  add_compile_options(-fsanitize=${CAUSEWAY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CAUSEWAY_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
