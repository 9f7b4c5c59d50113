// Sealing what is stored with another key.
#include <string>
#include <utility>

#include "credentials/store.h"

namespace xai {

Result<void> Store::Rekey(KeySource* keys, std::string_view machine_id) {
  Result<std::optional<OpenedFile>> file = Load(credential_name_);
  if (!file.ok()) return std::move(file).error();
  const KdfParameters parameters = keys->NewParameters(random_);
  Result<SecretKey> key = keys->Key(parameters, true);
  if (!key.ok()) return std::move(key).error();
  // The credential comes last: until then the old key opens everything that is there.
  for (const std::string& name : {pending_name_, models_name_}) {
    Result<bool> removed = vault_->Remove(name);
    if (!removed.ok()) return std::move(removed).error();
  }
  if (file.value()) {
    Result<void> written =
        WriteRekeyed(*file.value(), keys->id(), parameters, key.value(), machine_id);
    if (!written.ok()) return written;
  }
  key_ = std::move(key).value();
  key_parameters_ = parameters;
  keys_ = keys;
  return {};
}

Result<void> Store::WriteRekeyed(const OpenedFile& file, KeySourceId source,
                                 const KdfParameters& parameters, const SecretKey& key,
                                 std::string_view machine_id) {
  Result<CredentialRecord> record = DecodeCredential(file.plaintext);
  if (!record.ok()) return std::move(record).error();
  // In one write with the key, or this machine would be taken for another.
  if (!machine_id.empty() && !record.value().host_id.empty()) {
    record.value().host_id = Fingerprint(SecretString(machine_id), key);
  }
  Result<SealedHeader> header = NextHeader(credential_name_, Write::kNew);
  if (!header.ok()) return std::move(header).error();
  header.value().key_source = source;
  header.value().kdf = parameters;
  return vault_->Write(
      credential_name_,
      Seal(header.value(), EncodeCredential(record.value()), key, context_, random_));
}

}  // namespace xai
