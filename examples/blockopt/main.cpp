// SPDX-License-Identifier: MIT
// Part of blockopt: the program: main.

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include <blockopt/version.hpp>

#include "common/failure.hpp"
#include "subcommands.hpp"

namespace {

/// A message on one line of stderr.
int complain(std::string sentence, int status) {
  for (char& c : sentence) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (!sentence.empty() && sentence.back() == ' ') sentence.pop_back();
  if (!sentence.starts_with("blockopt: ")) sentence.insert(0, "blockopt: ");
  std::cerr << sentence << std::endl;
  return status;
}

}  // namespace

/// Status: 0 done, 1 the run failed, 2 the arguments are wrong, 130 interrupted.
int main(int argc, char** argv) {
  using namespace blockopt::program;
  CLI::App app{"Block coordinate descent training.", "blockopt"};
  app.set_version_flag("--version", "blockopt " BLOCKOPT_VERSION_STRING);
  app.require_subcommand(1);
  std::function<int()> chosen;
  for (const subcommand& s : subcommands()) {
    CLI::App* const sub = app.add_subcommand(s.name, s.description);
    sub->callback([&chosen, action = s.add(*sub)] { chosen = action; });
  }
  try {
    if (argc > 1 && *argv[1] != '-' &&
        std::ranges::find(subcommands(), std::string_view(argv[1]), &subcommand::name) == subcommands().end()) {
      throw usage_error("there is no subcommand '" + std::string(argv[1]) + "'; see blockopt --help");
    }
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    return complain(e.what(), 2);
  } catch (const usage_error& e) {
    return complain(e.what(), 2);
  } catch (const std::exception& e) {
    return complain(e.what(), 1);
  }
}
