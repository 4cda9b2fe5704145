// SPDX-License-Identifier: MIT
// Part of blockopt: the plots of train.

#include "train/plots.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/format.hpp"
#include "common/gnuplot.hpp"
#include "common/output_folder.hpp"

namespace blockopt::program {

namespace {

// Okabe and Ito's colours, told apart also by the colour-blind.
constexpr std::array colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7"};

/// What the repeats of one method say at one evaluation.
struct point {
  std::uint64_t step = 0, tokens = 0;
  double seconds = 0, sum = 0, least = 0, most = 0;
  std::size_t count = 0;
};

std::vector<std::string> names_of(std::span<const method_record> records) {
  std::vector<std::string> names;
  for (const method_record& r : records) {
    if (!r.rows.empty() && std::ranges::find(names, r.method) == names.end()) names.push_back(r.method);
  }
  return names;
}

std::vector<point> points_of(std::span<const method_record> records, const std::string& method) {
  std::vector<point> points;
  for (const method_record& r : records) {
    if (r.method != method) continue;
    for (const trace_row& row : r.rows) {
      if (std::isnan(row.eval_loss)) continue;
      auto p = std::ranges::find(points, row.step, &point::step);
      if (p == points.end()) p = points.insert(p, {row.step, row.tokens, 0, 0, row.eval_loss, row.eval_loss, 0});
      p->seconds += row.seconds;
      p->sum += row.eval_loss;
      p->least = std::min(p->least, row.eval_loss);
      p->most = std::max(p->most, row.eval_loss);
      ++p->count;
    }
  }
  std::ranges::sort(points, {}, &point::step);
  return points;
}

std::string loss_data(std::span<const method_record> records) {
  std::ostringstream out;
  out << "# tokens  seconds  held-out loss: mean  least  most of the repeats; one block of rows per method\n";
  for (const std::string& name : names_of(records)) {
    out << "# " << name << '\n';
    for (const point& p : points_of(records, name)) {
      const auto n = static_cast<double>(p.count);
      out << p.tokens << ' ' << exact(p.seconds / n) << ' ' << exact(p.sum / n) << ' ' << exact(p.least) << ' '
          << exact(p.most) << '\n';
    }
    out << "\n\n";
  }
  return out.str();
}

std::string loss_script(std::span<const method_record> records) {
  std::uint64_t tokens = 0;
  bool repeated = false;
  for (const method_record& r : records) {
    if (!r.rows.empty()) tokens = std::max(tokens, r.rows.back().tokens);
    repeated = repeated || r.repeat > 0;
  }
  const std::string_view unit = tokens >= 2'000'000 ? "million" : "thousand";
  const char* const scale = tokens >= 2'000'000 ? "1e6" : "1e3";
  const std::vector<std::string> names = names_of(records);
  std::ostringstream out;
  out << "# gnuplot loss.gp draws loss.svg from loss.dat\n"
         "set terminal svg size 960,420 font 'sans-serif,14' background rgb 'white'\n"
         "set output 'loss.svg'\n"
         "set multiplot layout 1,2\nset rmargin 4\n"
         "set border 3\nset tics nomirror out\nset xtics font ',12'\nset grid back lc rgb '#dddddd' lt 1\n"
         "set key top right\nset style fill transparent solid 0.2 noborder\n"
         "set xrange [0:*]\nset offsets 0, 0, graph 0.05, graph 0.05\n"
         "set ylabel 'held-out loss, nats per byte'\n";
  const auto panel = [&](const std::string& x, const std::string& label) {
    out << "set xlabel '" << label << "'\nplot ";
    for (std::size_t i = 0; i < names.size(); ++i) {
      const char* const colour = colours[i % colours.size()];
      if (i > 0) out << ", \\\n     ";
      if (repeated) {
        out << "'loss.dat' index " << i << " using " << x << ":4:5 with filledcurves lc rgb '" << colour
            << "' notitle, \\\n     ";
      }
      out << "'loss.dat' index " << i << " using " << x << ":3 with linespoints lw 2 pt 7 ps 0.4 lc rgb '" << colour
          << "' title '" << names[i] << "'";
    }
    out << '\n';
  };
  panel(std::string("($1/") + scale + ")", "training tokens, " + std::string(unit) + "s");
  panel("2", "seconds of training");
  out << "unset multiplot\n";
  return out.str();
}

struct kind {
  const char* name;
  std::size_t kinds_of_bytes::*bytes;
  const char* colour;
};
constexpr std::array kinds{
    kind{"values", &kinds_of_bytes::values, "#0072B2"},
    kind{"gradients", &kinds_of_bytes::gradients, "#56B4E9"},
    kind{"master", &kinds_of_bytes::master, "#009E73"},
    kind{"state", &kinds_of_bytes::state, "#E69F00"},
    kind{"workspace", &kinds_of_bytes::workspace, "#CC79A7"},
    kind{"activations", &kinds_of_bytes::activations, "#BBBBBB"},
};

const method_record& first_of(std::span<const method_record> records, const std::string& name) {
  return *std::ranges::find_if(records, [&](const auto& r) { return r.method == name && !r.rows.empty(); });
}

double largest_total(std::span<const method_record> records) {
  double largest = 0;
  for (const method_record& r : records) largest = std::max(largest, static_cast<double>(r.measured.total()));
  return largest;
}

std::string memory_data(std::span<const method_record> records) {
  const double unit = bytes_of(unit_for(largest_total(records)));
  std::ostringstream out;
  out << "# method";
  for (const kind& k : kinds) out << "  " << k.name;
  out << "  total, in " << unit_for(largest_total(records)) << " as allocated\n";
  for (const std::string& name : names_of(records)) {
    const kinds_of_bytes& bytes = first_of(records, name).measured;
    out << name;
    for (const kind& k : kinds) out << ' ' << exact(static_cast<double>(bytes.*k.bytes) / unit);
    out << ' ' << exact(static_cast<double>(bytes.total()) / unit) << '\n';
  }
  return out.str();
}

std::string memory_script(std::span<const method_record> records) {
  const std::size_t methods = names_of(records).size();
  std::ostringstream out;
  out << "# gnuplot memory.gp draws memory.svg from memory.dat\n"
         "set terminal svg size "
      << 360 + 120 * methods
      << ",420 font 'sans-serif,14' background rgb 'white'\n"
         "set output 'memory.svg'\n"
         "set style data histograms\nset style histogram rowstacked\nset style fill solid 1.0 noborder\n"
         "set boxwidth 0.6\nset border 3\nset xtics nomirror scale 0\nset ytics nomirror out\n"
         "set grid ytics back lc rgb '#dddddd' lt 1\nset yrange [0:*]\nset offsets 0, 0, graph 0.08, 0\n"
         "set key outside right center reverse Left invert\n"
         "set ylabel 'memory, "
      << unit_for(largest_total(records)) << "'\nplot ";
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const bool used = std::ranges::any_of(records, [&](const auto& r) { return r.measured.*kinds[k].bytes != 0; });
    if (!used) continue;
    out << "'memory.dat' using " << k + 2 << ":xtic(1) title '" << kinds[k].name << "' lc rgb '" << kinds[k].colour
        << "', \\\n     ";
  }
  out << "'' using 0:" << kinds.size() + 2 << ":(sprintf('%.4g', $" << kinds.size() + 2
      << ")) with labels offset 0,0.6 notitle\n";
  return out.str();
}

}  // namespace

void write_plots(const std::filesystem::path& folder, std::span<const method_record> records, std::ostream& out) {
  if (names_of(records).empty()) return;
  write_file(folder / "loss.dat", loss_data(records));
  write_file(folder / "loss.gp", loss_script(records));
  write_file(folder / "memory.dat", memory_data(records));
  write_file(folder / "memory.gp", memory_script(records));
  const auto gnuplot = find_gnuplot();
  if (!gnuplot) {
    out << "no plots: gnuplot is not in PATH; draw them later by 'gnuplot loss.gp' and 'gnuplot memory.gp' in "
        << folder.string() << std::endl;
    return;
  }
  std::string message;
  for (const char* script : {"loss.gp", "memory.gp"}) {
    if (!run_gnuplot(*gnuplot, folder / script, message)) {
      std::ranges::replace(message, '\n', ' ');
      out << "no plots: gnuplot failed on " << (folder / script).string() << ": " << message << std::endl;
      return;
    }
  }
  out << "plots: " << (folder / "loss.svg").string() << ", " << (folder / "memory.svg").string() << std::endl;
}

}  // namespace blockopt::program
