// The store thread with what lives on it: files, keys, the account.
#ifndef XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_
#define XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "credentials/account.h"
#include "http/curl_client.h"
#include "runtime/provider_config.h"
#include "runtime/store_thread.h"

namespace xai {

// The 32-byte key of the host, if it offers llm.secret-key/1.
using HostKey = std::function<Result<SecretKey>(const std::string& profile)>;

class CredentialService {
 public:
  struct Services {
    const Clock* clock = nullptr;
    Random* random = nullptr;
    Logger* log = nullptr;
    HostKey host_key;  // may be empty
  };

  // `on_snapshot` is called on the store thread.  Null without memory.
  static std::unique_ptr<CredentialService> Make(const ProviderConfig& config,
                                                 Services services,
                                                 Account::Publish on_snapshot);
  ~CredentialService();

  // Runs the task on the store thread.  False if there is no thread to be had.  [any
  // thread]
  bool Run(std::function<void(Account*, Store*)> task);

  // True if nothing runs or waits there.  [any thread]
  bool idle() { return thread_.idle(); }

  // Ends what can be ended, lets an exchange that is on the wire finish, and makes a last
  // attempt to write what is not written.
  void Stop();

 private:
  CredentialService(const ProviderConfig& config, Services services);
  std::unique_ptr<KeySource> MakeKeySource() const;

  const ProviderConfig& config_;
  Services services_;
  StoreThread thread_;
  std::unique_ptr<CurlClient> http_;
  std::unique_ptr<KeySource> keys_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Account> account_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_
