#include "app/explain/inspection.h"

#include "app/offline/stand_ins.h"

namespace causeway::app {
namespace {

/// What remembers calls does so since then: a signature that is younger is not "from before the start".
constexpr std::chrono::hours kRunning{24 * 30};

}  // namespace

Inspection::Inspection(WallTime at) : clock_(at - kRunning), state_({}, metrics_, clock_) {}

bool Inspection::compile_files(Files files, config::Errors& errors) {
  compiled_ = compile(std::move(files), state_, errors);
  return compiled_.has_value();
}

std::unique_ptr<Inspection> Inspection::open(const ConfigFiles& files, WallTime at, config::Errors& errors) {
  std::unique_ptr<Inspection> inspection(new Inspection(at));
  config::Errors with_secrets;
  Files read = read_files(files, with_secrets);
  if (inspection->compile_files(std::move(read), with_secrets)) return inspection;

  inspection->stand_ins_ = true;
  Files again;
  again.documents = config::load(files, errors);
  if (!again.documents.main.is_mapping()) return nullptr;
  again.documents.main = with_stand_ins(again.documents.main, errors);
  config::Reading reading(errors, config::FileKind::kOperator);
  again.settings = config::read<Settings>(again.documents.main, reading);
  const std::unique_ptr<MemoryFile> key = replace_credentials(again.settings);
  return inspection->compile_files(std::move(again), errors) ? std::move(inspection) : nullptr;
}

}  // namespace causeway::app
