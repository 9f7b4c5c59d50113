/* llm_provider.h - the C ABI between an agent runtime (the host) and an LLM provider (the plugin).
**
** A plugin is one shared library that exports one function, llmp_entry_point().  From there:
**
**     const llmp_entry *e = llmp_entry_point();
**     llmp_provider *p = e->create(LLMP_ABI_MAJOR, &host, config, strlen(config));
**     uint64_t q = p->queue_open(p, 0);
**     p->complete(p, q, 1, json, strlen(json));
**     while ((n = p->queue_wait(p, q, -1, ev, 64)) > 0) ...   -- until LLMP_EV_END of request 1
**
** The rules, once, for everything below:
**
** 1. Bytes you pass in are copied before the call returns.  Bytes you receive stay valid until the
**    next queue_wait() or queue_close() on the same queue.  Nothing is freed across the boundary.
** 2. All text is UTF-8.  Text you receive also has a NUL after its last byte.
** 3. JSON carries what changes often, structs carry what arrives often.  Ignore unknown JSON
**    members and unknown event kinds.
** 4. No call blocks, except queue_wait() for as long as you asked, and destroy().
** 5. The plugin never calls you with content.  The callbacks in llmp_host are all optional.
** 6. No C++ exception, signal, longjmp or exit() leaves the plugin.
** 7. A struct only grows at its end.  Test a late member with LLMP_HAS() before you touch it.
** 8. A provider that cannot work still answers every call: see LLMP_UNAVAILABLE.
**
** Threads.  Each function carries one mark:
**    [any-thread]    call it from any thread, at the same time as any other
**    [one-waiter]    any thread, but one at a time for each queue
**    [alone]         no other call on this provider is running, or comes later
**    [plugin-thread] the plugin calls you, from a thread that you did not create
*/
/* clang-format off */
#ifndef LLM_PROVIDER_H
#define LLM_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

/* MAJOR changes when an existing host or plugin would break, MINOR when something is appended. */
#define LLMP_ABI_MAJOR 1
#define LLMP_ABI_MINOR 0

#if defined(_WIN32)
#   define LLMP_CALL   __cdecl
#   define LLMP_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#   define LLMP_CALL
#   define LLMP_EXPORT __attribute__((visibility("default")))
#else
#   define LLMP_CALL
#   define LLMP_EXPORT
#endif

/* True if obj was built with a header that has this member, and has set it. */
#define LLMP_HAS(obj, type, member)                                                                \
   ((obj)->struct_size >= offsetof(type, member) + sizeof((obj)->member) && (obj)->member)

