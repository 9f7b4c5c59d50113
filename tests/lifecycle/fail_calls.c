/* Preloaded: of one family of calls the one fails that the host has asked to, on
 *whichever
 ** thread.  What the C library and the dynamic linker do within themselves is not seen:
 ** mapping a library or the stack of a thread, what malloc() takes from the kernel, and
 *the
 ** sockets of a name's lookup. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "countdown.h"

#define EXPORT __attribute__((visibility("default")))

enum { DESCRIPTORS = 1, THREADS, MAPPINGS, LOCKS };
static const int errors[] = {0, EMFILE, EAGAIN, ENOMEM, ENOLCK};
static atomic_int family;

static DIR* (*next_opendir)(const char*);
static FILE* (*next_fopen)(const char*, const char*);
static int (*next_create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
static int (*next_mutex)(pthread_mutex_t*, const pthread_mutexattr_t*);
static int (*next_condition)(pthread_cond_t*, const pthread_condattr_t*);
static int (*next_rwlock)(pthread_rwlock_t*, const pthread_rwlockattr_t*);

static void find(const char* name, void* pointer) {
  void* found = dlsym(RTLD_NEXT, name);
  memcpy(pointer, &found, sizeof found);
}

__attribute__((constructor)) static void find_all(void) {
  find("opendir", &next_opendir);
  find("fopen", &next_fopen);
  find("pthread_create", &next_create);
  find("pthread_mutex_init", &next_mutex);
  find("pthread_cond_init", &next_condition);
  find("pthread_rwlock_init", &next_rwlock);
}

/* which: a family, 0 for none.  number: from 1.  Returns how many have failed since the
** last time. */
EXPORT long fail_calls_at(int which, long number, int flags) {
  atomic_store(&family, 0);
  const long before = countdown_from(number, flags);
  atomic_store(&family, which);
  return before;
}

static int fails(int which) {
  if (atomic_load(&family) != which || !countdown_fails()) return 0;
  errno = errors[which];
  return 1;
}

static int open_at(int folder, const char* path, int flags, int mode) {
  if (fails(DESCRIPTORS)) return -1;
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static int mode_of(int flags, va_list more) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, int)
                                                                    : 0;
}

#define OPEN(folder)                     \
  va_list more;                          \
  va_start(more, flags);                 \
  const int mode = mode_of(flags, more); \
  va_end(more);                          \
  return open_at((folder), path, flags, mode)

EXPORT int open(const char* path, int flags, ...) {
  OPEN(AT_FDCWD);
}
EXPORT int open64(const char* path, int flags, ...) {
  OPEN(AT_FDCWD);
}
EXPORT int openat(int folder, const char* path, int flags, ...) {
  OPEN(folder);
}
EXPORT int openat64(int folder, const char* path, int flags, ...) {
  OPEN(folder);
}

/* What a call becomes with _FORTIFY_SOURCE. */
EXPORT int __open_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
EXPORT int __open64_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
EXPORT int __openat_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}
EXPORT int __openat64_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}

EXPORT DIR* opendir(const char* path) {
  return fails(DESCRIPTORS) ? NULL : next_opendir(path);
}
EXPORT FILE* fopen(const char* path, const char* mode) {
  return fails(DESCRIPTORS) ? NULL : next_fopen(path, mode);
}
EXPORT FILE* fopen64(const char* path, const char* mode) {
  return fails(DESCRIPTORS) ? NULL : next_fopen(path, mode);
}

#define NEW(name, parameters, ...)                              \
  EXPORT int name parameters {                                  \
    return fails(DESCRIPTORS) ? -1 : (int)syscall(__VA_ARGS__); \
  }
NEW(socket, (int domain, int type, int protocol), SYS_socket, domain, type, protocol)
NEW(socketpair, (int domain, int type, int protocol, int* ends), SYS_socketpair, domain,
    type, protocol, ends)
NEW(accept4, (int fd, void* address, void* size, int flags), SYS_accept4, fd, address,
    size, flags)
NEW(eventfd, (unsigned value, int flags), SYS_eventfd2, value, flags)
NEW(epoll_create1, (int flags), SYS_epoll_create1, flags)
NEW(epoll_create, (int size), SYS_epoll_create1, size > 0 ? 0 : -1)
NEW(pipe2, (int* ends, int flags), SYS_pipe2, ends, flags)
NEW(pipe, (int* ends), SYS_pipe2, ends, 0)
NEW(dup, (int fd), SYS_dup, fd)
NEW(inotify_init1, (int flags), SYS_inotify_init1, flags)
NEW(memfd_create, (const char* name, unsigned flags), SYS_memfd_create, name, flags)
NEW(timerfd_create, (int clock, int flags), SYS_timerfd_create, clock, flags)

static int control(int fd, int command, void* argument) {
  const int new = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  const int lock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
                   command == F_OFD_SETLKW;
  if ((new&& fails(DESCRIPTORS)) || (lock && fails(LOCKS))) return -1;
  return (int)syscall(SYS_fcntl, fd, command, argument);
}

#define CONTROL                               \
  va_list more;                               \
  va_start(more, command);                    \
  void* const argument = va_arg(more, void*); \
  va_end(more);                               \
  return control(fd, command, argument)

EXPORT int fcntl(int fd, int command, ...) {
  CONTROL;
}
EXPORT int fcntl64(int fd, int command, ...) {
  CONTROL;
}

EXPORT int flock(int fd, int operation) {
  return fails(LOCKS) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

/* These return their error. */
EXPORT int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* how_to) {
  return fails(LOCKS) ? EAGAIN : next_mutex(mutex, how_to);
}
EXPORT int pthread_cond_init(pthread_cond_t* condition,
                             const pthread_condattr_t* how_to) {
  return fails(LOCKS) ? EAGAIN : next_condition(condition, how_to);
}
EXPORT int pthread_rwlock_init(pthread_rwlock_t* lock,
                               const pthread_rwlockattr_t* how_to) {
  return fails(LOCKS) ? EAGAIN : next_rwlock(lock, how_to);
}
EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* how_to,
                          void* (*body)(void*), void* argument) {
  return fails(THREADS) ? EAGAIN : next_create(thread, how_to, body, argument);
}

EXPORT void* mmap(void* place, size_t size, int protection, int flags, int fd,
                  off_t offset) {
  if (fails(MAPPINGS)) return MAP_FAILED;
  return (void*)syscall(SYS_mmap, place, size, protection, flags, fd, offset);
}
EXPORT void* mmap64(void* place, size_t size, int protection, int flags, int fd,
                    off64_t offset) {
  return mmap(place, size, protection, flags, fd, offset);
}
EXPORT void* mremap(void* place, size_t before, size_t after, int flags, ...) {
  va_list more;
  va_start(more, flags);
  void* const where = (flags & MREMAP_FIXED) != 0 ? va_arg(more, void*) : NULL;
  va_end(more);
  if (fails(MAPPINGS)) return MAP_FAILED;
  return (void*)syscall(SYS_mremap, place, before, after, flags, where);
}
EXPORT int mprotect(void* place, size_t size, int protection) {
  return fails(MAPPINGS) ? -1 : (int)syscall(SYS_mprotect, place, size, protection);
}
EXPORT int madvise(void* place, size_t size, int advice) {
  return fails(MAPPINGS) ? -1 : (int)syscall(SYS_madvise, place, size, advice);
}
EXPORT int mlock(const void* place, size_t size) {
  return fails(MAPPINGS) ? -1 : (int)syscall(SYS_mlock, place, size);
}
