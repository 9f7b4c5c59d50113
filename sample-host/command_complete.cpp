#include "commands.h"
#include "files.h"
#include "terminal.h"

namespace sample_host {
namespace {

/// The name of a kind, and whether its data is a JSON document.
struct Kind {
  const char* name;
  bool is_document;
};

Kind KindOf(std::uint32_t kind) {
  switch (kind) {
    case LLMP_EV_START:
      return {"start", true};
    case LLMP_EV_TEXT:
      return {"text", false};
    case LLMP_EV_REASONING:
      return {"reasoning", false};
    case LLMP_EV_TOOL_CALL:
      return {"tool_call", true};
    case LLMP_EV_TOOL_ARGS:
      return {"tool_args", false};
    case LLMP_EV_USAGE:
      return {"usage", true};
    case LLMP_EV_MODELS_CHANGED:
      return {"models_changed", true};
    case LLMP_EV_AUTH_CHANGED:
      return {"auth_changed", true};
    default:
      return {nullptr, false};
  }
}

/// One event as one line; unknown kinds are skipped, as the ABI asks.
void PrintEvent(const llmp_event& event) {
  llmp::Json line = llmp::Json::object();
  if (event.kind == LLMP_EV_END) {
    line.set("event", "end").set("status", event.status);
    line.set("result", llmp::Json::parse(llmp::text(event)).value_or(llmp::Json()));
  } else {
    const Kind kind = KindOf(event.kind);
    if (kind.name == nullptr) return;
    llmp::Json data = std::string(llmp::text(event));
    if (kind.is_document) data = llmp::Json::parse(data.str()).value_or(llmp::Json());
    line.set("event", kind.name).set("index", std::int64_t{event.index});
    line.set("data", std::move(data));
  }
  Write(stdout, line.dump() + "\n");
}

}  // namespace

int CompleteCommand(const App& app, const std::string& file) {
  std::string request;
  if (!ReadFile(file, &request)) {
    Write(stderr, "sample-host: cannot read " + CleanLine(file) + "\n");
    return kUsage;
  }
  llmp::Stream stream = app.provider.complete(request, LLMP_QUEUE_NOTIFY);
  return Run(stream, "", PrintEvent).exit_code();
}

}  // namespace sample_host
