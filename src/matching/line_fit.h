// The line t_reference = speed * t_query + offset, learned from pairs of times.
#pragma once

namespace staydown::matching {

inline constexpr double kSlowest = 0.8, kFastest = 1.25;

// Where the reference is expected to be, in seconds.
struct Window {
  double center = 0, half_width = 0;
};

// Weighted least squares with a prior of speed 1 (Bayesian linear regression), in constant memory:
// only sums are kept. With one pair it is the cone of all speeds from 0.8 to 1.25; each further
// pair narrows it. A value; seconds everywhere.
class LineFit {
 public:
  // `forgetting`: factor on the weight of all earlier pairs each time one is added; 1 keeps all,
  // 0.97 follows the latest 33 or so.
  explicit LineFit(double forgetting) : forgetting_(forgetting) {}

  // `sigma` > 0: how exactly the pair is known.
  void add(double query, double reference, double sigma);

  Window at(double query) const;
  // Half the sum of squared residuals, each in units of its sigma: what the pairs say in nats
  // against having come from one line.
  double misfit() const;
  double speed() const;
  double speed_sigma() const;

  // Reference time at `query` on the line that is reported: of speed 1 wherever that explains the
  // pairs.
  double reported(double query) const;
  double reported_speed() const;

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.forgetting_, self.weight_, self.mean_query_, self.mean_reference_,
            self.query_query_, self.query_reference_, self.reference_reference_);
  }

 private:
  double forgetting_;
  double weight_ = 0, mean_query_ = 0, mean_reference_ = 0;
  // Weighted sums about the means.
  double query_query_ = 0, query_reference_ = 0, reference_reference_ = 0;
};

}  // namespace staydown::matching
