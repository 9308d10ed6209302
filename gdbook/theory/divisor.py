"""The step sizes that the toys allow, given the divisor of the regression.

Symbols: η is a step size, m the divisor.
"""

from itertools import pairwise

import numpy as np

from gdbook.theory.basics import check_positive
from gdbook.theory.zero import pass_polynomial


def pass_limits(x: np.ndarray, divisor: int) -> list[tuple[float, float]]:
    """Intervals of step sizes for which a pass contracts, in any order of the samples.

    They are where |∏(1 − 2ηxᵢ²/m)| < 1; their ends are 0 and the positive roots of
    ∏ = 1 and ∏ = −1. They are computed in float64: features of very different sizes
    cost digits, and an interval narrower than the rounding errors is lost. Shape: x
    (n,). Raises ValueError when all features are 0 or one is not finite, and unless
    divisor > 0.
    """
    check_positive(divisor=divisor)
    features = np.asarray(x, float)
    largest = float(np.abs(features).max())
    if not 0 < largest < np.inf:
        raise ValueError(f"wanted finite features, one other than 0, got {x}")
    # in u = 2η·max(x²)/m no root is near 0: for 0 < u ≤ 1 all factors are in [0, 1]
    product, unit = pass_polynomial(features / largest, 2), divisor / (2 * largest**2)
    roots = np.concatenate([(product - 1).roots(), (product + 1).roots()])
    real = np.sort(roots[np.abs(roots.imag) < 1e-9 * np.abs(roots)].real)
    edges = [0.0, *real[real > 0.5].tolist()]
    inside = [ends for ends in pairwise(edges) if abs(product(sum(ends) / 2)) < 1]
    return [(low * unit, high * unit) for low, high in inside]
