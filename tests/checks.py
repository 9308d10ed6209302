"""Checks that several tests share: digits, moments, identities, directions."""

import math
import random
from functools import cache

import mpmath
import numpy as np
import sympy as sp

from gdbook.taylor.directions import unit_directions


def check_mean(sample: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> None:
    """Demand that the mean of independent rows lies within 4 standard errors."""
    off = np.abs(sample.mean(axis=0) - mean) / (spread / math.sqrt(len(sample)))
    assert np.max(off) <= 4, f"off by {off} standard errors"


def check_spread(
    sample: np.ndarray, spread: np.ndarray, slack: float | np.ndarray = 0.0
) -> None:
    """Demand that the deviation of independent rows lies within 4 standard errors.

    The variance of a sample variance is (m₄ − σ⁴)/R. The slack is what the prediction
    itself leaves out, relative.
    """
    d = sample - sample.mean(axis=0)
    ratio = d.std(axis=0) / spread
    kurtosis = (d**4).mean(axis=0) / d.var(axis=0) ** 2
    error = np.sqrt((kurtosis - 1) / len(sample)) / 2
    assert np.max(np.abs(ratio - 1) - 4 * error - slack) <= 0, f"{ratio}, error {error}"


def check_printed(value: float, printed: str) -> None:
    """Demand that a value prints as the article did."""
    decimals = len(printed.partition(".")[2])
    assert f"{value:.{decimals}f}" == printed


EPS = 2.0**-53  # half the distance from 1 to the next float64


def is_identity(left: sp.Expr, right: sp.Expr, tries: int = 5) -> bool:
    """Symbolically, and at random rational numbers with 30 digits: both must agree."""
    gap = left - right
    draw = random.Random(0)
    symbols = sorted(gap.free_symbols, key=str)
    for _ in range(tries):
        sizes = [
            sp.Rational(draw.randint(1, 99), draw.randint(20, 60)) for _ in symbols
        ]
        signs = [1 if q.is_positive else draw.choice([-1, 1]) for q in symbols]
        numbers = [size * sign for size, sign in zip(sizes, signs, strict=True)]
        place = dict(zip(symbols, numbers, strict=True))
        if abs(gap.subs(place).evalf(30)) > 1e-20:
            return False
    return sp.simplify(gap) == 0


def measured_order(missed: sp.Expr, halvings: int = 40) -> mpmath.mpf:
    """log₂ of the factor by which one more halving of t shrinks what is missed."""
    t = sp.Symbol("t", real=True)
    with mpmath.workdps(150):
        error = sp.lambdify(t, missed, "mpmath")
        small = mpmath.mpf(2) ** -halvings
        return mpmath.log(abs(error(small) / error(small / 2)), 2)


def lengths(V, p, A=None):
    """norm(v, p, A) of each row, by NumPy alone."""
    if A is not None:
        return np.sqrt(np.einsum("ki,ij,kj->k", V, A, V))
    powers = {1: np.abs(V).sum(1), 2: np.sqrt((V**2).sum(1))}
    return powers.get(p, np.abs(V).max(1))


@cache
def drawn_directions(count, n, p, A, seed):
    """The package's directions, drawn once for all gradients; A as a tuple of rows."""
    return unit_directions(count, n, p, None if A is None else np.array(A), seed)


def is_beaten(direction, g, p, A=None, seed=0):
    """Whether one of 4000 directions, from everywhere and from nearby, has less slope.

    g · v is linear on a convex ball, so a direction that is not the best one has better
    ones at every distance, also in ten dimensions.
    """
    n = len(g)
    key = None if A is None else tuple(map(tuple, np.array(A, float).tolist()))
    everywhere = drawn_directions(1000, n, p, key, seed)
    shifts = drawn_directions(3000, n, 2, None, seed + 1)
    nearby = direction + shifts * np.repeat([0.3, 0.03, 0.003], 1000)[:, None]
    V = np.vstack([everywhere, nearby / lengths(nearby, p, A)[:, None]])
    # A dot product of n terms is off by n ε Σ|gᵢvᵢ| at most; dividing by a length that
    # is itself off by a few n ε, times the condition of A (below 100 here), adds less
    # than 400 n ε ‖g‖‖v‖.
    size = np.linalg.norm(g) * max(np.linalg.norm(V, axis=1).max(), 1)
    return (V @ g).min() < direction @ g - 500 * n * EPS * size


def random_matrix(n):
    """A symmetric positive definite matrix with eigenvalues from 1 to 1 + 4n."""
    B = np.random.default_rng(n).normal(size=(n, n))
    A = 4 * n * (B @ B.T) / np.linalg.norm(B, 2) ** 2 + np.eye(n)
    return (A + A.T) / 2
