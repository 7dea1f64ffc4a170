#include "service/engine.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "service/bank_watcher.h"
#include "service/version.h"

namespace staydown::service {
class Engine::Impl {
 public:
  Impl(const Config& config, const Models& models,
       std::shared_ptr<const index::ReferenceIndex> index, std::unique_ptr<BankWatcher> watcher)
      : index_(std::move(index)), watcher_(std::move(watcher)) {
    const auto& calibration = models.calibration;
    const auto entries = std::max(config.matching.bank_frames, index_->snapshot()->entries());
    options_.sampling = config.sampling;
    options_.sampling.rgb |= models.colour();
    options_.limits = config.limits;
    options_.search = config.search;
    options_.lookback = config.matching.lookback;
    options_.tracker.review_score =
        calibration->threshold(config.matching.review_per_million_hours, entries);
    options_.tracker.takedown_score =
        calibration->threshold(config.matching.takedown_per_million_hours, entries);
    options_.versions = {.software = std::string("staydown ") + kVersion,
                         .model = models.name(),
                         .precision = models.precision,
                         .calibration = calibration->version(),
                         .index = 0};
    options_.clock = wall_clock;
    auto policy_options = config.policy;
    policy_options.review_score = options_.tracker.review_score;
    policy_options.takedown_score = options_.tracker.takedown_score;
    parts_ = {.describer = std::make_shared<const descriptor::Describer>(descriptor::kQueryViews,
                                                                         models.learned),
              .index = index_,
              .calibration = calibration,
              .policy = std::make_shared<policy::Policy>(std::move(policy_options)),
              .arrivals = std::make_shared<Arrivals>(config.matching.lookback)};
  }

  DetectorOptions options_;
  SharedParts parts_;
  std::shared_ptr<const index::ReferenceIndex> index_;
  std::unique_ptr<BankWatcher> watcher_;  // last: stops before what it changes goes
};

Result<Engine> Engine::open(const Config& config, const Models& models,
                            const std::string& bank_path) {
  auto index = std::make_shared<index::ReferenceIndex>();
  auto watcher = BankWatcher::start(bank_path, index, models.embedding);
  if (!watcher) return tl::unexpected(watcher.error());
  return Engine(std::make_unique<Impl>(config, models, std::move(index), *std::move(watcher)));
}

Engine Engine::over(const Config& config, const Models& models,
                    std::shared_ptr<const index::ReferenceIndex> index) {
  return Engine(std::make_unique<Impl>(config, models, std::move(index), nullptr));
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

std::unique_ptr<Detector> Engine::make_detector() const {
  return std::make_unique<Detector>(impl_->options_, impl_->parts_);
}

std::unique_ptr<Detector> Engine::make_detector(std::shared_ptr<const Looker> looker) const {
  return std::make_unique<Detector>(impl_->options_, impl_->parts_, std::move(looker));
}

std::shared_ptr<const descriptor::Describer> Engine::describer() const {
  return impl_->parts_.describer;
}

policy::Policy& Engine::shared_policy() const { return *impl_->parts_.policy; }
const policy::Policy& Engine::policy() const { return *impl_->parts_.policy; }

event::Versions Engine::versions() const {
  auto versions = impl_->options_.versions;
  versions.index = impl_->index_->snapshot()->version();
  return versions;
}

double Engine::review_score() const { return impl_->options_.tracker.review_score; }
double Engine::takedown_score() const { return impl_->options_.tracker.takedown_score; }

}  // namespace staydown::service
