#include "grok/learned_models.h"

#include <gtest/gtest.h>

#include "grok/chat_request.h"

namespace xai {
namespace {

Error Refused(std::string_view detail, int status = 400) {
  Error error = Error::Make(ErrorCode::kInvalidRequest, std::string(detail), "upstream");
  error.http_status = status;
  return error;
}

std::string Show(const std::optional<MemberRefusal>& refusal) {
  if (!refusal) return "nothing";
  return refusal->member + (refusal->value.empty() ? "" : "=" + refusal->value);
}

TEST(MemberRefusal, IsReadFromXaisWords) {
  const struct {
    const char* detail;
    const char* expected;
  } cases[] = {
      {"Model grok-build-0.1 does not support parameter reasoningEffort.",
       "reasoning_effort"},
      {"Model grok-4.3 does not support parameter presencePenalty.", "presence_penalty"},
      {"Model m does not support parameter `stop`.", "stop"},
      {"Model m does not support parameter logit_bias", "logit_bias"},
      {"This model does not support `reasoning_effort` value `none`.",
       "reasoning_effort=none"},
      {"Invalid reasoning effort.", "nothing"},
      {"Model m does not support parameter ", "nothing"},
      {"Model m does not support parameter ...", "nothing"},
      {"This model does not support `value`.", "nothing"},
      {"", "nothing"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Show(FindMemberRefusal(Refused(c.detail))), c.expected) << c.detail;
  }
}

TEST(MemberRefusal, IsAnAnswerOfStatus400) {
  const char* detail = "Model m does not support parameter stop.";
  EXPECT_EQ(Show(FindMemberRefusal(Refused(detail, 500))), "nothing");
  EXPECT_EQ(Show(FindMemberRefusal(Refused(detail, 0))), "nothing");
}

TEST(MemberRefusal, ANameIsNotProse) {
  const std::string name(40, 'a');
  EXPECT_EQ(Show(FindMemberRefusal(Refused("does not support parameter " + name))), name);
  EXPECT_EQ(Show(FindMemberRefusal(Refused("does not support parameter " + name + "a"))),
            "nothing");
}

TEST(LearnedModel, TheSameThingIsNewsOnce) {
  LearnedModel model;
  EXPECT_TRUE(Learn({"stop", ""}, &model));
  EXPECT_FALSE(Learn({"stop", ""}, &model));
  EXPECT_TRUE(Learn({"reasoning_effort", "none"}, &model));
  EXPECT_FALSE(Learn({"reasoning_effort", "none"}, &model));
  EXPECT_TRUE(Learn({"reasoning_effort", "xhigh"}, &model));
  EXPECT_FALSE(Learn({"temperature", "hot"}, &model)) << "the host's to know";
  ModelInfo info;
  info.rejects = {"seed"};
  model.ApplyTo(&info);
  EXPECT_EQ(info.rejects, (std::vector<std::string>{"seed", "stop"}));
  EXPECT_EQ(info.refused_efforts, (std::vector<std::string>{"none", "xhigh"}));
}

TEST(FitEffort, StepsDownFromWhatIsRefusedAndNeverUp) {
  ModelInfo model;
  model.refused_efforts = {"xhigh"};
  EXPECT_EQ(FitEffort("xhigh", model), "high");
  EXPECT_EQ(FitEffort("low", model), "low");
  model.refused_efforts = {"xhigh", "high", "medium"};
  EXPECT_EQ(FitEffort("high", model), "low");
  model.refused_efforts = {"none"};
  EXPECT_EQ(FitEffort("none", model), "") << "left out";
  model.refused_efforts = {"low", "minimal"};
  EXPECT_EQ(FitEffort("low", model), "") << "none would be something else";
  model.refused_efforts = {"of its own"};
  EXPECT_EQ(FitEffort("of its own", model), "");
  // A table narrows it further.
  model.efforts_known = true;
  model.reasoning_efforts = {"low", "high"};
  model.refused_efforts = {"high"};
  EXPECT_EQ(FitEffort("xhigh", model), "low");
}

}  // namespace
}  // namespace xai
