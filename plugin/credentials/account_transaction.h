// The store's lock for the time of one transaction.
#ifndef XAI_PLUGIN_CREDENTIALS_ACCOUNT_TRANSACTION_H_
#define XAI_PLUGIN_CREDENTIALS_ACCOUNT_TRANSACTION_H_

#include <utility>

#include "credentials/account.h"

namespace xai {

// Goes on with the lock that an unwritten credential holds, and leaves it there if at the
// end there is still one.
class Account::Transaction {
 public:
  static Result<Transaction> Begin(Account* account) {
    if (account->unsaved_lock_ != nullptr) {
      return Transaction(account, std::move(account->unsaved_lock_));
    }
    Result<StoreLock> lock = account->LockStore();
    if (!lock.ok()) return std::move(lock).error();
    return Transaction(account, std::move(lock).value());
  }

  Transaction(Transaction&&) = default;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (lock_ != nullptr && account_->unsaved_)
      account_->unsaved_lock_ = std::move(lock_);
  }

  Vault::Lock* lock() const { return lock_.get(); }

 private:
  Transaction(Account* account, StoreLock lock)
      : account_(account), lock_(std::move(lock)) {}

  Account* account_;
  StoreLock lock_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_ACCOUNT_TRANSACTION_H_
