// The shapes that events of a stream can have, with a hole for a text and one for a
// number.
#ifndef XAI_TESTS_GROK_SHAPES_H_
#define XAI_TESTS_GROK_SHAPES_H_

#include <string>
#include <string_view>
#include <vector>

#include "grok/model_table.h"

namespace xai {

// As xAI, the simulator and others send them, and as nobody should.
std::vector<std::string> Shapes(Lane lane);

// A shape with its holes filled.
std::string Filled(std::string shape, std::string_view number, std::string_view text);

// A short delta of text.
std::string FirstShape(Lane lane, std::string_view number, std::string_view text);

// The insides of JSON strings, some of them none.
std::vector<std::string> Texts();

// JSON numbers, some of them none.
std::vector<std::string> Numbers();

}  // namespace xai

#endif  // XAI_TESTS_GROK_SHAPES_H_
