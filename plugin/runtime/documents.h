// The results of list_models and of the onboarding actions, as host-api/json.md has them.
#ifndef XAI_PLUGIN_RUNTIME_DOCUMENTS_H_
#define XAI_PLUGIN_RUNTIME_DOCUMENTS_H_

#include <string>

#include "base/json_document.h"
#include "credentials/account.h"
#include "grok/models.h"
#include "runtime/model_service.h"

namespace xai {

// What the documents about the account are made of.
struct AccountView {
  const AccountSnapshot* snapshot = nullptr;
  const ModelList* models = nullptr;  // may be null
  const ModelTable* table = nullptr;
  JsonValue tiers;  // the configured table of the manifest
  std::string tier_table;
  int64_t now_ms = 0;
};

std::string StatusDocument(const AccountView& view);
std::string ConnectedDocument(const AccountView& view);
std::string StartedDocument(const PendingView& pending, int64_t now_ms);
std::string PendingDocument(int64_t retry_after_ms);
std::string CancelDocument(bool cancelled);
std::string LogoutDocument(const Account::LogoutResult& result);
std::string RekeyedDocument();
std::string RefreshedDocument(const AccountView& view);
std::string ModelsDocument(const ModelsView& models, const ModelTable& table);

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_DOCUMENTS_H_
