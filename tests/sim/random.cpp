#include "sim/random.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <string_view>

#include "sim/text.h"

namespace xai::sim {
namespace {

char Pick(std::string_view alphabet) {
  const std::string byte = RandomBytes(1);
  return alphabet[static_cast<unsigned char>(byte[0]) % alphabet.size()];
}

}  // namespace

std::string RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  // Without randomness no code or token may leave the simulator.
  if (RAND_bytes(data, static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

std::string RandomOpaque() {
  return Base64Url(RandomBytes(64));
}

std::string RandomUuid() {
  std::string bytes = RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string uuid;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    uuid += kHex[byte >> 4];
    uuid += kHex[byte & 15];
  }
  return uuid;
}

std::string RandomUserCode() {
  std::string code;
  for (int i = 0; i < 4; ++i) code += Pick("BCDFGHJKLMNPQRSTVWXZ");
  code += '-';
  for (int i = 0; i < 4; ++i) code += Pick("23456789");
  return code;
}

}  // namespace xai::sim
