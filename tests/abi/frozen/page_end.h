/* Memory of which no byte past the end can be touched: the next page is closed. */
#ifndef TESTS_ABI_FROZEN_PAGE_END_H_
#define TESTS_ABI_FROZEN_PAGE_END_H_

#include <stddef.h>
#include <sys/mman.h>

enum { kPageBytes = 1 << 16 }; /* of any machine, since larger pages divide it */

/* Zeroed; null if there is none.  size: a multiple of 8, at most a page. */
static void* at_page_end(size_t size) {
  char* pages = (char*)mmap(NULL, 2 * kPageBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == (char*)MAP_FAILED) return NULL;
  if (mprotect(pages + kPageBytes, kPageBytes, PROT_NONE) != 0) return NULL;
  return pages + kPageBytes - size;
}

/* What at_page_end(size) returned: afterwards every touch of it is fatal. */
static void close_page(void* memory, size_t size) {
  (void)munmap((char*)memory + size - kPageBytes, 2 * kPageBytes);
}

#endif
