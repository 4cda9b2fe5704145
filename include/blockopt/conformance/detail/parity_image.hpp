// SPDX-License-Identifier: MIT
// Part of blockopt: the memory of a trial of check_parity.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/element_order.hpp>

namespace blockopt::detail {

/// One parameter of a trial. Spans of 0: contiguous.
struct parity_shape {
  std::size_t size = 0;
  element_order values{}, gradient{};
  std::size_t values_span = 0, gradient_span = 0;  ///< elements of memory that a strided array reaches over
  std::size_t shift = 0;                           ///< elements past an aligned address
  bool owned = false, master = false;
};

/// All arrays of the parameters of a trial in one piece of memory, with bytes between them that nobody may touch.
template <scalar T, class Rule>
class parity_image {
 public:
  using S = compute_type_t<T>;
  static constexpr std::size_t slot_total = slot_count<Rule>;
  using job = parameter_job<T, T, slot_total>;

  explicit parity_image(std::span<const parity_shape> shapes) : shapes_(shapes.begin(), shapes.end()) {
    for (const parity_shape& s : shapes_) {
      place p;
      p.values = cut<T>(s.values_span == 0 ? s.size : s.values_span, s.shift);
      p.gradient = cut<T>(s.gradient_span == 0 ? s.size : s.gradient_span, s.shift + 1);
      p.owned = cut<S>(s.size, s.shift);
      p.master = cut<S>(s.size, s.shift + 1);
      for (std::size_t k = 0; k < slot_total; ++k) p.slots[k] = cut<S>(s.size, s.shift + k);
      places_.push_back(p);
    }
    bytes_.assign(end_, std::byte{0xa5});
    for (std::size_t n = 0; n < places_.size(); ++n) {
      const place& p = places_[n];
      for (std::size_t i = 0; i < p.values.count; ++i) write<T>(p.values, i, stored_as<T>(noise(31 + n, i)));
      for (std::size_t i = 0; i < p.gradient.count; ++i) write<T>(p.gradient, i, stored_as<T>(noise(57 + n, i)));
      for (std::size_t i = 0; i < p.owned.count; ++i) write<S>(p.owned, i, static_cast<S>(noise(83 + n, i)));
      for (std::size_t i = 0; i < p.master.count; ++i) write<S>(p.master, i, static_cast<S>(noise(31 + n, i) * 1.001));
      for (const array& slot : p.slots) {
        for (std::size_t i = 0; i < slot.count; ++i) write<S>(slot, i, S(0));
      }
    }
  }

  [[nodiscard]] std::vector<std::byte>& bytes() noexcept { return bytes_; }

  /// The jobs over a copy of the bytes at `base`.
  [[nodiscard]] std::vector<job> jobs(std::byte* base) const {
    std::vector<job> result;
    std::size_t chunk = 0;
    for (std::size_t n = 0; n < shapes_.size(); ++n) {
      const place& p = places_[n];
      job j;
      j.values = reinterpret_cast<T*>(base + p.values.first);
      j.values_order = shapes_[n].values;
      j.gradient = reinterpret_cast<const T*>(base + p.gradient.first);
      j.gradient_order = shapes_[n].gradient;
      if (shapes_[n].owned) j.owned_gradient = reinterpret_cast<S*>(base + p.owned.first);
      if (shapes_[n].master) j.master = reinterpret_cast<S*>(base + p.master.first);
      for (std::size_t k = 0; k < slot_total; ++k) j.slots[k] = reinterpret_cast<S*>(base + p.slots[k].first);
      j.size = shapes_[n].size;
      j.first_chunk = chunk;
      j.parameter = n;
      chunk += chunk_count(j.size);
      result.push_back(j);
    }
    return result;
  }

  /// The first element of values, master, owned gradient or slots that is further apart than `ulps`, in words; or nothing.
  [[nodiscard]] std::string differs(std::span<const std::byte> a, std::span<const std::byte> b,
                                    std::uint64_t ulps) const {
    for (std::size_t n = 0; n < places_.size(); ++n) {
      const place& p = places_[n];
      std::string found = compare<T>("values", n, p.values, a, b, ulps);
      if (found.empty()) found = compare<S>("master", n, p.master, a, b, ulps);
      if (found.empty()) found = compare<S>("owned gradient", n, p.owned, a, b, ulps);
      for (std::size_t k = 0; k < slot_total && found.empty(); ++k)
        found = compare<S>(Rule::slots[k].name, n, p.slots[k], a, b, ulps);
      if (!found.empty()) return found;
    }
    return {};
  }

  /// The first byte outside of those arrays that was written, in words; or nothing.
  [[nodiscard]] std::string strays(std::span<const std::byte> before, std::span<const std::byte> after) const {
    std::vector<bool> mine(before.size());
    const auto claim = [&](const array& a, std::size_t width) {
      for (std::size_t i = 0; i < a.count * width; ++i) mine[a.first + i] = true;
    };
    for (const place& p : places_) {
      claim(p.values, sizeof(T));
      claim(p.master, sizeof(S));
      claim(p.owned, sizeof(S));
      for (const array& slot : p.slots) claim(slot, sizeof(S));
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (mine[i] || before[i] == after[i]) continue;
      return say("byte ", i, " of ", before.size(), ", in a gradient or between two arrays, was written");
    }
    return {};
  }

 private:
  struct array {
    std::size_t first = 0, count = 0;
  };
  struct place {
    array values, gradient, owned, master;
    std::array<array, slot_total> slots{};
  };

  template <class E>
  array cut(std::size_t count, std::size_t shift) {
    const array result{end_ + memory_granule + shift * sizeof(E), count};
    end_ = round_to_granule(result.first + count * sizeof(E)) + memory_granule;
    return result;
  }
  template <class E>
  void write(const array& a, std::size_t i, const E& e) {
    std::memcpy(bytes_.data() + a.first + i * sizeof(E), &e, sizeof(E));
  }
  template <class E>
  [[nodiscard]] static std::string compare(std::string_view what, std::size_t parameter, const array& where,
                                           std::span<const std::byte> a, std::span<const std::byte> b,
                                           std::uint64_t ulps) {
    for (std::size_t i = 0; i < where.count; ++i) {
      E x, y;
      std::memcpy(&x, a.data() + where.first + i * sizeof(E), sizeof(E));
      std::memcpy(&y, b.data() + where.first + i * sizeof(E), sizeof(E));
      const std::uint64_t apart = ulps_apart(x, y);
      const double p = static_cast<double>(static_cast<compute_type_t<E>>(x));
      const double q = static_cast<double>(static_cast<compute_type_t<E>>(y));
      const double unit = sizeof(E) == 8 ? 0x1p-52 : sizeof(E) == 4 ? 0x1p-23 : 0;
      if (apart <= ulps || std::fabs(p - q) <= static_cast<double>(ulps) * unit) continue;
      return say(what, " of parameter ", parameter, ": element ", i, " of ", where.count, " is ", p, " and ", q, ", ",
                 apart, " units in the last place apart");
    }
    return {};
  }

  std::vector<parity_shape> shapes_;
  std::vector<place> places_;
  std::vector<std::byte> bytes_;
  std::size_t end_ = 0;
};

}  // namespace blockopt::detail
