# How every file of the project is compiled: interface target `shamal_options`.

option(SHAMAL_FUZZ "Build libFuzzer executables from tests/fuzz (needs Clang)" OFF)
set(SHAMAL_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(shamal_options INTERFACE)
target_include_directories(shamal_options INTERFACE "${PROJECT_SOURCE_DIR}/src")

# Floating point (docs/decisions/0004): every operation rounds on its own, in the order written.
# The two other flags change no result: nobody reads errno after a math function, or the
# processor's exception flags, and without them loops with sqrt or a comparison do not vectorise.
target_compile_options(shamal_options INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)

target_compile_options(
  shamal_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Off: what GCC 12 infers about memory after inlining. At -O3, and under sanitizers, it reports
  # accesses that cannot happen inside std::string (GCC bug 105651), std::optional and fmt. The
  # sanitizers look for the real ones.
  target_compile_options(
    shamal_options INTERFACE -Werror -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                             -Wno-array-bounds -Wno-maybe-uninitialized)
else()
  # Clang serves the fuzzers; a warning that only Clang knows does not stop them. Clang reports
  # libstdc++'s own use of a deprecated function in std::stable_sort.
  target_compile_options(shamal_options INTERFACE -Wno-deprecated-declarations)
endif()

if(SHAMAL_SANITIZE)
  set(sanitize "-fsanitize=${SHAMAL_SANITIZE}")
  target_compile_options(
    shamal_options INTERFACE ${sanitize} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(shamal_options INTERFACE ${sanitize})
endif()
if(SHAMAL_FUZZ)
  target_compile_options(shamal_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# ---- how long it takes to compile
#
# Each kind of target has a level of optimisation in a release, and headers that are compiled once
# for all of its targets.

option(SHAMAL_PRECOMPILE "Compile the headers of the standard library and of third parties once" OFF)

set(standard_headers
    <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <numeric>
    <optional> <ranges> <set> <span> <string> <string_view> <unordered_map> <utility> <variant>
    <vector> <fmt/format.h>)
set(hot_headers ${standard_headers})
set(cold_headers ${standard_headers})
set(cold_options -O1)
set(program_headers ${standard_headers} <CLI/CLI.hpp>)
set(program_options -O1)
set(program_libraries CLI11::CLI11)
set(test_headers ${standard_headers} <gmock/gmock.h> <gtest/gtest.h>)
set(test_options -O1)  # tests spend their time in the library
set(test_libraries GTest::gmock)

# shamal_compile(target kind): kind is hot, cold, program or test
function(shamal_compile target kind)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE ${${kind}_options})
  endif()
  if(SHAMAL_PRECOMPILE)
    set(maker shamal_headers_${kind})
    if(NOT TARGET ${maker})
      file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/${maker}.cpp" CONTENT "")
      add_library(${maker} OBJECT "${CMAKE_BINARY_DIR}/${maker}.cpp")
      target_link_libraries(${maker} PRIVATE shamal_options fmt::fmt ${${kind}_libraries})
      if(CMAKE_BUILD_TYPE STREQUAL "Release")
        target_compile_options(${maker} PRIVATE ${${kind}_options})
      endif()
      target_precompile_headers(${maker} PRIVATE ${${kind}_headers})
    endif()
    target_precompile_headers(${target} REUSE_FROM ${maker})
  endif()
endfunction()
