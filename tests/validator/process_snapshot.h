// What belongs to the whole process and is none of a plugin's business.
#ifndef XAI_TESTS_VALIDATOR_PROCESS_SNAPSHOT_H_
#define XAI_TESTS_VALIDATOR_PROCESS_SNAPSHOT_H_

#include <map>
#include <set>
#include <string>

namespace validator {

// By name, such as "handler of signal 15", in a form that can be compared.
using Snapshot = std::map<std::string, std::string>;

Snapshot TakeSnapshot();
// What has changed, for a person; empty if nothing has.
std::string Difference(const Snapshot& before, const Snapshot& after);

std::set<int> Threads();           // by thread id
std::map<int, std::string> Fds();  // to what they are, such as "socket:[123]"
// True for a socket that is bound or connected to a network, not a local pair.
bool IsNetwork(int fd);
std::size_t ResidentBytes();

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_PROCESS_SNAPSHOT_H_
