// SPDX-License-Identifier: MIT
// Part of blockopt: who takes a gradient as soon as it is complete.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// What becomes of a gradient: added to the view that the block has for it, or handed out when it is complete, and gone.
enum class gradient_use { stored, handed_out };

namespace detail {

/// A reference to a function object of (parameter number, view of its gradient); it must outlive the call it is given to.
template <class C>
class gradient_sink {
 public:
  using view = tensor_view<C>;

  gradient_sink() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, gradient_sink>)
  explicit gradient_sink(F& f)
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, std::size_t parameter, const view& gradient) {
          (*static_cast<F*>(object))(parameter, gradient);
        }) {}

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(std::size_t parameter, const view& gradient) const { call_(object_, parameter, gradient); }

 private:
  void* object_ = nullptr;
  void (*call_)(void*, std::size_t, const view&) = nullptr;
};

}  // namespace detail
}  // namespace blockopt
