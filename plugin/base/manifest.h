// The manifest.json that this binary was built with: versions, identity, tiers, models.
#ifndef XAI_PLUGIN_BASE_MANIFEST_H_
#define XAI_PLUGIN_BASE_MANIFEST_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/json_document.h"

namespace xai {

// The text, and the version in it, as constants.
const char* EmbeddedManifest();
const char* PluginVersion();

// The parsed text.
std::unique_ptr<JsonDocument> ParseManifest();

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_MANIFEST_H_
