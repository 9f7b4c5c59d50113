#include "base/mask.h"

#include <string>

#include <gtest/gtest.h>

namespace xai {
namespace {

// Matrix E14.
TEST(MaskTokens, WhatLooksLikeOne) {
  const std::string run(39, 'a');
  EXPECT_EQ(MaskTokens(run + " b"), run + " b");
  EXPECT_EQ(MaskTokens(run + "a b"), "[masked] b");
  EXPECT_EQ(MaskTokens("Bearer " + run + ".x-_=+/~"), "Bearer [masked]");
  EXPECT_EQ(MaskTokens("see https://console.x.ai/team/settings/and/a/long/path/indeed"),
            "see https://console.x.ai/team/settings/and/a/long/path/indeed");
  EXPECT_EQ(MaskTokens("https://x.ai/" + run + "a/b?t=" + run + "a"),
            "https://x.ai/[masked]/b?[masked]");
  EXPECT_EQ(MaskTokens("//" + run + " " + run + "//"), "[masked] [masked]");
  EXPECT_EQ(MaskTokens("0f0e0d0c-0000-4000-8000-000000000000"),
            "0f0e0d0c-0000-4000-8000-000000000000");
  EXPECT_EQ(MaskTokens(""), "");
}

// Matrix E14.
TEST(MaskSecret, WhereverItStands) {
  EXPECT_EQ(MaskSecret("12345678", "12345678"), "[masked]");
  EXPECT_EQ(MaskSecret("a12345678b 12345678 1234567", "12345678"),
            "a[masked]b [masked] 1234567");
  EXPECT_EQ(MaskSecret("1234567 is a word", "1234567"), "1234567 is a word");
  EXPECT_EQ(MaskSecret("none", "12345678"), "none");
  EXPECT_EQ(MaskSecret("any", ""), "any");
  EXPECT_EQ(MaskSecret("", "12345678"), "");
  EXPECT_EQ(MaskSecret("xyxyxyxyxyxyxy", "xyxyxyxy"), "[masked]xyxyxy");
}

}  // namespace
}  // namespace xai
