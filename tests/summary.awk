# SPDX-License-Identifier: MIT
# Part of blockopt: from ctest's JUnit file, one line per backend (ran, passed, failed, skipped), then each skipped test
# with its reason and each failed one. The exit status is 1 when a test failed.

function backend_of(name) {
  if (match(name, /^thrust\.(cpp|omp|tbb|cuda)\./)) return substr(name, 1, RLENGTH - 1)
  if (name ~ /^(backend\.eigen|problem|headers\.eigen)\./) return "eigen"
  if (name ~ /^backend\.plain\./) return "plain"
  if (name ~ /^(program|examples)\./) return "program"
  if (name ~ /^package\./) return "package"
  return "core"
}
function decoded(text) {
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text)
  gsub(/&amp;/, "\\&", text)
  return text
}
function attribute(line, key) {
  if (!match(line, " " key "=\"[^\"]*\"")) return ""
  return decoded(substr(line, RSTART + length(key) + 3, RLENGTH - length(key) - 4))
}

/<testcase / {
  name = attribute($0, "name"); status = attribute($0, "status"); backend = backend_of(name)
  if (!(backend in seen)) { seen[backend] = 1; order[++backends] = backend }
  reason = ""
}
/blockopt test skipped: / && reason == "" {
  reason = $0
  sub(/.*blockopt test skipped: /, "", reason); sub(/<\/system-out>.*/, "", reason)
}
/<skipped message=/ { message = attribute($0, "message") }
/<\/testcase>/ {
  if (status == "run") passed[backend]++
  else if (status == "fail") { failed[backend]++; failures[++failure_count] = name }
  else {
    skipped[backend]++
    skips[++skip_count] = name ": " (reason != "" ? decoded(reason) : message != "" ? message : "not run")
    if (message != "SKIP_REGULAR_EXPRESSION_MATCHED" && message != "Disabled") failures[++failure_count] = name " (not run)"
  }
  message = ""
}
END {
  printf "\n%-12s %6s %8s %8s %9s\n", "backend", "ran", "passed", "failed", "skipped"
  for (i = 1; i <= backends; i++) {
    b = order[i]
    printf "%-12s %6d %8d %8d %9d\n", b, passed[b] + failed[b], passed[b], failed[b], skipped[b]
  }
  for (i = 1; i <= skip_count; i++) print "skipped " skips[i]
  for (i = 1; i <= failure_count; i++) print "failed " failures[i]
  exit failure_count > 0
}
