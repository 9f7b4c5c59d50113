// Answers in files: NAME.body with the bytes, NAME.meta.json with lane and kind,
// NAME.expected.json with what a correct client makes of it.
#ifndef XAI_TESTS_GROK_ANSWER_FOLDER_H_
#define XAI_TESTS_GROK_ANSWER_FOLDER_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.h"
#include "grok/answer.h"

namespace xai {

struct StoredAnswer {
  std::string name;
  bool chat = false;    // or responses
  bool stream = false;  // or one JSON document
  std::string body;
  std::string expected;  // JSON
};

// In the order of their names.
std::vector<StoredAnswer> ReadAnswerFolder(const std::filesystem::path& folder);

// What was told of an answer and what stands in it at the end, as one text, so that two
// readings compare easily.
std::string Read(const StoredAnswer& stored, const std::vector<size_t>& cuts = {});

// Reads it whole and holds it against what is expected.
void ExpectAsStored(const StoredAnswer& stored);

// Reads a stream cut in two at each of at most `cuts_max` places: nothing may change.
void ExpectSameWhenCut(const StoredAnswer& stored, size_t cuts_max);

// The same answer with another line end.
StoredAnswer WithCrLf(StoredAnswer stored);

}  // namespace xai

#endif  // XAI_TESTS_GROK_ANSWER_FOLDER_H_
