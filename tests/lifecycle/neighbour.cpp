// What a host may have in its global scope: RapidJSON and Boost.DLL from the same headers
// as ours, one of them even in our namespace, but compiled with other macros, so that
// objects of the same name have another layout.
#include <cstdint>

#define RAPIDJSON_48BITPOINTER_OPTIMIZATION 0
#define RAPIDJSON_PARSE_DEFAULT_FLAGS kParseCommentsFlag | kParseTrailingCommasFlag
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <boost/dll/shared_library.hpp>

namespace rj = RAPIDJSON_NAMESPACE;

// 2 from [1,{"a":"b"},]: whoever used our code for it would refuse the last comma.
extern "C" __attribute__((visibility("default"))) int32_t neighbour_parse() {
  rj::Document document;
  document.Parse("[1,{\"a\":\"b\"},/**/]");
  if (document.HasParseError() || !document.IsArray()) return -1;
  rj::StringBuffer text;
  rj::Writer<rj::StringBuffer> writer(text);
  document.Accept(writer);
  boost::dll::shared_library libc;
  libc.load("libc.so.6", boost::dll::load_mode::search_system_folders);
  return libc.has("printf") ? static_cast<int32_t>(document.Size()) : -2;
}
