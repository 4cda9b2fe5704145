// SPDX-License-Identifier: MIT
// Part of blockopt: what a backend is, as a concept, and the work that the optimizer hands to it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <blockopt/memory/write_back.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/scalar.hpp>
#include <blockopt/view/space.hpp>

namespace blockopt {

/// The part of one parameter, or of a slice of one, in a step. Master copy and slots are flat arrays of `size` elements;
/// values and gradients are where their orders say.
template <scalar T, scalar G, std::size_t Slots>
struct parameter_job {
  using value_type = T;
  using gradient_type = G;
  using compute = compute_type_t<T>;
  static constexpr std::size_t slot_count = Slots;

  T* values = nullptr;
  element_order values_order{};
  const G* gradient = nullptr;  ///< the caller's, or null
  element_order gradient_order{};
  compute* owned_gradient = nullptr;  ///< read instead of `gradient` when not null
  element_order owned_order{};
  compute* master =
      nullptr;  ///< full-precision copy of the values, or where rounding is compensated what it lost; or null
  std::array<compute*, Slots> slots{};
  std::size_t size = 0;         ///< elements
  std::size_t first_chunk = 0;  ///< number of the first of its chunks among those of all jobs, see chunk_elements
  std::size_t rule = 0;         ///< which of the step's constants
  std::size_t parameter = 0;    ///< its number
  std::uint64_t noise = 0;      ///< tells jobs of one step apart in the random bits of stochastic rounding

  friend constexpr bool operator==(const parameter_job&, const parameter_job&) = default;
};

/// Work is cut into chunks of so many elements of one parameter: the unit of threads and of partial sums. Results never
/// depend on how chunks are spread over threads.
inline constexpr std::size_t chunk_elements = 8192;

[[nodiscard]] constexpr std::size_t chunk_count(std::size_t elements) noexcept {
  return (elements + chunk_elements - 1) / chunk_elements;
}

/// What a step learned of its gradient: lies in the backend's memory, so that a step can use it without a wait of the host.
struct alignas(16) step_control {
  double gradient_norm = 0;   ///< the 2-norm of the gradient of all jobs, times norm_request::scale
  double scale = 1;           ///< what `update` is to multiply the gradient by
  std::uint64_t applies = 1;  ///< 0: the gradient is not finite, and `update` is to change nothing
};

/// What is asked of `measure`.
struct norm_request {
  double scale = 1;                                            ///< the gradient counts times this
  double clip_norm = std::numeric_limits<double>::infinity();  ///< a larger norm is scaled down to it
  std::span<const std::size_t> parts{};  ///< of the norms that are wanted too: numbers of their first jobs, and the end
};

/// What holds for all parameters of a step.
template <class S>
struct step_options {
  S gradient_scale = 1;                               ///< the gradient is multiplied by it ...
  S clip_value = std::numeric_limits<S>::infinity();  ///< ... and then clamped to [-clip_value, clip_value]
  rounding write_back = rounding::nearest;
  std::uint64_t seed = 0;                 ///< of stochastic rounding
  std::uint64_t step = 0;                 ///< of the run, for its random bits
  const step_control* control = nullptr;  ///< in the backend's memory; its scale takes the place of gradient_scale
};

/// A backend is a small copyable handle: it allocates in its space and runs the library's few primitives over jobs.
/// None of them but `allocate` allocates, and none changes the caller's floating-point mode. What they do happens in the
/// order of the calls; the host need not see it before `wait` returns.
///   - `allocate(bytes)`, `deallocate(p, bytes)`, `zero(p, bytes)`, `wait()`;
///   - `copy(to, from, bytes)`: within its memory, or between it and the host's;
///   - `update<Rule, Format>(constants, jobs, options)`: one step of the rule on every job. With a format other than
///     full_state slots and master copies are rows of codes (see state_format.hpp), of the size that row_sizes says;
///   - `load_master<Format>(jobs)`: master = values;
///   - `add_gradient(jobs)`: owned_gradient += gradient, where both exist;
///   - `measure(jobs, request, workspace)`: writes to norm_workspace::control, which begins as a step_control{}, and adds
///     the square of each part's norm to norm_workspace::squares; neither where the control says that the step does not
///     apply. In double, in an order that depends on sizes only, the same on every backend;
///   - `first_not_finite(jobs, incoming, workspace)`: the number of the first job whose gradient is not finite, or that
///     of jobs; waits. `incoming`: of what the caller brings to be accumulated, not of the sum.
/// A backend that keeps a table of jobs in its own memory has `table_bytes<Job>(table_request)` and `bind(jobs, table)`
/// too, and the primitives over jobs take the table behind their other arguments: of the jobs that it was bound to, or
/// null, which costs a launch for each job.
template <class B>
concept backend = std::copyable<B> && std::default_initializable<B> &&
    requires(const B& b, void* p, std::size_t bytes) {
  typename B::space;
  { b.allocate(bytes) } -> std::same_as<void*>;
  { b.deallocate(p, bytes) }
  noexcept;
  b.copy(p, p, bytes);
  b.zero(p, bytes);
  b.wait();
};

/// How large a table of jobs must be.
struct table_request {
  std::size_t jobs = 0;
  std::size_t chunks = 0;   ///< of all jobs
  std::size_t indices = 0;  ///< of all jobs that are index lists
};

/// A backend whose memory the host does not read, or not at once: results stay there, and are fetched when asked for.
template <class B>
concept deferring_backend = backend<B> && !std::same_as<typename B::space, host_space>;

/// A backend whose host need not wait to know whether a gradient is finite:
///   - `check_finite(jobs, workspace)`: sets the control's `applies`, which the `measure` and `update` that follow obey;
///   - `notice`: a number of the device's that the host reads later. `post(backend, p)` begins to fetch the double at p,
///     `read()` waits until it is there, and for nothing that was queued after it. `prepare()` allocates what it needs; a
///     copy has the number.
template <class B>
concept noticing_backend = deferring_backend<B> && std::copyable<typename B::notice> &&
    requires(const B& b, typename B::notice& n, const double* p) {
  n.prepare();
  n.post(b, p);
  { n.read() } -> std::same_as<double>;
};

/// A backend that copies between its memory and the host's beside its other work: `transfer` is a movable object that makes
/// nothing until
///   - `prepare(backend)`; then `copy(backend, to, from, bytes)` begins when the backend has done what it was told so far, in
///     the order of such calls, and the host does not wait;
///   - `join(backend)`: what the backend is told from now on begins when these copies are done;
///   - `wait()`: the host waits for them. So does the destructor;
///   - `allocate(bytes)` and `deallocate(p, bytes)`, static: host memory that such copies are fast to and from.
template <class B>
concept transferring_backend = backend<B> && std::movable<typename B::transfer> &&
    requires(const B& b, typename B::transfer& t, void* p, std::size_t bytes) {
  t.prepare(b);
  t.copy(b, p, p, bytes);
  t.join(b);
  t.wait();
  { B::transfer::allocate(bytes) } -> std::same_as<void*>;
  B::transfer::deallocate(p, bytes);
};

/// A backend that reads jobs from a table in its own memory.
template <class B, class Job>
concept tabulating_backend = backend<B> && requires(const B& b, std::span<const Job> jobs, std::byte* table) {
  { B::template table_bytes<Job>(table_request{}) } -> std::same_as<std::size_t>;
  { B::needs_table(jobs) } -> std::same_as<bool>;
  b.bind(jobs, table);
};

}  // namespace blockopt
