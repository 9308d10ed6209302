"""How many floating-point operations a step and an epoch of the regression take.

Counted are additions, subtractions, multiplications and divisions of single numbers.
Symbols: n samples, d features, batch size B, divisor m. Counts are dimensionless.
"""

import math

import numpy as np


def step_by_hand(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, lr: float, m: float
) -> tuple[np.ndarray, float]:
    """One step of the regression: w − η·Xᵀr/m and b − η·Σr/m, with r = Xw + b − y.

    Shapes: X (B, d), y (B,), w (d,).
    """
    r = X @ w + b - y
    return w - lr * (X.T @ r) / m, b - lr * r.sum() / m


def step_operations(batch_size: int, d: int) -> int:
    """Operations of one step: 4Bd + 2B + 2d + 2."""
    return 4 * batch_size * d + 2 * batch_size + 2 * d + 2


def epoch_operations(n: int, d: int, batch_size: int) -> int:
    """Operations of one epoch: (4d + 2)n + (2d + 2)⌈n/B⌉."""
    return (4 * d + 2) * n + (2 * d + 2) * math.ceil(n / batch_size)
