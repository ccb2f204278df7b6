// A sampler's whole state as named lists of numbers, so that it can be written to any file and be
// taken up again: the continued chains are the same, to the bit, as without the interruption.
//
// A state names each of its fields once, in a function `fields(visit)`; saving and loading both
// walk through it. Whole numbers up to 2^53 are exact as doubles; a seed is kept as two halves.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shamal::analysis::inference {

struct Checkpoint {
  std::string kind;  // name of the sampler
  std::map<std::string, std::vector<double>, std::less<>> numbers;

  bool operator==(const Checkpoint&) const = default;
};

class SavingVisitor {
 public:
  explicit SavingVisitor(Checkpoint& into, std::string prefix = "")
      : into_(into), prefix_(std::move(prefix)) {}

  void operator()(std::string_view name, const std::vector<double>& field) {
    into_.numbers[prefix_ + std::string(name)] = field;
  }
  void operator()(std::string_view name, double field) {
    (*this)(name, std::vector<double>{field});
  }
  void operator()(std::string_view name, std::uint64_t field) {
    (*this)(name, std::vector<double>{static_cast<double>(field >> 32),
                                      static_cast<double>(field & 0xffffffffu)});
  }
  void operator()(std::string_view name, bool field) { (*this)(name, field ? 1.0 : 0.0); }

 private:
  Checkpoint& into_;
  std::string prefix_;
};

// `complete()` is false when a field was missing or of another size.
class LoadingVisitor {
 public:
  explicit LoadingVisitor(const Checkpoint& from, std::string prefix = "")
      : from_(from), prefix_(std::move(prefix)) {}

  bool complete() const { return complete_; }

  void operator()(std::string_view name, std::vector<double>& field) {
    if (const std::vector<double>* found = find(name, 0)) {
      field = *found;
    }
  }
  void operator()(std::string_view name, double& field) {
    if (const std::vector<double>* found = find(name, 1)) {
      field = found->front();
    }
  }
  void operator()(std::string_view name, std::uint64_t& field) {
    if (const std::vector<double>* found = find(name, 2)) {
      field =
          static_cast<std::uint64_t>((*found)[0]) << 32 | static_cast<std::uint64_t>((*found)[1]);
    }
  }
  void operator()(std::string_view name, bool& field) {
    if (const std::vector<double>* found = find(name, 1)) {
      field = found->front() != 0;
    }
  }

 private:
  const std::vector<double>* find(std::string_view name, std::size_t size) {
    const auto found = from_.numbers.find(prefix_ + std::string(name));
    if (found == from_.numbers.end() || (size != 0 && found->second.size() != size)) {
      complete_ = false;
      return nullptr;
    }
    return &found->second;
  }

  const Checkpoint& from_;
  std::string prefix_;
  bool complete_ = true;
};

}  // namespace shamal::analysis::inference
