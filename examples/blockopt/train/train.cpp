// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand train, from flags to files.

#include "train/train.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <blockopt/error.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/interrupt.hpp"
#include "common/machine.hpp"
#include "common/output_folder.hpp"
#include "common/progress.hpp"
#include "train/checkpoint.hpp"
#include "train/model_config.hpp"
#include "train/options.hpp"
#include "train/planned_run.hpp"
#include "train/plots.hpp"
#include "train/record.hpp"
#include "train/report.hpp"
#include "train/summary.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

class train_run {
 public:
  explicit train_run(const train_options& options)
      : options_(options),
        out_(options.common.json ? std::cerr : std::cout),
        terminal_(isatty(options.common.json ? STDERR_FILENO : STDOUT_FILENO) != 0),
        data_(options.load_data()),
        checkpoint_(options.common.out) {
    const std::size_t context = options.shape.context;
    sequences_ = sequence_count(data_.training().size(), context);
    if (sequences_ == 0 || sequence_count(data_.held_out().size(), context) == 0) {
      throw run_failure("the text '" + data_.name + "' has " + std::to_string(data_.tokens().size()) +
                        (options.tokens.empty() ? " bytes" : " tokens") + "; a context of " + std::to_string(context) +
                        " needs at least " + std::to_string(10 * (context + 1)));
    }
    held_out_ = evaluation_batches(data_.held_out(), context, options.batch, options.eval_tokens);
  }

  int operator()() {
    plans_ = make_plans();
    std::uint64_t visit_length = 0;
    for (const method_record& p : plans_) visit_length = std::max(visit_length, p.switch_every);
    configuration_ = options_.configuration(data_, visit_length);
    const std::filesystem::path& folder = options_.common.out;
    make_folder(folder);
    if (is_done()) return 0;
    print_start(plans_);
    const interrupt_guard guard;
    std::exception_ptr failure;
    std::string reason;
    try {
      write_file(folder / "summary.json", summary("running").dump(2) + "\n");
      growing_file trace(folder / "trace.csv");
      trace.append(trace_header());
      for (const method_record& record : records_) {  // of the checkpoint
        for (const trace_row& row : record.rows) trace.append(trace_line(record, row));
      }
      std::size_t number = 0;
      for (std::size_t r = 0; r < options_.repeat && !interrupt_guard::interrupted(); ++r) {
        for (const method& m : options_.methods) {
          if (interrupt_guard::interrupted()) break;
          const bool resumes = number + 1 == records_.size() && !checkpoint_.optimizer().empty();
          if (number++ < records_.size() && !resumes) continue;  // done before
          train(m, r, trace, resumes);
        }
      }
      trace.flush();
    } catch (const std::exception& e) {
      failure = std::current_exception();
      reason = e.what();
    }
    const bool interrupted = !failure && interrupt_guard::interrupted();
    const json result = summary(failure ? "failed" : interrupted ? "interrupted" : "complete", reason);
    try {
      write_file(folder / "summary.json", result.dump(2) + "\n");
      if (!failure && !interrupted) checkpoint_.remove();
      out_ << '\n';
      print_results(out_, result);
      write_plots(folder, records_, out_);
    } catch (const std::exception&) {
      if (!failure) throw;  // else the first failure is the one to tell
    }
    if (failure) std::rethrow_exception(failure);
    for (const std::string& saved : saved_) out_ << "saved: " << saved << '\n';
    out_ << "files: " << folder.string() << std::endl;
    if (options_.common.json) std::cout << result.dump(2) << std::endl;
    if (!interrupted) return 0;
    std::cerr << "blockopt: interrupted; what was computed is in " << folder.string() << std::endl;
    return 130;
  }

 private:
  [[nodiscard]] json summary(const std::string& status, const std::string& reason = {}) const {
    return make_summary(configuration_, records_, status, reason);
  }

  [[nodiscard]] std::unique_ptr<trainer> make(const method& m, std::size_t repeat) const {
    return make_trainer(options_.dtype, find_backend(options_.backend), options_.settings(m, repeat, sequences_));
  }

  [[nodiscard]] static method_record record_of(const method& m, const planned_run& p) {
    method_record r;
    r.method = m.name;
    r.learning_rate = m.learning_rate;
    r.parameters = p.parameters;
    r.trained_parameters = p.trained_parameters;
    r.blocks = p.blocks;
    r.switch_every = p.switch_every;
    r.planned = p.bytes;
    return r;
  }

