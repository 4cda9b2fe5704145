// SPDX-License-Identifier: MIT
// Part of blockopt: tests of save and load: what they restore, what they refuse, and what a kill leaves.

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_bytes.hpp>
#include <blockopt/file/safetensors_reader.hpp>
#include <blockopt/file/safetensors_writer.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/checkpoint.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>

#include "run/optimizer_support.hpp"
#include "support/files.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Visits the block with the largest gradient of its last visit: state of its own, and feedback.
struct greedy {
  static constexpr auto feedback = bo::feedback_kind::visited_block;
  std::vector<double> norms{};

  void start(std::size_t blocks) { norms.assign(blocks, 1e9); }
  [[nodiscard]] std::size_t next(bo::random_stream&, const bo::selection_statistics&) const {
    std::size_t best = 0;
    for (std::size_t b = 1; b < norms.size(); ++b) {
      if (norms[b] > norms[best]) best = b;
    }
    return best;
  }
  void observe(std::size_t block, const bo::visit_feedback& f) { norms[block] = f.mean_squared_gradient; }
  template <class A>
  void archive(A& a) {
    a("norms", norms);
  }
};

/// Has two numbers of one name.
struct twice : bo::ascending {
  std::size_t a = 1, b = 2;
  template <class A>
  void archive(A& to) {
    to("number", a);
    to("number", b);
  }
};

using half_tensors = tensors<bo::bfloat16>;

template <class Selection = bo::random_reshuffle, class Memory = bo::keep_state, class Rule = bo::adamw>
auto optimizer_of(const half_tensors& t, const bo::optimizer_options& options, Selection selection = {},
                  Rule rule = {}) {
  return bo::block_optimizer{t.blocks(), rule, selection, Memory{}, bo::plain_backend{}, options};
}

const std::vector<std::size_t> sizes{40, 23, 64, 7};

template <class F>
std::string refusal(const F& f) {
  return message_of<bo::file_error>(f);
}
bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

TEST_CASE("a policy that learns, and norms that a visit sums up, go on from a checkpoint") {
  const temporary_folder folder;
  const bo::optimizer_options options{.switch_every = 3, .clip_norm = 2, .write_back = bo::rounding::stochastic};
  half_tensors whole(sizes);
  auto first = optimizer_of<greedy, bo::drop_state>(whole, options);
  advance(first, 0, 11);  // within a visit
  bo::save(first, folder / "c");
  advance(first, 11, 25);
  half_tensors resumed(sizes, 9);
  auto second = optimizer_of<greedy, bo::drop_state>(resumed, options);
  bo::load(second, folder / "c");
  advance(second, 11, 25);
  CHECK(resumed.image() == whole.image());
  CHECK(first.visits_of(2) == second.visits_of(2));
  CHECK(first.gradient_norm() == second.gradient_norm());
}

TEST_CASE("state in codes and compensated rounding go on from a checkpoint") {
  const temporary_folder folder;
  const auto check = [&]<class Memory>(Memory, const bo::optimizer_options& options, const char* name,
                                       const char* dtype) {
    half_tensors whole({5000, 300, 4096});
    auto first = optimizer_of<bo::random_reshuffle, Memory>(whole, options);
    advance(first, 0, 8);
    bo::save(first, folder / "c");
    bo::safetensors_reader reader(folder / "c");
    std::string found;
    for (const auto& t : reader.tensors()) {
      if (t.name.starts_with(name)) found = t.dtype;
    }
    CHECK(found == dtype);
    half_tensors resumed({5000, 300, 4096}, 9);
    auto second = optimizer_of<bo::random_reshuffle, Memory>(resumed, options);
    bo::load(second, folder / "c");
    advance(first, 8, 6);
    advance(second, 8, 6);
    CHECK(resumed.image() == whole.image());
  };
  check(bo::keep_8bit{}, {.switch_every = 3}, "state/second_moment/layers.2", "U8");
  check(bo::keep_fp8{}, {.switch_every = 3}, "master/layers.2", "U8");
  check(bo::keep_bf16{}, {.switch_every = 3}, "state/first_moment/layers.0", "U8");
  check(bo::keep_state{}, {.switch_every = 3, .write_back = bo::rounding::compensated, .master = false},
        "compensation/layers.0", "BF16");
}

