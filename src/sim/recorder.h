// The results of the runs of a batch, on their way from the machine to where they are kept.
//
// The machine has the runs side by side, results have each run's times after each other. Written
// one by one, every number would touch another line of memory: they are gathered until there is a
// block of them, and that is turned, eight runs at a time, into their places or, where the
// processor can write past its caches, on its way there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/run.h"
#include "sim/turn.h"

namespace shamal::sim {

class Recorder {
 public:
  // Results of a run that are written one after the other, about: so many that the processor sees
  // which places come next.
  static constexpr std::size_t kPiece = 512;

  // Of the runs first, first + 1, … of `into`, `columns` of them for each time.
  Recorder(Trajectories& into, const std::vector<SlotRange>& columns, std::size_t first,
           std::size_t lanes, bool single);

  // The next column of the next time, one value a run or one for all; floats if it is single.
  template <class Value>
  void add(const Value* values, bool alike);
  // After all columns of a time: the block is written if it is full.
  void end_time();
  // What was gathered.
  void write();
  // Zeros for the times that were not recorded.
  void leave_rest();

 private:
  template <class Value>
  void write_of();
  template <class Value>
  void note_not_numbers();
  template <class Value>
  Value* block() {
    return reinterpret_cast<Value*>(block_.get());
  }
  struct alignas(kLine * sizeof(double)) Line {
    std::array<std::byte, kLine * sizeof(double)> bytes;
  };
  ir::Slot slot_of(std::size_t column) const;
  std::size_t value_bytes() const { return single_ ? sizeof(float) : sizeof(double); }

  Trajectories& into_;
  const std::vector<SlotRange>& columns_;
  std::size_t first_;
  std::size_t lanes_;
  bool single_;
  std::size_t capacity_;            // times of a block
  std::unique_ptr<Line[]> block_;   // of doubles or floats: [time][column][lane]
  std::size_t rows_ = 0;            // of the block that are there: times and columns
  std::size_t written_ = 0;         // rows before the block
  bool not_numbers_ = false;        // some are in the block
  std::vector<bool> noted_;         // lanes that had one
  std::size_t turned_lines_;        // of a lane of `turned_`: an odd number, so that lanes
                                    // lie in different sets of the cache
  std::unique_ptr<Line[]> turned_;  // [lane][time][column] of eight lanes
};

}  // namespace shamal::sim
