// The loader's parse_manifest(), the front's version gate and its version ranges, against
// their rules in other words.
//
// Input: bytes for the gate (two majors, a minor, the host's size, null pointers, what
// the plugin asks for), a version, a range, each up to a line end, the manifest.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "entry/version_gate.h"
#include "entry/version_range.h"
#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "llm_provider/loader.hpp"

namespace xai {
namespace {

std::optional<int64_t> IntegerOf(const JsonTree* value) {
  if (value == nullptr || value->kind != JsonTree::Kind::kNumber) return std::nullopt;
  if (value->text.find_first_of(".eE") != std::string::npos) return std::nullopt;
  if (value->text.size() > 18) return std::nullopt;
  return std::stoll(value->text);
}

bool IsMajor(const JsonTree* value) {
  const std::optional<int64_t> number = IntegerOf(value);
  return number && *number >= 0 && *number <= 0xFFFF;
}

bool IsBelow(const JsonTree& path) {
  if (!path.is_string() || path.text.empty() || path.text.front() == '/') return false;
  return ("/" + path.text + "/").find("/../") == std::string::npos;
}

bool IsGoodManifest(const JsonTree& manifest) {
  for (const char* name : {"id", "name", "version"}) {
    if (manifest.String(name).value_or("").empty()) return false;
  }
  const JsonTree* interface = manifest.Find("interface");
  const JsonTree* library = manifest.Find("library");
  if (interface == nullptr || library == nullptr || !library->is_object()) return false;
  for (const JsonTree& path : library->children) {
    if (!IsBelow(path)) return false;
  }
  const JsonTree* lowest = interface->Find("major_min");
  const JsonTree* highest = interface->Find("major_max");
  return interface->String("id") == "llm.provider" && IsMajor(lowest) &&
         IsMajor(highest) && *IntegerOf(lowest) <= *IntegerOf(highest);
}

void CheckManifest(const std::string& text) {
  JsonFacts facts;
  const std::optional<JsonTree> tree = ParseTree(text, &facts);
  const auto loaded = llmp::detail::parse_manifest(text, "manifest.json");
  const bool clear = tree && IsUtf8(text) && !facts.name_twice && facts.depth <= 64;
  const std::optional<int64_t> version =
      IntegerOf(tree ? tree->Find("manifest_version") : nullptr);
  if (loaded) {
    Require(clear && version == 1 && IsGoodManifest(*tree), "what is taken is good");
    return;
  }
  Require(IsUtf8(loaded.failure.detail), "what is wrong is said in UTF-8");
  const bool open = facts.lone_surrogate || facts.huge_number;  // may be refused or not
  if (loaded.failure.reason == "manifest_version_unsupported") {
    Require(clear && (!version || *version > 1), "it is newer");
  } else {
    Require(loaded.failure.reason == "manifest_invalid", "there are two reasons");
    Require(open || !clear || version != 1 || !IsGoodManifest(*tree), "good is taken");
  }
}

// The host as create() gets it, with nothing behind its struct_size.
void CheckGate(FuzzInput* input) {
  Requirements plugin;
  plugin.major_min = static_cast<uint32_t>(input->Choose(3));
  plugin.major_max = static_cast<uint32_t>(1 + input->Choose(3));
  plugin.host_minor_min = static_cast<uint32_t>(input->Choose(2));
  const auto major = static_cast<uint32_t>(input->Choose(4));
  llmp_host host = {};
  host.abi_major = static_cast<uint16_t>(input->Choose(4));
  host.abi_minor = static_cast<uint16_t>(input->Choose(3));
  const uint8_t pointers = input->Byte();
  host.name = (pointers & 1) != 0 ? nullptr : "host";
  host.version = (pointers & 2) != 0 ? nullptr : "1";
  const size_t size = input->Byte();
  host.struct_size = static_cast<uint32_t>(size);
  // At least the size itself can be read.
  const size_t there = std::clamp(size, sizeof(host.struct_size), sizeof host);
  const std::unique_ptr<llmp_host, void (*)(void*)> copy(
      static_cast<llmp_host*>(std::malloc(there)), &std::free);
  std::memcpy(static_cast<void*>(copy.get()), &host, there);

  const Result<void> checked = CheckHost(plugin, major, copy.get());
  const auto speaks = [&plugin](uint32_t number) {
    return number >= plugin.major_min && number <= plugin.major_max;
  };
  const bool good = speaks(major) && size >= offsetof(llmp_host, ctx) &&
                    speaks(host.abi_major) && host.abi_minor >= plugin.host_minor_min &&
                    host.name != nullptr && host.version != nullptr;
  Require(checked.ok() == good, "a host passes if it is one that we speak with");
  if (good) return;
  const std::string& reason = checked.error().reason;
  Require(checked.error().code == ErrorCode::kBackendUnavailable, "it is the backend");
  Require(
      reason == "host_too_old" || reason == "host_too_new" || reason == "host_invalid",
      "there are three reasons");
}

// Up to three numbers of at most 9 digits; nothing if it is none.
std::optional<std::array<uint64_t, 3>> NumbersOf(std::string text) {
  std::array<uint64_t, 3> numbers = {};
  for (uint64_t& number : numbers) {
    const size_t dot = text.find('.');
    const std::string part = text.substr(0, dot);
    if (part.empty() || part.size() > 9 ||
        part.find_first_not_of("0123456789") != part.npos) {
      return std::nullopt;
    }
    number = std::stoull(part);
    if (dot == text.npos) return numbers;
    text.erase(0, dot + 1);
  }
  return std::nullopt;
}

// Only for what is surely well-formed: one condition, plain numbers.
void CheckRange(const std::string& version, const std::string& range) {
  const bool in = VersionInRange(version, range);
  Require(!in || !range.empty(), "nothing is in an empty range");
  const size_t digits = range.find_first_not_of("<>=");
  if (digits == range.npos) return;
  const std::string op = range.substr(0, digits);
  const auto bound = NumbersOf(range.substr(digits));
  const auto number = NumbersOf(version);
  if (!bound || !number) return;
  const bool expected =
      (op == ">=" && *number >= *bound) || (op == "<=" && *number <= *bound) ||
      (op == ">" && *number > *bound) || (op == "<" && *number < *bound) ||
      (op == "=" && *number == *bound);
  Require(in == expected, "versions compare number by number");
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  FuzzInput gate_input(data, std::min<size_t>(size, 9));
  (void)input.Take(9);
  CheckGate(&gate_input);
  const std::string version(input.Until('\n'));
  const std::string range(input.Until('\n'));
  CheckRange(version, range);
  CheckManifest(std::string(input.Rest()));
  return 0;
}
