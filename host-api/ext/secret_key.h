/* Extension "llm.secret-key/1": the host holds the key that seals the credentials. */
/* clang-format off */
#ifndef LLM_PROVIDER_EXT_SECRET_KEY_H
#define LLM_PROVIDER_EXT_SECRET_KEY_H

#include "../llm_provider.h"

/* host -> plugin, "llm.secret-key/1": the 32-byte key that seals credentials, for hosts that have
** a keyring, a KMS or a passphrase prompt. */
typedef struct llmp_secret_key {
   uint32_t struct_size;
   uint32_t reserved;
   void    *ctx;

   /* LLMP_OK or LLMP_E_STORE.  May block.  [plugin-thread] */
   int32_t(LLMP_CALL *get)(void *ctx, const char *profile, unsigned char out[32]);
} llmp_secret_key;

#endif
