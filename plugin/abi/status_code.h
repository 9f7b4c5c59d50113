// Our error codes in the numbers of the C interface.
#ifndef XAI_PLUGIN_ABI_STATUS_CODE_H_
#define XAI_PLUGIN_ABI_STATUS_CODE_H_

#include <cstdint>

#include "base/error.h"

namespace xai {

// LLMP_E_*.
int32_t StatusOf(ErrorCode code);

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_STATUS_CODE_H_
