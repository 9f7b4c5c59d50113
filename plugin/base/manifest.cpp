#include "base/manifest.h"

#include <cassert>

#include "manifest_data.h"

namespace xai {

const char* EmbeddedManifest() {
  return kManifestText;
}

const char* PluginVersion() {
  return kPluginVersion;
}

std::unique_ptr<JsonDocument> ParseManifest() {
  Result<std::unique_ptr<JsonDocument>> document = JsonDocument::Parse(kManifestText);
  assert(document.ok());  // a test parses it
  return std::move(document).value();
}

}  // namespace xai
