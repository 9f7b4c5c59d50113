// A QR code on the terminal.
#ifndef SAMPLE_HOST_QR_CODE_H_
#define SAMPLE_HOST_QR_CODE_H_

#include <string>

namespace sample_host {

/// The text as a QR code, two modules to a character cell, black on white whatever the
/// colours of the terminal are.  Empty if it does not fit into columns.
std::string QrCode(const std::string& text, int columns);

}  // namespace sample_host

#endif  // SAMPLE_HOST_QR_CODE_H_