  /// Of all methods, before a model exists. What the library refuses here came from the flags.
  [[nodiscard]] std::vector<method_record> make_plans() const {
    std::vector<method_record> plans;
    try {
      for (const method& m : options_.methods) {
        const trainer_settings settings = options_.settings(m, 0, sequences_);
        const planned_run planned = plan_run(options_.dtype, find_backend(options_.backend), settings);
        if (plans.empty() && options_.initial) options_.initial->check(options_.dtype, options_.shape);
        plans.push_back(record_of(m, planned));
      }
    } catch (const file_error&) {
      throw;
    } catch (const error& e) {
      throw usage_error(e.what());
    }
    return plans;
  }

  /// True when the folder holds this run already; refuses a folder with another one.
  [[nodiscard]] bool is_done() {
    if (options_.common.force) {
      checkpoint_.remove();
      return false;
    }
    const std::filesystem::path& folder = options_.common.out;
    const json stored = read_summary(folder);
    const bool complete = !stored.is_null() && stored.at("status") == "complete";
    if (!complete && checkpoint_.read(configuration_)) {
      records_ = checkpoint_.records();
      if (!records_.empty()) start_loss_ = records_.front().start_loss;
      out_ << "resuming: " << folder.string() << " holds a checkpoint";
      if (!records_.empty()) out_ << " of " << records_.back().method << ", step " << records_.back().rows.size();
      out_ << std::endl;
      return false;
    }
    if (stored.is_null()) return false;
    const std::string key = first_difference(configuration_, stored.at("configuration"));
    if (!key.empty()) {
      throw usage_error("'" + folder.string() + "' holds a run with another " + key +
                        "; use another --out, or --force to overwrite it");
    }
    if (!complete) {
      out_ << "starting again: the run in " << folder.string() << " is " << stored.at("status").get<std::string>()
           << std::endl;
      return false;
    }
    checkpoint_.remove();  // should that run have been killed before it could
    out_ << "skipped: " << folder.string() << " holds this run already (--force repeats it)\n\n";
    print_results(out_, stored);
    if (options_.common.json) std::cout << stored.dump(2) << std::endl;
    return true;
  }

  void print_start(const std::vector<method_record>& plans) {
    const transformer_shape& s = options_.shape;
    out_ << "model: " << with_commas(plans.front().parameters) << " parameters in " << options_.dtype << "; "
         << s.layers << " layers, width " << s.width << ", " << s.heads << " heads, context " << s.context << '\n'
         << "text:  " << data_.name << ", " << with_commas(data_.tokens().size())
         << (options_.tokens.empty() ? " bytes" : " tokens") << ", the last tenth held out\n";
    if (options_.initial) out_ << "start: " << options_.init << '\n';
    out_ << "run:   ";
    if (options_.steps) out_ << with_commas(*options_.steps) << " steps";
    else out_ << exact(*options_.seconds) << " s";
    out_ << " of " << with_commas(options_.tokens_per_step()) << " tokens per step, " << options_.common.threads
         << (options_.common.threads == 1 ? " thread" : " threads");
    if (options_.repeat > 1) out_ << ", " << options_.repeat << " repeats";
    out_ << "\n\n";
    print_plan(out_, plans, options_.dtype, options_.memory == "drop");
    for (const method_record& p : plans) {
      if (options_.steps && *options_.steps < p.switch_every * p.blocks && !options_.order.ends_with(']')) {
        out_ << "  " << p.method << ": " << *options_.steps << " steps do not visit all blocks; one round takes "
             << p.switch_every * p.blocks << " (--switch-every)\n";
      }
    }
    out_ << std::endl;
  }

