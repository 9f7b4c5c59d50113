// Which responses the server keeps, and the encrypted reasoning that it hands out
// instead.
#ifndef XAI_TESTS_SIM_STORED_RESPONSES_H_
#define XAI_TESTS_SIM_STORED_RESPONSES_H_

#include <deque>
#include <string>
#include <string_view>

#include "sim/models.h"

namespace xai::sim {

// Remembers the ids of the last thousand stored responses.
class StoredResponses {
 public:
  void Add(std::string id);
  bool Has(std::string_view id) const;

 private:
  std::deque<std::string> ids_;
};

// Reasoning that only the model which made it can read again.
std::string EncryptReasoning(const Model& model);
bool CanDecrypt(const Model& model, std::string_view encrypted);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_STORED_RESPONSES_H_
