#include "sim/stored_responses.h"

#include <algorithm>

#include "sim/random.h"
#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::size_t kStoredMax = 1000;

std::string Prefix(const Model& model) {
  return "xai-sim reasoning of " + std::string(model.id) + ":";
}

}  // namespace

void StoredResponses::Add(std::string id) {
  ids_.push_back(std::move(id));
  if (ids_.size() > kStoredMax) ids_.pop_front();
}

bool StoredResponses::Has(std::string_view id) const {
  return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
}

std::string EncryptReasoning(const Model& model) {
  return Base64Url(Prefix(model) + RandomBytes(96));
}

bool CanDecrypt(const Model& model, std::string_view encrypted) {
  const auto plain = DecodeBase64(encrypted);
  const std::string prefix = Prefix(model);
  return plain && plain->compare(0, prefix.size(), prefix) == 0;
}

}  // namespace xai::sim
