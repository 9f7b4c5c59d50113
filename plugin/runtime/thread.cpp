#include "runtime/thread.h"

#include <csignal>

namespace xai {
namespace {

// libcurl with OpenSSL and a JSON of depth 64 stay below a third of this; sanitizers need
// more room for the same.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kStackBytes = 4u << 20;
#else
constexpr size_t kStackBytes = 512u << 10;
#endif

}  // namespace

bool Thread::Start(const char* name, std::function<void()> body) {
  body_ = std::move(body);
  // The host's handlers run on the host's threads: a new thread inherits our mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  started_ = pthread_create(&thread_, &attributes, &Thread::Run, this) == 0;
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (started_) pthread_setname_np(thread_, name);
  return started_;
}

void Thread::Join() {
  if (!started_) return;
  pthread_join(thread_, nullptr);
  started_ = false;
}

void* Thread::Run(void* self) {
  static_cast<Thread*>(self)->body_();
  return nullptr;
}

}  // namespace xai
