// An authorization server that rotates strictly: a refresh token is good for one use, and
// presenting it again revokes the sign-in that it belongs to.
#ifndef XAI_TESTS_SIMULATION_SIM_IDP_H_
#define XAI_TESTS_SIMULATION_SIM_IDP_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "http/transport.h"

namespace xai {

class SimIdp {
 public:
  // `grace_ms`: for how long a spent token is still taken.
  SimIdp(int64_t token_life_ms, int64_t grace_ms)
      : token_life_ms_(token_life_ms), grace_ms_(grace_ms) {}

  HttpResponse Handle(std::string_view url, std::string_view form, int64_t now_ms);

  // Of "at-7" and "rt-7": 7; 0 if it is neither.
  static int64_t NumberOf(std::string_view token);

  // By a token's number: its sign-in, whether that is revoked, whether the refresh token
  // is spent.
  int64_t FamilyOf(int64_t number) const;
  bool IsRevoked(int64_t number) const;
  bool IsSpent(int64_t number) const;

  int64_t last_token() const { return last_token_; }
  int64_t rotations() const { return rotations_; }
  // Tokens that were presented although they were spent.
  int64_t presented_again() const { return presented_again_; }
  int64_t sign_ins() const { return last_family_; }

 private:
  struct Token {
    int64_t family = 0;
    bool spent = false;
    int64_t spent_at_ms = 0;
  };
  struct Family {
    bool revoked = false;
    int64_t current = 0;
  };

  HttpResponse SignIn();
  HttpResponse Refresh(int64_t presented, int64_t now_ms);
  HttpResponse Tokens(int64_t family);

  int64_t token_life_ms_;
  int64_t grace_ms_;
  std::map<int64_t, Token> tokens_;
  std::map<int64_t, Family> families_;
  int64_t last_token_ = 0;
  int64_t last_family_ = 0;
  int64_t rotations_ = 0;
  int64_t presented_again_ = 0;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_SIM_IDP_H_
