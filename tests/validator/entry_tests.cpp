// LLMP-ENTRY: create(), with hosts of every kind.
#include <cstring>
#include <vector>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/subject.h"

namespace validator {
namespace {

// A provider of any major: of one that is not ours only the frozen head may be read.
class Head {
 public:
  Head(const Library& library, std::uint32_t major, const llmp_host* host,
       const std::string& config = "{}")
      : provider_(library.entry().create(major, host, config.data(), config.size())) {
    Require(provider_ != nullptr, "create() returns null, and there is memory");
    Require(provider_->info != nullptr && provider_->destroy != nullptr &&
                provider_->get_extension != nullptr,
            "the head of the provider has a null member");
  }
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;
  ~Head() { provider_->destroy(provider_); }

  const llmp_provider* operator->() const { return provider_; }

  llmp::Json Info() const {
    std::string fault;
    const auto info = llmp::Json::parse(provider_->info, &fault);
    Require(info.has_value() && info->is_object(), "info is no JSON object: " + fault);
    return *info;
  }

  // Fails unless it is unavailable and says why, as the contract wants it said.
  void MustBeUnavailable(const std::string& because) const {
    Require(provider_->state == LLMP_UNAVAILABLE,
            "with " + because + " its state is not LLMP_UNAVAILABLE");
    const llmp::Json error = Info()["error"];
    Require(error.is_object(), "with " + because + " info has no error document");
    for (const char* member : {"error", "reason", "detail", "hint"}) {
      Require(!error[member].str().empty(),
              "with " + because + " the error document has no " + member);
    }
    Require(error["retry"].literal() == "false",
            "with " + because + " the error document does not say retry: false");
  }

