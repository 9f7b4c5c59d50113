// Runs one of the hot paths, for whoever counts instructions meanwhile.
//
//     instructions              their names and units, as JSON
//     instructions NAME ROUNDS  that one, so often
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/hot_paths.h"

int main(int argc, char** argv) {
  if (argc == 3) {
    const xai::HotPath path = xai::PrepareHotPath(argv[1]);
    for (int rounds = std::atoi(argv[2]); rounds > 0; --rounds) path.round();
    return 0;
  }
  const char* separator = "{";
  for (const std::string& name : xai::HotPathNames()) {
    std::printf("%s\"%s\":%zu", separator, name.c_str(), xai::PrepareHotPath(name).units);
    separator = ",";
  }
  std::puts("}");
  return 0;
}
