/* Prints the layout of the ABI: what host-api/abi/llm_provider-1.0.layout keeps for ever.
 */
#include <stdio.h>

#include "llm_provider.h"

_Static_assert(sizeof(llmp_event) == 64, "llmp_event is frozen");
_Static_assert(sizeof(llmp_entry) == 24, "llmp_entry is frozen");
_Static_assert(offsetof(llmp_entry, create) == 16, "llmp_entry is frozen");
_Static_assert(offsetof(llmp_provider, info) == 16,
               "the head of llmp_provider is frozen");
_Static_assert(offsetof(llmp_provider, destroy) == 24,
               "the head of llmp_provider is frozen");
_Static_assert(offsetof(llmp_provider, get_extension) == 32, "the head is frozen");
_Static_assert(LLMP_ABI_MAJOR == 1 && LLMP_ABI_MINOR == 0,
               "a new version: commit its layout file, and keep the old one passing");

/* Only for structs that may not even grow. */
#define STRUCT(type) printf(#type " size %zu\n", sizeof(type))
#define MEMBER(type, member)                                     \
  printf(#type "." #member " %zu %zu\n", offsetof(type, member), \
         sizeof(((type*)0)->member))
#define VALUE(name) printf(#name " %ld\n", (long)(name))

static void PrintEvent(void) {
  STRUCT(llmp_event);
  MEMBER(llmp_event, request);
  MEMBER(llmp_event, kind);
  MEMBER(llmp_event, status);
  MEMBER(llmp_event, index);
  MEMBER(llmp_event, flags);
  MEMBER(llmp_event, data);
  MEMBER(llmp_event, size);
  MEMBER(llmp_event, time_ns);
  MEMBER(llmp_event, reserved);
}

static void PrintHost(void) {
  MEMBER(llmp_host, struct_size);
  MEMBER(llmp_host, abi_major);
  MEMBER(llmp_host, abi_minor);
  MEMBER(llmp_host, name);
  MEMBER(llmp_host, version);
  MEMBER(llmp_host, ctx);
  MEMBER(llmp_host, log);
  MEMBER(llmp_host, wake);
  MEMBER(llmp_host, now_ms);
  MEMBER(llmp_host, get_extension);
}

static void PrintProvider(void) {
  MEMBER(llmp_provider, struct_size);
  MEMBER(llmp_provider, abi_major);
  MEMBER(llmp_provider, abi_minor);
  MEMBER(llmp_provider, state);
  MEMBER(llmp_provider, reserved);
  MEMBER(llmp_provider, info);
  MEMBER(llmp_provider, destroy);
  MEMBER(llmp_provider, get_extension);
  MEMBER(llmp_provider, queue_open);
  MEMBER(llmp_provider, queue_wait);
  MEMBER(llmp_provider, queue_wake);
  MEMBER(llmp_provider, queue_fd);
  MEMBER(llmp_provider, queue_close);
  MEMBER(llmp_provider, list_models);
  MEMBER(llmp_provider, complete);
  MEMBER(llmp_provider, onboarding_action);
  MEMBER(llmp_provider, cancel);
}

static void PrintEntry(void) {
  STRUCT(llmp_entry);
  MEMBER(llmp_entry, magic);
  MEMBER(llmp_entry, major_min);
  MEMBER(llmp_entry, major_max);
  MEMBER(llmp_entry, manifest);
  MEMBER(llmp_entry, create);
}

static void PrintStatuses(void) {
  VALUE(LLMP_OK);
  VALUE(LLMP_E_INVALID);
  VALUE(LLMP_E_NO_MEMORY);
  VALUE(LLMP_E_CLOSED);
  VALUE(LLMP_E_UNAVAILABLE);
  VALUE(LLMP_E_UNSUPPORTED);
  VALUE(LLMP_E_CANCELLED);
  VALUE(LLMP_E_NO_AUTH);
  VALUE(LLMP_E_DENIED);
  VALUE(LLMP_E_RATE_LIMIT);
  VALUE(LLMP_E_NETWORK);
  VALUE(LLMP_E_UPSTREAM);
  VALUE(LLMP_E_INTERNAL);
  VALUE(LLMP_E_FORKED);
  VALUE(LLMP_E_STORE);
  VALUE(LLMP_E_TRUNCATED);
}

static void PrintOtherValues(void) {
  VALUE(LLMP_MAGIC);
  VALUE(LLMP_READY);
  VALUE(LLMP_UNAVAILABLE);
  VALUE(LLMP_QUEUE_NOTIFY);
  VALUE(LLMP_EV_START);
  VALUE(LLMP_EV_TEXT);
  VALUE(LLMP_EV_REASONING);
  VALUE(LLMP_EV_TOOL_CALL);
  VALUE(LLMP_EV_TOOL_ARGS);
  VALUE(LLMP_EV_USAGE);
  VALUE(LLMP_EV_END);
  VALUE(LLMP_EV_MODELS_CHANGED);
  VALUE(LLMP_EV_AUTH_CHANGED);
  VALUE(LLMP_EV_LOG);
}

int main(void) {
  PrintEntry();
  PrintHost();
  PrintProvider();
  PrintEvent();
  PrintStatuses();
  PrintOtherValues();
  return 0;
}
