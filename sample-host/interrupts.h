// Ctrl-C: the first asks the running request to end, the second ends the program.
#ifndef SAMPLE_HOST_INTERRUPTS_H_
#define SAMPLE_HOST_INTERRUPTS_H_

namespace sample_host {

/// From here on Ctrl-C ends the program with kCancelled, unless there is an
/// InterruptScope.  To be called once, at the start of the program.
void HandleInterrupts();

/// While one exists, the first Ctrl-C is noted instead of ending the program.  Only one
/// at a time, on the main thread.
class InterruptScope {
 public:
  /// kRequest: a second Ctrl-C ends the program at once, for a request that does not end.
  /// kPrompt: the program ends on its own way out, with the terminal in order.
  enum class Kind { kRequest, kPrompt };

  explicit InterruptScope(Kind kind);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  /// True once Ctrl-C was pressed in this scope.
  bool Interrupted() const;
};

/// Waits until stdin can be read.  False if Ctrl-C was pressed in the current scope, also
/// if that was before the call: a press between a look and a wait is not lost.
bool WaitForInput();

}  // namespace sample_host

#endif  // SAMPLE_HOST_INTERRUPTS_H_
