/* Preloaded: the allocation fails that the host has asked to.  Counted are either those
 * on the first thread within calls of the plugin, or those on all other threads, which
 * are the plugin's. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library's own, whatever stands before them. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

#define EXPORT __attribute__((visibility("default")))

enum { UNKNOWN, HOST, PLUGIN };
enum { ALL_THAT_FOLLOW = 1, OTHER_THREADS = 2 };

static atomic_long left;   /* until the one that fails; 0 and below: none */
static atomic_long failed; /* since the last fail_malloc_at() */
static atomic_int how;
static __thread int whose __attribute__((tls_model("initial-exec")));
static __thread int here __attribute__((tls_model("initial-exec")));

/* number: from 1; 0 for none.  Returns how many have failed since the last time. */
EXPORT long fail_malloc_at(long number, int flags) {
  atomic_store(&left, 0);
  atomic_store(&how, flags);
  atomic_store(&left, number);
  return atomic_exchange(&failed, 0);
}

EXPORT void fail_malloc_here(int on) {
  here = on;
}

/* A place for a debugger to stop at. */
static __attribute__((noinline)) int refuse(void) {
  atomic_fetch_add(&failed, 1);
  errno = ENOMEM;
  return 1;
}

static int counts(void) {
  if (whose == UNKNOWN) whose = syscall(SYS_gettid) == getpid() ? HOST : PLUGIN;
  return (atomic_load(&how) & OTHER_THREADS) != 0 ? whose == PLUGIN
                                                  : whose == HOST && here;
}

static int fails(void) {
  long number = atomic_load(&left);
  if (number == 0 || !counts()) return 0;
  /* Down to 1 and no further: 0 is for none. */
  while (number > 1) {
    if (atomic_compare_exchange_weak(&left, &number, number - 1)) return 0;
  }
  if (number != 1) return 0;
  if ((atomic_load(&how) & ALL_THAT_FOLLOW) == 0 &&
      !atomic_compare_exchange_strong(&left, &number, 0)) {
    return 0;
  }
  return refuse();
}

EXPORT void* malloc(size_t size) {
  return fails() ? NULL : __libc_malloc(size);
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
