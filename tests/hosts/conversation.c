/* conversation LIBRARY CONFIG <SCRIPT: a host in C99, without any other code of ours than
** llm_provider.h.
**
** Each line of SCRIPT is a call and its JSON: "complete {...}", "list_models {}" or
** "onboarding_action {...}".  Prints what the other two conversations print, byte for
*byte:
** a line for each event, bytes of one part joined; of an end its status, and the document
*if
** the provider is unavailable. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llm_provider.h"

enum { kLineBytesMax = 1 << 20, kBatch = 16 };

static const char* const kNames[] = {NULL,        "start",     "text",  "reasoning",
                                     "tool_call", "tool_args", "usage", "end"};

/* What is being printed: bytes of the same part go on in the same line. */
struct part {
  uint32_t kind;
  uint32_t index;
};

static void print_event(const llmp_event* event, struct part* last) {
  const int joins = event->kind == LLMP_EV_TEXT || event->kind == LLMP_EV_REASONING ||
                    event->kind == LLMP_EV_TOOL_ARGS;
  const size_t known = sizeof kNames / sizeof kNames[0];
  if (event->request == 0 || event->kind == 0 || event->kind >= known) return;
  if (!joins || event->kind != last->kind || event->index != last->index) {
    if (last->kind != 0) putchar('\n');
    printf("%s %u ", kNames[event->kind], (unsigned)event->index);
  }
  last->kind = event->kind;
  last->index = event->index;
  if (event->kind == LLMP_EV_END) printf("%d ", (int)event->status);
  if (event->kind != LLMP_EV_END || event->status == LLMP_E_UNAVAILABLE) {
    fwrite(event->data, 1, event->size, stdout);
  }
}

static int run(llmp_provider* p, uint64_t request, const char* call, const char* json) {
  const uint64_t queue = p->queue_open(p, 0);
  struct part last = {0, 0};
  llmp_event events[kBatch];
  int32_t result = LLMP_E_INVALID;
  int ended = 0;
  if (strcmp(call, "complete") == 0) {
    result = p->complete(p, queue, request, json, strlen(json));
  } else if (strcmp(call, "list_models") == 0) {
    result = p->list_models(p, queue, request, json, strlen(json));
  } else if (strcmp(call, "onboarding_action") == 0) {
    result = p->onboarding_action(p, queue, request, json, strlen(json));
  }
  while (result == LLMP_OK && !ended) {
    const int32_t count = p->queue_wait(p, queue, -1, events, kBatch);
    int32_t i;
    if (count < 0) result = count;
    for (i = 0; i < count; ++i) {
      print_event(&events[i], &last);
      if (events[i].kind == LLMP_EV_END && events[i].request == request) ended = 1;
    }
  }
  putchar('\n');
  p->queue_close(p, queue);
  return result == LLMP_OK;
}

int main(int argc, char** argv) {
  static char line[kLineBytesMax];
  const llmp_entry* (*entry_point)(void) = NULL;
  llmp_host host = {0};
  llmp_provider* provider;
  uint64_t request = 0;
  int good = 1;
  void* library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL) {
    fprintf(stderr, "usage: conversation LIBRARY CONFIG <SCRIPT\n");
    return 2;
  }
  *(void**)&entry_point = dlsym(library, "llmp_entry_point");
  if (entry_point == NULL) return 2;
  host.struct_size = sizeof host;
  host.abi_major = LLMP_ABI_MAJOR;
  host.abi_minor = LLMP_ABI_MINOR;
  host.name = "conversation";
  host.version = "1.0";
  provider = entry_point()->create(LLMP_ABI_MAJOR, &host, argv[2], strlen(argv[2]));
  if (provider == NULL) return 2;
  while (good && fgets(line, sizeof line, stdin) != NULL) {
    char* json = strchr(line, ' ');
    if (json == NULL) continue;
    *json++ = '\0';
    json[strcspn(json, "\n")] = '\0';
    good = run(provider, ++request, line, json);
  }
  provider->destroy(provider);
  return good ? 0 : 1;
}
