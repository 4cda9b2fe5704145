# SPDX-License-Identifier: MIT
# Part of blockopt: takes a Markdown file apart. Writes each ```cpp block to <out>/block_<n>.cpp and each command of a
# ```sh block that runs the program to <out>/commands.txt, one a line (lines that end with a backslash are joined).
# Usage: awk -v out=DIR -f extract.awk README.md
BEGIN {
  printf "" > (out "/commands.txt")
}
/^```/ {
  if (language != "") {
    if (language == "cpp") close(file)
    language = ""
  } else {
    language = substr($0, 4)
    if (language == "") language = "text"
    if (language == "cpp") {
      file = out "/block_" (++blocks) ".cpp"
      printf "#line %d \"README.md\"\n", NR + 1 > file
    }
  }
  next
}
language == "cpp" { print > file }
language == "sh" {
  line = joined $0
  if (line ~ /\\$/) {
    joined = substr(line, 1, length(line) - 1)
    next
  }
  joined = ""
  if (line ~ /^build\/release\/examples\/blockopt\/blockopt /) print line > (out "/commands.txt")
}
