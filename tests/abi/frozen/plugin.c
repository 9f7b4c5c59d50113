/* A plugin of one provider and one thread, built with the header of one version: 1.0 as
 *it
 ** was published, the next minor (LLMP_NEXT_MINOR), or another major.  It says what it
 *sees of
 ** its host.  No byte behind its provider can be read, and of a provider of another major
 ** there is the head alone.
 **
 ** config: {"mark":"PATH"}: destroy() makes that file.  {"silent":true}: info says
 *nothing.
 **
 ** Frozen with the header of 1.0: what was built of it must work for ever.  */
#include <stdio.h>
#include <string.h>

#include "llm_provider.h"
#include "page_end.h"

#ifndef PLUGIN_MAGIC
#define PLUGIN_MAGIC LLMP_MAGIC
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define MAJOR TEXT(LLMP_ABI_MAJOR)

enum { kEventsMax = 16, kTextMax = 512 };

struct frozen {
  llmp_provider* provider;
  size_t provider_bytes;
  const llmp_host* host;
  char mark[kTextMax];
  uint64_t queues;
  /* What waits to be taken, all of one queue. */
  uint64_t queue;
  llmp_event events[kEventsMax];
  uint32_t count;
  char text[kTextMax];
};
static struct frozen self;

static void push(uint64_t request, uint32_t kind, const char* data) {
  llmp_event* event = &self.events[self.count++];
  memset(event, 0, sizeof *event);
  event->request = request;
  event->kind = kind;
  event->data = data;
  event->size = strlen(data);
}

static int32_t take(uint64_t queue, uint64_t request, const char* json) {
  if (json == NULL || request == 0 || queue == 0 || queue > self.queues) {
    return LLMP_E_INVALID;
  }
  self.queue = queue;
  self.count = 0;
  return LLMP_OK;
}

static int32_t list_models(llmp_provider* p, uint64_t queue, uint64_t request,
                           const char* json, size_t size) {
  const int32_t result = take(queue, request, json);
  (void)p, (void)size;
  if (result == LLMP_OK) push(request, LLMP_EV_END, "{\"ok\":true}");
  return result;
}

static const char* metered(const llmp_host* host) {
#ifdef LLMP_NEXT_MINOR
  if (LLMP_HAS(host, llmp_host, is_metered)) {
    return host->is_metered(host) ? "metered" : "not metered";
  }
  return "no is_metered";
#else
  (void)host;
  return "of 1.0";
#endif
}

static int32_t complete(llmp_provider* p, uint64_t queue, uint64_t request,
                        const char* json, size_t size) {
  const int32_t result = take(queue, request, json);
  (void)p, (void)size;
  if (result != LLMP_OK) return result;
  (void)snprintf(self.text, sizeof self.text, "plugin %d.%d, host %d.%d: %s",
                 LLMP_ABI_MAJOR, LLMP_ABI_MINOR, self.host->abi_major,
                 self.host->abi_minor, metered(self.host));
  push(request, LLMP_EV_START, "{\"model\":\"m\",\"lane\":\"chat_completions\"}");
  push(request, LLMP_EV_TEXT, self.text);
  push(request, LLMP_EV_END, "{\"ok\":true}");
  return LLMP_OK;
}

static uint64_t queue_open(llmp_provider* p, uint32_t flags) {
  (void)p, (void)flags;
  return ++self.queues;
}

static int32_t queue_wait(llmp_provider* p, uint64_t queue, int32_t timeout_ms,
                          llmp_event* ev, uint32_t cap) {
  uint32_t count = queue == self.queue ? self.count : 0;
  (void)p, (void)timeout_ms;
  if (count > cap) count = cap;
  memcpy(ev, self.events, count * sizeof *ev);
  memmove(self.events, self.events + count, (self.count - count) * sizeof *ev);
  self.count -= count;
  return (int32_t)count;
}

static void queue_wake(llmp_provider* p, uint64_t queue) {
  (void)p, (void)queue;
}

static int32_t queue_fd(llmp_provider* p, uint64_t queue) {
  (void)p, (void)queue;
  return -1;
}

static void cancel(llmp_provider* p, uint64_t request) {
  (void)p, (void)request;
}

static const void* get_extension(const llmp_provider* p, const char* id) {
  (void)p, (void)id;
  return NULL;
}

#ifdef LLMP_NEXT_MINOR
static int32_t pause_request(llmp_provider* p, uint64_t request) {
  (void)p;
  return request == 0 ? LLMP_E_INVALID : LLMP_OK;
}
#endif

static void destroy(llmp_provider* p) {
  FILE* mark = self.mark[0] != '\0' ? fopen(self.mark, "w") : NULL;
  if (mark != NULL) (void)fclose(mark);
  close_page(p, self.provider_bytes);
  memset(&self, 0, sizeof self);
}

static void fill(llmp_provider* p) {
  p->queue_open = queue_open;
  p->queue_wait = queue_wait;
  p->queue_wake = queue_wake;
  p->queue_fd = queue_fd;
  p->queue_close = queue_wake;
  p->list_models = list_models;
  p->complete = complete;
  p->onboarding_action = list_models;
  p->cancel = cancel;
#ifdef LLMP_NEXT_MINOR
  p->pause = pause_request;
#endif
}

static const char* refusal(uint32_t major, int silent) {
  static char text[kTextMax];
  (void)snprintf(text, sizeof text,
                 "{\"id\":\"frozen\",\"error\":{\"ok\":false,"
                 "\"error\":\"frozen_backend_unavailable\",\"reason\":\"%s\","
                 "\"detail\":\"host %u, plugin " MAJOR " to " MAJOR
                 "\",\"hint\":\"update\",\"retry\":false}}",
                 (int32_t)major < LLMP_ABI_MAJOR ? "host_too_old" : "host_too_new",
                 major);
  return silent ? "{}" : text;
}

static llmp_provider* create(uint32_t major, const llmp_host* host, const char* config,
                             size_t size) {
  const int foreign = major != LLMP_ABI_MAJOR;
  const char* mark = strstr(config, "\"mark\"");
  llmp_provider* p = NULL;
  (void)size;
  self.provider_bytes = foreign ? offsetof(llmp_provider, queue_open) : sizeof *p;
  p = (llmp_provider*)at_page_end(self.provider_bytes);
  if (p == NULL) return NULL;
  if (mark != NULL) (void)sscanf(mark, "\"mark\" : \"%511[^\"]\"", self.mark);
  self.provider = p;
  self.host = host;
  p->struct_size = (uint32_t)self.provider_bytes;
  p->abi_major = LLMP_ABI_MAJOR;
  p->abi_minor = LLMP_ABI_MINOR;
  p->state = foreign ? LLMP_UNAVAILABLE : LLMP_READY;
  p->info = foreign ? refusal(major, strstr(config, "\"silent\"") != NULL)
                    : "{\"id\":\"frozen\",\"state\":\"ready\"}";
  p->destroy = destroy;
  p->get_extension = get_extension;
  if (!foreign) fill(p);
  return p;
}

const llmp_entry* llmp_entry_point(void) {
  static const llmp_entry entry = {
      PLUGIN_MAGIC, LLMP_ABI_MAJOR, LLMP_ABI_MAJOR,
      "{\"manifest_version\":1,\"id\":\"frozen\",\"name\":\"Frozen\",\"version\":\"1.0."
      "0\","
      "\"interface\":{\"id\":\"llm.provider\",\"major_min\":" MAJOR
      ",\"major_max\":" MAJOR "},\"library\":{\"linux-x86_64\":\"lib/frozen.so\"}}",
      create};
  return &entry;
}
