// The endpoints with which a test steers the simulator and looks into it, all below
// /control and without any sign-in:
//
//   GET requests   the last thousand requests, oldest first, credentials masked where
//                  they belong
//   GET stats      the counters of journal.h
//   GET secrets    every token and device code that was handed out
//   GET settings   what is in force;  POST settings  changes the members that are given
//   GET scenes     how many scenes wait;  POST scene  queues one, as scenes.h says
//   DELETE requests, DELETE scenes      forgets them
//                  or plays one with a name, as host-api/abi.md says
//   POST approve, POST deny             {"user_code":...} decides a sign-in
//   POST expire-access                  ends all access tokens that live now
//   POST revoke-all                     ends all families with all their tokens
//   POST rewind                         makes used refresh tokens and device codes good
//                                       again, for tests that go back to a copy of them
#ifndef XAI_TESTS_SIM_CONTROL_H_
#define XAI_TESTS_SIM_CONTROL_H_

#include "sim/device_flows.h"
#include "sim/grants.h"
#include "sim/http_types.h"
#include "sim/journal.h"
#include "sim/scenes.h"

namespace xai::sim {

class Control {
 public:
  Control(Settings& settings, DeviceFlows& flows, Grants& grants, Journal& journal,
          Scenes& scenes)
      : settings_(settings),
        flows_(flows),
        grants_(grants),
        journal_(journal),
        scenes_(scenes) {}

  // REQUIRES: the path begins with /control/.
  HttpReply Handle(const HttpRequest& request);

 private:
  HttpReply Get(std::string_view name) const;
  HttpReply Delete(std::string_view name);
  HttpReply Post(std::string_view name, const HttpRequest& request);
  HttpReply Decide(const JsonValue& body, bool approve);
  // A scene with a name, in the words of host-api/abi.md.
  HttpReply PlayNamed(const JsonValue& body);

  Settings& settings_;
  DeviceFlows& flows_;
  Grants& grants_;
  Journal& journal_;
  Scenes& scenes_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CONTROL_H_
