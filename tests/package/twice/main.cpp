// SPDX-License-Identifier: MIT
// Part of blockopt: both parts meet in one program.
bool first_is_right();
bool second_is_right();

int main() { return first_is_right() && second_is_right() ? 0 : 1; }
