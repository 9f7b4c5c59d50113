#include "grok/quotes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

namespace xai {
namespace {

constexpr size_t kWordBytes = 8;
static_assert(kQuoteBytesMin == 2 * kWordBytes);

// What the request builders write, and what xAI knows beside it.  Shorter names make no
// run, not even in quotation marks.
constexpr std::array<std::string_view, 16> kWireNames = {"reasoning.encrypted_content",
                                                         "max_completion_tokens",
                                                         "function_call_output",
                                                         "previous_response_id",
                                                         "parallel_tool_calls",
                                                         "frequency_penalty",
                                                         "max_output_tokens",
                                                         "search_parameters",
                                                         "presence_penalty",
                                                         "prompt_cache_key",
                                                         "reasoning_effort",
                                                         "response_format",
                                                         "stream_options",
                                                         "function_call",
                                                         "include_usage",
                                                         "tool_call_id"};

uint64_t WordAt(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

uint64_t Mix(uint64_t word) {
  return word * 0x9E3779B97F4A7C15u;
}

// The windows of kQuoteBytesMin bytes of a message, and which of them were seen.
class Windows {
 public:
  // REQUIRES: message.size() >= kQuoteBytesMin.
  explicit Windows(std::string_view message)
      : message_(message), same_(message.size() - kQuoteBytesMin + 1) {
    while (slots_.size() < 4 * same_.size()) slots_.resize(slots_.size() * 2);
    for (size_t at = 0; at + kWordBytes <= message_.size(); ++at) {
      words_[FilterOf(message_.data() + at)] = true;
    }
    for (size_t at = 0; at < same_.size(); ++at) {
      uint32_t* slot = SlotOf(message_.data() + at);
      if (*slot == 0) *slot = static_cast<uint32_t>(at + 1);
      same_[at] = *slot - 1;
    }
    seen_.resize(same_.size());
  }

  // A window lies around exactly one word at a multiple of 8 that is the first in it:
  // where that word is none of the message's, the 8 windows are none either.
  void LookFor(std::string_view body) {
    const char* const begin = body.data();
    for (size_t at = 0; at + kWordBytes <= body.size(); at += kWordBytes) {
      if (!words_[FilterOf(begin + at)]) continue;
      const size_t first = at < kWordBytes ? 0 : at - kWordBytes + 1;
      for (size_t p = first; p <= at && p + kQuoteBytesMin <= body.size(); ++p) {
        const uint32_t found = *SlotOf(begin + p);
        if (found != 0) seen_[found - 1] = true;
      }
    }
  }

  // For each byte of the message whether it is part of a window that was seen.
  std::vector<bool> Covered() const {
    std::vector<bool> covered(message_.size());
    size_t end = 0;
    for (size_t at = 0; at < covered.size(); ++at) {
      if (at < same_.size() && seen_[same_[at]]) end = at + kQuoteBytesMin;
      covered[at] = at < end;
    }
    return covered;
  }

 private:
  static size_t FilterOf(const char* p) { return Mix(WordAt(p)) >> (64 - kFilterBits); }

  // Where these bytes are, or would be.
  uint32_t* SlotOf(const char* p) {
    const uint64_t hash = Mix(Mix(WordAt(p)) ^ WordAt(p + kWordBytes));
    for (size_t i = hash >> 32;; ++i) {
      uint32_t* slot = &slots_[i & (slots_.size() - 1)];
      if (*slot == 0 ||
          std::memcmp(p, message_.data() + *slot - 1, kQuoteBytesMin) == 0) {
        return slot;
      }
    }
  }

  static constexpr int kFilterBits = 13;

  std::string_view message_;
  std::array<bool, size_t{1} << kFilterBits> words_ = {};
  std::vector<uint32_t> slots_ = std::vector<uint32_t>(64);  // 1 more than where; 0: none
  std::vector<uint32_t> same_;  // the first window with the same bytes
  std::vector<bool> seen_;      // of such first ones
};

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Half a code point is not left.
void CoverCodePoints(std::string_view message, std::vector<bool>* covered) {
  for (size_t at = 1; at < message.size(); ++at) {
    if (IsContinuation(message[at]) && (*covered)[at - 1]) (*covered)[at] = true;
  }
  for (size_t at = message.size() - 1; at > 0; --at) {
    if (IsContinuation(message[at]) && (*covered)[at]) (*covered)[at - 1] = true;
  }
}

bool IsName(std::string_view run, std::string_view model) {
  constexpr std::string_view kAround = " \"'`:,.;()[]{}<>";
  const size_t first = run.find_first_not_of(kAround);
  if (first == std::string_view::npos) return false;
  run = run.substr(first, run.find_last_not_of(kAround) - first + 1);
  return model.find(run) != std::string_view::npos ||
         std::any_of(kWireNames.begin(), kWireNames.end(), [run](std::string_view name) {
           return name.find(run) != std::string_view::npos;
         });
}

}  // namespace

std::string HideQuotes(std::string_view message, std::string_view body,
                       std::string_view model) {
  if (message.size() < kQuoteBytesMin) return std::string(message);
  Windows windows(message);
  windows.LookFor(body);
  std::vector<bool> covered = windows.Covered();
  CoverCodePoints(message, &covered);
  std::string out;
  for (size_t at = 0; at < message.size();) {
    size_t end = at;
    while (end < message.size() && covered[end] == covered[at]) ++end;
    const std::string_view run = message.substr(at, end - at);
    out.append(!covered[at] || IsName(run, model) ? run : "...");
    at = end;
  }
  return out;
}

}  // namespace xai
