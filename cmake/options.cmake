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
