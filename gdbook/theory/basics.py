"""What several modules of the theory need: checks of input, sums, spectra, rates."""

import math

import numpy as np


def check_positive(**numbers: float) -> None:
    """Raise ValueError unless every number is finite and above 0."""
    for name, number in numbers.items():
        if not (math.isfinite(number) and number > 0):
            raise ValueError(f"wanted a finite {name} > 0, got {number}")


def check_samples(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return X (n, p) and y (n,) in float64; raise ValueError on other shapes."""
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or y.shape != X.shape[:1] or X.size == 0:
        raise ValueError(f"wanted X (n, p) and y (n,), got {X.shape} and {y.shape}")
    return X, y


def check_independent(X: np.ndarray) -> None:
    """Raise ValueError unless the columns of X (n, p) are linearly independent."""
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError(f"wanted independent columns, got rank below {X.shape[1]}")


def check_contracting(M: np.ndarray) -> None:
    """Raise ValueError unless the powers of a matrix (k, k) tend to 0.

    They do exactly if the spectral radius, the largest |eigenvalue|, is below 1.
    """
    radius = np.abs(np.linalg.eigvals(M)).max()
    if not radius < 1:
        raise ValueError(f"wanted a spectral radius < 1 of a pass, got {radius:.6g}")


def geometric_sum(ratio: np.ndarray, terms: np.ndarray | int) -> np.ndarray:
    """Add up 1 + r + r² + … of so many terms, elementwise: (1 − rⁿ)/(1 − r), r ≠ 1.

    Where r = 1 the result is nan. Source: multiply the sum by 1 − r.
    """
    return (1 - ratio**terms) / (1 - ratio)


def spectrum(H: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, (p,), of a symmetric (p, p) matrix, rising, and its eigenbasis.

    The basis is (p, p), one eigenvector in each column. Only the lower triangle is
    read: symmetry is not checked. Source: numpy.linalg.eigh.
    """
    return np.linalg.eigh(np.asarray(H, float))


def critical_lr(curvature: float) -> float:
    """Step size 2/λ that limits gradient descent on ½λw², from any w ≠ 0.

    A step multiplies w by 1 − ηλ. Below 2/λ the descent converges, above it diverges,
    and at 2/λ it jumps between w and −w. Raises ValueError unless λ > 0.
    """
    check_positive(curvature=curvature)
    return 2 / curvature


def steps_needed(factor: np.ndarray | float, tolerance: float) -> np.ndarray:
    """Steps until |factor|ᵗ ≤ tolerance: t = ⌈ln tolerance / ln |factor|⌉.

    Elementwise; at least 1, and infinite where |factor| ≥ 1. Raises ValueError unless
    0 < tolerance < 1. Source: the logarithm of |factor|ᵗ ≤ tolerance.
    """
    if not 0 < tolerance < 1:
        raise ValueError(f"wanted 0 < tolerance < 1, got {tolerance}")
    size = np.abs(np.asarray(factor, float))
    with np.errstate(divide="ignore"):  # ln 0 = −∞ and 1/ln 1 = −∞ are what is meant
        steps = np.ceil(np.log(tolerance) / np.log(size))
    return np.where(size < 1, np.maximum(steps, 1), np.inf)
