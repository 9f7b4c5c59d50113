// The provider that cannot work: a null object that answers every call, and ends every
// request at once with LLMP_E_UNAVAILABLE and the document that says why.
#ifndef XAI_PLUGIN_ENTRY_UNAVAILABLE_H_
#define XAI_PLUGIN_ENTRY_UNAVAILABLE_H_

#include <string>
#include <vector>

#include "base/error.h"
#include "llm_provider.h"

namespace xai {

// {"ok":false,"error":"xai_oauth_backend_unavailable","reason":...,"detail":...,
//  "checked_paths":[...],"hint":...,"retry":false}
std::string UnavailableDocument(const Error& error,
                                const std::vector<std::string>& checked_paths);

// Owned by the caller, who gives it back through its destroy().  `host` is null if it is
// not to be trusted.  Throws std::bad_alloc.
llmp_provider* MakeUnavailable(const llmp_host* host, const std::string& document);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_UNAVAILABLE_H_
