"""A pass in random order as a set of affine maps, their moments and their attractor.

Symbols: Ā and v̄ are means over all orders, E too; ⊗ is the Kronecker product, and vec
writes a matrix as one column, row after row: vec(ASAᵀ) = (A ⊗ A)vec S.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.polynomial import Polynomial

from gdbook.theory.basics import (
    check_contracting,
    check_independent,
    check_positive,
    check_samples,
)
from gdbook.theory.floor import residual_gradients


@dataclass(frozen=True)
class EpochMaps:
    """What a pass does to w in each order: w ← Aw + v, all n! orders equally likely.

    orders: (n!, n) int, in lexicographic order. A: (n!, p, p). The field c has the
    shift v of each order, (n!, p); it is not the factor c = 2·lr/divisor. Source: the
    step of the toys, n times.
    """

    orders: np.ndarray
    A: np.ndarray
    c: np.ndarray


def epoch_maps(X: np.ndarray, y: np.ndarray, lr: float, divisor: int) -> EpochMaps:
    """Build the affine maps of a pass over single samples, loss (xw − y)².

    A sample maps w to (I − cxxᵀ)w + cyx with the factor c = 2·lr/divisor.
    Shapes: X (n, p), y (n,). Raises ValueError on other shapes, on more than 8 samples,
    and unless lr and divisor are finite and above 0.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr, divisor=divisor)
    if len(X) > 8:
        raise ValueError(f"wanted at most 8 samples (8! orders), got {len(X)}")
    factor, eye = 2 * lr / divisor, np.eye(X.shape[1])
    orders = np.array(list(permutations(range(len(X)))))
    A, c = np.broadcast_to(eye, (len(orders), *eye.shape)), np.zeros((1, len(eye)))
    for drawn in orders.T:
        x = X[drawn]
        S = eye - factor * x[:, :, None] * x[:, None, :]
        A, c = S @ A, np.einsum("oij,oj->oi", S, c) + factor * x * y[drawn, None]
    return EpochMaps(orders, A, c)


