/* host LIBRARY CONFIG JSON: a host built with the header of one version: 1.0 as it was
** published, the next minor (LLMP_NEXT_MINOR), or another major.  It completes JSON and
*asks
** for the status, and prints what it sees.  No byte behind its llmp_host can be read.
**
** Frozen with the header of 1.0: what was built of it must work for ever.  */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "llm_provider.h"
#include "page_end.h"

typedef int32_t (*request_function)(llmp_provider* p, uint64_t queue, uint64_t request,
                                    const char* json, size_t size);

enum { kBatch = 16, kWaitsMax = 600, kWaitMs = 100 };

#ifdef LLMP_NEXT_MINOR
static int32_t is_metered(const llmp_host* host) {
  (void)host;
  return 1;
}

static void print_next(llmp_provider* p) {
  if (LLMP_HAS(p, llmp_provider, pause)) {
    printf("pause %d\n", (int)p->pause(p, 1));
  } else {
    puts("no pause");
  }
}
#else
static void print_next(llmp_provider* p) {
  (void)p;
}
#endif

static void print_event(const llmp_event* event) {
  if (event->kind == LLMP_EV_TEXT) printf("text %s\n", event->data);
  if (event->kind == LLMP_EV_END) printf("end %d %s\n", (int)event->status, event->data);
}

/* 1 once the request has ended. */
static int run(llmp_provider* p, request_function start, uint64_t request,
               const char* json) {
  const uint64_t queue = p->queue_open(p, LLMP_QUEUE_NOTIFY);
  llmp_event events[kBatch];
  int ended = start(p, queue, request, json, strlen(json)) != LLMP_OK;
  int waits;
  for (waits = 0; !ended && waits < kWaitsMax; ++waits) {
    const int32_t count = p->queue_wait(p, queue, kWaitMs, events, kBatch);
    int32_t i;
    for (i = 0; i < count; ++i) {
      if (events[i].request != request) continue;
      print_event(&events[i]);
      ended = ended || events[i].kind == LLMP_EV_END;
    }
  }
  p->queue_close(p, queue);
  return ended;
}

static llmp_host* make_host(void) {
  llmp_host* host = (llmp_host*)at_page_end(sizeof *host);
  if (host == NULL) return NULL;
  host->struct_size = sizeof *host;
  host->abi_major = LLMP_ABI_MAJOR;
  host->abi_minor = LLMP_ABI_MINOR;
  host->name = "frozen-host";
  host->version = "1.0";
#ifdef LLMP_NEXT_MINOR
  host->is_metered = is_metered;
#endif
  return host;
}

static int talk(llmp_provider* p, const char* json) {
  printf("provider %d.%d state %d\n", p->abi_major, p->abi_minor, (int)p->state);
  if (p->abi_major != LLMP_ABI_MAJOR) { /* no further than the head */
    printf("info %s\n", p->info);
    return 1;
  }
  print_next(p);
  return run(p, p->complete, 1, json) &&
         run(p, p->onboarding_action, 2, "{\"action\":\"status\"}");
}

int main(int argc, char** argv) {
  const llmp_entry* (*entry_point)(void) = NULL;
  llmp_provider* p = NULL;
  llmp_host* host = make_host();
  int good;
  void* library = argc == 4 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL || host == NULL) {
    fprintf(stderr, "usage: host LIBRARY CONFIG JSON\n%s\n", argc == 4 ? dlerror() : "");
    return 2;
  }
  *(void**)&entry_point = dlsym(library, "llmp_entry_point");
  if (entry_point == NULL || entry_point()->magic != LLMP_MAGIC) return 2;
  printf("majors %d to %d\n", entry_point()->major_min, entry_point()->major_max);
  p = entry_point()->create(LLMP_ABI_MAJOR, host, argv[2], strlen(argv[2]));
  if (p == NULL) return 2;
  good = talk(p, argv[3]);
  p->destroy(p);
  close_page(host, sizeof *host);
  (void)dlclose(library);
  puts("destroyed");
  return good ? 0 : 1;
}