TEST_CASE("hyper-parameters and visit length are those of the checkpoint") {
  const temporary_folder folder;
  const bo::optimizer_options options{.switch_every = 4};
  half_tensors whole(sizes);
  auto first = optimizer_of(whole, options, bo::random_reshuffle{.seed = 3});
  advance(first, 0, 5);
  first.rule().learning_rate = 0.25;
  first.assign_block(1, bo::adamw{.learning_rate = 0.5, .beta1 = 0.5});
  first.switch_every(6);
  bo::save(first, folder / "c");
  half_tensors resumed(sizes, 2);
  auto second = optimizer_of(resumed, options, bo::random_reshuffle{.seed = 4});
  bo::load(second, folder / "c");
  CHECK(second.rule().learning_rate == 0.25);
  CHECK(second.rule_of(1).beta1 == 0.5);
  CHECK(second.options().switch_every == 6);
  advance(first, 5, 20);
  advance(second, 5, 20);
  CHECK(resumed.image() == whole.image());
}

TEST_CASE("a checkpoint at the point of evaluation goes on from the point of training") {
  const temporary_folder folder;
  const bo::optimizer_options options{.switch_every = 4};
  const bo::schedule_free_sgd rule{.learning_rate = 0.1};
  half_tensors whole(sizes);
  auto first = optimizer_of<bo::random_reshuffle, bo::keep_state>(whole, options, {}, rule);
  advance(first, 0, 6);
  const auto training = whole.image();
  first.evaluation_point();
  CHECK(whole.image() != training);
  bo::save(first, folder / "c");
  half_tensors resumed(sizes, 2);
  auto second = optimizer_of<bo::random_reshuffle, bo::keep_state>(resumed, options, {}, rule);
  bo::load(second, folder / "c");
  CHECK(resumed.image() == whole.image());
  advance(first, 6, 10);
  advance(second, 6, 10);
  CHECK(resumed.image() == whole.image());
}

TEST_CASE("slices and strided values go on from a checkpoint") {
  const temporary_folder folder;
  struct windows {  // every second column, and a transposed matrix
    std::vector<float> a = std::vector<float>(120), b = std::vector<float>(24);
    explicit windows(std::uint64_t seed) {
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(noise(seed, 1, 0, i));
      for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(noise(seed, 1, 1, i));
    }
    auto optimizer() {
      std::vector<bo::parameter<float>> all{{"a", {a.data(), {10, 6}, {12, 2}}, {}},
                                            {"b", {b.data(), {4, 6}, {1, 4}}, {}}};
      return bo::block_optimizer{bo::by_bytes(all, 3), bo::momentum{},      bo::ascending{},
                                 bo::keep_state{},     bo::plain_backend{}, {.switch_every = 2, .accumulate = 2}};
    }
  } whole(1), resumed(2);
  auto first = whole.optimizer();
  advance(first, 0, 11);  // within a visit and a step
  bo::save(first, folder / "c");
  const std::vector<float> whole_b = whole.b;
  auto second = resumed.optimizer();
  const std::vector<float> between = resumed.a;
  bo::load(second, folder / "c");
  for (std::size_t i = 1; i < between.size(); i += 2) CHECK(resumed.a[i] == between[i]);  // not of the window
  resumed.a = whole.a;
  advance(first, 11, 14);
  advance(second, 11, 14);
  CHECK(resumed.a == whole.a);
  CHECK(resumed.b == whole.b);
  // The file has each tensor in its logical order.
  bo::safetensors_reader reader(folder / "c");
  std::vector<float> b(24);
  reader.read("values/b", bo::tensor_view<float>(b.data(), {4, 6}));
  CHECK(reader.find("state/momentum/b") != nullptr);
  CHECK(reader.find("state/momentum/a") == nullptr);  // it is in three blocks
  CHECK(reader.find("state/momentum/a/block 1/slice 0") != nullptr);
  CHECK(b[1 * 6 + 2] == whole_b[2 * 4 + 1]);
}

