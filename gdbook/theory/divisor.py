"""The step sizes that the toys allow, given the divisor of the regression."""

from itertools import pairwise

import numpy as np

from gdbook.theory.zero import pass_polynomial


def pass_limits(x: np.ndarray, divisor: int) -> list[tuple[float, float]]:
    """Intervals of step sizes for which a pass in any order contracts, exactly.

    They are where |∏(1 − 2ηxᵢ²/m)| < 1; their ends are the positive roots of
    ∏ = 1 and ∏ = −1. Shape: x (n,). Raises ValueError when all features are 0.
    """
    product = pass_polynomial(x, divisor)
    if not np.any(x):
        raise ValueError(f"wanted a feature other than 0, got {x}")
    roots = np.concatenate([(product - 1).roots(), (product + 1).roots()])
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    edges = [0.0, *real[real > 1e-9].tolist()]
    return [ends for ends in pairwise(edges) if abs(product(sum(ends) / 2)) < 1]
