/* Extension "llm.secret-store/1": the host keeps the credentials. */
/* clang-format off */
#ifndef LLM_PROVIDER_EXT_SECRET_STORE_H
#define LLM_PROVIDER_EXT_SECRET_STORE_H

#include "../llm_provider.h"

/* host -> plugin, "llm.secret-store/1": where credentials live, for hosts that keep them in a
** database that many machines share.  Without it the plugin keeps sealed files of its own.
**
** The bytes are sealed by the plugin before they leave it: the store sees ciphertext only.  Every
** record has a generation, counted by the store.  put() is a compare-and-swap on it, so that two
** machines can never both believe that they rotated the same refresh token; lock() makes that rare
** instead of merely safe.  All functions may block; the plugin calls them on its store thread and
** never on the thread that moves streams. */
typedef struct llmp_secret_store {
   uint32_t struct_size;
   uint32_t reserved;
   void    *ctx;

   /* Copy at most *size bytes to buf, set *size to the full size and *generation.
   ** LLMP_OK, LLMP_E_NO_AUTH (no such key) or LLMP_E_STORE.  [plugin-thread] */
   int32_t(LLMP_CALL *get)(void *ctx, const char *key, void *buf, size_t *size,
                           uint64_t *generation);

   /* Durable when it returns LLMP_OK.  expected 0: only if the key is absent.  size 0: erase.
   ** LLMP_E_INVALID: the generation has moved on; read again.  [plugin-thread] */
   int32_t(LLMP_CALL *put)(void *ctx, const char *key, const void *data, size_t size,
                           uint64_t expected, uint64_t *generation);

   /* Exclusive across every process that shares the store; freed by the store if the holder dies.
   ** LLMP_E_STORE when timeout_ms ran out.  [plugin-thread] */
   int32_t(LLMP_CALL *lock)(void *ctx, const char *key, int32_t timeout_ms);

   /* Only after a lock() that returned LLMP_OK.  [plugin-thread] */
   void(LLMP_CALL *unlock)(void *ctx, const char *key);
} llmp_secret_store;

#endif
