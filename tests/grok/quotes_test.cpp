#include "grok/quotes.h"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace xai {
namespace {

constexpr const char* kModel = "grok-4.20-multi-agent-0309";
constexpr const char* kBody =
    R"({"model":"grok-4.20-multi-agent-0309","messages":[{"role":"user","content":)"
    R"("What did the physician say? \"Stay in bed\" he said, caf\u00e9 or no"}],)"
    R"("max_completion_tokens":7,"tools":[{"type":"function","function":{"name":)"
    R"("find_the_secret_place"}}],"reasoning_effort":"low"})";

std::string Hide(std::string_view message) {
  return HideQuotes(message, kBody, kModel);
}

// Matrix E14.
TEST(Quotes, WhatTheRequestSaysIsNotSaidAgain) {
  EXPECT_EQ(Hide("Invalid message: What did the physician say?"), "Invalid message: ...");
  EXPECT_EQ(Hide("'did the physician' is no question"), "'...' is no question");
  EXPECT_EQ(Hide("'did the physicia' is no question"), "'...' is no question");
  EXPECT_EQ(Hide("'did the physici' is no question"), "'did the physici' is no question");
  EXPECT_EQ(Hide("tool find_the_secret_place twice"), "tool ... twice");
  EXPECT_EQ(Hide("physician say? \"Stay in bed\" he said, caf"),
            "physician say? \"Stay in bed\" he said, caf")
      << "escapes may take it apart";
  EXPECT_EQ(Hide("echo: " + std::string(kBody)), "echo: ...");
  EXPECT_EQ(Hide(kBody), "...");
  EXPECT_EQ(Hide(""), "");
  EXPECT_EQ(HideQuotes("a message of its own", "", kModel), "a message of its own");
  EXPECT_EQ(HideQuotes("a message of its own", "short", kModel), "a message of its own");
}

// Matrix E14.
TEST(Quotes, NamesAreSaid) {
  for (const std::string_view message :
       {"Model grok-4.20-multi-agent-0309 does not exist",
        "The model \"grok-4.20-multi-agent-0309\" does not exist",
        "multi-agent-0309 is over", "Argument not supported: max_completion_tokens",
        "\"max_completion_tokens\": must be 16 or more",
        "\"reasoning_effort\" is not one of reasoning_effort"}) {
    EXPECT_EQ(Hide(message), message);
  }
  EXPECT_EQ(Hide(R"(at "max_completion_tokens":7,"tools":)"), "at ...");
  EXPECT_EQ(HideQuotes("****************", "a****************b", kModel), "...")
      << "no name at all";
}

// Whole code points only.
TEST(Quotes, NoHalfOfACodePointIsLeft) {
  const std::string run = "0123456789abcde";  // one byte too short
  const std::string e_acute = "\xC3\xA9", a_tilde = "\xC3\xA3", pound = "\xC2\xA9";
  EXPECT_EQ(HideQuotes("x" + e_acute + run + "y", pound + run, ""), "x...y");
  EXPECT_EQ(HideQuotes("x" + run + e_acute + "y", run + a_tilde, ""), "x...y");
  EXPECT_EQ(HideQuotes(e_acute + run + e_acute, pound + run + a_tilde, ""), "...");
}

// The contract, word by word.  REQUIRES: `message` is valid UTF-8.
std::string HidePlainly(const std::string& message, const std::string& body,
                        const std::string& model) {
  std::vector<bool> covered(message.size());
  for (size_t at = 0; at + kQuoteBytesMin <= message.size(); ++at) {
    if (body.find(message.substr(at, kQuoteBytesMin)) == std::string::npos) continue;
    std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), kQuoteBytesMin, true);
  }
  std::string out;
  std::string run;
  const auto end_run = [&out, &run, &model] {
    std::string name = run;
    const auto is_around = [](char c) { return c == ' ' || c == '"'; };
    while (!name.empty() && is_around(name.back())) name.pop_back();
    while (!name.empty() && is_around(name.front())) name.erase(0, 1);
    const bool said = !name.empty() && model.find(name) != std::string::npos;
    if (!run.empty()) out += said ? run : "...";
    run.clear();
  };
  for (size_t at = 0; at < message.size();) {
    const size_t length = static_cast<unsigned char>(message[at]) < 0x80 ? 1 : 2;
    if (covered[at] || covered[at + length - 1]) {
      run += message.substr(at, length);
    } else {
      end_run();
      out += message.substr(at, length);
    }
    at += length;
  }
  end_run();
  return out;
}

class Maker {
 public:
  // Few letters, so that texts meet by chance.
  std::string Text(size_t most) {
    std::string text;
    for (size_t left = Below(most + 1); left > 0; --left) {
      constexpr const char* kLetters[] = {"a", "b", " ", "\"", "\xC3\xA9", "\xC3\xA8"};
      text += kLetters[Below(Below(2) + 5) % letters_];
    }
    return text;
  }
  // Of pieces of `body`, cut anywhere but within a code point.
  std::string MessageOf(const std::string& body) {
    std::string message;
    for (size_t pieces = Below(5); pieces > 0; --pieces) {
      const size_t at = Below(body.size() + 1);
      message += Whole(body.substr(at, Below(40))) + Text(12);
    }
    return message;
  }
  std::string Whole(std::string piece) {
    while (!piece.empty() && (piece.front() & 0xC0) == 0x80) piece.erase(0, 1);
    if (!piece.empty() && piece.back() == '\xC3') piece.pop_back();
    return piece;
  }
  size_t Below(size_t bound) { return random_() % bound; }
  void NextAlphabet() { letters_ = 1 + Below(6); }

 private:
  std::mt19937 random_{7};
  size_t letters_ = 6;
};

// Matrix E14.
TEST(Quotes, AreFoundAsAPlainSearchFindsThem) {
  Maker maker;
  size_t hidden = 0, said = 0;
  for (int round = 0; round < 20'000; ++round) {
    maker.NextAlphabet();
    const std::string body = maker.Text(200);
    const std::string message = maker.MessageOf(body);
    const std::string model = maker.Whole(message.substr(0, maker.Below(30)));
    const std::string expected = HidePlainly(message, body, model);
    // Of the size that they have, for a sanitizer to see what is read beyond.
    const std::vector<char> exact(body.begin(), body.end());
    ASSERT_EQ(HideQuotes(message, {exact.data(), exact.size()}, model), expected)
        << message << "\n"
        << body << "\n"
        << model;
    hidden += expected != message ? 1u : 0u;
    said += expected == message && message.size() >= kQuoteBytesMin ? 1u : 0u;
  }
  EXPECT_GT(hidden, 5'000u);
  EXPECT_GT(said, 1'000u);
}

// Where each byte is like the next, nothing is looked for again and again.
TEST(Quotes, LargeBodiesCostOnePass) {
  std::string body(8'000'000, 'a');
  const std::string same(280, 'a');
  EXPECT_EQ(HideQuotes(same, body, ""), "...");
  for (size_t at = 15; at < body.size(); at += 16) body[at] = 'b';
  EXPECT_EQ(HideQuotes(same, body, ""), same);
  body += "the very last words";
  EXPECT_EQ(HideQuotes("not the very last words", body, ""), "not ...");
}

}  // namespace
}  // namespace xai
