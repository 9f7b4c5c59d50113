// The hot paths of a stream: the whole, and its parts by themselves.
#ifndef XAI_TESTS_BENCH_HOT_STREAM_PATHS_H_
#define XAI_TESTS_BENCH_HOT_STREAM_PATHS_H_

#include "bench/hot_paths.h"
#include "grok/model_table.h"

namespace xai {

// From the bytes to the host's hand.
HotPath StreamPath(Lane lane);

HotPath ParserPath();

// `in_full`: no event is like the one before, since another comes between the two.
HotPath DecoderPath(Lane lane, bool in_full);

HotPath QueuePath();

}  // namespace xai

#endif  // XAI_TESTS_BENCH_HOT_STREAM_PATHS_H_
