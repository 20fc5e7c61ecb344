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

# Optimised by what calls have been seen to do (docs/adr/0016-profile-guided.md). A function that has changed since is
# compiled as without a profile, and so is what never ran while it was recorded.
set(CAUSEWAY_PROFILE "" CACHE STRING "use: optimise by cmake/release.profdata; record: a build for bench/profile")
if(CAUSEWAY_PROFILE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Functions of one file are told apart by its name, not by its path: the profile fits every clone.
  add_compile_options("SHELL:-mllvm -static-func-full-module-prefix=false")
  if(CAUSEWAY_PROFILE STREQUAL "record")
    add_compile_options(-fprofile-generate)
    add_link_options(-fprofile-generate)
  else()
    # By a relative path, so that objects are the same in every clone. Sections let the linker lay out by calls.
    set(recorded ${CMAKE_SOURCE_DIR}/cmake/release.profdata)
    if(NOT CAUSEWAY_PROFILE STREQUAL "use" OR NOT EXISTS ${recorded})
      message(FATAL_ERROR "CAUSEWAY_PROFILE is use, record or empty; use takes ${recorded}, which bench/profile makes")
    endif()
    file(RELATIVE_PATH profile ${CMAKE_BINARY_DIR} ${recorded})
    add_compile_options(-fprofile-use=${profile} -ffunction-sections -fsplit-machine-functions
                        -Wno-profile-instr-out-of-date -Wno-profile-instr-unprofiled -Wno-backend-plugin)
    # Another profile, other objects.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${recorded})
    file(SHA256 ${recorded} sum)
    string(SUBSTRING ${sum} 0 16 sum)
    add_compile_definitions(CAUSEWAY_PROFILE_SUM=${sum})
  endif()
endif()

if(CAUSEWAY_SANITIZE)
  add_compile_definitions(CAUSEWAY_TEST_BUILD) # named crash points (core/crash_point.h)
  add_compile_options(-fsanitize=${CAUSEWAY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CAUSEWAY_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
