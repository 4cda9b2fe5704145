# SPDX-License-Identifier: MIT
# Part of blockopt: a recipe for Conan 2 that packages the checkout in which it lies: conan create cmake/conan
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir


class BlockoptConan(ConanFile):
    name = "blockopt"
    description = "Block coordinate descent training: header-only C++20 templates"
    license = "MIT"
    topics = ("optimization", "block-coordinate-descent", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"eigen": [True, False]}
    default_options = {"eigen": True}
    no_copy_source = True

    @property
    def _checkout(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", ".."))

    def set_version(self):
        text = load(self, os.path.join(self._checkout, "include", "blockopt", "version.hpp"))
        self.version = re.search(r'BLOCKOPT_VERSION_STRING "([0-9.]+)"', text).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*.cmake", "cmake/*.in", "include/*"):
            copy(self, pattern, self._checkout, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        if self.options.eigen:
            self.requires("eigen/[>=3.4.0]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["BLOCKOPT_INSTALL"] = True
        for part in ("TESTS", "BENCH", "EXAMPLES"):
            toolchain.cache_variables[f"BLOCKOPT_BUILD_{part}"] = False
        # The package looks for Eigen where it is used, not here.
        toolchain.cache_variables["CMAKE_DISABLE_FIND_PACKAGE_Eigen3"] = True
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "share"))  # Conan writes these files itself

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "blockopt")
        parts = ["core"] + (["eigen"] if self.options.eigen else [])
        for part in parts:
            component = self.cpp_info.components[part]
            component.set_property("cmake_target_name", f"blockopt::{part}")
            component.set_property("pkg_config_name", "blockopt" if part == "core" else f"blockopt-{part}")
            component.bindirs = component.libdirs = []
        if self.options.eigen:
            self.cpp_info.components["eigen"].requires = ["core", "eigen::eigen"]