 private:
  llmp_provider* provider_;
};

void MajorTooNew(World& world) {
  const Library library(world);
  for (const std::uint32_t major : {library.entry().major_max + 1U, 7000U, ~0U}) {
    const Head head(library, major, &PlainHost());
    head.MustBeUnavailable("major " + std::to_string(major));
    Require(head->abi_major >= library.entry().major_min &&
                head->abi_major <= library.entry().major_max,
            "the provider is of a major that the entry does not name");
  }
}

void MajorTooOld(World& world) {
  const Library library(world);
  Require(library.entry().major_min > 0, "the entry claims to speak major 0");
  const Head head(library, library.entry().major_min - 1U, &PlainHost());
  head.MustBeUnavailable("a major below major_min");
}

void HostIsNull(World& world) {
  const Library library(world);
  const Head head(library, LLMP_ABI_MAJOR, nullptr);
  head.MustBeUnavailable("a null host");
}

void HostIsTooSmall(World& world) {
  const Library library(world);
  for (const std::uint32_t size : {0U, 4U, 8U, 16U}) {
    // Nothing behind those bytes: whoever looks past struct_size touches what is not his.
    std::vector<unsigned char> bytes(sizeof(llmp_host), 0xA5);
    llmp_host small = PlainHost();
    small.struct_size = size;
    std::memcpy(bytes.data(), &small, size < sizeof small.struct_size ? 4 : size);
    const Head head(library, LLMP_ABI_MAJOR,
                    reinterpret_cast<const llmp_host*>(bytes.data()));
    head.MustBeUnavailable("a host of " + std::to_string(size) + " bytes");
  }
}

void HostHasNoName(World& world) {
  const Library library(world);
  for (const bool named : {false, true}) {
    llmp_host host = PlainHost();
    (named ? host.version : host.name) = nullptr;
    const Head head(library, LLMP_ABI_MAJOR, &host);
    head.MustBeUnavailable(named ? "a host without version" : "a host without name");
  }
}

void HostOfTheFuture(World& world) {
  struct Future {
    llmp_host host;
    unsigned char more[256];
  } future = {};
  std::memset(&future, 0xA5, sizeof future);
  future.host = PlainHost();
  future.host.struct_size = sizeof future;
  future.host.abi_minor = 77;
  const Library library(world);
  Subject subject(library, world.config.dump(), &future.host);
  const Subject plain(library, world.config.dump(), &PlainHost());
  Require(subject->state == plain->state,
          "a host with more members than it knows changes its state");
  subject.Ask(&llmp_provider::onboarding_action, Action("status"));
}

void TheProviderIsWhole(World& world) {
  const Subject subject(world);
  const llmp_provider& p = *subject.get();
  const bool whole = p.info && p.destroy && p.get_extension && p.queue_open &&
                     p.queue_wait && p.queue_wake && p.queue_fd && p.queue_close &&
                     p.list_models && p.complete && p.onboarding_action && p.cancel;
  Require(whole, "a member of the provider is null");
  Require(p.state == LLMP_READY || p.state == LLMP_UNAVAILABLE,
          "state is neither LLMP_READY nor LLMP_UNAVAILABLE");
  Require(p.reserved == 0, "reserved is not 0");
}

void InfoDescribesIt(World& world) {
  const Library library(world);
  const Head head(library, LLMP_ABI_MAJOR, &PlainHost(), world.config.dump());
  const llmp::Json info = head.Info();
  const llmp::Json manifest = ReadManifest(world);
  for (const char* member : {"id", "name", "version"}) {
    Require(info[member].str() == manifest[member].str(),
            std::string("info and the manifest disagree on ") + member);
  }
  const bool ready = head->state == LLMP_READY;
  Require(info["state"].str() == (ready ? "ready" : "unavailable"),
          "info.state is not the provider's state");
  Require(info["abi"]["major"].integer() == head->abi_major &&
              info["abi"]["minor"].integer() == head->abi_minor,
          "info.abi is not the provider's");
  Require(ready != info.has("error"), "info has an error and is ready, or neither");
}

void ConfigOfEveryKind(World& world) {
  const Library library(world);
  for (const std::string& config :
       {std::string("{}"), std::string("not JSON"), std::string("[]"),
        std::string("{\"state_dir\":7}"), std::string(), std::string("\xff\xfe"),
        std::string(70000, '[')}) {
    Subject subject(library, config, &PlainHost());
    const Event end =
        subject.Ask(&llmp_provider::onboarding_action, Action("no such action")).back();
    DocumentOf(end);
    Require(end.status != LLMP_OK, "an unknown action succeeds");
  }
}

void ConfigIsCopied(World& world) {
  const Library library(world);
  const std::string config = world.config.dump();
  Subject kept(library, config, &PlainHost());
  const llmp::Json before =
      DocumentOf(kept.Ask(&llmp_provider::onboarding_action, Action("status")).back());
  std::string copy = config;
  Subject subject(library, copy, &PlainHost());
  copy.assign(copy.size(), 'x');
  const llmp::Json after =
      DocumentOf(subject.Ask(&llmp_provider::onboarding_action, Action("status")).back());
  Require(before.dump() == after.dump(), "config is read after create() has returned");
}

void UnknownExtensions(World& world) {
  const Subject subject(world);
  for (const char* id : {"org.example.nobody-has-this/1", "", "llm.provider"}) {
    Require(subject->get_extension(subject.get(), id) == nullptr,
            std::string("get_extension(\"") + id + "\") is not null");
  }
}

}  // namespace

std::vector<Test> EntryTests() {
  return {
      {"LLMP-ENTRY-001", "a host of a newer major gets an unavailable provider",
       Needs::kNothing, MajorTooNew},
      {"LLMP-ENTRY-002", "and so does one of an older major", Needs::kNothing,
       MajorTooOld},
      {"LLMP-ENTRY-003", "a null host gets an unavailable provider", Needs::kNothing,
       HostIsNull},
      {"LLMP-ENTRY-004", "a host too small for its first members gets one",
       Needs::kNothing, HostIsTooSmall},
      {"LLMP-ENTRY-005", "a host without name or version gets one", Needs::kNothing,
       HostHasNoName},
      {"LLMP-ENTRY-006", "a host with members of the future is served like any other",
       Needs::kNothing, HostOfTheFuture},
      {"LLMP-ENTRY-007", "no function of the provider is null", Needs::kNothing,
       TheProviderIsWhole},
      {"LLMP-ENTRY-008", "info says what the manifest and the provider say",
       Needs::kNothing, InfoDescribesIt},
      {"LLMP-ENTRY-009", "no config makes create() fail", Needs::kNothing,
       ConfigOfEveryKind},
      {"LLMP-ENTRY-010", "config is copied", Needs::kNothing, ConfigIsCopied},
      {"LLMP-ENTRY-011", "an extension that nobody has is null", Needs::kNothing,
       UnknownExtensions},
  };
}

}  // namespace validator
