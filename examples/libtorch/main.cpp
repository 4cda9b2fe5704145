// SPDX-License-Identifier: MIT
// Part of blockopt: a transformer of libtorch, trained with torch::optim::AdamW and with block optimizers.
//
//   example_libtorch [--steps N] [--every K] [--layers N] [--width N] [--check] TEXT...
//
// Prints one table. --check: 50 steps of AdamW by both; status 1 where a loss differs by more than a millionth.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <blockopt/adapt/libtorch/torch_optimizer.hpp>
#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adamw.hpp>

#include "model.hpp"

namespace bo = blockopt;

namespace {

struct settings {
  std::int64_t steps = 60, every = 5, batch = 4;
  model_shape shape{};
  bool check = false;
  bool in_double = false;
  std::string text;
  double rate = 1e-3;
};

/// What is measured of a method; bytes at their largest.
struct outcome {
  double loss = 0;                               ///< mean over the last ten steps
  double forward = 0, backward = 0, update = 0;  ///< seconds of all steps
  std::int64_t values = 0, gradients = 0, state = 0, resident = 0;
};

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Bytes of the text at places that depend on the step alone, and the bytes that follow each.
std::pair<torch::Tensor, torch::Tensor> batch_of(const settings& s, std::int64_t step) {
  const std::int64_t context = s.shape.context, room = static_cast<std::int64_t>(s.text.size()) - context;
  const torch::Tensor both = torch::empty({s.batch, context + 1}, torch::kLong);
  auto* to = both.data_ptr<std::int64_t>();
  for (std::int64_t b = 0; b < s.batch; ++b) {
    const std::int64_t first = (step * s.batch + b) * 7919 % room;
    for (std::int64_t i = 0; i <= context; ++i)
      *to++ = static_cast<unsigned char>(s.text[static_cast<std::size_t>(first + i)]);
  }
  return {both.slice(1, 0, context), both.slice(1, 1, context + 1)};
}

std::int64_t bytes_of(const torch::Tensor& t) { return t.defined() ? static_cast<std::int64_t>(t.nbytes()) : 0; }

/// The training loop; it is the same for every optimizer. Gives the loss of each step.
template <class Optimizer>
std::vector<double> train(transformer& model, Optimizer& optimizer, const settings& s, outcome& measured) {
  std::vector<double> losses;
  for (std::int64_t step = 0; step < s.steps; ++step) {
    const auto [inputs, targets] = batch_of(s, step);
    const double start = seconds();
    optimizer.zero_grad();
    const torch::Tensor loss = model.loss(inputs, targets);
    const double forward = seconds();
    loss.backward();
    const double backward = seconds();
    optimizer.step();
    const double end = seconds();
    std::int64_t gradients = 0;
    for (const auto& p : model.parameters()) gradients += bytes_of(p.grad());
    measured.gradients = std::max(measured.gradients, gradients);
    if (step > 0) {  // the first one allocates
      measured.forward += forward - start;
      measured.backward += backward - forward;
      measured.update += end - backward;
    }
    losses.push_back(loss.item<double>());
  }
  const auto last = std::min<std::size_t>(losses.size(), 10);
  for (std::size_t i = losses.size() - last; i < losses.size(); ++i)
    measured.loss += losses[i] / static_cast<double>(last);
  for (const auto& p : model.parameters()) measured.values += bytes_of(p);
  return losses;
}

std::shared_ptr<transformer> fresh_model(const settings& s) {
  torch::manual_seed(1);
  auto model = std::make_shared<transformer>(s.shape);
  if (s.in_double) model->to(torch::kDouble);
  return model;
}

std::vector<double> with_torch(const settings& s, outcome& measured) {
  const auto model = fresh_model(s);
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(s.rate));
  struct as_ours {  // zero_grad of libtorch 1.13 keeps the tensors; later ones free them, and so do we
    torch::optim::AdamW& inner;
    void zero_grad() {
      for (auto& group : inner.param_groups())
        for (auto& p : group.params()) p.mutable_grad() = torch::Tensor();
    }
    void step() { inner.step(); }
  } adapter{optimizer};
  auto losses = train(*model, adapter, s, measured);
  for (const auto& item : optimizer.state()) {
    const auto& state = static_cast<const torch::optim::AdamWParamState&>(*item.second);
    measured.state += bytes_of(state.exp_avg()) + bytes_of(state.exp_avg_sq());
  }
  return losses;
}

