// libcurl without memory.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "http/curl_transport.h"
#include "http/recording_handler.h"
#include "support/loopback_server.h"

namespace xai {
namespace {

using Server = LoopbackServer;

// libcurl's allocations of this thread fail.
thread_local bool has_no_memory = false;

void* Allocate(size_t size) {
  return has_no_memory ? nullptr : std::malloc(size);
}
void* Reallocate(void* memory, size_t size) {
  return has_no_memory ? nullptr : std::realloc(memory, size);
}
void* AllocateZeroed(size_t count, size_t size) {
  return has_no_memory ? nullptr : std::calloc(count, size);
}
char* Duplicate(const char* text) {
  return has_no_memory ? nullptr : strdup(text);
}

class CurlMemoryTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(curl_global_init_mem(CURL_GLOBAL_DEFAULT, &Allocate, &std::free,
                                   &Reallocate, &Duplicate, &AllocateZeroed),
              CURLE_OK);
  }

  HttpTransport::ExchangeId Start(ExchangeHandler* handler) {
    HttpRequest request;
    request.url = server_.Url("/");
    return transport_->Start(request, handler);
  }

  Server server_;
  std::unique_ptr<CurlTransport> transport_ = CurlTransport::Make({});
};

// Matrix D12: libcurl may be left with half an entry of the socket, and is not to be
// asked again.
TEST_F(CurlMemoryTest, WhatCannotBeResumedBreaksTheMultiUntilItIsMadeAnew) {
  server_.Expect({Server::Answer(std::string(3'000'000, 'x'))});
  RecordingHandler handler;
  handler.pause = true;
  const auto id = Start(&handler);
  // libcurl itself stops only if it has more at once than one piece.
  int seen = 0;
  bool is_broken = false;
  ASSERT_TRUE(Drive(transport_.get(), [&] {
    if (handler.pieces == seen) return false;
    handler.pause = false;
    has_no_memory = true;
    try {
      transport_->Resume(id);
    } catch (const std::bad_alloc&) {
      is_broken = true;
    }
    has_no_memory = false;
    handler.pause = true;
    seen = handler.pieces;
    return is_broken;
  }));

  RecordingHandler next;
  EXPECT_EQ(Start(&next), 0u) << "those who wait on the broken one go first";
  transport_->Perform([] {});
  EXPECT_EQ(handler.Outcome(), "running");
  transport_->Cancel(id);
  server_.Expect({Server::Answer("hello")});
  ASSERT_NE(Start(&next), 0u);
  ASSERT_TRUE(Drive(transport_.get(), [&] { return next.ends == 1; }));
  EXPECT_EQ(next.body, "hello");
}

}  // namespace
}  // namespace xai
