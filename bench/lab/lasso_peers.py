# SPDX-License-Identifier: MIT
# Part of blockopt's benchmarks: the lasso of scikit-learn, celer and skglm, asked by bench_lasso line by line.
#   hello                   -> held-against NAME peer NAME ...: what could be imported; versions, and what could not, go to stderr
#   solve NAME L1 TOLERANCE -> seconds on the wall, seconds of the processor, or what went wrong; x goes to FOLDER/solution.f64
# min ||y - A x||^2 / 2 + L1 ||x||_1 on the arrays in FOLDER, without an intercept, in double precision, by one thread. What
# is timed is fit() alone. Each solver has run before it is timed, so what numba compiles is not timed either.
# Usage: lasso_peers.py FOLDER <FOLDER/requests >FOLDER/answers
import os

for threads in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[threads + "_NUM_THREADS"] = "1"

import importlib.metadata
import pathlib
import sys
import time
import warnings

FOLDER = pathlib.Path(sys.argv[1])


def answer(line):
    print(line, flush=True)


class Peers:
    """The solvers that are there, by name: functions of alpha = L1 / rows and the tolerance that make an estimator."""

    def __init__(self):
        self.make = {}
        self.held_against = []
        self.add("scikit-learn", self.sklearn)
        self.add("celer", self.celer)
        self.add("skglm", self.skglm)

    def add(self, package, function):
        try:
            function()
            told = f"{package} {importlib.metadata.version(package)}"
        except ImportError as error:
            told = f"left out: {package}: {error}"
        print(told, file=sys.stderr, flush=True)

    def sklearn(self):
        from sklearn.linear_model import Lasso
        for selection in ("cyclic", "random"):
            name = "scikit-learn-" + selection
            self.make[name] = lambda alpha, tol, selection=selection: Lasso(
                alpha=alpha, tol=tol, selection=selection, random_state=0, max_iter=100_000, fit_intercept=False,
                precompute=False, copy_X=False)
            self.held_against.append(name)

    def celer(self):
        from celer import Lasso
        self.make["celer"] = lambda alpha, tol: Lasso(alpha=alpha, tol=tol, max_iter=200, fit_intercept=False)

    def skglm(self):
        from skglm import Lasso
        self.make["skglm"] = lambda alpha, tol: Lasso(alpha=alpha, tol=tol, max_iter=200, fit_intercept=False)


class Data:
    def __init__(self):
        import numpy
        import scipy.sparse
        first = numpy.fromfile(FOLDER / "first.i64", numpy.int64).astype(numpy.int32)
        row = numpy.fromfile(FOLDER / "row.i32", numpy.int32)
        self.y = numpy.fromfile(FOLDER / "target.f64")
        self.A = scipy.sparse.csc_matrix((numpy.fromfile(FOLDER / "value.f64"), row, first),
                                         shape=(len(self.y), len(first) - 1))


def solve(peers, data, name, l1, tolerance):
    model = peers.make[name](l1 / len(data.y), tolerance)
    processor, wall = time.process_time(), time.perf_counter()
    model.fit(data.A, data.y)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    model.coef_.astype(float).tofile(FOLDER / "solution.f64")
    answer(f"{wall!r} {processor!r}")


def main():
    warnings.filterwarnings("ignore")  # of a tolerance that was not reached: bench_lasso looks at what was
    peers = data = None
    for line in sys.stdin:
        request = line.split()
        if request[0] == "hello":
            peers = Peers()
            data = Data() if peers.make else None
            answer(" ".join(("held-against " if name in peers.held_against else "peer ") + name for name in peers.make))
        else:
            try:
                solve(peers, data, request[1], float(request[2]), float(request[3]))
            except Exception as error:  # bench_lasso ends with this sentence
                answer(f"{type(error).__name__}: {error}".replace("\n", " "))


main()
