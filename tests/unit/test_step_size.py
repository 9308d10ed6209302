"""How many steps a step size needs."""

from itertools import permutations

import numpy as np
import pytest

from gdbook.theory.step_size import (
    batch_mean_square_radius,
    best_lr,
    contraction,
)
from tests.problems import small_problem


def test_the_best_rate_for_the_worst_start_lies_between_the_curvatures(
    solved: dict[str, np.ndarray],
) -> None:
    H = solved["H"]
    best = best_lr(H)
    rates = contraction(H, best * np.array([0.99, 1, 1.01]))
    assert rates.argmin() == 1
    curvatures = np.linalg.eigvalsh(H)
    condition = curvatures[-1] / curvatures[0]
    assert rates[1] == pytest.approx((condition - 1) / (condition + 1))


def test_the_mean_square_of_batches_is_that_of_all_batches() -> None:
    X, _, _ = small_problem()
    for size in (1, 2, 5):
        factors = []
        for order in permutations(range(6), size):
            rows = X[list(order)]
            factors.append(np.eye(2) - 0.7 * rows.T @ rows / size)
        exact = np.mean([np.kron(factor, factor) for factor in factors], axis=0)
        radius = np.abs(np.linalg.eigvals(exact)).max()
        assert batch_mean_square_radius(X, 0.7, size) == pytest.approx(radius)
