/* Preloaded: what others give back is wiped, what our libraries give back is kept as it
** is.  So whatever is found in memory that nobody uses, is what we did not wipe. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

/* The C library's own, whatever stands before them. */
void* __libc_malloc(size_t size);
void __libc_free(void* memory);

#define EXPORT __attribute__((visibility("default")))

static int is_ours(const void* caller) {
  Dl_info found;
  return dladdr(caller, &found) != 0 && found.dli_fname != NULL &&
         strstr(found.dli_fname, "/xai_grok") != NULL;
}

static void give_back(void* memory, const void* caller) {
  if (memory == NULL || is_ours(caller)) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  __libc_free(memory);
}

EXPORT void free(void* memory) {
  give_back(memory, __builtin_return_address(0));
}

EXPORT void* realloc(void* memory, size_t size) {
  void* other = size == 0 && memory != NULL ? NULL : __libc_malloc(size);
  if (memory == NULL || (other == NULL && size != 0)) return other;
  size_t old_size = malloc_usable_size(memory);
  if (other != NULL) memcpy(other, memory, old_size < size ? old_size : size);
  give_back(memory, __builtin_return_address(0));
  return other;
}
