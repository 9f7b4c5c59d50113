// What a text must be like that a person sees, judged without the product's own
// functions.
#ifndef XAI_TESTS_FUZZ_SHOWN_H_
#define XAI_TESTS_FUZZ_SHOWN_H_

#include <cstddef>
#include <string_view>

namespace xai {

// RFC 3629.
bool IsUtf8(std::string_view text);

// Well-formed, at most `most` bytes, and without a control character (C0, DEL, C1), a
// control of the direction of a text, or one that is not seen.
bool IsShownText(std::string_view text, size_t most);

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_SHOWN_H_
