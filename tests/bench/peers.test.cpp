// SPDX-License-Identifier: MIT
// Part of blockopt's tests: every peer of the benchmarks that this build has computes what its rule computes.
#include <cstddef>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "peers/peer.hpp"
#include "registry.hpp"
#include "rivals.hpp"
#include "subject.hpp"

namespace {

/// f(name of the rule, rivals among `list`, values after three steps) for each rule.
template <class F>
void with_rivals(const std::vector<bench::peer>& list, std::size_t size, int threads, const F& f) {
  bench::for_each_rule([&]<class Rule>(const std::string& name, const Rule& rule) {
    std::vector<float> start;
    bench::subject<Rule, float, false> subject(
        rule, size, 1, [&](std::span<const float> values) { start.assign(values.begin(), values.end()); });
    f(name, bench::rivals_of(list, name, subject, start, threads));
  });
}

/// A plain loop whose gradient is off by a factor.
std::vector<bench::peer> mutants(double factor) {
  struct mutant final : bench::peer_run {
    std::vector<float> scaled{};
    std::unique_ptr<bench::peer_run> inside{};
    void step() override { inside->step(); }
    [[nodiscard]] const float* values() const override { return inside->values(); }
  };
  std::vector<bench::peer> list;
  bench::add_plain_loops(list);
  for (bench::peer& p : list) {
    p.start = [factor, start = p.start](const bench::peer_start& from) {
      auto run = std::make_unique<mutant>();
      run->scaled.assign(from.gradient, from.gradient + from.size);
      for (float& g : run->scaled) g *= static_cast<float>(factor);
      run->inside = start({from.values, run->scaled.data(), from.size, from.threads});
      return run;
    };
  }
  return list;
}

}  // namespace

TEST_CASE("Every peer agrees with its rule after three steps") {
  const auto list = bench::all_peers();
  for (const std::size_t size : {std::size_t{1}, std::size_t{257}, std::size_t{40'000}}) {
    for (const int threads : {1, 2}) {
      std::size_t found = 0;
      with_rivals(list, size, threads, [&](const std::string& name, const bench::rivals& r) {
        CAPTURE(name);
        CAPTURE(size);
        CHECK(r.refused == "");
        found += r.names.size();
      });
      CHECK(found == list.size());  // and each peer names a rule of the registry
    }
  }
}

TEST_CASE("There is a plain loop for ten rules") {
  std::set<std::string> rules;
  for (const bench::peer& p : bench::all_peers())
    if (p.name == "plain loop") rules.insert(p.rule);
  CHECK(rules.size() == 10);
}

TEST_CASE("A peer that computes something else is refused and named") {
  std::size_t refused = 0;
  with_rivals(mutants(1.01), 1000, 1, [&](const std::string& name, const bench::rivals& r) {
    CAPTURE(name);
    if (name == "sgd" || name == "momentum") {  // the others do not see a scale of the gradient, or hardly
      ++refused;
      CHECK(r.names.empty());
      CHECK(r.refused.find("left out: plain loop computes something else, element 0 is ") != std::string::npos);
    }
  });
  CHECK(refused == 2);
  with_rivals(mutants(-1), 1000, 1, [&](const std::string& name, const bench::rivals& r) {
    CAPTURE(name);
    CHECK(r.names.empty());
  });
}

TEST_CASE("Values that are not numbers differ from everything") {
  const std::vector<float> start{1, 2, 3}, rule{1, 2, 3};
  std::vector<float> peer = rule;
  CHECK(bench::difference(start, rule.data(), peer.data()) == "");
  peer[2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(bench::difference(start, rule.data(), peer.data()).find("element 2 is nan") == 0);
  peer[2] = 3.0001F;
  CHECK(bench::difference(start, rule.data(), peer.data()).find("element 2 is 3.0001") == 0);
}
