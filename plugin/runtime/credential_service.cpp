#include "runtime/credential_service.h"

#include <algorithm>
#include <new>

#include "base/machine_id.h"
#include "credentials/file_vault.h"
#include "credentials/host_vault.h"

namespace xai {
namespace {

// A host's store may be shared with other plugins.
constexpr const char* kHostKeyPrefix = "xai-grok/";

}  // namespace

std::unique_ptr<CredentialService> CredentialService::Make(const ProviderConfig& config,
                                                           Services services,
                                                           Account::Publish on_snapshot) {
  std::unique_ptr<CredentialService> service(
      new CredentialService(config, std::move(services)));
  StoreThread* thread = &service->thread_;
  service->http_ = CurlClient::Make(config.http, [thread] { return thread->stopping(); });
  if (service->http_ == nullptr) return nullptr;
  service->key_settings_ = {config.key_source, config.key_file, config.passphrase_file};
  service->keys_ = service->MakeKeySource(service->key_settings_);
  SecretStore* host_store = service->services_.host_store;
  service->vault_ =
      host_store == nullptr
          ? MakeFileVault(&service->files_, config.state_dir)
          : MakeHostVault(host_store, kHostKeyPrefix, config.seal.FileTag());
  service->store_ =
      std::make_unique<Store>(service->vault_.get(), config.seal, service->keys_.get(),
                              service->services_.random);
  AccountServices account;
  account.http = service->http_.get();
  account.clock = service->services_.clock;
  account.random = service->services_.random;
  account.log = service->services_.log;
  account.boot_id = ReadBootId();
  account.machine_id = ReadMachineId();
  account.closing = [thread] { return thread->stopping(); };
  service->account_ = std::make_unique<Account>(
      config.oauth, service->store_.get(), std::move(account),
      [raw = service.get(), on_snapshot = std::move(on_snapshot)](
          std::shared_ptr<const AccountSnapshot> snapshot) {
        raw->Publish(on_snapshot, std::move(snapshot));
      });
  thread->SetOnFailure(service->services_.fail);
  // A credential that the disk did not take is tried again, whatever the host does.
  thread->SetIdle({[raw = service.get()] { return raw->FlushWaitMs(); },
                   [raw = service.get()] { raw->account_->FlushUnsaved(); }});
  return service;
}

CredentialService::CredentialService(const ProviderConfig& config, Services services)
    : config_(config), services_(std::move(services)), thread_(services_.log) {}

CredentialService::~CredentialService() {
  Stop();
}

std::unique_ptr<KeySource> CredentialService::MakeKeySource(const KeySettings& settings) {
  switch (settings.source) {
    case KeySourceId::kKeyFile:
      break;
    case KeySourceId::kPassphrase:
      return MakePassphraseSource(&files_, settings.passphrase_file);
    case KeySourceId::kSystemd:
      return MakeSystemdKeySource(&files_, config_.credentials_directory);
    case KeySourceId::kHost:
      return MakeHostKeySource([get = services_.host_key,
                                profile = config_.seal.profile] {
        if (get) return get(profile);
        return Result<SecretKey>(Error::Make(
            ErrorCode::kStoreKey, "the host offers no llm.secret-key/1", "key_missing"));
      });
  }
  return MakeKeyFileSource(&files_, settings.key_file, services_.random);
}

Result<void> CredentialService::Rekey(KeySettings settings) {
  const bool same_file = settings.source == KeySourceId::kKeyFile &&
                         key_settings_.source == KeySourceId::kKeyFile &&
                         settings.key_file == key_settings_.key_file;
  if (same_file) {
    return Error::Make(ErrorCode::kInvalidRequest,
                       "key_file: is the one in use; name another", "key_file");
  }
  std::unique_ptr<KeySource> keys = MakeKeySource(settings);
  Result<void> done = account_->Rekey(keys.get());
  if (!done.ok()) return done;
  keys_ = std::move(keys);
  key_settings_ = std::move(settings);
  return {};
}

void CredentialService::Publish(const Account::Publish& on_snapshot,
                                std::shared_ptr<const AccountSnapshot> snapshot) {
  try {
    services_.post(
        [on_snapshot, snapshot = std::move(snapshot)] { on_snapshot(snapshot); });
  } catch (const std::bad_alloc&) {
    // The transaction itself goes on.
    services_.fail();
  }
}

std::optional<int64_t> CredentialService::FlushWaitMs() const {
  const std::optional<int64_t> due = account_->next_flush_steady_ms();
  if (!due) return std::nullopt;
  return std::max<int64_t>(*due - services_.clock->SteadyMs(), 0);
}

bool CredentialService::Run(Task task) {
  return thread_.Post(Bind(std::move(task)));
}

bool CredentialService::Look(Task task) {
  return thread_.PostLook(Bind(std::move(task)));
}

bool CredentialService::Tidy(Task task) {
  return thread_.PostTidy(Bind(std::move(task)));
}

std::function<void()> CredentialService::Bind(Task task) {
  return [this, task = std::move(task)] {
    if (Then then = task(account_.get(), store_.get())) services_.post(std::move(then));
  };
}

void CredentialService::Stop() {
  if (http_ == nullptr) return;  // Make() has got no further, and nothing runs
  thread_.BeginStop([this] { account_->FlushUnsaved(); });
  http_->Wakeup();
  thread_.Join();
}

}  // namespace xai
