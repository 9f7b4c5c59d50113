/* How xai_grok.so talks to xai_grok_backend.so: one exported function, one frozen struct.
**
** The two are shipped together but may be upgraded apart, so the front checks
** `backend_abi` and `version` before it calls create().
*/
#ifndef XAI_PLUGIN_ABI_BACKEND_ENTRY_H_
#define XAI_PLUGIN_ABI_BACKEND_ENTRY_H_

#include <stddef.h>
#include <stdint.h>

#include "llm_provider.h"

#define XAI_BACKEND_MAGIC 0x42494158u /* "XAIB" */
#define XAI_BACKEND_ABI 1

/* Why there is no provider, in words that fit the error document. */
typedef struct xai_backend_failure {
  char reason[64];
  char detail[512];
} xai_backend_failure;

typedef struct xai_backend_entry {
  uint32_t magic;
  uint32_t backend_abi;
  const char* version; /* of the manifest that the backend was built with */

  /* The provider; or null with *failure filled in; or null with an empty reason when
  ** there is no memory.  The struct behind the result begins with an llmp_provider,
  ** followed by one `void *` that belongs to the front (see xai_backend_provider). */
  llmp_provider*(LLMP_CALL* create)(const llmp_host* host, const char* config,
                                    size_t size, xai_backend_failure* failure);
} xai_backend_entry;

/* The head of the backend's object.  The front keeps its own record in `front` and may
** replace abi.destroy, from which it calls the one that it found there. */
typedef struct xai_backend_provider {
  llmp_provider abi;
  void* front;
} xai_backend_provider;

/* The backend's one exported symbol has this type. */
/* NOLINTNEXTLINE(modernize-redundant-void-arg): C needs it */
typedef const xai_backend_entry*(LLMP_CALL* xai_backend_entry_fn)(void);
#define XAI_BACKEND_ENTRY_NAME "xai_grok_backend_entry"

#endif /* XAI_PLUGIN_ABI_BACKEND_ENTRY_H_ */
