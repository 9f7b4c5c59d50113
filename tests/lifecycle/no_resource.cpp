// A descriptor, a thread, a mapping or a lock is not to be had, or none from one on: see
// fail_calls.c.
#include <dlfcn.h>
#include <sys/mman.h>

#include <cstdio>
#include <map>
#include <set>

#include "lifecycle/resource_calls.h"
#include "lifecycle/scenarios.h"

namespace xai {
namespace {

using FailAt = long (*)(int family, long number, int flags);
FailAt g_fail_at;

enum Flags { kAllThatFollow = 1 };
// More than any call needs.
constexpr long kNumberMax = 1'000;

const std::map<std::string, int> kFamilies = {
    {"descriptors", 1}, {"threads", 2}, {"mappings", 3}, {"locks", 4}};

// The number of calls that were refused.
long Attempt(Subject* subject, const ResourceCall& call, int family, long number,
             int flags) {
  const size_t descriptors = CountDescriptors();
  const size_t threads = CountThreads();
  subject->Begin(call.own_sign_in);
  call.before(subject);
  (void)g_fail_at(family, number, flags);
  call.scarce(subject);
  const long refused = g_fail_at(0, 0, 0);
  call.after(subject);
  subject->Destroy();
  // A thread that was joined may be listed for a moment.
  subject->Check(Await([&] { return CountThreads() == threads; }), "a thread is left");
  subject->Check(CountDescriptors() == descriptors, "a descriptor is left");
  return refused;
}

// That no mapping is counted could also mean that none is seen.
void RequireMappingsSeen() {
  (void)g_fail_at(kFamilies.at("mappings"), 1, 0);
  void* place = mmap(nullptr, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Require(place == MAP_FAILED && g_fail_at(0, 0, 0) == 1, "mmap() was not refused");
}

// How many calls of the family it makes.
long Try(Subject* subject, const ResourceCall& call, int family, int flags) {
  for (long number = 1; number < kNumberMax; ++number) {
    subject->where = call.name +
                     (flags == 0 ? " without number " : " without any from ") +
                     std::to_string(number);
    if (Attempt(subject, call, family, number, flags) == 0) return number - 1;
  }
  subject->Check(false, "there is no end");
  return 0;
}

}  // namespace

// MORE: the family, and a call, or none for all.  Prints for each call how many calls of
// the family it makes, and the errors that it ended with.
int NoResource(const Arguments& arguments) {
  g_fail_at = reinterpret_cast<FailAt>(dlsym(RTLD_DEFAULT, "fail_calls_at"));
  Require(g_fail_at != nullptr, "fail_calls is not preloaded");
  RequireMappingsSeen();
  const int family = kFamilies.at(arguments.more.at(0));
  const std::string only = arguments.more.size() > 1 ? arguments.more[1] : "";
  const Library library(arguments.library);
  // OpenSSL never tries again what has failed when it does something once in a process.
  RequireSound(library, arguments.config);
  Subject subject(library, arguments);
  const char* separator = "{";
  for (const ResourceCall& call : ResourceCalls()) {
    if (!only.empty() && call.name != only) continue;
    subject.errors.clear();
    const long one = Try(&subject, call, family, 0);
    const long all = Try(&subject, call, family, kAllThatFollow);
    std::printf("%s\"%s\":{\"one\":%ld,\"all\":%ld,\"errors\":[", separator,
                call.name.c_str(), one, all);
    const char* comma = "";
    for (const std::string& error : subject.errors) {
      std::printf("%s\"%s\"", comma, error.c_str());
      comma = ",";
    }
    std::printf("]}\n");
    (void)std::fflush(stdout);
    separator = ",";
  }
  RequireSound(library, arguments.config);
  std::printf("}\n");
  return 0;
}

}  // namespace xai
