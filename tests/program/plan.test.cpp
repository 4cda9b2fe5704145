// SPDX-License-Identifier: MIT
// Part of blockopt: tests of plan: against what train plans and counts, and against published tables.

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/transformer.hpp>

#include "plan/device.hpp"
#include "plan/published.hpp"
#include "run_program.hpp"
#include "train/fewest_blocks.hpp"
#include "train/trainer_parts.hpp"

using namespace program_test;
namespace program = blockopt::program;

namespace {

const char* const tiny_shape =
    R"({"num_hidden_layers": 4, "hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 24, "vocab_size": 256})";

nlohmann::json plan_of(const arguments& more) {
  arguments all{"plan", "--json"};
  all.insert(all.end(), more.begin(), more.end());
  const outcome result = run_program(all);
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  return nlohmann::json::parse(result.out);
}

bool close_to(double published, double own) {
  return std::isnan(published) || std::abs(own - published) <= 0.1 || std::abs(own - published) <= 0.01 * published;
}

}  // namespace

TEST_CASE("plan says the bytes that train plans and measures") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(3000));
  write_file(folder / "shape.json", tiny_shape);
  for (const std::string partition : {"layers", "layers[3]", "layers+ends", "bytes[5]"}) {
    for (const std::string dtype : {"f32", "bf16"}) {
      CAPTURE(partition);
      const auto plan = plan_of({"--shape", folder / "shape.json", "--context", "16", "--batch", "2", "--threads", "1",
                                 "--dtype", dtype, "--methods", "adam,badam,bsgd", "--partition", partition});
      const std::string out = folder / (partition + dtype);
      REQUIRE(run_program({"train",
                           "--text",
                           folder / "text.txt",
                           "--shape",
                           folder / "shape.json",
                           "--context",
                           "16",
                           "--batch",
                           "2",
                           "--threads",
                           "1",
                           "--dtype",
                           dtype,
                           "--method",
                           "adam,badam,bsgd",
                           "--partition",
                           partition,
                           "--steps",
                           "7",
                           "--switch-every",
                           "1",
                           "--order",
                           "ascending",
                           "--eval-tokens",
                           "32",
                           "--out",
                           out})
                  .status == 0);
      const auto trained = read_summary_of(out);
      for (const char* method : {"adam", "badam", "bsgd"}) {
        const auto& bytes = plan["methods"][method]["planned_bytes"];
        CHECK(bytes == trained["methods"][method]["planned_bytes"]);
        CHECK(bytes == trained["methods"][method]["measured_bytes"]);
        CHECK(plan["methods"][method]["parameters"] == trained["methods"][method]["parameters"]);
        CHECK_FALSE(plan["methods"][method].contains("formula"));
      }
    }
  }
}

TEST_CASE("planned flops are those that the transformer counts, averaged over the blocks") {
  program::trainer_settings s;
  s.shape = {.layers = 4, .width = 16, .heads = 2, .kv_heads = 1, .context = 12, .vocabulary = 20};
  s.batch = 2;
  s.by_block = true;
  s.switch_every = 1;
  blockopt::transformer<float> model(s.shape, 1, s.batch);
  const std::vector<std::uint32_t> tokens(24, 3);
  for (const char* partition : {"layers", "layers[2]", "layers+ends", "matrices", "bytes[5]", "ratio[0.3]"}) {
    CAPTURE(partition);
    s.blocks = program::parse_blocks(partition);
    const auto parts = program::partition_of(s, model.parameters());
    double forward = 0, backward = 0;
    const auto visits = program::visit_flags(parts, program::order_of(s));
    for (const auto& flags : visits) {
      std::vector<std::vector<float>> memory;
      std::vector<blockopt::tensor_view<float>> views;
      for (const auto& p : parts.parameters()) {
        memory.emplace_back(p.values.size());
        views.emplace_back(memory.back().data(), p.values.extents());
      }
      model.gradient({0, "", {}, views, flags}, {tokens, tokens, s.batch});
      forward += model.last_work().forward_flops / static_cast<double>(visits.size());
      backward += (model.last_work().input_gradient_flops + model.last_work().weight_gradient_flops) /
                  static_cast<double>(visits.size());
    }
    const auto planned = program::plan_run("f32", program::find_backend("eigen"), s);
    CHECK(planned.blocks == parts.blocks().size());
    CHECK(planned.forward_flops == doctest::Approx(forward).epsilon(1e-14));
    CHECK(planned.backward_flops == doctest::Approx(backward).epsilon(1e-14));
  }
  // AdamW as it is written, per element: 3 for the first moment, 4 for the second, 5 for the step, 3 for the value.
  s.by_block = false;
  s.blocks = {.kind = program::block_kind::one};
  const auto adam = program::plan_run("f32", program::find_backend("eigen"), s);
  CHECK(adam.update_flops == 15.0 * static_cast<double>(adam.parameters));
  CHECK(adam.prefix_flops < adam.forward_flops);
}

