#include "base/wiped_string.h"

#include <malloc.h>

#include <atomic>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/json_reader.h"

namespace {

constexpr std::string_view kSecret = "a-secret-that-is-longer-than-strings-keep-inside";
std::atomic<int> given_back{0};  // memory that still held it

}  // namespace

// Of glibc.  operator delete comes here as well.
extern "C" {
void __libc_free(void* memory);

void free(void* memory) {
  const std::string_view held(static_cast<const char*>(memory),
                              memory == nullptr ? 0 : malloc_usable_size(memory));
  if (held.find(kSecret) != std::string_view::npos) ++given_back;
  __libc_free(memory);
}
}

namespace xai {
namespace {

// How often memory with the secret was given back meanwhile.
template <typename Function>
int LeftBy(const Function& function) {
  given_back = 0;
  function();
  return given_back;
}

template <typename String>
void Grow() {
  String text(kSecret);
  for (int i = 0; i < 1000; ++i) text.push_back('x');
  const String moved = std::move(text);
  EXPECT_EQ(moved.substr(0, kSecret.size()), kSecret);
}

TEST(WipedString, LeavesNothingBehind) {
  EXPECT_GT(LeftBy(Grow<std::string>), 1) << "the test sees what is left";
  EXPECT_EQ(LeftBy(Grow<WipedString>), 0);
}

TEST(WipedString, IsWhatAnAnswerIsReadInto) {
  // What comes last is not overwritten by others.
  const std::string answer =
      R"({"b":[1,2],"a":{"token":")" + std::string(kSecret) + "\"}}";
  EXPECT_EQ(LeftBy([&answer] {
              const Result<JsonFields> fields = JsonFields::Read(answer);
              ASSERT_TRUE(fields.ok());
              EXPECT_EQ(fields.value().String("a.token"), kSecret);
            }),
            0);
}

}  // namespace
}  // namespace xai
