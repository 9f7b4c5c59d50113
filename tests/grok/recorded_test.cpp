// Answers in files through parser and decoder: our own vectors always, and those that
// were recorded at api.x.ai if RECORDED_DIR names their folder.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "grok/answer_folder.h"

namespace xai {
namespace {

// Smaller streams are cut at each byte.
// A sanitizer makes each cut some twenty times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t kSmallBytes = 500;
constexpr size_t kCutsOfLarge = 5;
#else
constexpr size_t kSmallBytes = 12'000;
constexpr size_t kCutsOfLarge = 200;
#endif

std::vector<StoredAnswer> OwnVectors() {
  return ReadAnswerFolder(XAI_GROK_VECTORS);
}

bool IsSmall(const StoredAnswer& stored) {
  return stored.body.size() <= kSmallBytes;
}

void CutSmall(const std::vector<StoredAnswer>& answers) {
  for (const StoredAnswer& stored : answers) {
    if (stored.stream && IsSmall(stored)) ExpectSameWhenCut(stored, stored.body.size());
  }
}

void CutLarge(const std::vector<StoredAnswer>& answers) {
  for (const StoredAnswer& stored : answers) {
    if (stored.stream && !IsSmall(stored)) ExpectSameWhenCut(stored, kCutsOfLarge);
  }
}

TEST(VectorTest, AnswersAreReadAsTheyAreMeant) {
  const std::vector<StoredAnswer> answers = OwnVectors();
  ASSERT_GE(answers.size(), 6u);
  for (const StoredAnswer& stored : answers) ExpectAsStored(stored);
}

TEST(VectorTest, WhereAPacketEndsDoesNotMatter) {
  CutSmall(OwnVectors());
}

TEST(VectorTest, LineEndsDoNotMatter) {
  for (const StoredAnswer& stored : OwnVectors()) {
    if (stored.stream) ExpectAsStored(WithCrLf(stored));
  }
}

class RecordedTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("RECORDED_DIR");
    if (folder == nullptr || *folder == '\0') {
      std::cout
          << "RECORDED ANSWERS NOT TESTED: the answers recorded at api.x.ai are not "
             "part of this project; set RECORDED_DIR to their folder\n";
      GTEST_SKIP()
          << "answers recorded at api.x.ai were not read: RECORDED_DIR is not set";
    }
    answers_ = ReadAnswerFolder(folder);
    ASSERT_FALSE(answers_.empty()) << folder << " holds no answers";
  }

  std::vector<StoredAnswer> answers_;
};

TEST_F(RecordedTest, AnswersAreReadAsTheyAreMeant) {
  for (const StoredAnswer& stored : answers_) ExpectAsStored(stored);
}

TEST_F(RecordedTest, WhereAPacketEndsDoesNotMatter) {
  CutSmall(answers_);
}

TEST_F(RecordedTest, WhereAPacketEndsDoesNotMatterInLargeAnswers) {
  CutLarge(answers_);
}

TEST_F(RecordedTest, LineEndsDoNotMatter) {
  for (const StoredAnswer& stored : answers_) {
    if (stored.stream) ExpectAsStored(WithCrLf(stored));
  }
}

}  // namespace
}  // namespace xai