TEST_CASE("a checkpoint of another optimizer is refused by name and nothing is changed") {
  const temporary_folder folder;
  const bo::optimizer_options options{.switch_every = 4};
  half_tensors whole(sizes);
  auto first = optimizer_of(whole, options);
  advance(first, 0, 6);
  bo::save(first, folder / "c");

  half_tensors other(sizes, 2);
  const auto before = other.image();
  const auto check = [&](auto&& optimizer, const std::string& culprit) {
    const std::string why = refusal([&] { bo::load(optimizer, folder / "c"); });
    CHECK(contains(why, culprit));
    CHECK(contains(why, (folder / "c").string()));
    CHECK(other.image() == before);
    CHECK(optimizer.visits() == 0);
    CHECK(optimizer.allocated().allocated() == 0);
  };
  auto changed = options;
  changed.accumulate = 2;
  check(optimizer_of(other, changed), "optimizer/accumulate = 1, and this optimizer 2");
  changed = options;
  changed.schedule = bo::warmup{12};
  check(optimizer_of(other, changed), "factor of the learning rate in step 6");
  check(optimizer_of<bo::ascending>(other, options), "optimizer/selection/seed");
  check(optimizer_of<bo::random_reshuffle, bo::keep_state, bo::momentum>(other, options), "'optimizer/rule/0/beta'");
  check(bo::block_optimizer{other.one_block(), bo::adamw{}, bo::random_reshuffle{}, bo::keep_state{},
                            bo::plain_backend{}, options},
        "optimizer/block/0/");
  half_tensors larger({40, 23, 65, 7});
  const std::string why = refusal([&] {
    auto optimizer = optimizer_of(larger, options);
    bo::load(optimizer, folder / "c");
  });
  CHECK(contains(why, "'values/layers.2.w' is 64, not 65"));
  tensors<float> floats(sizes);
  CHECK(contains(refusal([&] {
                   bo::block_optimizer optimizer{floats.blocks(),  bo::adamw{},         bo::random_reshuffle{},
                                                 bo::keep_state{}, bo::plain_backend{}, options};
                   bo::load(optimizer, folder / "c");
                 }),
                 "is BF16 and is not read as F32"));
  // One that has run stays as it is.
  auto used = optimizer_of(other, options, bo::random_reshuffle{.seed = 5});
  advance(used, 0, 3);
  half_tensors twin(sizes, 2);
  auto undisturbed = optimizer_of(twin, options, bo::random_reshuffle{.seed = 5});
  advance(undisturbed, 0, 3);
  write_file(folder / "c", "12345678");
  CHECK(contains(refusal([&] { bo::load(used, folder / "c"); }), "safetensors"));
  advance(used, 3, 9);
  advance(undisturbed, 3, 9);
  CHECK(other.image() == twin.image());
}

TEST_CASE("a damaged checkpoint, a later version and another file are refused") {
  const temporary_folder folder;
  half_tensors whole(sizes);
  auto first = optimizer_of(whole, {.switch_every = 4});
  advance(first, 0, 6);
  bo::save(first, folder / "c");
  const std::string good = read_file(folder / "c");
  const auto check = [&](const std::string& bytes, const std::string& culprit) {
    write_file(folder / "c", bytes);
    half_tensors other(sizes, 2);
    auto second = optimizer_of(other, {.switch_every = 4});
    CHECK(contains(refusal([&] { bo::load(second, folder / "c"); }), culprit));
  };
  for (const std::size_t back : {std::size_t{1}, std::size_t{100}, std::size_t{700}}) {
    std::string bad = good;
    bad[bad.size() - back] = static_cast<char>(bad[bad.size() - back] ^ 1);
    check(bad, "is damaged: the checksum");
  }
  check(good.substr(0, good.size() - 5), "truncated");
  std::string later = good;
  later.replace(later.find("\"blockopt_checkpoint\":\"1\""), 25, "\"blockopt_checkpoint\":\"2\"");
  check(later, "of version 2");
  bo::safetensors_writer writer;
  writer.add("values/layers.0.w", whole.parameters()[0].values);
  writer.write(folder / "c");
  check(read_file(folder / "c"), "is no checkpoint of blockopt");
}

