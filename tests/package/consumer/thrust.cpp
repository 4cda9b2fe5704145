// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::thrust_cpp or another device system: a rule runs in a Thrust algorithm.
#include <thrust/device_vector.h>
#include <thrust/for_each.h>
#include <thrust/host_vector.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/tuple.h>
#include <thrust/version.h>

#include <blockopt/update/sgd.hpp>

#if defined(EXPECTED_THRUST_VERSION) && EXPECTED_THRUST_VERSION != THRUST_VERSION
#error "another Thrust than the one asked for"
#endif
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP && !defined(_OPENMP)
#error "blockopt::thrust_omp does not turn OpenMP on"
#endif

namespace {

struct step {
  blockopt::sgd::constants<float> constants;

  template <class Element>
  void operator()(Element element) const {
    float value = thrust::get<0>(element);
    blockopt::sgd::update(constants, value, float{thrust::get<1>(element)});
    thrust::get<0>(element) = value;
  }
};

}  // namespace

int main() {
  thrust::device_vector<float> values(1000, 1.0F);
  const thrust::device_vector<float> gradient(1000, 0.5F);
  thrust::for_each_n(thrust::make_zip_iterator(thrust::make_tuple(values.begin(), gradient.begin())), values.size(),
                     step{blockopt::sgd{.learning_rate = 0.5}.at<float>(blockopt::step_count{1})});
  const thrust::host_vector<float> result = values;
  for (const float value : result) {
    if (value != 0.75F) return 1;
  }
  return 0;
}
