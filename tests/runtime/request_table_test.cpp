#include "runtime/request_table.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace xai {
namespace {

using Log = std::vector<uint64_t>;

class LoggingOperation : public Operation {
 public:
  LoggingOperation(uint64_t name, Log* cancelled, Log* gone)
      : name_(name), cancelled_(cancelled), gone_(gone) {}
  ~LoggingOperation() override { gone_->push_back(name_); }
  void Cancel() override {
    cancelled_->push_back(name_);
    if (on_cancel) on_cancel();
  }

  std::function<void()> on_cancel;

 private:
  uint64_t name_;
  Log* cancelled_;
  Log* gone_;
};

class RequestTableTest : public testing::Test {
 protected:
  LoggingOperation* Add(RequestTable::OperationId id, uint64_t request) {
    auto operation = std::make_unique<LoggingOperation>(id, &cancelled_, &gone_);
    LoggingOperation* bare = operation.get();
    table_.Add(id, request, std::move(operation));
    return bare;
  }

  Log cancelled_;
  Log gone_;
  RequestTable table_;
};

TEST_F(RequestTableTest, FindsByBothNumbers) {
  const RequestTable::OperationId id = table_.NewId();
  EXPECT_NE(table_.NewId(), id);
  Operation* operation = Add(id, 77);
  EXPECT_EQ(table_.Find(77), operation);
  EXPECT_EQ(table_.FindById(id), operation);
  EXPECT_EQ(table_.Find(78), nullptr);
  EXPECT_EQ(table_.FindById(id + 100), nullptr);
  EXPECT_EQ(table_.live(), 1u);
}

TEST_F(RequestTableTest, ANumberIsFreeBeforeItsOperationIsGone) {
  Add(1, 77);
  table_.Free(77, 1);
  EXPECT_EQ(table_.Find(77), nullptr);
  EXPECT_NE(table_.FindById(1), nullptr);
  EXPECT_EQ(table_.live(), 0u);
  Operation* next = Add(2, 77);
  EXPECT_EQ(table_.Find(77), next);
  // The old one says so again: it is not about the new one.
  table_.Free(77, 1);
  EXPECT_EQ(table_.Find(77), next);
  table_.Remove(1);
  EXPECT_EQ(gone_, Log{1});
  EXPECT_EQ(table_.Find(77), next);
}

TEST_F(RequestTableTest, RemovesEachOnce) {
  Add(1, 7);
  table_.Remove(1);
  table_.Remove(1);
  EXPECT_EQ(gone_, Log{1});
  EXPECT_EQ(table_.Find(7), nullptr);
}

TEST_F(RequestTableTest, ClearsAll) {
  Add(1, 77);
  Add(2, 78);
  table_.Free(77, 1);
  table_.Clear();
  EXPECT_EQ(gone_.size(), 2u);
  EXPECT_TRUE(cancelled_.empty());
  EXPECT_EQ(table_.live(), 0u);
}

TEST_F(RequestTableTest, CancelsAllAlthoughTheyGoMeanwhile) {
  Add(1, 10)->on_cancel = [this] {
    table_.Free(10, 1);
    table_.Free(20, 2);
    table_.Remove(2);
    table_.Free(30, 3);
    table_.Remove(3);
  };
  Add(2, 20);
  Add(3, 30);
  table_.CancelAll();
  EXPECT_EQ(table_.live(), 0u);
  EXPECT_EQ(std::count(cancelled_.begin(), cancelled_.end(), 1u), 1);
}

}  // namespace
}  // namespace xai
