// The requests that run, by the host's numbers.
#ifndef XAI_PLUGIN_RUNTIME_REQUEST_TABLE_H_
#define XAI_PLUGIN_RUNTIME_REQUEST_TABLE_H_

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "grok/completion.h"

namespace xai {

// Gets the events of one request.  Called on the loop's thread.
using RequestSink = CompletionSink;

// One request under way.  Loop thread only.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  // Ends soon: cancelled, or whatever won the race.
  virtual void Cancel() = 0;
  // The host has caught up with its queue.
  virtual void Resume() {}
};

// Loop thread only.
class RequestTable {
 public:
  // The number may be given again once its request has ended, so an operation that
  // lingers after that has an id of its own.
  using OperationId = uint64_t;

  OperationId NewId() { return next_id_++; }
  void Add(OperationId id, uint64_t request, std::unique_ptr<Operation> operation);

  // Null if there is none.
  Operation* Find(uint64_t request);
  // Null if it is gone.
  Operation* FindById(OperationId id);

  // The request has ended: its number is free.
  void Free(uint64_t request, OperationId id);
  // Destroys the operation.  Not from within one of its functions.
  void Remove(OperationId id);

  void CancelAll();
  // Destroys all operations.  Not from within a function of one.
  void Clear();
  // Requests that have not ended.
  size_t live() const { return by_request_.size(); }

 private:
  OperationId next_id_ = 1;
  std::unordered_map<OperationId, std::unique_ptr<Operation>> operations_;
  std::unordered_map<uint64_t, OperationId> by_request_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_REQUEST_TABLE_H_
