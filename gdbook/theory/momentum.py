"""The rate of momentum."""

import numpy as np

from gdbook.theory.basics import check_positive, spectrum


def heavy_ball_rate(
    curvature: float, lr: np.ndarray | float, momentum: float
) -> np.ndarray:
    """Factor by which momentum shrinks the error of ½λw² each step, shaped as lr.

    w' = w − ηλw + β(w − w₋₁): the largest root of z² − (1 + β − ηλ)z + β = 0. Where the
    roots are complex, (1 − √β)² < ηλ < (1 + √β)², their product is β: the rate is √β.
    Raises ValueError unless the curvature is positive and 0 ≤ β < 1.
    """
    check_positive(curvature=curvature)
    if not 0 <= momentum < 1:
        raise ValueError(f"wanted 0 <= momentum < 1, got {momentum}")
    half = (1 + momentum - np.asarray(lr, float) * curvature) / 2
    root = np.sqrt(half**2 - momentum + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def best_heavy_ball(H: np.ndarray) -> tuple[float, float]:
    """Step size and momentum of the fastest heavy ball (Polyak, 1964).

    η = 4/(√λ_max + √λ_min)² and β = ((√κ − 1)/(√κ + 1))² with κ = λ_max/λ_min: both
    ends sit at the edge of the complex roots, at the rate √β.
    """
    low, *_, high = np.sqrt(spectrum(H)[0])
    check_positive(smallest_curvature=low)
    return float(4 / (high + low) ** 2), float(((high - low) / (high + low)) ** 2)
