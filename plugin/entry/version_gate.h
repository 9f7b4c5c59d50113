// Whether this plugin can talk to the host that called create().
#ifndef XAI_PLUGIN_ENTRY_VERSION_GATE_H_
#define XAI_PLUGIN_ENTRY_VERSION_GATE_H_

#include <cstdint>

#include "base/result.h"
#include "entry/requirements.h"
#include "llm_provider.h"

namespace xai {

// `major` and `host` as create() got them; `host` may be null or of any size, and nothing
// past its struct_size is read.  Fails with reason host_too_old, host_too_new or
// host_invalid.
Result<void> CheckHost(const Requirements& requirements, uint32_t major,
                       const llmp_host* host);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_VERSION_GATE_H_
