// A mutex and what holds it; nothing where a build has no threads (WebAssembly).
#pragma once

#if defined(__wasm__)
namespace shamal::base {
struct Mutex {
  void lock() {}
  void unlock() {}
};
}  // namespace shamal::base
#else
#include <mutex>
namespace shamal::base {
using Mutex = std::mutex;
}  // namespace shamal::base
#endif

namespace shamal::base {

class Lock {
 public:
  explicit Lock(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace shamal::base