  /// One method in one repeat. Its record grows step by step, so that a failure leaves what was measured.
  void train(const method& m, std::size_t repeat, growing_file& trace, bool resumes) {
    reset_peak_resident();
    const std::unique_ptr<trainer> t = make(m, repeat);
    if (!resumes) t->load();
    const value_checksums before = options_.checksums && !resumes ? t->checksums() : value_checksums{};
    batch_stream data(data_.training(), options_.shape.context, options_.batch, options_.data_seed(repeat));
    if (!resumes) records_.push_back(*std::ranges::find(plans_, m.name, &method_record::method));
    method_record& record = records_.back();
    if (!resumes) {
      record.repeat = repeat;
      record.before = before;
      if (options_.initial && std::isnan(start_loss_)) start_loss_ = t->evaluate(held_out_);
      record.start_loss = start_loss_;
    }
    if (resumes) {
      std::vector<std::uint64_t> visits;
      for (const trace_row& row : record.rows) visits.push_back(row.visit);
      t->resume(checkpoint_.optimizer(), visits, data);
    }
    std::string title = record.method;
    if (options_.repeat > 1) title += " (" + std::to_string(repeat + 1) + "/" + std::to_string(options_.repeat) + ")";
    progress bar(out_, terminal_, left(title, 5));
    const auto where = [&](std::uint64_t step) {
      return record.method + ", repeat " + std::to_string(repeat) + ", step " + std::to_string(step);
    };
    trace_row row = record.rows.empty() ? trace_row{} : record.rows.back();
    const auto progress_of = [&](const trace_row& r) {  // in [0, 1]
      return options_.steps ? static_cast<double>(r.step) / static_cast<double>(*options_.steps)
                            : r.seconds / *options_.seconds;
    };
    for (bool last = false; !last;) {
      const step_figures f = t->step(data);
      ++row.step;
      if (!std::isfinite(f.loss)) throw run_failure("the loss is not finite: " + where(row.step));
      row.visit = f.visit;
      row.block = f.block;
      row.tokens += options_.tokens_per_step();
      row.seconds += f.seconds;
      row.train_loss = f.loss;
      row.eval_loss = std::nan("");
      row.learning_rate = f.learning_rate;
      row.forward_s = f.forward_seconds;
      row.backward_s = f.backward_seconds;
      row.update_s = f.update_seconds;
      row.state_bytes = f.state_bytes;
      row.forward_flops = f.forward_flops;
      row.input_gradient_flops = f.input_gradient_flops;
      row.weight_gradient_flops = f.weight_gradient_flops;
      const double done = progress_of(row);
      last = done >= 1 || interrupt_guard::interrupted();
      const bool evaluates = row.step % options_.eval_every == 0 || last;
      if (evaluates) row.eval_loss = t->evaluate(held_out_);
      record.rows.push_back(row);
      trace.append(trace_line(record, row));
      if (evaluates) {
        if (!std::isfinite(row.eval_loss)) throw run_failure("the held-out loss is not finite: " + where(row.step));
        trace.flush();
      }
      record.measured = t->measured();
      record.measured_total = t->measured_total();
      if (evaluates) record.peak_resident = std::max(record.peak_resident, peak_resident_bytes());
      const std::uint64_t every = options_.checkpoint_every;
      if (every != 0 && done < 1 && (last || row.step % every == 0)) {
        trace.flush();
        checkpoint_.write(configuration_, records_, t.get());
      }
      bar.show(done, row.seconds,
               "loss " + fixed(row.train_loss, 3) + "  " +
                   with_commas(static_cast<std::uint64_t>(static_cast<double>(row.tokens) / row.seconds)) +
                   " tokens/s");
    }
    if (options_.checksums) {
      record.after = t->checksums();
      print_checksums(out_, record);
    }
    if (options_.save) save(m, repeat, *t);
    if (options_.checkpoint_every != 0 && progress_of(row) >= 1) checkpoint_.write(configuration_, records_, nullptr);
  }

  void save(const method& m, std::size_t repeat, trainer& t) {
    std::string name(m.name);
    if (options_.repeat > 1) name += "-" + std::to_string(repeat);
    const std::filesystem::path folder = options_.common.out / name;
    make_folder(folder);
    t.save(folder / "model.safetensors");
    const json config = make_model_config(options_.shape, options_.dtype, options_.initial_config);
    write_file(folder / "config.json", config.dump(2) + "\n");
    saved_.push_back(folder.string());
  }

  const train_options& options_;
  std::ostream& out_;
  bool terminal_;
  text data_;
  std::size_t sequences_ = 0;
  std::vector<sequence_batch> held_out_;
  double start_loss_ = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::string> saved_;
  json configuration_;
  run_checkpoint checkpoint_;
  std::vector<method_record> plans_, records_;
};

}  // namespace

std::function<int()> add_train(CLI::App& app) {
  auto options = std::make_shared<train_options>();
  options->add(app);
  return [options, &app] {
    options->resolve(app);
    return train_run(*options)();
  };
}

}  // namespace blockopt::program
