"""The data of the toys, and a small regression, as NumPy arrays."""

import numpy as np
import pytest

LR, DIVISOR = 0.3, 10
X_TOY = np.array([0.0, 1, 2, 3])
CLEAN, WRONG = X_TOY.copy(), np.array([0, 1, 2, 3.1])
SLOPE, PLANE = X_TOY[:, None], np.column_stack([X_TOY, np.ones(4)])
TOYS = [pytest.param(SLOPE, id="slope"), pytest.param(PLANE, id="slope and bias")]


def small_problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(6, 2)), rng.normal(size=6), np.array([1.5, -0.5])
