#include "credentials/account.h"

#include "base/boot_id.h"
#include "base/limits.h"

namespace xai {
namespace {

std::shared_ptr<const AccessToken> TokenOf(const CredentialRecord& record) {
  auto token = std::make_shared<AccessToken>();
  token->bearer = record.access_token.Clone();
  token->issued_at_ms = record.issued_at_ms;
  token->expires_at_ms = record.expires_at_ms;
  return token;
}

}  // namespace

Account::Account(const OAuthConfig& config, Store* store, AccountServices services,
                 Publish publish)
    : config_(config),
      store_(store),
      services_(std::move(services)),
      publish_(std::move(publish)),
      boot_id_(ReadBootId()) {}

void Account::Reload() {
  // What is in memory is newer than the disk, which did not take it.
  if (unsaved_) return;
  unreadable_.reset();
  Result<std::optional<CredentialRecord>> record = store_->LoadCredential();
  if (record.ok()) {
    record_ = std::move(record).value();
  } else {
    unreadable_ = std::move(record).error();
    record_.reset();
  }
  Result<std::optional<PendingLogin>> pending = store_->LoadPending();
  if (pending.ok()) {
    pending_ = std::move(pending).value();
  } else {
    if (!unreadable_) unreadable_ = std::move(pending).error();
    pending_.reset();
  }
  PublishSnapshot();
}

void Account::PublishSnapshot() {
  if (!record_) {
    access_.reset();
  } else if (access_ == nullptr || !SameSecret(access_->bearer, record_->access_token) ||
             access_->expires_at_ms != record_->expires_at_ms) {
    access_ = TokenOf(*record_);
  }
  auto snapshot = std::make_shared<AccountSnapshot>();
  snapshot->access = access_;
  if (record_) {
    snapshot->refreshable = !record_->refresh_token.empty();
    snapshot->updated_at_ms = record_->updated_at_ms;
    snapshot->subject = record_->subject;
    snapshot->email = record_->email;
    snapshot->tier = record_->tier;
    snapshot->dead_reason = record_->dead_reason;
  }
  if (pending_) snapshot->pending = pending_->View();
  snapshot->unreadable = unreadable_;
  if (unsaved_) snapshot->warnings.push_back("persist_pending");
  snapshot->generation = store_->generation();
  publish_(std::move(snapshot));
}

Result<FileLock> Account::LockStore() {
  const int64_t deadline = services_.clock->SteadyMs() + limits::kLockWaitMs;
  return store_->Lock([this, deadline] {
    return services_.clock->SteadyMs() >= deadline || services_.closing();
  });
}

Result<HttpResponse> Account::Post(const std::string& url, const FormBody& form,
                                   int64_t total_ms,
                                   HttpClient::Interruptible interruptible, bool* sent) {
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = form.text();
  request.connect_ms = limits::kTokenConnectMs;
  request.total_ms = total_ms;
  // libcurl repeats a POST by itself if a reused connection dies; what is good for one
  // use must not be presented twice.
  request.fresh_connection = true;
  return services_.http->Fetch(request, limits::kAuthBodyBytesMax, interruptible, sent);
}

void Account::Install(TokenSet tokens) {
  if (!record_) record_.emplace();
  record_->access_token = std::move(tokens.access_token);
  // RFC 6749 section 6: without a new refresh token the old one stays.
  if (!tokens.refresh_token.empty())
    record_->refresh_token = std::move(tokens.refresh_token);
  if (!tokens.scope.empty()) record_->scope = tokens.scope;
  record_->issued_at_ms = tokens.issued_at_ms;
  record_->expires_at_ms = tokens.expires_at_ms;
  record_->updated_at_ms = services_.clock->NowMs();
  record_->dead_reason.clear();
  record_->tier = ReadClaims(record_->access_token).tier;
  unsaved_ = true;
}

Result<void> Account::Persist(Reservation* room) {
  Result<void> saved = store_->SaveCredential(*record_, room);
  if (saved.ok()) {
    unsaved_ = false;
  } else {
    services_.log->Log(LogLevel::kError,
                       "the sign-in could not be written and is kept in memory: " +
                           saved.error().detail);
  }
  return saved;
}

void Account::FlushUnsaved() {
  if (!unsaved_) return;
  Result<FileLock> lock = LockStore();
  if (!lock.ok()) return;
  Result<Reservation> room = store_->ReserveCredential();
  if (!room.ok() || !Persist(&room.value()).ok()) return;
  PublishSnapshot();
}

Result<bool> Account::Cancel() {
  Reload();
  if (!pending_) return false;
  Result<FileLock> lock = LockStore();
  if (!lock.ok()) return std::move(lock).error();
  Result<bool> erased = store_->ErasePending();
  if (!erased.ok()) return erased;
  pending_.reset();
  PublishSnapshot();
  return erased;
}

Result<Account::LogoutResult> Account::Logout() {
  Result<FileLock> lock = LockStore();
  if (!lock.ok()) return std::move(lock).error();
  Reload();
  LogoutResult result;
  if (record_ && !record_->dead()) {
    // RFC 7009.  Best effort: whatever the server says, the local copy goes.
    const SecretString& token =
        record_->refresh_token.empty() ? record_->access_token : record_->refresh_token;
    FormBody form;
    form.Add("token", token.Reveal()).Add("client_id", config_.client_id);
    bool sent = false;
    const Result<HttpResponse> response =
        Post(config_.RevocationUrl(), form, limits::kRevokeTotalMs,
             HttpClient::Interruptible::kYes, &sent);
    result.revoked = response.ok() && response.value().head.status / 100 == 2;
  }
  unsaved_ = false;
  Result<bool> credential = store_->EraseCredential();
  Result<bool> pending = store_->ErasePending();
  Result<bool> models = store_->EraseModels();
  Reload();
  if (!credential.ok()) return std::move(credential).error();
  if (!pending.ok()) return std::move(pending).error();
  if (!models.ok()) return std::move(models).error();
  result.removed = credential.value() || pending.value();
  return result;
}

}  // namespace xai
