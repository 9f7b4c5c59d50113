// Random schedules: many threads of a host do whatever comes into their heads, to two
// providers that share a state directory.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "e2e/plugin_stage.h"
#include "e2e/random_host.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr uint32_t kSeed = 20260801;
constexpr int kThreads = 6;
constexpr int kActsMax = 1'500;
constexpr std::chrono::seconds kTimeMax{15};  // ThreadSanitizer gets less far

using Hosts = std::vector<std::unique_ptr<RandomHost>>;

// Each in a thread of its own, until it has done enough or the time is up.
void RunAll(const Hosts& hosts) {
  const auto end = std::chrono::steady_clock::now() + kTimeMax;
  std::vector<std::thread> threads;
  threads.reserve(hosts.size());
  for (const std::unique_ptr<RandomHost>& host : hosts) {
    threads.emplace_back([end, host = host.get()] {
      for (int i = 0; i < kActsMax && std::chrono::steady_clock::now() < end; ++i) {
        if (!host->Act()) break;
      }
      EXPECT_TRUE(host->WaitForAll()) << "a request has not ended";
    });
  }
  for (std::thread& thread : threads) thread.join();
}

std::map<int32_t, int64_t> EndsOf(const Hosts& hosts) {
  std::map<int32_t, int64_t> all;
  for (const std::unique_ptr<RandomHost>& host : hosts) {
    for (const auto& [status, count] : host->ends()) all[status] += count;
  }
  return all;
}

// Signs in if need be.
bool Works(const llmp::Provider& provider) {
  return WaitFor([&provider] {
    llmp::Stream stream = provider.complete(ChatRequest("hello"));
    if (ReadAnswer(&stream).status == LLMP_OK) return true;
    Onboard(provider, R"({"action":"start"})");
    Onboard(provider, R"({"action":"poll"})");
    return false;
  });
}

// Matrix G09.
TEST(ScheduleTest, WhateverHostsDoEachRequestEndsOnce) {
  const PluginStage stage({"--chunk-delay-ms", "1"});
  stage.SignIn();
  const llmp::Provider providers[] = {stage.Load(), stage.Load()};
  Hosts hosts;
  for (uint32_t i = 0; i < kThreads; ++i) {
    hosts.push_back(std::make_unique<RandomHost>(
        providers[i % 2], [&stage] { return stage.Load(); }, kSeed + i));
  }
  RunAll(hosts);
  const std::map<int32_t, int64_t> ends = EndsOf(hosts);
  for (const auto& [status, count] : ends) {
    std::cout << "status " << status << ": " << count << "\n";
  }
  // Otherwise nothing was tested.
  for (const int32_t status : {LLMP_OK, LLMP_E_CANCELLED, LLMP_E_NO_AUTH}) {
    EXPECT_GT(ends.count(status), 0U) << status;
  }
  EXPECT_GT(stage.sim().Stat("refreshes"), 0);
  EXPECT_EQ(stage.sim().Stat("reuse_detected"), 0);
  for (const llmp::Provider& provider : providers) EXPECT_TRUE(Works(provider));
}

}  // namespace
}  // namespace xai
