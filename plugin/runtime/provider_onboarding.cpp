// The onboarding actions: host-api/json.md "Onboarding".
#include <utility>

#include "base/error_json.h"
#include "credentials/key_source.h"
#include "runtime/documents.h"
#include "runtime/guarded.h"
#include "runtime/provider.h"

namespace xai {
namespace {

Error InvalidMember(std::string_view name, std::string_view what) {
  return Error::Make(ErrorCode::kInvalidRequest,
                     std::string(name) + ": " + std::string(what), std::string(name));
}

void ReplyNoThread(const std::function<void(const Error*, const std::string&)>& reply) {
  const Error error = Error::Make(ErrorCode::kNoMemory, "no thread for the sign-in");
  reply(&error, ErrorDocument(error));
}

// A list that cannot be read is fetched again.
std::optional<ModelList> LoadModelList(Store* store) {
  const Result<std::optional<SecretString>> text = store->LoadModels();
  if (!text.ok() || !text.value()) return std::nullopt;
  return DecodeModelList(*text.value());
}

// An action with its members, checked.
struct Action {
  std::string name;
  bool force = false;
  std::optional<std::string> pending_id;
  KeySettings key;
};

Result<std::string> ReadPath(const JsonValue& request, const char* name) {
  std::string path(request[name].String().value_or(""));
  if (!IsUsablePath(path)) return InvalidMember(name, "must be a full path");
  return path;
}

// The members of rekey.
Result<KeySettings> ReadKeySettings(const JsonValue& request) {
  KeySettings key;
  const std::optional<KeySourceId> source =
      ParseKeySource(request["key_source"].String().value_or(""));
  if (!source) {
    return InvalidMember("key_source", "must be key_file, host, systemd or passphrase");
  }
  key.source = *source;
  const bool is_file = *source == KeySourceId::kKeyFile;
  if (!is_file && *source != KeySourceId::kPassphrase) return key;
  Result<std::string> path = ReadPath(request, is_file ? "key_file" : "passphrase_file");
  if (!path.ok()) return std::move(path).error();
  (is_file ? key.key_file : key.passphrase_file) = std::move(path).value();
  return key;
}

Result<Action> ReadAction(const JsonValue& request) {
  if (!request.is_object()) return InvalidMember("request", "must be a JSON object");
  Action action;
  const std::optional<std::string_view> name = request["action"].String();
  if (!name) return InvalidMember("action", "must be a string");
  action.name = std::string(*name);
  const JsonValue force = request["force"];
  if (force.present() && !force.is_null()) {
    if (!force.Bool()) return InvalidMember("force", "must be true or false");
    action.force = *force.Bool();
  }
  const JsonValue pending_id = request["pending_id"];
  if (pending_id.present() && !pending_id.is_null()) {
    if (!pending_id.is_string()) return InvalidMember("pending_id", "must be a string");
    action.pending_id = std::string(*pending_id.String());
  }
  if (action.name == "rekey") {
    Result<KeySettings> key = ReadKeySettings(request);
    if (!key.ok()) return std::move(key).error();
    action.key = std::move(key).value();
  }
  return action;
}

}  // namespace

void Provider::BeginOnboarding(uint64_t request, std::shared_ptr<RequestSink> sink,
                               const Result<std::unique_ptr<JsonDocument>>& document) {
  if (!Admit(sink.get())) return;
  const Reply reply = AddReply(request, std::move(sink));
  const auto refuse = [&reply](const Error& error) {
    reply(&error, ErrorDocument(error));
  };
  if (!document.ok()) {
    refuse(document.error());
    return;
  }
  Result<Action> read = ReadAction(document.value()->root());
  if (!read.ok()) {
    refuse(read.error());
    return;
  }
  Action& action = read.value();
  if (action.name == "status") {
    Status(reply);
  } else if (action.name == "start") {
    Start(action.force, reply);
  } else if (action.name == "poll") {
    Poll(std::move(action.pending_id), reply);
  } else if (action.name == "cancel") {
    CancelLogin(reply);
  } else if (action.name == "logout") {
    Logout(reply);
  } else if (action.name == "refresh") {
    Refresh(reply);
  } else if (action.name == "rekey") {
    Rekey(std::move(action.key), reply);
  } else if (action.name == "models") {
    Models(action.force, reply);
  } else {
    refuse(InvalidMember("action",
                         "is not one of status, start, poll, cancel, logout, "
                         "refresh, rekey, models"));
  }
}

template <typename T>
void Provider::OnStore(std::function<Result<T>(Account*, Store*)> task,
                       std::function<void(Result<T>)> then, const Reply& reply) {
  const bool posted = credentials_->Run([task = std::move(task), then = std::move(then),
                                         reply](Account* account, Store* store) {
    auto result =
        std::make_shared<Result<T>>(Guarded<T>([&] { return task(account, store); }));
    return [result, then, reply] {
      if (result->ok()) {
        then(std::move(*result));
      } else {
        reply(&result->error(), ErrorDocument(result->error()));
      }
    };
  });
  if (!posted) ReplyNoThread(reply);
}

void Provider::Status(const Reply& reply) {
  // A transaction may take its time, and status never waits for one.
  if (credentials_->busy()) {
    if (broker_->snapshot() != nullptr && models_->loaded()) {
      reply(nullptr, StatusDocument(View()));
      return;
    }
    // The first look comes before any transaction: the watch begins with it.
    await_look_.push_back(reply);
  }
  LoadThen([this, reply] { reply(nullptr, StatusDocument(View())); }, reply);
}

void Provider::AnswerAwaited() {
  if (broker_->snapshot() == nullptr) return;
  for (const Reply& reply : std::exchange(await_look_, {})) {
    reply(nullptr, StatusDocument(View()));
  }
}

void Provider::Models(bool force, const Reply& reply) {
  const auto get = [this, force, reply] {
    models_->Get(force, [this, reply](Result<ModelsView> models) {
      if (models.ok()) {
        reply(nullptr, ModelsDocument(models.value(), table_));
      } else {
        reply(&models.error(), ErrorDocument(models.error()));
      }
    });
  };
  // Another process may have left a list that is still good, or better than none.
  if (models_->loaded()) {
    get();
  } else {
    LoadThen(get, reply);
  }
}

void Provider::LoadThen(std::function<void()> then, const Reply& reply) {
  const auto tell = [this, then = std::move(then), reply] {
    if (broker_->snapshot() != nullptr) {
      then();
      return;
    }
    // The first look has failed for want of memory: nothing is known.
    const Error error = Error::Make(ErrorCode::kNoMemory, "no memory");
    reply(&error, ErrorDocument(error));
  };
  if (!Load(nullptr, tell)) ReplyNoThread(reply);
}

bool Provider::Load(std::function<void()> first, std::function<void()> then) {
  return credentials_->Look([this, first = std::move(first), then = std::move(then)](
                                Account* account, Store* store) {
    (void)Guarded<void>([&first, account] {
      if (first) first();
      account->Reload();
      return Result<void>();
    });
    return [this, then, list = LoadModelList(store)] {
      models_->OnLoaded(list);
      AnswerAwaited();
      then();
    };
  });
}

void Provider::Start(bool force, const Reply& reply) {
  OnStore<PendingView>(
      [force](Account* account, Store*) { return account->Start(force); },
      [this, reply](Result<PendingView> pending) {
        reply(nullptr, StartedDocument(pending.value(), host_.clock->NowMs()));
      },
      reply);
}

void Provider::Poll(std::optional<std::string> pending_id, const Reply& reply) {
  OnStore<Account::PollResult>(
      [pending_id = std::move(pending_id)](Account* account, Store*) {
        return account->Poll(pending_id);
      },
      [this, reply](Result<Account::PollResult> result) {
        if (result.value().connected) {
          ReplyWhenConnected(reply);
        } else {
          reply(nullptr, PendingDocument(result.value().retry_after_ms));
        }
      },
      reply);
}

void Provider::ReplyWhenConnected(const Reply& reply) {
  // The sign-in is good even if its models cannot be listed now.
  models_->Get(true, [this, reply](const Result<ModelsView>&) {
    // Behind the write of their list: whoever ends now has lost nothing.
    OnStore<bool>(
        [](Account*, Store*) -> Result<bool> { return true; },
        [this, reply](const Result<bool>&) { reply(nullptr, ConnectedDocument(View())); },
        reply);
  });
}

void Provider::CancelLogin(const Reply& reply) {
  OnStore<bool>([](Account* account, Store*) { return account->Cancel(); },
                [reply](Result<bool> cancelled) {
                  reply(nullptr, CancelDocument(cancelled.value()));
                },
                reply);
}

void Provider::Logout(const Reply& reply) {
  OnStore<Account::LogoutResult>(
      [](Account* account, Store*) { return account->Logout(); },
      [reply](Result<Account::LogoutResult> result) {
        reply(nullptr, LogoutDocument(result.value()));
      },
      reply);
}

void Provider::Refresh(const Reply& reply) {
  OnStore<bool>(
      [](Account* account, Store*) -> Result<bool> {
        Result<void> done = account->Refresh(Account::RefreshWhen::kAlways, nullptr);
        if (!done.ok()) return std::move(done).error();
        return true;
      },
      [this, reply](const Result<bool>&) { reply(nullptr, RefreshedDocument(View())); },
      reply);
}

void Provider::Rekey(KeySettings settings, const Reply& reply) {
  OnStore<bool>(
      [this, settings = std::move(settings)](Account*, Store*) -> Result<bool> {
        Result<void> done = credentials_->Rekey(settings);
        if (!done.ok()) return std::move(done).error();
        return true;
      },
      [reply](const Result<bool>&) { reply(nullptr, RekeyedDocument()); }, reply);
}

}  // namespace xai
