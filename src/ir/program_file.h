// A program with its layout and times as bytes: what a browser is given in place of a model file.
//
// The format: the letters "SHAMALIR", then little-endian
//
//   u32  format version            u64  check over all that follows
//   the fields of ProgramFile, in the order of their declaration and so on inwards:
//     bool, enums                  one byte, or as many as their underlying type has
//     whole numbers, double        as many bytes as they have
//     string, vector               u32 count, then the elements
//     array, pair                  the elements
//     optional                     u8 0, or 1 and the value
//
// A change to any of these structs is a change of the format and takes a new version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/layout.h"
#include "ir/program.h"

namespace shamal::ir {

inline constexpr std::uint32_t kProgramFileVersion = 3;

struct ProgramFile {
  std::string name;
  std::string model_sha256;
  double start = 0;
  double stop = 0;
  double dt = 1;
  double save_interval = 1;
  std::string method;
  std::string time_unit;
  Program program;
  Layout layout;
};

std::string write_program(const ProgramFile& file);

// Nothing if the bytes are not such a file, are damaged, or hold a program that does not pass its
// verifier. Safe for any bytes; `check` false leaves the check out, so that fuzzing gets past it.
std::optional<ProgramFile> read_program(std::string_view bytes, bool check = true);

}  // namespace shamal::ir
