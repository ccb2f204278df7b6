// What conveyors and queues are made of, apart from their numbers: shared by the model, the program
// and the machine.
#pragma once

#include <cstdint>
#include <vector>

namespace shamal::model {

enum class DeviceKind : std::uint8_t { conveyor, queue };

enum class DeviceAction : std::uint8_t {
  conveyor_start,
  conveyor_release,
  conveyor_accept,
  queue_start,
  queue_serve,
  look,  // at what a conveyor or queue holds at the start of the step
};

// What is asked of what a conveyor or queue holds: slats or batches, the front first.
enum class Contents : std::uint8_t {
  element,
  size,
  least,
  greatest,
  mean,
  deviation,
  product,
  rank,  // the place of the k-th smallest; the first of equals comes first
};

// Where on a conveyor an inflow lands (isee:spreadflow).
enum class Spread : std::uint8_t {
  beginning,  // at the entry
  even,       // the same amount on every slat
  dest,       // in proportion to what lies there
  dist,       // as a distribution over the length says
  source,     // where it fell off the conveyor that it comes from
};

struct ConveyorShape {
  struct Leak {
    double start = 0;  // of the zone that leaks, from the inflowing side, as part of the length
    double end = 1;
    bool integers = false;
  };
  struct Inflow {
    bool limited = false;  // counts against the inflow limit
    Spread spread = Spread::beginning;
    std::uint32_t table = 0;   // dist: the distribution, a graphical function over 0 to 1
    std::uint32_t device = 0;  // source: the conveyor that it comes from,
    std::uint32_t leak = 0;    //   and which of its leakages it is
  };
  bool exponential = false;
  bool discrete = false;
  bool of_remaining = false;  // a linear leakage takes its part of what earlier zones leave
  bool list = false;          // the initial contents are given as a list
  std::vector<Leak> leaks;
  std::vector<Inflow> inflows;
};

struct QueueShape {
  struct Outflow {
    bool overflow = false;
    bool constrained = false;  // leads to a conveyor
    bool one_at_a_time = true;
    bool batch_integrity = false;
  };
  std::uint32_t inflows = 0;
  std::vector<Outflow> outflows;
};

}  // namespace shamal::model
