#include "qr_code.h"

#include <qrencode.h>

#include <memory>

namespace sample_host {
namespace {

struct FreeQrCode {
  void operator()(QRcode* code) const { ::QRcode_free(code); }
};

// Scanners need a quiet border; two modules serve on a screen.
constexpr int kBorder = 2;

}  // namespace

std::string QrCode(const std::string& text, int columns) {
  const std::unique_ptr<QRcode, FreeQrCode> code(
      ::QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L));
  if (!code || code->width + 2 * kBorder > columns) return "";
  const int width = code->width;
  const auto is_dark = [&](int x, int y) {
    const bool inside = x >= 0 && x < width && y >= 0 && y < width;
    return inside && (code->data[y * width + x] & 1) != 0;
  };
  std::string out;
  for (int y = -kBorder; y < width + kBorder; y += 2) {
    out += "\x1b[97;40m";  // Bright white on black: light modules are drawn, dark ones
                           // left out.
    for (int x = -kBorder; x < width + kBorder; ++x) {
      const bool upper = !is_dark(x, y);
      const bool lower = y + 1 < width + kBorder && !is_dark(x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

}  // namespace sample_host