TEST_CASE("plan has the parameter counts of the published models, and BAdam's tables but for what it explains") {
  for (const auto& [shape, parameters] :
       {std::pair{"llama3-8b", 8'030'261'248.0}, std::pair{"llama2-7b", 6'738'415'616.0}}) {
    const auto plan = plan_of({"--shape", shape, "--methods", "adam,badam,lomo,lora[r=8],galore[r=128]"});
    const auto& adam = plan["methods"]["adam"];
    CHECK(adam["parameters"] == parameters);
    CHECK(adam["planned_bytes"]["values"] == 2 * parameters);
    CHECK(adam["planned_bytes"]["gradients"] == 4 * parameters);
    CHECK(adam["planned_bytes"]["state"] == 8 * parameters);
    for (const char* method : {"lomo", "lora[r=8]", "galore[r=128]"}) CHECK(plan["methods"][method]["formula"] == true);
    const program::published_table* const table = program::find_published(shape);
    REQUIRE(table != nullptr);
    for (const program::published_row& row : table->rows) {
      CAPTURE(row.method);
      const auto& own = plan["published"]["methods"][std::string(row.method)];
      const bool close = close_to(row.values, own["values_gb"]["planned"]) &&
                         close_to(row.gradients, own["gradients_gb"]["planned"]) &&
                         close_to(row.optimizer, own["optimizer_gb"]["planned"]);
      CHECK(close == row.remark.empty());
    }
    const auto& passes = plan["forward_passes"];
    CHECK(passes["badam"]["model"] == doctest::Approx(1.5 + 1.0 / 64));
    CHECK(passes["badam, prefix kept"]["model"] == doctest::Approx(1 + 1.0 / 32));
    const double total = passes["adam"]["forward"].get<double>() + passes["adam"]["backward"].get<double>();
    CHECK(total == doctest::Approx(3).epsilon(0.01));
  }
  // 2 r max(m, n) + r min(m, n) for each matrix of the layers, two moments for all else; in float
  const double r = 128, narrow = r * (2 * 4096 + 1024), square = r * 3 * 4096, wide = r * (2 * 14336 + 4096);
  const double rest = 2 * (2 * 128256.0 * 4096 + 65 * 4096);
  CHECK(plan_of({"--shape", "llama3-8b", "--methods",
                 "galore[r=128]"})["methods"]["galore[r=128]"]["planned_bytes"]["state"] ==
        4 * (32 * (2 * narrow + 2 * square + 3 * wide) + rest));
}

TEST_CASE("device memory chooses the fewest blocks that fit, for train as for plan") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(3000));
  write_file(folder / "shape.json", tiny_shape);
  const arguments shape{"--shape", folder / "shape.json", "--context", "16", "--batch", "2", "--threads", "1"};
  const auto planned = [&](const arguments& more) {
    arguments all = shape;
    all.insert(all.end(), {"--methods", "badam"});
    all.insert(all.end(), more.begin(), more.end());
    return plan_of(all)["methods"]["badam"];
  };
  std::vector<std::size_t> totals{0};
  for (int n = 1; n <= 4; ++n)
    totals.push_back(planned({"--partition", "layers[" + std::to_string(n) + "]"})["planned_bytes"]["total"]);
  CHECK(totals[4] < totals[2]);
  for (std::size_t n : {1, 2, 4}) {
    const std::string limit = std::to_string(totals[n]);
    const auto fit = planned({"--device-memory", limit});
    CHECK(fit["blocks"] == n);
    CHECK(fit["fits"] == true);
    arguments train{"train",
                    "--text",
                    folder / "text.txt",
                    "--dtype",
                    "bf16",
                    "--partition",
                    "layers",
                    "--method",
                    "badam",
                    "--steps",
                    "2",
                    "--eval-tokens",
                    "32",
                    "--device-memory",
                    limit,
                    "--out",
                    folder / std::to_string(n)};
    train.insert(train.end(), shape.begin(), shape.end());
    REQUIRE(run_program(train).status == 0);
    const auto summary = read_summary_of(folder / std::to_string(n));
    CHECK(summary["configuration"]["partition"] == fit["partition"]);
    CHECK(summary["methods"]["badam"]["measured_bytes"]["total"] <= totals[n]);
  }
  const std::string little = std::to_string(totals[4] - 1);
  CHECK(planned({"--device-memory", little})["fits"] == false);
  const outcome refused =
      run_program(tiny_train(folder / "text.txt", folder / "none", {"--method", "badam", "--device-memory", "1kB"}));
  CHECK(refused.status == 2);
  CHECK(refused.err.find("--device-memory 1kB: badam") != std::string::npos);
}

