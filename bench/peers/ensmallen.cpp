// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the update policies of ensmallen, on Armadillo's matrices.
#include <cstddef>

#include <ensmallen.hpp>

#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/sgd.hpp>

#include "peer.hpp"

namespace bench {
namespace {

template <class Update>
class ensmallen_run final : public peer_run {
 public:
  ensmallen_run(const peer_start& start, const Update& update, double rate)
      : update_(update),
        x_(start.values, start.size, 1),
        g_(start.gradient, start.size, 1),
        policy_(update_, start.size, 1),
        rate_(rate) {}
  void step() override { policy_.Update(x_, rate_, g_); }
  [[nodiscard]] const float* values() const override { return x_.memptr(); }

 private:
  Update update_;
  arma::fmat x_, g_;
  typename Update::template Policy<arma::fmat, arma::fmat> policy_;
  double rate_;
};

}  // namespace

void add_ensmallen(std::vector<peer>& list) {
  const auto add = [&]<class Update>(const char* rule, const Update& update, double rate) {
    list.push_back({"ensmallen", rule, [=](const peer_start& start) {
                      return std::make_unique<ensmallen_run<Update>>(start, update, rate);
                    }});
  };
  const blockopt::adam adam;
  add("sgd", ens::VanillaUpdate(), blockopt::sgd{}.learning_rate);
  add("momentum", ens::MomentumUpdate(blockopt::momentum{}.beta), blockopt::momentum{}.learning_rate);
  add("adam", ens::AdamUpdate(adam.epsilon, adam.beta1, adam.beta2), adam.learning_rate);
  add("adagrad", ens::AdaGradUpdate(blockopt::adagrad{}.epsilon), blockopt::adagrad{}.learning_rate);
  add("rmsprop", ens::RMSPropUpdate(blockopt::rmsprop{}.epsilon, blockopt::rmsprop{}.alpha),
      blockopt::rmsprop{}.learning_rate);
}

}  // namespace bench
