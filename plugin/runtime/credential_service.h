// The store thread with what lives on it: files, keys, the account.
#ifndef XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_
#define XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/system_file_system.h"
#include "credentials/account.h"
#include "credentials/secret_store.h"
#include "credentials/vault.h"
#include "http/curl_client.h"
#include "runtime/account_runner.h"
#include "runtime/provider_config.h"
#include "runtime/store_thread.h"

namespace xai {

// Where the sealing key comes from; what does not belong to the source is not looked at.
struct KeySettings {
  KeySourceId source = KeySourceId::kKeyFile;
  std::string key_file;
  std::string passphrase_file;
};

// The 32-byte key of the host, if it offers llm.secret-key/1.
using HostKey = std::function<Result<SecretKey>(const std::string& profile)>;

class CredentialService : public AccountRunner {
 public:
  struct Services {
    const Clock* clock = nullptr;
    Random* random = nullptr;
    Logger* log = nullptr;
    HostKey host_key;                   // may be empty
    SecretStore* host_store = nullptr;  // the host's llm.secret-store/1
    // Runs a task on the loop.
    std::function<void(std::function<void()>)> post;
    // Tells the loop that something was lost for want of memory.  Must not throw.
    std::function<void()> fail;
  };

  // `on_snapshot` is called on the loop.  Null without memory.
  static std::unique_ptr<CredentialService> Make(const ProviderConfig& config,
                                                 Services services,
                                                 Account::Publish on_snapshot);
  ~CredentialService() override;

  // [any thread]
  bool Run(Task task) override;
  bool Look(Task task) override;
  bool Tidy(Task task) override;

  // Changes the source of the sealing key and seals the credential anew.  [store thread]
  Result<void> Rekey(KeySettings settings);

  // True if a transaction runs or waits, which may take its time.  [any thread]
  bool busy() { return thread_.busy(); }

  // Ends what can be ended, lets an exchange that is on the wire finish, and makes a last
  // attempt to write what is not written.
  void Stop();

 private:
  CredentialService(const ProviderConfig& config, Services services);
  void Publish(const Account::Publish& on_snapshot,
               std::shared_ptr<const AccountSnapshot> snapshot);
  // How long until an unwritten credential is tried again.
  std::optional<int64_t> FlushWaitMs() const;
  std::unique_ptr<KeySource> MakeKeySource(const KeySettings& settings);
  std::function<void()> Bind(Task task);

  const ProviderConfig& config_;
  Services services_;
  StoreThread thread_;
  std::unique_ptr<CurlClient> http_;
  SystemFileSystem files_;
  KeySettings key_settings_;  // store thread only
  std::unique_ptr<KeySource> keys_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Account> account_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_CREDENTIAL_SERVICE_H_
