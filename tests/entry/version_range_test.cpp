#include "entry/version_range.h"

#include <gtest/gtest.h>

#include "entry/requirements.h"

namespace xai {
namespace {

TEST(VersionRange, ConditionsAreAllMet) {
  EXPECT_TRUE(VersionInRange("0.1.0", ">=0.1 <0.2"));
  EXPECT_TRUE(VersionInRange("0.1", ">=0.1 <0.2"));
  EXPECT_TRUE(VersionInRange("0.1.99", ">=0.1 <0.2"));
  EXPECT_FALSE(VersionInRange("0.0.9", ">=0.1 <0.2"));
  EXPECT_FALSE(VersionInRange("0.2.0", ">=0.1 <0.2"));
  EXPECT_FALSE(VersionInRange("0.2", ">=0.1 <0.2"));
  EXPECT_FALSE(VersionInRange("1.1.0", ">=0.1 <0.2"));
}

TEST(VersionRange, NumbersAreNotText) {
  EXPECT_TRUE(VersionInRange("0.10.0", ">0.9"));
  EXPECT_FALSE(VersionInRange("0.10.0", "<0.9"));
}

TEST(VersionRange, KnowsAllOperators) {
  EXPECT_TRUE(VersionInRange("1.2.3", "=1.2.3"));
  EXPECT_FALSE(VersionInRange("1.2.3", "=1.2"));
  EXPECT_TRUE(VersionInRange("1.2.3", "<=1.2.3"));
  EXPECT_FALSE(VersionInRange("1.2.3", ">1.2.3"));
  EXPECT_TRUE(VersionInRange("1.2.3", "  >1.2   <2  "));
}

TEST(VersionRange, SuffixDoesNotCount) {
  EXPECT_TRUE(VersionInRange("0.1.0-dev", ">=0.1 <0.2"));
  EXPECT_TRUE(VersionInRange("0.1.0+build.7", "=0.1.0"));
  EXPECT_FALSE(VersionInRange("0.2.0-rc1", "<0.2"));
}

TEST(VersionRange, MalformedIsOutside) {
  for (const char* version :
       {"", "x", ".1", "1.", "1.2.3.4", "1.2.", "-1", "1,2", "v1", "99999999999.0"}) {
    EXPECT_FALSE(VersionInRange(version, ">=0")) << version;
  }
  for (const char* range :
       {"", " ", "0.1", "~0.1", ">=", ">= 0.1", ">=x", ">=0.1,<0.2", "=>0.1"}) {
    EXPECT_FALSE(VersionInRange("0.1.0", range)) << range;
  }
}

}  // namespace
}  // namespace xai
