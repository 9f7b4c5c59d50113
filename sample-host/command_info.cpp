#include "commands.h"
#include "terminal.h"

namespace sample_host {
namespace {

/// Every member of the document, nested ones as "outer.inner": what a plugin says of
/// itself differs from vendor to vendor.
void Flatten(const std::string& prefix, const llmp::Json& value, Rows* rows) {
  if (value.is_object()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      Flatten(prefix.empty() ? value.names()[i] : prefix + "." + value.names()[i],
              value[i], rows);
    }
  } else if (value.is_array()) {
    std::string joined;
    for (const llmp::Json& item : value.items()) {
      joined += (joined.empty() ? "" : ", ") + item.str(item.dump());
    }
    rows->emplace_back(prefix, joined);
  } else {
    rows->emplace_back(prefix, value.str(value.literal()));
  }
}

}  // namespace

int InfoCommand(const App& app) {
  const llmp::Json info = llmp::Json::parse(app.provider.info()).value_or(llmp::Json());
  const int code = app.provider.ready() ? kOk : kUnavailable;
  if (app.options.json) {
    Write(stdout, info.dump() + "\n");
    return code;
  }
  Rows rows;
  for (std::size_t i = 0; i < info.size(); ++i) {
    // The error has a form of its own, below.
    if (info.names()[i] != "error") Flatten(CleanLine(info.names()[i]), info[i], &rows);
  }
  PrintRows(rows);
  if (code == kUnavailable) PrintError({LLMP_E_UNAVAILABLE, info["error"]});
  return code;
}

}  // namespace sample_host
