#include "validator/catalog.h"

namespace validator {
namespace {

void Append(std::vector<Test>* all, const std::vector<Test>& group) {
  all->insert(all->end(), group.begin(), group.end());
}

}  // namespace

std::vector<Test> AllTests() {
  std::vector<Test> all;
  for (const auto group :
       {ScanTests, ImageTests, EntryTests, UnavailableTests, QueueTests, RequestTests,
        DescriptorTests, InputTests, OnboardingTests, StreamTests, FaultTests,
        ThreadTests, ProcessTests}) {
    Append(&all, group());
  }
  return all;
}

std::vector<Test> AllProbes() {
  std::vector<Test> all;
  for (const auto group : {UnavailableProbes, ProcessProbes}) Append(&all, group());
  return all;
}

}  // namespace validator
