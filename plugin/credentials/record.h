// What is kept of a sign-in, and of one that is under way.
#ifndef XAI_PLUGIN_CREDENTIALS_RECORD_H_
#define XAI_PLUGIN_CREDENTIALS_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "credentials/account_snapshot.h"
#include "oauth/device_flow.h"

namespace xai {

struct CredentialRecord {
  SecretString access_token;
  SecretString refresh_token;  // empty: cannot be refreshed
  std::string scope;
  int64_t issued_at_ms = 0;
  int64_t expires_at_ms = 0;
  int64_t updated_at_ms = 0;
  std::string subject;
  std::string principal_id;  // for whom it acts: a person or a team
  std::string email;
  std::optional<int64_t> tier;
  // The machine that signed in, as a keyed hash; empty if it has no name.
  std::string host_id;
  std::string login_id;  // the user code of the flow that brought it
  // The grant is gone: why, in the words of `reason`.  The tokens stay where they are.
  std::string dead_reason;

  bool dead() const { return !dead_reason.empty(); }
};

// A device flow that waits for a person.
struct PendingLogin {
  DeviceCode code;
  int64_t lost_polls = 0;  // without an answer, since the last one that had one
  // Moments of the clock that never jumps, valid for one boot of the machine.
  std::string boot_id;
  int64_t expires_steady_ms = 0;
  int64_t next_poll_steady_ms = 0;

  // What a person may see of it.
  PendingView View() const;
};

// JSON, to be sealed.
SecretString EncodeCredential(const CredentialRecord& record);
Result<CredentialRecord> DecodeCredential(const SecretString& text);
SecretString EncodePending(const PendingLogin& pending);
Result<PendingLogin> DecodePending(const SecretString& text);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_RECORD_H_
