"""The rate of momentum. Paper: see the page The article."""

import numpy as np

from gdbook.theory.basics import check_positive, spectrum


def heavy_ball_rate(
    curvature: float, lr: np.ndarray | float, momentum: float
) -> np.ndarray:
    """Factor per step of the error of ½λw² with momentum in the long run, shape of lr.

    A step is w' = w − ηλw + β(w − w₋₁), with the curvature λ and w₋₁ one step earlier.
    The factor is the largest |z| of the two roots of z² − (1 + β − ηλ)z + β = 0. Where
    they are complex, (1 − √β)² < ηλ < (1 + √β)², their product is β: the factor is √β.
    Raises ValueError unless the curvature is finite and positive and 0 ≤ β < 1.
    """
    check_positive(curvature=curvature)
    if not 0 <= momentum < 1:
        raise ValueError(f"wanted 0 <= momentum < 1, got {momentum}")
    half = (1 + momentum - np.asarray(lr, float) * curvature) / 2
    root = np.sqrt(half**2 - momentum + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def best_heavy_ball(H: np.ndarray) -> tuple[float, float]:
    """Step size and momentum of the fastest heavy ball (Polyak, 1964).

    η = 4/(√λ_max + √λ_min)² and β = ((√κ − 1)/(√κ + 1))² with κ = λ_max/λ_min. Then
    every eigenvector shrinks at the rate √β: between λ_min and λ_max the two roots of
    `heavy_ball_rate` are complex, and at both ends they are equal. Shape: H (p, p),
    symmetric. If p = 1 or all eigenvalues are equal, β is 0. Raises ValueError unless
    all eigenvalues are above 0.
    """
    curvatures = spectrum(H)[0]
    check_positive(smallest_curvature=curvatures[0])
    low, high = np.sqrt(curvatures[[0, -1]])
    return float(4 / (high + low) ** 2), float(((high - low) / (high + low)) ** 2)
