// The functions of the equation languages, as a table for people: docs/functions.md is its print.
#pragma once

#include <string>
#include <vector>

namespace shamal::api {

struct FunctionRow {
  std::string name;       // without arguments
  std::string dialect;    // Vensim, XMILE or Stella
  std::string signature;  // how it is written
  std::string meaning;
  std::string source;
};

// By dialect, then by name.
std::vector<FunctionRow> functions();

// Names of functions of Vensim and Stella that are refused by name.
std::vector<std::string> refused_functions();

// Both as Markdown.
std::string print_functions();

}  // namespace shamal::api
