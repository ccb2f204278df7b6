# Puts text files into a library.
#
#   shamal_embed(<target> HEADER <include> NAMESPACE <ns> STRUCT <type> FUNCTION <name> GLOB <glob>...)
#
# adds to <target> a generated source file that defines
#
#   std::span<const STRUCT> FUNCTION();        // in NAMESPACE, declared by HEADER
#
# with one row { file name, file text } for each file that a GLOB matches, sorted by name. STRUCT is
# an aggregate of two std::string_view. No file at all gives an empty span. A file that appears,
# changes or goes away is noticed by the next build.
#
# The same file is the script that the build runs to write the source: each text becomes a raw
# string literal, which compiles at once however large it is. Text with a NUL or a carriage return
# cannot be carried that way and is refused.

function(shamal_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;NAMESPACE;STRUCT;FUNCTION" "GLOB")
  file(GLOB files CONFIGURE_DEPENDS ${arg_GLOB})
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}_${arg_FUNCTION}.cpp")
  list(JOIN files "|" joined)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND
      "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DHEADER=${arg_HEADER}"
      "-DNAMESPACE=${arg_NAMESPACE}" "-DSTRUCT=${arg_STRUCT}" "-DFUNCTION=${arg_FUNCTION}"
      "-DFILES=${joined}" -P "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
    DEPENDS ${files} "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
    COMMENT "Embedding files for ${arg_NAMESPACE}::${arg_FUNCTION}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
  set_source_files_properties("${output}" PROPERTIES COMPILE_OPTIONS "-Wno-overlength-strings")
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

# ---- as a script: write OUTPUT

set(delimiter "shamal_embed")
set(rows "")
set(count 0)
string(REPLACE "|" ";" files "${FILES}")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  file(SIZE "${file}" size)
  string(LENGTH "${text}" length)
  string(FIND "${text}" ")${delimiter}\"" collision)
  if(NOT length EQUAL size) # file(READ) drops both
    message(FATAL_ERROR "${file}: holds a NUL byte or a carriage return (Windows line ends?)")
  elseif(NOT collision EQUAL -1)
    message(FATAL_ERROR "${file}: holds the delimiter of its own literal")
  endif()
  get_filename_component(name "${file}" NAME)
  string(APPEND rows "    {\"${name}\"sv, R\"${delimiter}(${text})${delimiter}\"sv},\n")
  math(EXPR count "${count} + 1")
endforeach()

set(result "{}")
set(table "")
if(count GREATER 0)
  set(result "kFiles")
  string(CONCAT table
    "namespace {\n\n" "using namespace std::string_view_literals;\n\n"
    "constexpr ${STRUCT} kFiles[] = {\n${rows}};\n\n" "}  // namespace\n\n")
endif()

file(WRITE "${OUTPUT}"
"// Written by cmake/embed.cmake.
#include \"${HEADER}\"

namespace ${NAMESPACE} {

${table}std::span<const ${STRUCT}> ${FUNCTION}() { return ${result}; }

}  // namespace ${NAMESPACE}
")
