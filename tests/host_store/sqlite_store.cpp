#include "host_store/sqlite_store.h"

#include <algorithm>
#include <utility>

#include "llm_provider.h"

namespace xai {
namespace {

// Longer than any transaction here takes, on a slow disk too.
constexpr int kBusyMs = 10'000;

// Numbers that AUTOINCREMENT gave are never given again, not even to a record that was
// erased and came back: no writer takes it for the one that it has read.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS records("
    "generation INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL, "
    "bytes BLOB NOT NULL)";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

bool Run(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Database OpenDatabase(const std::string& path, int busy_ms) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open(path.c_str(), &opened);
  Database database(opened);  // there is one even if it failed
  if (result != SQLITE_OK) return nullptr;
  sqlite3_busy_timeout(opened, busy_ms);
  return database;
}

// A statement whose first parameter is the key; null on failure.
Statement Prepare(sqlite3* database, const char* sql, const std::string& key) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &prepared, nullptr);
  Statement statement(prepared);
  const auto size = static_cast<int>(key.size());
  if (sqlite3_bind_text(prepared, 1, key.data(), size, SQLITE_TRANSIENT) != SQLITE_OK) {
    return nullptr;
  }
  return statement;
}

bool Execute(Statement statement) {
  return statement != nullptr && sqlite3_step(statement.get()) == SQLITE_DONE;
}

int32_t Read(sqlite3* database, const std::string& key, SqliteStore::Record* record) {
  const Statement found =
      Prepare(database, "SELECT generation, bytes FROM records WHERE key = ?1", key);
  if (found == nullptr) return LLMP_E_STORE;
  const int result = sqlite3_step(found.get());
  if (result == SQLITE_DONE) return LLMP_E_NO_AUTH;
  if (result != SQLITE_ROW) return LLMP_E_STORE;
  record->generation = static_cast<uint64_t>(sqlite3_column_int64(found.get(), 0));
  const void* bytes = sqlite3_column_blob(found.get(), 1);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(found.get(), 1));
  record->bytes.assign(static_cast<const char*>(bytes), size);
  return LLMP_OK;
}

bool Insert(sqlite3* database, const std::string& key, std::string_view bytes) {
  Statement insert =
      Prepare(database, "INSERT INTO records(key, bytes) VALUES(?1, ?2)", key);
  return insert != nullptr &&
         sqlite3_bind_blob(insert.get(), 2, bytes.data(), static_cast<int>(bytes.size()),
                           SQLITE_STATIC) == SQLITE_OK &&
         Execute(std::move(insert));
}

// Within a transaction.  LLMP_E_INVALID: the record is another one by now.
int32_t Replace(sqlite3* database, const std::string& key, std::string_view bytes,
                uint64_t expected, uint64_t* generation) {
  SqliteStore::Record old;
  const int32_t read = Read(database, key, &old);
  if (read == LLMP_E_STORE) return read;
  if (old.generation != expected) return LLMP_E_INVALID;
  if (!Execute(Prepare(database, "DELETE FROM records WHERE key = ?1", key))) {
    return LLMP_E_STORE;
  }
  *generation = 0;
  if (bytes.empty()) return LLMP_OK;
  if (!Insert(database, key, bytes)) return LLMP_E_STORE;
  *generation = static_cast<uint64_t>(sqlite3_last_insert_rowid(database));
  return LLMP_OK;
}

}  // namespace

std::unique_ptr<SqliteStore> SqliteStore::Open(const std::string& path) {
  Database records = OpenDatabase(path, kBusyMs);
  // FULL: on the disk when a transaction has ended.
  if (records == nullptr || !Run(records.get(), "PRAGMA synchronous = FULL") ||
      !Run(records.get(), kSchema)) {
    return nullptr;
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(path, std::move(records)));
}

int32_t SqliteStore::Get(const std::string& key, Record* record) {
  return Read(records_.get(), key, record);
}

int32_t SqliteStore::Put(const std::string& key, std::string_view bytes,
                         uint64_t expected, uint64_t* generation) {
  // IMMEDIATE: nobody else writes between our look and our write.
  if (!Run(records_.get(), "BEGIN IMMEDIATE")) return LLMP_E_STORE;
  const int32_t replaced = Replace(records_.get(), key, bytes, expected, generation);
  if (replaced == LLMP_OK && Run(records_.get(), "COMMIT")) return LLMP_OK;
  Run(records_.get(), "ROLLBACK");
  return replaced == LLMP_OK ? LLMP_E_STORE : replaced;
}

int32_t SqliteStore::Lock(const std::string& key, int32_t timeout_ms) {
  std::string name = key;
  std::replace(name.begin(), name.end(), '/', '.');
  Database lock = OpenDatabase(path_ + "." + name, timeout_ms);
  if (lock == nullptr || !Run(lock.get(), "BEGIN EXCLUSIVE")) return LLMP_E_STORE;
  locks_[key] = std::move(lock);
  return LLMP_OK;
}

}  // namespace xai
