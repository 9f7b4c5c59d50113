// The control endpoint of a simulated vendor, as host-api/abi.md describes it.
#ifndef XAI_TESTS_VALIDATOR_UPSTREAM_H_
#define XAI_TESTS_VALIDATOR_UPSTREAM_H_

#include <string>
#include <vector>

#include "validator/subject.h"

namespace validator {

// POST URL/scene.  Skips the test if the vendor cannot play it (404), fails if it is not
// there.
void Play(const World& world, const llmp::Json& scene);
// Forgets all scenes.  Throws unless the vendor is there.
void Reset(const World& world);
// GET URL/secrets: each token and code that it has handed out.
std::vector<std::string> Secrets(const World& world);

// Waits until the vendor is sending `count` answers.  Skips the test if it does not tell,
// fails with `what` if it does not come to that.  From GET URL/scenes.
void AwaitRunning(const World& world, std::int64_t count, const std::string& what);

// The next completion: text in these pieces, each sent `repeat` times.
llmp::Json Says(const std::vector<std::string>& pieces);

// Decides a sign-in that was started: "approved", "denied" or "expired".
void Decide(const World& world, const std::string& user_code, const std::string& outcome);

// False if info.features leaves it out: then nobody signs in.
bool HasDeviceFlow(const Subject& subject);
// Signs in unless somebody is: start, approve, poll.  Returns what poll said, or status.
llmp::Json SignIn(const World& world, Subject* subject);
// poll, and again whenever it says so, until it is not pending.
Event PollToTheEnd(Subject* subject);
// The model to talk to: the default one, or else the first.
std::string SomeModel(Subject* subject);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_UPSTREAM_H_
