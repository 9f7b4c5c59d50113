/* For what is preloaded: one call fails, or all from one on. */
#ifndef XAI_TESTS_LIFECYCLE_COUNTDOWN_H_
#define XAI_TESTS_LIFECYCLE_COUNTDOWN_H_

#include <stdatomic.h>

enum { ALL_THAT_FOLLOW = 1, OTHER_THREADS = 2 };

static atomic_long left;   /* until the one that fails; 0 and below: none */
static atomic_long failed; /* since the last countdown_from() */
static atomic_int how;

/* number: from 1; 0 for none.  Returns how many have failed since the last time. */
static long countdown_from(long number, int flags) {
  atomic_store(&left, 0);
  atomic_store(&how, flags);
  atomic_store(&left, number);
  return atomic_exchange(&failed, 0);
}

/* A place for a debugger to stop at. */
static __attribute__((noinline)) int refuse(void) {
  atomic_fetch_add(&failed, 1);
  return 1;
}

/* Counts one more. */
static int countdown_fails(void) {
  long number = atomic_load(&left);
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

#endif /* XAI_TESTS_LIFECYCLE_COUNTDOWN_H_ */
