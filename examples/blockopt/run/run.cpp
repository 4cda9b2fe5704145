// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand run: problems x selections x updates, from flags to files.

#include "run/run.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <blockopt/error.hpp>
#include <blockopt/version.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/interrupt.hpp"
#include "common/machine.hpp"
#include "common/output_folder.hpp"
#include "common/table.hpp"
#include "lab/problems.hpp"
#include "run/cell.hpp"
#include "run/options.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

class lab_session {
 public:
  explicit lab_session(const run_options& options)
      : options_(options), out_(options.common.json ? std::cerr : std::cout) {
    for (run_cell& c : options.cells()) cells_.emplace_back(options, std::move(c));
    results_.resize(cells_.size());
  }

  int operator()() {
    refuse_other_configuration();
    make_problems();
    const interrupt_guard guard;
    std::size_t known = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      results_[i] = cells_[i].finished();
      known += results_[i].is_null() ? 0 : 1;
    }
    if (known > 0)
      out_ << "run:   " << known << " of " << cells_.size() << " runs are there already in "
           << options_.common.out.string() << std::endl;
    write_summary("running");
    work();
    write_trace();
    const bool interrupted = interrupt_guard::interrupted();
    const json result = write_summary(failure_ ? "failed" : interrupted ? "interrupted" : "complete");
    print_results();
    if (failure_) std::rethrow_exception(failure_);
    out_ << "files: " << options_.common.out.string() << std::endl;
    if (options_.common.json) std::cout << result.dump(2) << std::endl;
    if (!interrupted) return 0;
    std::cerr << "blockopt: interrupted; the same command, or blockopt resume " << options_.common.out.string()
              << ", goes on" << std::endl;
    return 130;
  }

 private:
  void refuse_other_configuration() {
    make_folder(options_.common.out);
    const json earlier = read_summary(options_.common.out);
    if (earlier.is_null() || options_.common.force) return;
    if (const std::string key = first_difference(options_.configuration(), earlier.at("configuration")); !key.empty()) {
      throw usage_error("'" + options_.common.out.string() + "' has results of another configuration (" + key +
                        "); use another --out, or --force, which keeps those runs of it that are wanted here too");
    }
  }

  void make_problems() {
    const problem_input input{
        .data = options_.data, .l1 = options_.l1, .l2 = options_.l2, .seed = options_.common.seed};
    try {
      for (const choice& c : options_.problems) {
        auto& problem = problems_[c.text()] = make_problem(c, input);
        out_ << "problem: " << c.text();
        for (const lab_constant& k : problem->constants())
          out_ << (k.name == "coordinates" ? ": " : ", ") << k.name << ' ' << exact(k.value);
        out_ << std::endl;
      }
      for (const cell_runner& c : cells_) {
        if (c.cell().repeat > 0) continue;  // only its seed is another
        const std::string name = c.cell().problem.text();
        if (!theory_.contains(name)) theory_[name] = problems_.at(name)->theory_constants(c.setup());
        try {
          c.check(*problems_.at(name));
        } catch (const usage_error& e) {
          throw usage_error("problem " + name + ": " + e.what());
        }
      }
    } catch (const file_error&) {
      throw;
    } catch (const error& e) {  // what the library refuses here came from the flags
      throw usage_error(e.what());
    }
  }

  void work() {
    std::atomic<std::size_t> next = 0;
    const auto worker = [&] {
      for (std::size_t i; (i = next++) < cells_.size();) {
        if (!results_[i].is_null() || interrupt_guard::interrupted()) continue;
        json result;
        try {
          const std::string name = cells_[i].cell().problem.text();
          result = cells_[i](*problems_.at(name), theory_.at(name), [] { return interrupt_guard::interrupted(); });
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
          next = cells_.size();
          return;
        }
        const std::lock_guard lock(mutex_);
        results_[i] = std::move(result);
        const json& r = results_[i];
        out_ << "  " << name_of_run(r) << ": " << r["status"].get<std::string>() << ", "
             << r["reason"].get<std::string>() << ", " << fixed(r["seconds"].get<double>(), 3) << " s" << std::endl;
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t t = 1; t < std::min(options_.jobs, cells_.size()); ++t) threads.emplace_back(worker);
    worker();
    for (std::thread& t : threads) t.join();
  }

  [[nodiscard]] static std::string name_of_run(const json& r) {
    std::string name = r["problem"].get<std::string>() + " " + r["selection"].get<std::string>() + " " +
                       r["update"].get<std::string>();
    if (r["memory"] != "keep") name += " " + r["memory"].get<std::string>();
    if (r["repeat"] != 0) name += " (" + std::to_string(r["repeat"].get<std::size_t>()) + ")";
    return name;
  }

  void write_trace() const {
    std::string text = run_trace_header();
    for (const cell_runner& c : cells_) text += c.rows();
    write_file(options_.common.out / "trace.csv", text);
  }

  json write_summary(const std::string& status) const {
    json j;
    j["program"] = "blockopt run";
    j["version"] = BLOCKOPT_VERSION_STRING;
    j["status"] = status;
    j["configuration"] = options_.configuration();
    j["machine"] = {{"processor", processor_name()}, {"cores", core_count()}, {"compiler", compiler_name()}};
    j["runs"] = json::array();
    for (const json& r : results_) {
      if (!r.is_null()) j["runs"].push_back(r);
    }
    write_file(options_.common.out / "summary.json", j.dump(2) + "\n");
    return j;
  }

  void print_results() const {
    table t;
    t.add({"run", "status", "updates", "epochs", "gradient\nevaluations", "seconds", "objective", "reached",
           "rate per\nupdate", "theory"});
    for (const json& r : results_) {
      if (r.is_null()) continue;
      const auto number = [&](const char* key) { return r[key].is_null() ? "-" : significant(r[key], 6); };
      t.add({name_of_run(r), r["status"], with_commas(r["updates"]), fixed(r["epochs"], 1),
             with_commas(r["gradient_evaluations"]), fixed(r["seconds"], 3), number("objective"), number("reached"),
             r["rate"].is_null() ? "-" : fixed(r["rate"], 8),
             r["theory_rate"].is_null() ? "-" : fixed(r["theory_rate"], 8)});
    }
    out_ << '\n';
    t.print(out_);
    std::map<std::string, int> measures;
    for (const json& r : results_) {
      if (!r.is_null()) ++measures[r["measure"]];
    }
    out_ << "  reached:";
    for (const auto& [name, count] : measures) out_ << ' ' << name << (measures.size() > 1 ? ";" : "");
    out_ << "; time is spent in steps and selection, not in records\n";
  }

  const run_options& options_;
  std::ostream& out_;
  std::vector<cell_runner> cells_;
  std::vector<json> results_;
  std::map<std::string, std::unique_ptr<lab_problem>> problems_;
  std::map<std::string, std::optional<problem_constants>> theory_;  // of each problem: they cost the cube of its size
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

std::function<int()> add_run(CLI::App& app) {
  auto options = std::make_shared<run_options>();
  options->add(app);
  return [options] {
    options->resolve();
    return lab_session(*options)();
  };
}

std::function<int()> add_resume(CLI::App& app) {
  struct resume_options {
    std::filesystem::path folder;
    bool json = false;
    std::size_t jobs = 1;
  };
  auto options = std::make_shared<resume_options>();
  app.add_option("DIR", options->folder, "Folder of a run (--out)")->required();
  app.add_flag("--json", options->json, "Print summary.json on stdout, and the rest on stderr");
  app.add_option("--jobs", options->jobs, "Runs at the same time")->capture_default_str()->check(CLI::PositiveNumber);
  return [options] {
    const json summary = read_summary(options->folder);
    if (summary.is_null()) throw run_failure("'" + options->folder.string() + "' has no summary.json of a run");
    if (summary.value("program", "") != "blockopt run")
      throw run_failure("'" + options->folder.string() +
                        "' is not of blockopt run; train goes on when it is called with the same command");
    run_options run;
    run.restore(summary.at("configuration"), options->folder);
    run.common.json = options->json;
    run.jobs = options->jobs;
    run.resolve();
    if (!run.data.empty() && summary.at("configuration").at("data_checksum") != run.data_checksum)
      throw run_failure("'" + run.data.string() + "' has changed since that run; nothing was resumed");
    return lab_session(run)();
  };
}

}  // namespace blockopt::program
