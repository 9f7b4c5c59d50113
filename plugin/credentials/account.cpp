#include "credentials/account_transaction.h"

#include "base/limits.h"
#include "credentials/with_memory.h"

namespace xai {
namespace {

std::shared_ptr<AccessToken> TokenOf(const CredentialRecord& record) {
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
      publish_(std::move(publish)) {}

void Account::Reload() {
  // What is in memory is newer than the disk, which did not take it.
  if (unsaved_) return;
  unreadable_.reset();
  unreadable_pending_.reset();
  store_error_.reset();
  Result<std::optional<CredentialRecord>> record = store_->LoadCredential();
  if (record.ok() && store_->was_set_back() && record_) {
    // Somebody put back an old copy, or removed the whole directory: the refresh token of
    // the copy is spent, and ours is not.
    MarkUnsaved();
  } else if (record_ && !record.ok() && record.error().code == ErrorCode::kStoreCorrupt &&
             store_->IsDamaged()) {
    // Nobody can read it any more, and here it still is.
    MarkUnsaved();
  } else if (record.ok()) {
    record_ = std::move(record).value();
  } else if (record_ && Store::MayPass(record.error())) {
    store_error_ = std::move(record).error();  // what is known still serves
  } else {
    unreadable_ = std::move(record).error();
    record_.reset();
  }
  Result<std::optional<PendingLogin>> pending = store_->LoadPending();
  if (pending.ok()) {
    pending_ = std::move(pending).value();
    if (pending_) last_login_id_ = pending_->code.user_code;
  } else {
    // A broken flow is no reason to give up a good sign-in, nor is a broken credential
    // one to overlook a newer version's flow.
    pending_.reset();
    const bool is_newer = pending.error().code == ErrorCode::kStoreVersion;
    if ((record_ && !store_error_) || is_newer) unreadable_pending_ = pending.error();
    if (!record_ && !unreadable_) unreadable_ = std::move(pending).error();
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
  if (store_error_) snapshot->warnings.push_back("store_unreadable");
  if (unreadable_pending_) snapshot->warnings.push_back("pending_unreadable");
  if (IsCloned()) snapshot->warnings.push_back("cloned_store");
  snapshot->generation = store_->generation();
  publish_(std::move(snapshot));
}

bool Account::IsCloned() const {
  if (!record_ || record_->host_id.empty() || services_.machine_id.empty()) return false;
  const Result<std::string> host_id =
      store_->FingerprintOf(SecretString(services_.machine_id));
  return host_id.ok() && host_id.value() != record_->host_id;
}

Result<StoreLock> Account::LockStore() {
  const Clock& clock = *services_.clock;
  const int64_t deadline = clock.SteadyMs() + limits::kLockWaitMs;
  return store_->Lock([this, &clock, deadline] {
    if (clock.SteadyMs() >= deadline || services_.closing()) return false;
    clock.SleepMs(limits::kLockPollMs);
    return true;
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

CredentialRecord Account::Renewed(const TokenSet& tokens, const Claims& owner,
                                  const CredentialRecord& base) const {
  CredentialRecord record;
  record.access_token = tokens.access_token.Clone();
  // RFC 6749 section 6: without a new refresh token the old one stays.
  record.refresh_token = tokens.refresh_token.empty() ? base.refresh_token.Clone()
                                                      : tokens.refresh_token.Clone();
  record.scope = tokens.scope.empty() ? base.scope : tokens.scope;
  record.issued_at_ms = tokens.issued_at_ms;
  record.expires_at_ms = tokens.expires_at_ms;
  record.updated_at_ms = services_.clock->NowMs();
  record.subject = base.subject.empty() ? owner.subject : base.subject;
  record.principal_id =
      base.principal_id.empty() ? owner.principal_id : base.principal_id;
  record.email = base.email.empty() ? owner.email : base.email;
  record.tier = ReadClaims(record.access_token).tier;
  record.login_id = base.login_id;
  record.host_id = base.host_id;
  if (!services_.machine_id.empty()) {
    // Without a key there is no name, and nothing could have been reserved.
    Result<std::string> host_id =
        store_->FingerprintOf(SecretString(services_.machine_id));
    if (host_id.ok()) record.host_id = std::move(host_id).value();
  }
  return record;
}

void Account::Install(const TokenSet& tokens, const Claims& owner,
                      const CredentialRecord& base) {
  CredentialRecord record;
  std::shared_ptr<AccessToken> token;
  WithMemory(services_, [&] {
    record = Renewed(tokens, owner, base);
    token = TokenOf(record);
  });
  token->minted_steady_ms = services_.clock->SteadyMs();
  MarkUnsaved();
  record_ = std::move(record);
  access_ = std::move(token);
}

Result<void> Account::Rekey(KeySource* keys) {
  FlushUnsaved();
  if (unsaved_) {
    return Error::Make(ErrorCode::kStoreIo, "the sign-in is not written yet",
                       "persist_pending");
  }
  Reload();
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  Reload();
  if (unreadable_) return *unreadable_;
  // What was made on another machine keeps that one's name.
  Result<void> done =
      store_->Rekey(keys, IsCloned() ? std::string_view() : services_.machine_id);
  if (!done.ok()) return done;
  try {
    Reload();
  } catch (const std::bad_alloc&) {
    // The keys have changed all the same: the next look tells.
  }
  return {};
}

const Error* Account::OfNewerVersion() const {
  for (const std::optional<Error>* error : {&unreadable_, &unreadable_pending_}) {
    if (*error && (*error)->code == ErrorCode::kStoreVersion) return &**error;
  }
  return nullptr;
}

Result<bool> Account::HasFlow() const {
  if (pending_) return true;
  if (const Error* error = OfNewerVersion()) return *error;
  return unreadable_pending_.has_value();
}

Result<bool> Account::Cancel() {
  FlushUnsaved();
  Reload();
  Result<bool> found = HasFlow();
  if (!found.ok() || !found.value()) return found;
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  Reload();
  found = HasFlow();
  if (!found.ok()) return found;
  Result<bool> erased = store_->ErasePending();
  if (!erased.ok()) return erased;
  pending_.reset();
  PublishSnapshot();
  return erased;
}

Result<Account::LogoutResult> Account::Logout() {
  Reload();  // who asks while this waits for the lock gets an answer
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  Reload();
  // A newer version's record is for that version to remove.
  if (const Error* error = OfNewerVersion()) return *error;
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
  Result<bool> credential = store_->EraseCredential();
  // If it stays, it is spent, and the lock must keep others from presenting it.
  if (credential.ok()) unsaved_ = false;
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
