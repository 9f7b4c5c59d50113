#include "runtime/credential_service.h"

namespace xai {

std::unique_ptr<CredentialService> CredentialService::Make(const ProviderConfig& config,
                                                           Services services,
                                                           Account::Publish on_snapshot) {
  std::unique_ptr<CredentialService> service(
      new CredentialService(config, std::move(services)));
  StoreThread* thread = &service->thread_;
  service->http_ = CurlClient::Make(config.http, [thread] { return thread->stopping(); });
  if (service->http_ == nullptr) return nullptr;
  service->keys_ = service->MakeKeySource();
  service->store_ = std::make_unique<Store>(
      config.state_dir, config.seal, service->keys_.get(), service->services_.random);
  AccountServices account;
  account.http = service->http_.get();
  account.clock = service->services_.clock;
  account.random = service->services_.random;
  account.log = service->services_.log;
  account.closing = [thread] { return thread->stopping(); };
  service->account_ = std::make_unique<Account>(
      config.oauth, service->store_.get(), std::move(account), std::move(on_snapshot));
  return service;
}

CredentialService::CredentialService(const ProviderConfig& config, Services services)
    : config_(config), services_(std::move(services)), thread_(services_.log) {}

CredentialService::~CredentialService() {
  Stop();
}

std::unique_ptr<KeySource> CredentialService::MakeKeySource() const {
  switch (config_.key_source) {
    case KeySourceId::kKeyFile:
      break;
    case KeySourceId::kPassphrase:
      return MakePassphraseSource(config_.passphrase_file);
    case KeySourceId::kSystemd:
      return MakeSystemdKeySource(config_.credentials_directory);
    case KeySourceId::kHost:
      return MakeHostKeySource([get = services_.host_key,
                                profile = config_.seal.profile] {
        if (get) return get(profile);
        return Result<SecretKey>(Error::Make(
            ErrorCode::kStoreKey, "the host offers no llm.secret-key/1", "key_missing"));
      });
  }
  return MakeKeyFileSource(config_.key_file, services_.random);
}

bool CredentialService::Run(std::function<void(Account*, Store*)> task) {
  return thread_.Post(
      [this, task = std::move(task)] { task(account_.get(), store_.get()); });
}

void CredentialService::Stop() {
  thread_.BeginStop([this] { account_->FlushUnsaved(); });
  http_->Wakeup();
  thread_.Join();
}

}  // namespace xai
