// A thread that suits a plugin: a small stack, no signals, a name, joined by its owner.
#ifndef XAI_PLUGIN_RUNTIME_THREAD_H_
#define XAI_PLUGIN_RUNTIME_THREAD_H_

#include <pthread.h>

#include <functional>

namespace xai {

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { Join(); }

  // False if the kernel gives none.  `name` has at most 15 bytes.  REQUIRES: not started.
  bool Start(const char* name, std::function<void()> body);
  void Join();

  bool started() const { return started_; }

 private:
  static void* Run(void* self);

  std::function<void()> body_;
  pthread_t thread_ = {};
  bool started_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_THREAD_H_
