#include "validator/report.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "llm_provider/json.hpp"

namespace validator {
namespace {

constexpr std::array<Outcome, 6> kOutcomes = {Outcome::kPassed,  Outcome::kFailed,
                                              Outcome::kCrashed, Outcome::kTimedOut,
                                              Outcome::kWarned,  Outcome::kSkipped};

constexpr int kNotWritten = 2;

bool Written() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace

void Report::Announce(std::string_view id) const {
  if (json_ || isatty(STDOUT_FILENO) == 0) return;
  std::printf("          %.*s ...\r", static_cast<int>(id.size()), id.data());
  std::fflush(stdout);
}

void Report::Add(Finding finding) {
  if (!json_) {
    std::printf("%-9s %s  %s\n", OutcomeName(finding.result.outcome), finding.id.c_str(),
                finding.summary.c_str());
    if (!finding.result.detail.empty()) {
      std::printf("          %s\n", finding.result.detail.c_str());
    }
    std::fflush(stdout);
  }
  findings_.push_back(std::move(finding));
}

std::size_t Report::Count(Outcome outcome) const {
  return static_cast<std::size_t>(std::count_if(
      findings_.begin(), findings_.end(),
      [&](const Finding& finding) { return finding.result.outcome == outcome; }));
}

std::string Report::Json() const {
  llmp::Json findings = llmp::Json::array();
  for (const Finding& finding : findings_) {
    findings.push_back(llmp::Json::object()
                           .set("id", finding.id)
                           .set("summary", finding.summary)
                           .set("outcome", OutcomeName(finding.result.outcome))
                           .set("detail", finding.result.detail)
                           .set("took_ms", finding.took_ms));
  }
  llmp::Json report =
      llmp::Json::object().set("subject", subject_).set("findings", std::move(findings));
  for (const Outcome outcome : kOutcomes) {
    std::string name = OutcomeName(outcome);
    std::replace(name.begin(), name.end(), ' ', '_');
    report.set(name, static_cast<std::int64_t>(Count(outcome)));
  }
  return report.dump();
}

int Report::Finish() const {
  const bool faulty = std::any_of(findings_.begin(), findings_.end(), [](const auto& f) {
    return IsFault(f.result.outcome);
  });
  if (json_) {
    std::printf("%s\n", Json().c_str());
    return Written() ? (faulty ? 1 : 0) : kNotWritten;
  }
  std::string line;
  for (const Outcome outcome : kOutcomes) {
    line += (line.empty() ? "" : ", ") + std::to_string(Count(outcome)) + " " +
            OutcomeName(outcome);
  }
  std::printf("%s: %s\n", subject_.c_str(), line.c_str());
  return Written() ? (faulty ? 1 : 0) : kNotWritten;
}

}  // namespace validator
