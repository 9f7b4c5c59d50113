// What the validator and its misbehaving plugin both know.
#ifndef XAI_TESTS_VALIDATOR_MISBEHAVING_H_
#define XAI_TESTS_VALIDATOR_MISBEHAVING_H_

namespace validator {

inline constexpr char kMisbehavingManifest[] =
    R"({"manifest_version":1,"id":"misbehaving","name":"Misbehaves on demand",)"
    R"("version":"1.0.0","interface":{"id":"llm.provider","major_min":1,"major_max":1},)"
    R"("library":{"linux-x86_64":"misbehaving.so","linux-aarch64":"misbehaving.so"}})";

inline constexpr char kMisbehavingAnswer[] = "one two three four five";

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_MISBEHAVING_H_
