"""How many steps a step size needs."""

from itertools import permutations

import numpy as np
import pytest

from gdbook.theory.floor import mean_path
from gdbook.theory.step_size import (
    batch_mean_square_radius,
    best_lr,
    contraction,
    measured_batch_epochs,
)
from tests.problems import small_problem


def test_the_regression_is_fastest_between_its_curvatures(
    solved: dict[str, np.ndarray],
) -> None:
    H = solved["H"]
    best = best_lr(H)
    rates = contraction(H, best * np.array([0.99, 1, 1.01]))
    assert rates.argmin() == 1
    curvatures = np.linalg.eigvalsh(H)
    condition = curvatures[-1] / curvatures[0]
    assert rates[1] == pytest.approx((condition - 1) / (condition + 1))


def test_small_steps_need_the_predicted_epochs_of_batches_too(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    lrs, H = np.array([0.001, 0.002, 0.004]), solved["H"]
    start, minimiser = solved["start"], solved["minimiser"]
    measured = measured_batch_epochs(*data, start, lrs, 10, 1e-2, 60, 0)
    near = 1e-2 * np.linalg.norm(start - minimiser)
    for lr, epochs in zip(lrs, measured, strict=True):
        path = mean_path(start, minimiser, H, lr, np.arange(6000))
        needed = (np.linalg.norm(path - minimiser, axis=1) <= near).argmax() / 100
        # a pass is 100 steps; its order moves the end by second order, Kη of it
        slack = 1 + 100 * lr
        assert np.floor(needed / slack) <= epochs <= np.ceil(needed * slack)


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
