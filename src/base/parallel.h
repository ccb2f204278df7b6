// Work that is done on several threads and taken up in order.
//
// `make(i)` is called for i = 0, 1, …, count - 1 on any thread, several at once; `take(i, made)`
// for the same i in ascending order, one at a time. So what `take` sees does not depend on the
// number of threads. At most `window` pieces are being made or waiting at any time, which bounds
// the memory.
//
// Nothing is global: the threads live as long as the call. An exception of either function stops
// the others and is thrown to the caller.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace shamal::base {

// As many threads as the machine runs at once, at least 1.
inline std::size_t hardware_threads() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

// `make` returns an optional (nothing: stop); `take` a bool (false: stop). Gives the number of
// pieces taken, which are the first ones.
template <typename Make, typename Take>
std::size_t make_in_parallel(std::size_t count, std::size_t threads, std::size_t window, Make make,
                             Take take) {
  using Made = typename decltype(make(std::size_t{}))::value_type;
  std::mutex mutex;
  std::condition_variable room;
  std::size_t next = 0;   // to be made
  std::size_t taken = 0;  // all before it
  bool stopped = false;
  bool taking = false;
  std::map<std::size_t, Made> ready;
  std::exception_ptr error;

  const auto work = [&] {
    std::unique_lock lock(mutex);
    const auto stop = [&](std::exception_ptr reason = {}) {
      stopped = true;
      if (reason && !error) {
        error = std::move(reason);
      }
      room.notify_all();
    };
    while (true) {
      room.wait(lock, [&] { return stopped || next == count || next < taken + window; });
      if (stopped || next == count) {
        return;
      }
      const std::size_t mine = next++;
      lock.unlock();
      std::optional<Made> made;
      std::exception_ptr failed;
      try {
        made = make(mine);
      } catch (...) {
        failed = std::current_exception();
      }
      lock.lock();
      if (!made) {
        stop(failed);
        return;
      }
      ready.emplace(mine, std::move(*made));
      // Whoever finds the next piece ready takes it, unless another thread is at it.
      while (!stopped && !taking && !ready.empty() && ready.begin()->first == taken) {
        Made piece = std::move(ready.begin()->second);
        ready.erase(ready.begin());
        taking = true;
        lock.unlock();
        bool good = false;
        try {
          good = take(taken, std::move(piece));
        } catch (...) {
          failed = std::current_exception();
        }
        lock.lock();
        taking = false;
        if (failed || !good) {
          stop(failed);
          return;
        }
        ++taken;
        room.notify_all();
      }
    }
  };

  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(threads, count); ++i) {
    others.emplace_back(work);
  }
  work();
  for (std::thread& thread : others) {
    thread.join();
  }
  if (error) {
    std::rethrow_exception(error);
  }
  return taken;
}

}  // namespace shamal::base