#ifdef __cplusplus
extern "C" {
#endif

typedef struct llmp_entry    llmp_entry;
typedef struct llmp_host     llmp_host;
typedef struct llmp_provider llmp_provider;

/* Results.  Negative means failure; the same numbers appear in llmp_event.status. */
enum {
   LLMP_OK            = 0,
   LLMP_E_INVALID     = -1,  /* an argument or the JSON is wrong: fix the caller                  */
   LLMP_E_NO_MEMORY   = -2,
   LLMP_E_CLOSED      = -3,  /* the queue or the provider is shutting down                        */
   LLMP_E_UNAVAILABLE = -4,  /* ..._backend_unavailable: do not retry, read the error's hint      */
   LLMP_E_UNSUPPORTED = -5,  /* the request needs something this plugin does not know             */
   LLMP_E_CANCELLED   = -6,
   LLMP_E_NO_AUTH     = -7,  /* not signed in, or the grant was revoked: run onboarding           */
   LLMP_E_DENIED      = -8,  /* signed in, but the account may not do this: do not retry          */
   LLMP_E_RATE_LIMIT  = -9,  /* wait; the error document has retry_after_ms when upstream said it */
   LLMP_E_NETWORK     = -10, /* never reached upstream, or lost it                                */
   LLMP_E_UPSTREAM    = -11, /* upstream answered, wrongly                                        */
   LLMP_E_INTERNAL    = -12, /* a bug in the plugin, contained                                    */
   LLMP_E_FORKED      = -13, /* this process is a fork of the one that called create()            */
   LLMP_E_STORE       = -14, /* the credential store cannot be read or written: signing in again  */
                             /* would not help; the document says what would                      */
   LLMP_E_TRUNCATED   = -15  /* upstream stopped in mid-answer: what you got is a prefix          */
};

/* llmp_provider.state, decided in create() and constant from then on. */
enum {
   LLMP_READY       = 1,
   LLMP_UNAVAILABLE = 2
};

/* llmp_event.kind */
enum {
   LLMP_EV_START          = 1, /* always the first; data: JSON {"model":..., "lane":..., ...}     */
   LLMP_EV_TEXT           = 2, /* data: the next bytes of the answer, whole code points           */
   LLMP_EV_REASONING      = 3, /* data: the next bytes of the visible reasoning                   */
   LLMP_EV_TOOL_CALL      = 4, /* data: JSON {"id":..., "name":...}; index numbers the call       */
   LLMP_EV_TOOL_ARGS      = 5, /* data: the next bytes of the arguments of call `index`           */
   LLMP_EV_USAGE          = 6, /* data: JSON {"input_tokens":..., "output_tokens":...}            */
   LLMP_EV_END            = 7, /* exactly one for each accepted request, and its last; see status */
   LLMP_EV_MODELS_CHANGED = 8, /* request is 0: drop cached model lists                           */
   LLMP_EV_AUTH_CHANGED   = 9, /* request is 0: signed in, refreshed or signed out                */
   LLMP_EV_LOG            = 10 /* request is 0, status: level; only if llmp_host.log is null      */
};

/* One thing that happened.  This layout is frozen: 64 bytes where pointers have 8. */
typedef struct llmp_event {
   uint64_t    request;  /* the number that you gave the request; 0: about the provider itself    */
   uint32_t    kind;     /* LLMP_EV_*                                                             */
   int32_t     status;   /* LLMP_EV_END: LLMP_OK or LLMP_E_*                                      */
   uint32_t    index;    /* which content part or tool call, from 0                               */
   uint32_t    flags;    /* 0                                                                     */
   const char *data;     /* never null                                                            */
   size_t      size;     /* bytes, without the NUL                                                */
   uint64_t    time_ns;  /* CLOCK_MONOTONIC when the bytes arrived                                */
   uint64_t    reserved[2];
} llmp_event;

/* On failure, LLMP_EV_END's data is the error document:
**    {"ok":false, "error":"rate_limited", "detail":"...", "hint":"...", "retry":true, ...}
** and on success the result, {"ok":true, ...}.  host-api/json.md lists every member and name. */

/* What the host offers.  Only the first five members are required; leave the rest null to get the
** default.  The struct and what it points to must outlive the provider. */
struct llmp_host {
   uint32_t    struct_size; /* sizeof(llmp_host)      */
   uint16_t    abi_major;   /* LLMP_ABI_MAJOR         */
   uint16_t    abi_minor;   /* LLMP_ABI_MINOR         */
   const char *name;        /* "example-agent"        */
   const char *version;     /* "2.3.1"                */
   void       *ctx;         /* yours; the plugin never looks */

   /* Default: LLMP_EV_LOG on notify queues.  level: 0 debug, 1 info, 2 warning, 3 error.
   ** Tokens, codes and prompts are never logged.  [plugin-thread] */
   void(LLMP_CALL *log)(const llmp_host *host, int32_t level, const char *msg);

   /* A queue that was empty is not any more.  Return at once; call nothing on the provider.
   ** For hosts with a loop of their own and no use for queue_fd().  [plugin-thread] */
   void(LLMP_CALL *wake)(const llmp_host *host, uint64_t queue);

   /* Milliseconds since 1970, for token expiry.  Default: the system clock.  [plugin-thread] */
   int64_t(LLMP_CALL *now_ms)(const llmp_host *host);

   /* Null if the host does not have it.  Ids look like
   ** "llm.secret-store/1".  [plugin-thread] */
   const void *(LLMP_CALL *get_extension)(const llmp_host *host, const char *id);
};

/* queue_open() flags */
enum {
   LLMP_QUEUE_NOTIFY = 1 << 0 /* also receive the events whose request is 0 */
};

/* One signed-in (or not yet signed-in) account with one vendor.
**
** In the state LLMP_UNAVAILABLE every function below still works: requests are accepted and end at
** once with LLMP_E_UNAVAILABLE and the error document that info shows.  Nobody needs to check. */
struct llmp_provider {
   /* Down to get_extension this is the same in every major version.  If abi_major is not the one
   ** that you asked for, read no further. */
   uint32_t struct_size;
   uint16_t abi_major;
   uint16_t abi_minor;
   uint32_t state;   /* LLMP_READY or LLMP_UNAVAILABLE */
   uint32_t reserved;

   /* JSON: id, versions, dependencies found, features and, if unavailable, the error document. */
   const char *info;

   /* Cancel everything, join the plugin's threads, free it all, queues included.  At most two
   ** seconds; up to 25 while a token exchange is on the wire, since cutting it could lose the
   ** sign-in.  In a forked child it does nothing.  [alone] */
   void(LLMP_CALL *destroy)(llmp_provider *p);

   /* Null if not supported.  The pointer is valid until destroy().  [any-thread] */
   const void *(LLMP_CALL *get_extension)(const llmp_provider *p, const char *id);

   /* A place where events arrive.  One queue for each request makes an iterator; one queue for all
   ** makes a completion queue.  0 only without memory; no number twice.  [any-thread] */
   uint64_t(LLMP_CALL *queue_open)(llmp_provider *p, uint32_t flags);

   /* Move up to cap events to ev.  timeout_ms: 0 polls, -1 waits forever.  Returns how many, 0 at
   ** the timeout, or LLMP_E_CLOSED.  Adjacent bytes of one part may come joined.  A request whose
   ** unread bytes pass config.window stops reading its socket until you catch up.  [one-waiter] */
   int32_t(LLMP_CALL *queue_wait)(llmp_provider *p, uint64_t queue, int32_t timeout_ms,
                                  llmp_event *ev, uint32_t cap);

   /* Make the running, or else the next, queue_wait() return 0 at once.  [any-thread] */
   void(LLMP_CALL *queue_wake)(llmp_provider *p, uint64_t queue);

   /* A new descriptor, yours to close, that turns readable when an empty queue gets events: for
   ** poll, epoll, asyncio, libuv, Asio, Go.  You may read it; the bytes mean nothing.  Then poll
   ** with queue_wait() until it returns 0.  -1 where the platform has none.  [any-thread] */
   int32_t(LLMP_CALL *queue_fd)(llmp_provider *p, uint64_t queue);

   /* Cancel the queue's requests, drop its unread events and forget it.  Only whoever would wait
   ** next may close; others call queue_wake() and leave it to that one.  [one-waiter] */
   void(LLMP_CALL *queue_close)(llmp_provider *p, uint64_t queue);

   /* Start something; its events arrive on queue, marked with request: a number of your choice, not
   ** 0 and never used twice.  Answers LLMP_OK, LLMP_E_INVALID (null, or a number in use),
   ** LLMP_E_NO_MEMORY, LLMP_E_CLOSED or LLMP_E_FORKED.  Every other failure is an LLMP_EV_END, so
   ** there is one place to handle it.  [any-thread] */
   int32_t(LLMP_CALL *list_models)(llmp_provider *p, uint64_t queue, uint64_t request,
                                   const char *json, size_t size);
   int32_t(LLMP_CALL *complete)(llmp_provider *p, uint64_t queue, uint64_t request,
                                const char *json, size_t size);

   /* {"action":"status" | "start" | "poll" | "cancel" | "logout" | "refresh" | "models", ...},
   ** or another that json.md names.
   ** [any-thread] */
   int32_t(LLMP_CALL *onboarding_action)(llmp_provider *p, uint64_t queue, uint64_t request,
                                         const char *json, size_t size);

   /* Ask a request to end soon.  Its LLMP_EV_END still comes: cancelled, or whatever won the race.
   ** An unknown number is fine: it ended already.  [any-thread] */
   void(LLMP_CALL *cancel)(llmp_provider *p, uint64_t request);

   /* -- end of 1.0 -- */
};

/* Frozen for ever: this is how versions that know nothing of each other talk. */
#define LLMP_MAGIC 0x504D4C4Cu /* "LLMP" */
struct llmp_entry {
   uint32_t    magic;
   uint16_t    major_min, major_max; /* the majors that create() speaks                           */
   const char *manifest;             /* the manifest.json that this binary was built with         */

   /* Never null except without memory.  config: JSON {"state_dir":..., "window":..., ...}.  With a
   ** major that the plugin does not speak, the result is LLMP_UNAVAILABLE.  Fast, no network, no
   ** thread until the first request.  [any-thread] */
   llmp_provider *(LLMP_CALL *create)(uint32_t major, const llmp_host *host, const char *config,
                                      size_t size);
};

/* The one exported symbol.  Runs no code worth naming; the result is static.  [any-thread] */
LLMP_EXPORT const llmp_entry *LLMP_CALL llmp_entry_point(void);

#ifdef __cplusplus
}
#endif
#endif
