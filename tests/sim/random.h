// Unpredictable identifiers.
#ifndef XAI_TESTS_SIM_RANDOM_H_
#define XAI_TESTS_SIM_RANDOM_H_

#include <string>

namespace xai::sim {

std::string RandomBytes(std::size_t count);
std::string RandomOpaque();    // 86 characters: 64 bytes in base64url
std::string RandomUuid();      // version 4
std::string RandomUserCode();  // ABCD-1234, without letters that read as another

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RANDOM_H_
