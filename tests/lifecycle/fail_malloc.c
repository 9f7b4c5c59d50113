/* Preloaded: the allocation fails that the host has asked to.  Counted are either those
** on the first thread within calls of the plugin, or those on all other threads, which
** are the plugin's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "countdown.h"

/* The C library's own, whatever stands before them. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

#define EXPORT __attribute__((visibility("default")))

enum { UNKNOWN, HOST, PLUGIN };

static __thread int whose __attribute__((tls_model("initial-exec")));
static __thread int here __attribute__((tls_model("initial-exec")));

EXPORT long fail_malloc_at(long number, int flags) {
  return countdown_from(number, flags);
}

EXPORT void fail_malloc_here(int on) {
  here = on;
}

static int counts(void) {
  if (whose == UNKNOWN) whose = syscall(SYS_gettid) == getpid() ? HOST : PLUGIN;
  return (atomic_load(&how) & OTHER_THREADS) != 0 ? whose == PLUGIN
                                                  : whose == HOST && here;
}

static int fails(void) {
  if (atomic_load(&left) == 0 || !counts() || !countdown_fails()) return 0;
  errno = ENOMEM;
  return 1;
}

EXPORT void* malloc(size_t size) {
  return fails() ? NULL : __libc_malloc(size);
}

/* libcurl 7.88 frees the name of a TLS session twice that it had no room to copy. */
static int is_libcurls(const void* caller) {
  Dl_info found;
  return dladdr(caller, &found) != 0 && found.dli_fname != NULL &&
         strstr(found.dli_fname, "/libcurl") != NULL;
}

EXPORT char* strdup(const char* text) {
  size_t size = strlen(text) + 1;
  int spared = atomic_load(&left) != 0 && is_libcurls(__builtin_return_address(0));
  char* copy = !spared && fails() ? NULL : __libc_malloc(size);
  return copy == NULL ? NULL : memcpy(copy, text, size);
}

EXPORT void* calloc(size_t count, size_t size) {
  return fails() ? NULL : __libc_calloc(count, size);
}

EXPORT void* realloc(void* memory, size_t size) {
  return fails() ? NULL : __libc_realloc(memory, size);
}

EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* found = fails() ? NULL : __libc_memalign(alignment, size);
  if (found == NULL) return ENOMEM;
  *memory = found;
  return 0;
}
