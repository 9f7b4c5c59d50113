#include "runtime/request_table.h"

#include <vector>

namespace xai {

void RequestTable::Add(OperationId id, uint64_t request,
                       std::unique_ptr<Operation> operation) {
  operations_[id] = std::move(operation);
  by_request_[request] = id;
}

Operation* RequestTable::Find(uint64_t request) {
  const auto found = by_request_.find(request);
  return found == by_request_.end() ? nullptr : FindById(found->second);
}

Operation* RequestTable::FindById(OperationId id) {
  const auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : found->second.get();
}

void RequestTable::Free(uint64_t request, OperationId id) {
  const auto found = by_request_.find(request);
  if (found != by_request_.end() && found->second == id) by_request_.erase(found);
}

void RequestTable::Remove(OperationId id) {
  operations_.erase(id);
}

void RequestTable::Clear() {
  by_request_.clear();
  // What an operation does at its end finds none.
  std::unordered_map<OperationId, std::unique_ptr<Operation>> gone;
  gone.swap(operations_);
}

void RequestTable::CancelAll() {
  std::vector<OperationId> ids;
  for (const auto& [id, operation] : operations_) ids.push_back(id);
  for (const OperationId id : ids) {
    if (Operation* operation = FindById(id)) operation->Cancel();
  }
}

}  // namespace xai
