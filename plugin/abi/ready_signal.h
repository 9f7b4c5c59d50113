// A descriptor that is readable while there is something to take: what
// llmp_provider.queue_fd hands out.
#ifndef XAI_PLUGIN_ABI_READY_SIGNAL_H_
#define XAI_PLUGIN_ABI_READY_SIGNAL_H_

namespace xai {

// A socket pair, made when first asked for, whose reading end is readable while a byte
// lies in it.  Sockets, since Node refuses event descriptors.  Not thread-safe: used
// under the queue's lock.
class ReadySignal {
 public:
  ReadySignal() = default;
  ~ReadySignal();
  ReadySignal(const ReadySignal&) = delete;
  ReadySignal& operator=(const ReadySignal&) = delete;

  // A descriptor for the host to close, readable at once if `ready`; -1 if the system has
  // none left.
  int Dup(bool ready);

  // Until the first Dup() these do nothing.  The host may have read the byte in between.
  void Raise();
  void Clear();

 private:
  bool Open();

  int reader_ = -1;
  int writer_ = -1;
  bool raised_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_READY_SIGNAL_H_
