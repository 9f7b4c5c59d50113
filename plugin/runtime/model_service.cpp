#include "runtime/model_service.h"

#include <utility>

namespace xai {
namespace {

// But for a list that was fetched later, and what cannot be read: it may be of a newer
// version, and counts for nothing anyway.
void EraseList(Store* store, int64_t fetched_until_ms) {
  const Result<std::optional<SecretString>> text = store->LoadModels();
  if (!text.ok() || !text.value()) return;
  const std::optional<ModelList> list = DecodeModelList(*text.value());
  if (list && list->fetched_at_ms <= fetched_until_ms) (void)store->EraseModels();
}

}  // namespace

ModelService::ModelService(const ApiServices& api, AccountRunner* account,
                           const TokenBroker* broker, int64_t ttl_ms,
                           std::function<void()> on_change)
    : api_(api),
      account_(account),
      broker_(broker),
      ttl_ms_(ttl_ms),
      on_change_(std::move(on_change)) {}

void ModelService::Get(bool force, Done done) {
  const ModelList* list = known();
  if (!force && list != nullptr) {
    const int64_t age = api_.clock->NowMs() - list->fetched_at_ms;
    if (age >= 0 && age < ttl_ms_) {
      api_.scheduler->RunAfter(
          0, [done = std::move(done), view = ModelsView{*list, true, false}] {
            done(view);
          });
      return;
    }
  }
  waiters_.push_back(std::move(done));
  if (fetch_ == nullptr) Fetch();
}

void ModelService::OnLoaded(std::optional<ModelList> list) {
  const bool first = !loaded_;
  loaded_ = true;
  if (!list || list->fetched_at_ms <= forgotten_until_ms_) return;
  if (list_ && list->fetched_at_ms <= list_->fetched_at_ms) return;
  const bool changed = !list_ || list_->ids != list->ids;
  list_ = std::move(list);
  // Another process was told of other models.
  if (!first && changed && known() != nullptr) on_change_();
}

void ModelService::Forget() {
  if (list_) forgotten_until_ms_ = list_->fetched_at_ms;
  list_.reset();
}

void ModelService::Withdraw() {
  list_.reset();
  const int64_t now = api_.clock->NowMs();
  forgotten_until_ms_ = now;
  if (erasing_) return;
  erasing_ = account_->Tidy([this, now](Account*, Store* store) {
    EraseList(store, now);
    return [this] { erasing_ = false; };
  });
}

void ModelService::GiveUp() {
  fetch_.reset();
  waiters_.clear();
  erasing_ = saving_ = save_again_ = false;
}

const ModelList* ModelService::known() const {
  return list_ && CurrentOwner() == Owner{list_->subject, list_->tier} ? &*list_
                                                                       : nullptr;
}

std::optional<ModelService::Owner> ModelService::CurrentOwner() const {
  const AccountSnapshot* account = broker_->snapshot();
  if (account == nullptr || !account->connected()) return std::nullopt;
  return Owner{account->subject, account->tier};
}

void ModelService::Fetch() {
  fetched_for_ = CurrentOwner();
  fetch_ = std::make_unique<ModelsFetch>(
      api_, [this](Result<std::vector<std::string>> ids) { OnFetched(std::move(ids)); });
  fetch_->Start();
}

void ModelService::OnFetched(Result<std::vector<std::string>> ids) {
  fetch_.reset();
  const std::optional<Owner> owner = CurrentOwner();
  if (ids.ok() && fetched_for_ && fetched_for_ != owner) {
    // The list of an account that is not signed in any more is nobody's.
    if (owner) {
      Fetch();
      return;
    }
    ids = Error::Make(ErrorCode::kNotConnected, "nobody is signed in");
  }
  std::vector<Done> waiting;
  waiting.swap(waiters_);
  // An empty list must not replace a good one.
  if (ids.ok() && (!ids.value().empty() || known() == nullptr)) {
    Keep(std::move(ids).value());
    for (const Done& done : waiting) done(ModelsView{*list_, false, false});
    return;
  }
  const ModelList* list = known();
  const bool signed_out = !ids.ok() && (ids.error().code == ErrorCode::kNotConnected ||
                                        ids.error().code == ErrorCode::kReauthRequired);
  for (const Done& done : waiting) {
    if (list != nullptr && !signed_out) {
      done(ModelsView{*list, true, true});
    } else {
      done(ids.ok()
               ? Error::Make(ErrorCode::kUpstream, "xAI listed no models", "no_models")
               : ids.error());
    }
  }
}

void ModelService::Keep(std::vector<std::string> ids) {
  const bool changed = !list_ || list_->ids != ids;
  ModelList list;
  list.ids = std::move(ids);
  list.fetched_at_ms = api_.clock->NowMs();
  if (const std::optional<Owner> owner = CurrentOwner()) {
    list.subject = owner->subject;
    list.tier = owner->tier;
  }
  list_ = std::move(list);
  Save();
  if (changed) on_change_();
}

void ModelService::Save() {
  // On a disk that is slow a refresh would wait for one write after the other.
  if (std::exchange(saving_, true)) {
    save_again_ = true;
    return;
  }
  erasing_ = false;  // what is written from here on needs an erasure of its own
  // A cache that cannot be written is no failure: the list is fetched again next time.
  saving_ = account_->Run([this, list = *list_](Account* account, Store* store) {
    if (account->signed_in()) (void)store->SaveModels(EncodeModelList(list));
    return [this] {
      saving_ = false;
      if (std::exchange(save_again_, false) && list_) Save();
    };
  });
}

}  // namespace xai
