// A database of records that many processes share, as a host would keep it for its
// plugins.
#ifndef XAI_TESTS_HOST_STORE_SQLITE_STORE_H_
#define XAI_TESTS_HOST_STORE_SQLITE_STORE_H_

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace xai {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

// What llm.secret-store/1 wants, with the results that it names.  One thread at a time.
class SqliteStore {
 public:
  struct Record {
    std::string bytes;
    uint64_t generation = 0;
  };

  // Null if the file cannot be opened as a database, or be made one.
  static std::unique_ptr<SqliteStore> Open(const std::string& path);

  int32_t Get(const std::string& key, Record* record);
  int32_t Put(const std::string& key, std::string_view bytes, uint64_t expected,
              uint64_t* generation);
  // A lock of the kernel's on a file beside the database, which does not outlive us.
  int32_t Lock(const std::string& key, int32_t timeout_ms);
  void Unlock(const std::string& key) { locks_.erase(key); }

 private:
  SqliteStore(std::string path, Database records)
      : path_(std::move(path)), records_(std::move(records)) {}

  const std::string path_;
  Database records_;
  std::map<std::string, Database> locks_;  // held: each a transaction that stays open
};

}  // namespace xai

#endif  // XAI_TESTS_HOST_STORE_SQLITE_STORE_H_
