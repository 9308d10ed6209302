"""How many steps a step size needs."""

import math
from itertools import permutations

import numpy as np
import pytest

from gdbook.theory.step_size import (
    batch_mean_square_radius,
    best_lr,
    contraction,
    first_below,
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


def test_the_rate_has_the_shape_of_the_step_sizes() -> None:
    H = np.diag([1.0, 4.0])
    assert contraction(H, 0.1) == pytest.approx(0.9)
    rates = contraction(H, np.array([[0.1, 0.4], [0.5, 0.6]]))
    np.testing.assert_allclose(rates, [[0.9, 0.6], [1, 1.4]])


def test_steps_are_counted_until_each_row_is_near() -> None:
    calls = []

    def advance(w: np.ndarray) -> np.ndarray:
        calls.append(1)
        return w * np.array([[0.5], [0.1]])  # towards 0, and the limit is included

    w = np.array([[3.0, 4.0], [30.0, 40.0]])
    counts = first_below(advance, w, np.zeros(2), 0.01, 50)
    assert counts.tolist() == [7, 2]  # 2⁻⁷ < 0.01 < 2⁻⁶
    assert len(calls) == 7
    assert first_below(advance, w, np.zeros(2), 0.01, 7).tolist() == [7, 2]
    assert first_below(advance, w, np.zeros(2), 0.01, 6).tolist() == [math.inf, 2]


def test_being_near_is_relative_to_the_start_and_to_the_target() -> None:
    target = np.array([10.0])
    counts = first_below(lambda w: w + 1, np.array([[6.0], [0.0]]), target, 0.5, 9)
    assert counts.tolist() == [2, 5]


def test_a_row_that_diverges_never_gets_near() -> None:
    w = np.array([[1.0], [1.0]])
    grow = np.array([[1e200], [0.0]])
    counts = first_below(lambda w: w * grow - w * w * grow, w / 2, np.zeros(1), 0.1, 9)
    assert counts.tolist() == [math.inf, 1]


def test_the_mean_square_of_batches_is_that_of_all_batches() -> None:
    X, _, _ = small_problem()
    for size in (1, 2, 5, 6):
        factors = []
        for order in permutations(range(6), size):
            rows = X[list(order)]
            factors.append(np.eye(2) - 0.7 * rows.T @ rows / size)
        exact = np.mean([np.kron(factor, factor) for factor in factors], axis=0)
        radius = np.abs(np.linalg.eigvals(exact)).max()
        assert batch_mean_square_radius(X, 0.7, size) == pytest.approx(radius)
