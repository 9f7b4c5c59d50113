// The scenarios, by the file that has them.  The tests in Python say what each is for.
#ifndef XAI_TESTS_LIFECYCLE_SCENARIOS_H_
#define XAI_TESTS_LIFECYCLE_SCENARIOS_H_

#include "lifecycle/plugin_host.h"

namespace xai {

// leaving.cpp
int CancelAll(const Arguments& arguments);
int DestroyLive(const Arguments& arguments);
int DlcloseLive(const Arguments& arguments);
int DlcloseInLookup(const Arguments& arguments);
int LeaveLive(const Arguments& arguments);
int LeaveSoon(const Arguments& arguments);
int LeaveJoined(const Arguments& arguments);
int LeaveLate(const Arguments& arguments);

// cycles.cpp
int Cycles(const Arguments& arguments);
int Forget(const Arguments& arguments);

// twice.cpp
int Twice(const Arguments& arguments);

// forking.cpp
int ForkLive(const Arguments& arguments);
int Inherited(const Arguments& arguments);

// threads.cpp
int CancelThreads(const Arguments& arguments);
int CloseWhileItBegins(const Arguments& arguments);
int SmallStacks(const Arguments& arguments);
int CallBack(const Arguments& arguments);
int DestroyInCallback(const Arguments& arguments);

// misuse.cpp
int Misuse(const Arguments& arguments);
int OddText(const Arguments& arguments);
int DestroyAtOnce(const Arguments& arguments);

// no_memory.cpp
int NoMemory(const Arguments& arguments);

// no_resource.cpp
int NoResource(const Arguments& arguments);

// random_destroy.cpp
int RandomDestroy(const Arguments& arguments);

// residue.cpp
int Residue(const Arguments& arguments);

// surroundings.cpp
int Surroundings(const Arguments& arguments);
int Signals(const Arguments& arguments);

}  // namespace xai

#endif  // XAI_TESTS_LIFECYCLE_SCENARIOS_H_