TEST_CASE("a checkpoint within a step that was begun by consume is refused") {
  const temporary_folder folder;
  tensors<float> t({8, 8});
  bo::block_optimizer optimizer{t.one_block(),    bo::momentum{},      bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.consume = true}};
  const std::vector<float> g(8, 1.0f);
  optimizer.consume(std::size_t{0}, bo::view(g));
  CHECK(contains(message_of<bo::invalid_call>([&] { bo::save(optimizer, folder / "c"); }), "begun by consume"));
  optimizer.consume(std::size_t{1}, bo::view(g));
  optimizer.step();
  bo::save(optimizer, folder / "c");
}

TEST_CASE("two parts of one name are refused before anything is written") {
  const temporary_folder folder;
  half_tensors t(sizes);
  auto optimizer = optimizer_of<twice>(t, {});
  CHECK(contains(message_of<bo::invalid_call>([&] { bo::save(optimizer, folder / "c"); }),
                 "'optimizer/selection/number'"));
  CHECK_FALSE(std::filesystem::exists(folder / "c"));
}

TEST_CASE("a disk that is full leaves the old checkpoint as it was") {
  const temporary_folder folder;
  half_tensors whole({40000, 23});
  auto optimizer = optimizer_of(whole, {.switch_every = 4});
  advance(optimizer, 0, 2);
  bo::save(optimizer, folder / "c");
  const std::string good = read_file(folder / "c");
  advance(optimizer, 2, 1);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50000, 50000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string why = refusal([&] { bo::save(optimizer, folder / "c"); });
    _exit(why.find("cannot write") != std::string::npos && why.find("File too large") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(read_file(folder / "c") == good);
  CHECK_FALSE(std::filesystem::exists(folder / "c.part"));
}

TEST_CASE("fifty kills at any moment do not change where a run ends") {
  const temporary_folder folder;
  constexpr std::uint64_t steps = 240;
  const bo::optimizer_options options{.switch_every = 7, .accumulate = 2, .write_back = bo::rounding::stochastic};
  half_tensors whole({3000, 500, 2000});
  {
    auto optimizer = optimizer_of(whole, options);
    advance(optimizer, 0, steps);
  }
  // What a process does: goes on from the checkpoint, if there is one, and saves after every micro-batch.
  const auto process = [&] {
    half_tensors mine({3000, 500, 2000}, 2);
    auto optimizer = optimizer_of(mine, options);
    std::uint64_t batch = 0;
    if (std::filesystem::exists(folder / "c")) {
      bo::load(optimizer, folder / "c");
      // where the data are follows from the counts
      bo::safetensors_reader reader(folder / "c");
      reader.read("optimizer/micro_batches", bo::tensor_view<std::uint64_t>(&batch, 1));
      batch += 2 * optimizer.steps();
    } else {
      const half_tensors start({3000, 500, 2000});
      for (std::size_t p = 0; p < 3; ++p) {
        for (std::size_t i = 0; i < mine.values[p].size(); ++i) mine.values[p][i] = start.values[p][i];
      }
    }
    for (; batch < steps; ++batch) {
      advance(optimizer, batch, 1);
      bo::save(optimizer, folder / "c");
    }
    bool same = true;
    for (std::size_t p = 0; p < 3; ++p) {
      for (std::size_t i = 0; i < mine.values[p].size(); ++i)
        same = same && mine.values[p][i].bits == whole.values[p][i].bits;
    }
    return same;
  };
  bo::random_stream random{17};
  int kills = 0, ends = 0;
  for (int run = 0; run < 400 && (kills < 50 || ends == 0); ++run) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(process() ? 0 : 1);
    if (kills < 50) {
      usleep(static_cast<useconds_t>(random.below(30000)));
      kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      ++kills;
    } else {
      ++ends;
      CHECK(status == 0);
      if (kills < 50) std::filesystem::remove(folder / "c");  // again from the start
    }
  }
  CHECK(kills == 50);
  CHECK(ends > 0);
}
