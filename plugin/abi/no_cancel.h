// A host's thread that is cancelled (pthread_cancel) leaves after the call, not within
// it.
#ifndef XAI_PLUGIN_ABI_NO_CANCEL_H_
#define XAI_PLUGIN_ABI_NO_CANCEL_H_

#include <pthread.h>

namespace xai {

// As long as it lives.  A cancellation is an exception that may not be caught, so it
// would end the process at the first noexcept; and what it found half done would stay so.
class NoCancel {
 public:
  NoCancel() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  NoCancel(const NoCancel&) = delete;
  NoCancel& operator=(const NoCancel&) = delete;
  ~NoCancel() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_NO_CANCEL_H_