template <class T, class Memory>
std::vector<double> with_blockopt(const settings& s, outcome& measured, bool blocks, Memory memory) {
  const auto model = fresh_model(s);
  const bo::torch_parameters<T> parameters{*model};
  auto parts = blocks ? bo::by_layer(parameters.views(), {.include_embedding = true, .include_head = true})
                      : bo::as_one_block(parameters.views());
  bo::torch_optimizer optimizer{parameters,
                                std::move(parts),
                                bo::adamw{.learning_rate = s.rate},
                                bo::random_reshuffle{.seed = 1},
                                memory,
                                bo::eigen_backend{},
                                {.switch_every = blocks ? static_cast<std::uint64_t>(s.every) : 0}};
  auto losses = train(*model, optimizer, s, measured);
  const auto allocated = optimizer.core().allocated();
  measured.state = static_cast<std::int64_t>(allocated.allocated());
  return losses;
}

std::vector<double> run(std::string_view method, const settings& s, outcome& measured) {
  if (method == "torch AdamW") return with_torch(s, measured);
  if (s.in_double) return with_blockopt<double>(s, measured, false, bo::keep_state{});
  if (method == "blockopt AdamW") return with_blockopt<float>(s, measured, false, bo::keep_state{});
  return with_blockopt<float>(s, measured, true, bo::drop_state{});
}

/// Runs a method in a process of its own, whose peak of resident memory is its alone. The parent uses nothing of libtorch:
/// the threads of OpenMP do not survive a fork.
outcome measure(std::string_view method, const settings& s) {
  int channel[2];
  if (pipe(channel) != 0) throw std::runtime_error("no pipe");
  std::cout << std::flush;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  outcome result;
  if (child == 0) {
    run(method, s, result);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    result.resident = usage.ru_maxrss * 1024;
    _exit(write(channel[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  close(channel[1]);
  const bool whole = read(channel[0], &result, sizeof result) == sizeof result;
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!whole || status != 0) throw std::runtime_error(std::string(method) + " did not finish");
  return result;
}

/// 50 steps of AdamW by both, in float and in double.
int check(settings s) {
  s.steps = 50;
  bool equal = true;
  for (const bool in_double : {false, true}) {
    s.in_double = in_double;
    outcome ignored;
    const auto theirs = run("torch AdamW", s, ignored), ours = run("blockopt AdamW", s, ignored);
    double worst = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) worst = std::max(worst, std::abs(ours[i] / theirs[i] - 1));
    std::printf(
        "%s, 50 steps of AdamW: loss %.6f to %.6f with libtorch, %.6f to %.6f with blockopt; largest relative "
        "difference %.1e\n",
        in_double ? "double" : "float", theirs.front(), theirs.back(), ours.front(), ours.back(), worst);
    equal = equal && worst <= (in_double ? 1e-12 : 1e-6) && theirs.back() < theirs.front();
  }
  return equal ? 0 : 1;
}

void print_table(const settings& s) {
  std::printf("%-15s %6s %8s %11s %12s %10s %9s %12s %9s %14s\n", "method", "loss", "seconds", "forward ms",
              "backward ms", "update ms", "values MB", "gradients MB", "state MB", "peak resident MB");
  for (const char* method : {"torch AdamW", "blockopt AdamW", "blockopt BAdam"}) {
    const outcome o = measure(method, s);
    const double per_step = 1e3 / static_cast<double>(std::max<std::int64_t>(s.steps - 1, 1));
    const auto mb = [](std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; };
    std::printf("%-15s %6.3f %8.2f %11.2f %12.2f %10.3f %9.2f %12.2f %9.2f %14.1f\n", method, o.loss,
                o.forward + o.backward + o.update, o.forward * per_step, o.backward * per_step, o.update * per_step,
                mb(o.values), mb(o.gradients), mb(o.state), mb(o.resident));
  }
}

settings parse(int count, char** arguments) {
  settings s;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const auto number = [&] { return i + 1 < count ? std::stoll(arguments[++i]) : 0; };
    if (argument == "--check") s.check = true;
    else if (argument == "--steps") s.steps = number();
    else if (argument == "--every") s.every = number();
    else if (argument == "--layers") s.shape.layers = number();
    else if (argument == "--width") s.shape.width = number(), s.shape.heads = s.shape.width / 32;
    else {
      std::ifstream file{std::string(argument), std::ios::binary};
      if (!file) throw std::runtime_error("cannot read " + std::string(argument));
      s.text.append(std::istreambuf_iterator<char>(file), {});
    }
  }
  if (s.steps < 1 || s.every < 1 || s.shape.layers < 1 || s.shape.heads < 1 || s.shape.width % s.shape.heads != 0)
    throw std::runtime_error("steps, K and layers must be positive, and the width a multiple of 32");
  if (static_cast<std::int64_t>(s.text.size()) < s.shape.context + 2) throw std::runtime_error("give a longer text");
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const settings s = parse(count, arguments);
    if (s.check) return check(s);
    print_table(s);
  } catch (const std::exception& e) {
    std::cerr << "example_libtorch: " << e.what() << '\n';
    return 1;
  }
}
