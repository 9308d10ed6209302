"""What makes the toys settle."""

import math

import numpy as np
import pytest

from gdbook.theory.attractor import (
    average_covariance,
    epoch_maps,
    shuffling_bias,
    stationary_mean,
)
from gdbook.theory.floor import mean_path
from gdbook.theory.settle import (
    decaying_lrs,
    full_batch,
    predicted_moments,
    running_average,
    trajectories,
)
from tests.checks import check_mean, check_spread
from tests.problems import DIVISOR, LR, PLANE, SLOPE, TOYS, WRONG


@pytest.mark.parametrize("X", TOYS)
def test_a_decaying_step_follows_its_predicted_moments(X: np.ndarray) -> None:
    start = [2.0, 0.0][: X.shape[1]]
    lrs = decaying_lrs(LR, 400, half_after=50)
    path = trajectories(X, WRONG, start, lrs, DIVISOR, 2000, 0)
    means, covs = predicted_moments(X, WRONG, start, lrs, DIVISOR)
    for epoch in (5, 50, 400):
        spread = np.sqrt(np.diag(covs[epoch]))
        check_mean(path[epoch], means[epoch], spread)
        check_spread(path[epoch], spread)


def test_only_decay_and_full_batch_settle_at_least_squares() -> None:
    minimiser = np.linalg.lstsq(SLOPE, WRONG)[0]
    lrs = decaying_lrs(LR, 2000, half_after=50)
    means, covs = predicted_moments(SLOPE, WRONG, [2.0], lrs, DIVISOR)
    bias = shuffling_bias(SLOPE, WRONG, lrs[-1], DIVISOR)
    assert np.sqrt(covs[-1]).item() < 2e-5
    # what is left is the bias of the last step size, which changes slowly
    assert means[-1] - minimiser == pytest.approx(bias, rel=0.05)
    full = full_batch(SLOPE, WRONG, [2.0], 0.1, 100)[-1]
    assert full == pytest.approx(minimiser, abs=1e-12)
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    path = trajectories(SLOPE, WRONG, [2.0], np.full(3000, 0.3), DIVISOR, 20, 0)
    average = running_average(path[100:])[-1]
    error = math.sqrt(average_covariance(maps, 2901).item())
    assert (np.abs(average - stationary_mean(maps)) < 4 * error).all()
    assert (average - minimiser > 10 * error).all()  # averaging keeps the bias


def test_full_batch_descent_is_its_mean_path() -> None:
    path = full_batch(PLANE, WRONG, [2.0, 0.0], 0.1, 60)
    H, minimiser = 2 * PLANE.T @ PLANE / 4, np.linalg.lstsq(PLANE, WRONG)[0]
    predicted = mean_path(np.array([2.0, 0]), minimiser, H, 0.1, np.arange(61))
    np.testing.assert_allclose(path, predicted, atol=1e-12)


def test_a_running_average_averages_all_rows_so_far() -> None:
    path = np.random.default_rng(0).normal(size=(7, 3, 2))
    expected = [path[: k + 1].mean(axis=0) for k in range(7)]
    np.testing.assert_allclose(running_average(path), expected)
