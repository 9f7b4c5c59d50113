#include "runtime/network_fs.h"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>

namespace xai {
namespace {

// FUSE among them: nobody knows what is behind it.
constexpr std::array<int64_t, 9> kNetworkTypes = {
    NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, V9FS_MAGIC,
    AFS_FS_MAGIC,    CEPH_SUPER_MAGIC, FUSE_SUPER_MAGIC, CODA_SUPER_MAGIC};

}  // namespace

bool IsNetworkFsType(int64_t type) {
  // Some machines tell the 32 bits with their sign.
  const int64_t bits = type & 0xffffffff;
  return std::find(kNetworkTypes.begin(), kNetworkTypes.end(), bits) !=
         kNetworkTypes.end();
}

bool IsOnNetworkFs(const std::string& path) {
  struct statfs info = {};
  return statfs(path.c_str(), &info) == 0 && IsNetworkFsType(info.f_type);
}

}  // namespace xai