def after_orders(maps: EpochMaps, orders: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Apply the maps of the given orders, one epoch after the other, to start, (p,).

    Shapes: orders (epochs, n). Raises ValueError on an order that is not one.
    """
    w = np.ravel(start).astype(float)
    for order in np.asarray(orders):
        found = (maps.orders == order).all(axis=1)
        if not found.any():
            raise ValueError(f"{order} is not an order of {maps.orders[0]}")
        w = maps.A[found][0] @ w + maps.c[found][0]
    return w


def stationary_mean(maps: EpochMaps) -> np.ndarray:
    """Mean of the parameters at the end of a late epoch, (I − Ā)⁻¹v̄, shape (p,).

    Raises ValueError unless the spectral radius of Ā is below 1: otherwise the mean
    does not converge.
    """
    check_contracting(maps.A.mean(0))
    return np.linalg.solve(np.eye(maps.c.shape[1]) - maps.A.mean(0), maps.c.mean(0))


def second_moment_map(maps: EpochMaps) -> np.ndarray:
    """Mean of A ⊗ A, what a pass does on average to vec((w − μ)(w − μ)ᵀ), (p², p²).

    The shifts v are left out. Source: vec(ASAᵀ) = (A ⊗ A)vec S for each order.
    """
    p = maps.c.shape[1]
    return np.einsum("oab,ocd->acbd", maps.A, maps.A).reshape(p * p, -1) / len(maps.A)


def _settled_covariance(maps: EpochMaps, noise: np.ndarray) -> np.ndarray:
    """Solve Σ = E[AΣAᵀ] + Q, vec Q the noise, (p²,). Raises as `check_contracting`."""
    M, p = second_moment_map(maps), maps.c.shape[1]
    check_contracting(M)
    return np.linalg.solve(np.eye(p * p) - M, noise).reshape(p, p)


def stationary_covariance(maps: EpochMaps) -> np.ndarray:
    """Covariance at the end of a late epoch, (p, p).

    Σ = E[AΣAᵀ] + E[ddᵀ] with d = Aμ + v − μ: (I − E[A ⊗ A])vec Σ = vec E[ddᵀ]. In one
    dimension all orders have the same factor a, and Σ = Var(v)/(1 − a²). Raises
    ValueError unless the spectral radius of E[A ⊗ A] is below 1: otherwise the
    covariance does not converge.
    """
    mean = stationary_mean(maps)
    d = maps.A @ mean + maps.c - mean
    noise = np.einsum("oa,ob->ab", d, d).ravel() / len(d)
    return _settled_covariance(maps, noise)


def toy_rounding_spread(maps: EpochMaps, near: np.ndarray) -> np.ndarray:
    """Standard deviation of float32 parameters by rounding after each step, (p,).

    The root of the diagonal of Σ = E[AΣAᵀ] + n·diag(ulp²)/12, ulp the unit in the last
    place of the parameters `near`, (p,). The model of each rounding is that of
    `gdbook.theory.floor.rounding_spread`. All n steps of a pass count, and no later
    step of the same pass shrinks a rounding: an upper estimate. Raises ValueError on
    another shape of near, and unless the spectral radius of E[A ⊗ A] is below 1.
    """
    ulps, p = np.spacing(np.abs(near).astype(np.float32)).astype(float), len(near)
    if maps.c.shape[1] != p:
        raise ValueError(f"wanted near ({maps.c.shape[1]},), got ({p},)")
    noise = maps.orders.shape[1] * np.diag(ulps**2 / 12).ravel()
    return np.sqrt(np.diag(_settled_covariance(maps, noise)))


def average_covariance(maps: EpochMaps, num_epochs: int) -> np.ndarray:
    """Covariance of the average over many late epochs in a row, (p, p).

    Epochs k apart have the covariance ĀᵏΣ; summed over all pairs of N epochs and
    divided by N², ((I − Ā)⁻¹Σ + Σ(I − Āᵀ)⁻¹ − Σ)/N for large N: in one dimension
    σ²/N·(1 + a)/(1 − a). Raises ValueError unless num_epochs > 0 and the spectral
    radius of E[A ⊗ A] is below 1.
    """
    check_positive(num_epochs=num_epochs)
    cov = stationary_covariance(maps)
    summed = np.linalg.solve(np.eye(len(cov)) - maps.A.mean(0), cov)
    return (summed + summed.T - cov) / num_epochs


def extremes(maps: EpochMaps) -> tuple[float, float]:
    """Least and greatest point of a one-dimensional attractor, min and max v/(1 − a).

    They are the fixed points of the orders that lead farthest out, repeated for ever.
    Raises ValueError unless p = 1 and 0 ≤ a < 1.
    """
    a = maps.A[0].item() if maps.c.shape[1] == 1 else math.nan
    if not 0 <= a < 1:
        raise ValueError(f"wanted one parameter and 0 <= a < 1, got A = {maps.A[0]}")
    return float(maps.c.min() / (1 - a)), float(maps.c.max() / (1 - a))


def attractor(maps: EpochMaps, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Where w can be after so many epochs from the mean: points and probabilities.

    One dimension only; points that agree to 12 decimals are one. Shapes: (k,), (k,).
    Raises ValueError unless p = 1 and 0 ≤ a < 1.
    """
    extremes(maps)  # raises on more than one dimension
    points: np.ndarray = stationary_mean(maps)
    weights: np.ndarray = np.ones(1)
    for _ in range(depth):
        ends = (maps.A[0].item() * points[:, None] + maps.c[:, 0]).round(12).ravel()
        chances = np.repeat(weights, len(maps.c)) / len(maps.c)
        points, places = np.unique(ends, return_inverse=True)
        weights = np.bincount(places, chances)
    return points, weights


def slope_weights(x: np.ndarray, lr: float, divisor: int) -> np.ndarray:
    """Weight of each sample's own slope y/x in the stationary mean of the toys, (n,).

    qᵢ = sᵢ·∫∏(1 − u·sⱼ)du / (1 − a), over u from 0 to 1 and all j ≠ i, with sᵢ = cxᵢ²
    and the factor c = 2·lr/divisor: let every sample come at a uniform time 1 − u, then
    each other one comes later with probability u and multiplies what i has added by
    1 − sⱼ. Least squares has sᵢ/Σs. Shape: x (n,). Raises ValueError when all x are 0,
    and unless lr and divisor are finite and above 0.
    """
    check_positive(lr=lr, divisor=divisor)
    if not np.any(x):
        raise ValueError(f"wanted a feature other than 0, got {x}")
    s = 2 * lr / divisor * np.square(np.asarray(x, float))
    later = [Polynomial([1.0, -share]) for share in s]
    one = Polynomial([1.0])
    others = [math.prod(later[:i] + later[i + 1 :], start=one) for i in range(len(s))]
    raw = np.array([s_i * f.integ()(1.0) for s_i, f in zip(s, others, strict=True)])
    return raw / raw.sum()


def shuffling_bias(X: np.ndarray, y: np.ndarray, lr: float, divisor: int) -> np.ndarray:
    """Stationary mean minus least squares, to first order in lr, shape (p,).

    ½c·(Σxxᵀ)⁻¹Σ‖x‖²·r·x, with the factor c = 2·lr/divisor and the residuals r = y − Xw*
    of least squares. The samples that come later undo a part of what a sample does, but
    the sample itself does not: so samples with a large ‖x‖ have more weight than in
    least squares. Shapes: X (n, p), y (n,). Raises ValueError on other shapes, on
    linearly dependent columns, and unless lr and divisor are finite and above 0.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr, divisor=divisor)
    check_independent(X)
    lengths = (X**2).sum(axis=1)
    weighted = lengths @ residual_gradients(X, y)
    return lr / divisor * np.linalg.solve(X.T @ X, weighted)


def shuffled_pass(
    w: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    divisor: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """One epoch of single samples for many runs at once, each in an order of its own.

    Shapes: w (runs, p), X (n, p), y (n,); returns (runs, p). Raises ValueError when w
    and X differ in p, and unless lr and divisor are finite and above 0. Source: the
    step of the toys, n times.
    """
    check_positive(lr=lr, divisor=divisor)
    if w.shape[1:] != X.shape[1:]:
        raise ValueError(f"wanted w (runs, {X.shape[1]}), got {w.shape}")
    orders = rng.permuted(np.tile(np.arange(len(X)), (len(w), 1)), axis=1)
    for drawn in orders.T:
        x = X[drawn]
        r = (x * w).sum(axis=1) - y[drawn]
        w = w - 2 * lr / divisor * r[:, None] * x
    return w


def ensemble(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lr: float,
    divisor: int,
    num_epochs: int,
    num_runs: int,
    seed: int,
) -> np.ndarray:
    """Parameters at the end of many independent runs, computed by taking every step.

    Shapes: X (n, p), y (n,), start (p,); returns (num_runs, p). Raises ValueError on
    other shapes, and unless lr, divisor, num_epochs and num_runs are finite and above
    0. Source: `shuffled_pass`, num_epochs times.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr, divisor=divisor, num_epochs=num_epochs, num_runs=num_runs)
    w, rng = (
        np.tile(np.asarray(start, float), (num_runs, 1)),
        np.random.default_rng(seed),
    )
    for _ in range(num_epochs):
        w = shuffled_pass(w, X, y, lr, divisor, rng)
    return w