TEST_CASE("a device gives seconds and cost per token, and says what fits") {
  const temporary_folder folder;
  write_file(folder / "device.json",
             R"({"name": "d", "peak_flops": 1e12, "memory": "40GB", "memory_bandwidth": 1e12, "bus_bandwidth": 1e10,
                 "price_per_hour": 3.6})");
  const auto plan = plan_of({"--shape", "llama3-8b", "--device", folder / "device.json"});
  for (const char* method : {"adam", "badam"}) {
    const auto& m = plan["methods"][method];
    const double seconds =
        (m["flops"]["forward"].get<double>() + m["flops"]["backward"].get<double>() + m["update_bytes"].get<double>()) /
        1e12;  // bound by flops here
    CHECK(m["seconds_per_token"] == doctest::Approx(seconds / 64));
    CHECK(m["cost_per_million_tokens"] == doctest::Approx(1e6 * seconds / 64 / 1000));
  }
  CHECK(plan["methods"]["adam"]["fits"] == false);
  CHECK(plan["methods"]["badam"]["fits"] == true);
  CHECK(plan_of({})["methods"]["adam"]["seconds_per_token"].is_null());
  // One token: the values' bytes take longer than the flops.
  const auto one = plan_of({"--shape", "llama3-8b", "--device", "rtx3090", "--context", "1"})["methods"]["badam"];
  const double passes = one["flops"]["forward"].get<double>() + one["flops"]["backward"].get<double>();
  const double read = one["planned_bytes"]["values"].get<double>() * passes / one["flops"]["forward"].get<double>();
  CHECK(one["seconds_per_token"] == doctest::Approx((read + one["update_bytes"].get<double>()) / 936e9));
}

TEST_CASE("plan says what each memory strategy keeps for each parameter and moves in each visit") {
  const auto memory = plan_of({"--shape", "llama3-8b", "--methods", "badam"})["memory"];
  const auto bytes = [&](const char* strategy) { return memory[strategy]["bytes_per_parameter"].get<double>(); };
  CHECK(bytes("keep") == doctest::Approx(4.0 / 32 + 4 + 8).epsilon(1e-4));
  CHECK(bytes("drop") == doctest::Approx(16.0 / 32).epsilon(1e-4));
  CHECK(bytes("warm") == doctest::Approx(12.0 / 32 + 4).epsilon(1e-4));
  CHECK(bytes("decay") == bytes("keep"));
  CHECK(bytes("keep-8bit") == doctest::Approx(4.0 / 32 + 4 + 2 + 8.0 / 256).epsilon(1e-4));
  CHECK(bytes("keep-fp8") == doctest::Approx(4.0 / 32 + 5 + 12.0 / 256).epsilon(1e-4));
  CHECK(bytes("keep-bf16") == doctest::Approx(4.0 / 32 + 4 + 4).epsilon(1e-4));
  // Two visits in memory, all blocks in the file, and of one of them 12 bytes a parameter each way.
  CHECK(bytes("offload") == doctest::Approx(4.0 / 32 + 24.0 / 32 + 12).epsilon(1e-4));
  CHECK(memory["offload"]["visit_bytes"] == 24 * std::uint64_t{218'112'000});
  CHECK(memory["keep"]["visit_bytes"] == 0);
}

TEST_CASE("plan refuses what it does not know in one line") {
  const temporary_folder folder;
  write_file(folder / "bad.json", R"({"peak_flops": 1e12, "memory": 1, "memory_bandwidth": 1, "colour": 2})");
  write_file(folder / "missing.json", R"({"peak_flops": 1e12, "memory": 1, "memory_bandwidth": 1})");
  const auto check = [](const arguments& more, int status, const std::string& culprit) {
    arguments all{"plan"};
    all.insert(all.end(), more.begin(), more.end());
    const outcome result = run_program(all);
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(result.out.empty());
    CHECK(result.err.find(culprit) != std::string::npos);
    CHECK(result.err.find('\n') == result.err.size() - 1);
  };
  check({"--methods", "adam,sofia"}, 2, "'sofia'");
  check({"--methods", "lora[r=0]"}, 2, "'lora[r=0]'");
  check({"--methods", "lomo[r=2]"}, 2, "'lomo[r=2]'");
  check({"--methods", "badam,badam"}, 2, "twice");
  check({"--partition", "layers[0]"}, 2, "layers[0]");
  check({"--partition", "layers[7]"}, 2, "7 blocks of 6 layers");
  check({"--device", "abacus"}, 2, "'abacus'");
  check({"--device-memory", "24 cows"}, 2, "24 cows");
  check({"--device-memory", "0GB"}, 2, "0GB");
  check({"--device-memory", "1GB", "--partition", "matrices"}, 2, "whole layers");
  check({"--dtype", "f16"}, 2, "f16");
  check({"--batch", "0"}, 2, "--batch");
  check({"--shape", folder / "none.json"}, 1, "none.json");
  check({"--device", folder / "bad.json"}, 1, "colour");
  check({"--device", folder / "missing.json"}, 1, "bus_bandwidth");
}
