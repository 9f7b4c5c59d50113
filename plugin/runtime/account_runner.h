// Work on the account: from the loop to the store thread, and back with the result.
#ifndef XAI_PLUGIN_RUNTIME_ACCOUNT_RUNNER_H_
#define XAI_PLUGIN_RUNTIME_ACCOUNT_RUNNER_H_

#include <functional>

#include "credentials/account.h"

namespace xai {

class AccountRunner {
 public:
  using Then = std::function<void()>;
  // Returns what the loop is to do with the result; may be empty.
  using Task = std::function<Then(Account*, Store*)>;

  AccountRunner() = default;
  AccountRunner(const AccountRunner&) = delete;
  AccountRunner& operator=(const AccountRunner&) = delete;
  virtual ~AccountRunner() = default;

  // Runs the task on the store thread, after those that came before it.  False if there
  // is no thread to be had.
  virtual bool Run(Task task) = 0;
  // The same for a task that only reads files, and so is soon done.
  virtual bool Look(Task task) = 0;
  // The same for a task that only writes files, and that the end must not drop.
  virtual bool Tidy(Task task) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_ACCOUNT_RUNNER_H_
