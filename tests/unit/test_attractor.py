"""A pass in random order: maps, moments, attractor."""

import math

import numpy as np
import pytest

from gdbook.experiments import Result, wrong_label, wrong_label_bias
from gdbook.theory.attractor import (
    EpochMaps,
    after_orders,
    attractor,
    average_covariance,
    ensemble,
    epoch_maps,
    extremes,
    shuffling_bias,
    slope_weights,
    stationary_covariance,
    stationary_mean,
    toy_rounding_spread,
)
from gdbook.theory.basics import steps_needed
from gdbook.theory.floor import rounding_margin
from gdbook.theory.settle import predicted_moments, running_average, trajectories
from tests.checks import check_mean, check_printed, check_spread
from tests.problems import DIVISOR, LR, PLANE, SLOPE, TOYS, WRONG, X_TOY


def one_pass(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, order: np.ndarray
) -> np.ndarray:
    for i in order:
        w = w - LR / DIVISOR * 2 * (X[i] @ w - y[i]) * X[i]
    return w


def moments(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points.mean(axis=0), np.atleast_2d(np.cov(points.T, ddof=0))


@pytest.mark.parametrize("X", TOYS)
def test_the_maps_are_passes_in_all_24_orders(X: np.ndarray) -> None:
    maps = epoch_maps(X, WRONG, LR, DIVISOR)
    assert len({tuple(order) for order in maps.orders}) == 24
    w = np.array([0.7, -0.2])[: X.shape[1]]
    ends = [one_pass(X, WRONG, w, order) for order in maps.orders]
    np.testing.assert_allclose(maps.A @ w + maps.c, ends, atol=1e-14)


@pytest.mark.parametrize("X", TOYS)
def test_three_epochs_have_the_moments_of_all_13824_paths(X: np.ndarray) -> None:
    start = np.array([2.0, 0.0])[: X.shape[1]]
    points, maps = start[None], epoch_maps(X, WRONG, LR, DIVISOR)
    for _ in range(3):
        ends = np.einsum("oij,kj->koi", maps.A, points) + maps.c
        points = ends.reshape(-1, X.shape[1])
    means, covs = predicted_moments(X, WRONG, start, [LR] * 3, DIVISOR)
    mean, cov = moments(points)
    np.testing.assert_allclose(means[-1], mean, rtol=1e-12)
    np.testing.assert_allclose(covs[-1], cov, rtol=1e-9)


@pytest.mark.parametrize("X", TOYS)
def test_the_stationary_moments_are_where_the_moments_end(X: np.ndarray) -> None:
    maps = epoch_maps(X, WRONG, LR, DIVISOR)
    start = np.array([2.0, 0.0])[: X.shape[1]]
    means, covs = predicted_moments(X, WRONG, start, [LR] * 500, DIVISOR)
    np.testing.assert_allclose(stationary_mean(maps), means[-1], rtol=1e-12)
    np.testing.assert_allclose(stationary_covariance(maps), covs[-1], rtol=1e-9)


def test_the_attractor_enumerated_has_the_closed_moments_and_extremes() -> None:
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    points, chances = attractor(maps, 8)
    mean = points @ chances
    a, span = maps.A[0].item(), np.ptp(extremes(maps))
    # eight epochs from the mean: what is missing of σ² is a¹⁶ of it, of the range, a⁸
    variance = stationary_covariance(maps).item()
    assert chances.sum() == pytest.approx(1)
    assert mean == pytest.approx(stationary_mean(maps).item(), abs=1e-11)
    assert ((points - mean) ** 2) @ chances == pytest.approx(variance, rel=2 * a**16)
    ends = [points.min(), points.max()]
    np.testing.assert_allclose(ends, extremes(maps), atol=a**8 * span)
    assert variance == pytest.approx(maps.c.var() / (1 - a**2))


def test_the_attractor_has_a_hole_around_its_mean() -> None:
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    points, _ = attractor(maps, 8)
    mean, low, high = stationary_mean(maps).item(), *extremes(maps)
    a, fixed = maps.A[0].item(), np.unique((maps.c / (1 - maps.A[:, 0])).round(12))
    # the images of the range under the four maps; the two in the middle stay apart
    hole = [fixed[1] + a * (high - fixed[1]), fixed[2] - a * (fixed[2] - low)]
    assert hole[0] < mean < hole[1]
    assert not ((points > hole[0] + 1e-9) & (points < hole[1] - 1e-9)).any()


@pytest.mark.parametrize("X", TOYS)
def test_ten_thousand_runs_have_the_stationary_moments(X: np.ndarray) -> None:
    maps = epoch_maps(X, WRONG, LR, DIVISOR)
    start = [2.0, 0.0][: X.shape[1]]
    ends = ensemble(X, WRONG, start, LR, DIVISOR, 300, 10_000, 0)
    mean = stationary_mean(maps)
    spread = np.sqrt(np.diag(stationary_covariance(maps)))
    check_mean(ends, mean, spread)
    check_spread(ends, spread)
    with pytest.raises(AssertionError):
        check_mean(ends, np.linalg.lstsq(X, WRONG)[0], spread)


@pytest.fixture(scope="module")
def long_runs() -> dict[int, Result]:
    return {1: wrong_label(by_hand=True), 2: wrong_label_bias(by_hand=True)}


BURN_IN = 500  # 0.93⁵⁰⁰ is 10⁻¹⁶


@pytest.mark.parametrize("X", TOYS)
def test_the_long_run_has_the_stationary_mean(
    X: np.ndarray, long_runs: dict[int, Result]
) -> None:
    maps = epoch_maps(X, WRONG, LR, DIVISOR)
    ends = long_runs[X.shape[1]].history.params[4 * BURN_IN :: 4].astype(float)
    error = np.sqrt(np.diag(average_covariance(maps, len(ends))))
    off = ends.mean(axis=0) - stationary_mean(maps)
    assert (np.abs(off) < 4 * error).all()
    assert (np.abs(ends.mean(axis=0) - np.linalg.lstsq(X, WRONG)[0]) > 4 * error).any()


def test_the_long_run_has_the_stationary_variance(long_runs: dict[int, Result]) -> None:
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    points, chances = attractor(maps, 8)
    mean, variance = points @ chances, stationary_covariance(maps).item()
    ends = long_runs[1].history.params[4 * BURN_IN :: 4, 0].astype(float)
    # (w − μ)² is correlated by a²ᵏ over k epochs, and has the variance m₄ − σ⁴
    a2 = maps.A[0].item() ** 2
    fourth = ((points - mean) ** 4) @ chances - variance**2
    error = math.sqrt(fourth / len(ends) * (1 + a2) / (1 - a2))
    assert abs(((ends - mean) ** 2).mean() - variance) < 4 * error


def test_averages_of_many_runs_spread_as_predicted() -> None:
    for X in (SLOPE, PLANE):
        maps, mean = epoch_maps(X, WRONG, LR, DIVISOR), [1.02, -0.02]
        path = trajectories(
            X, WRONG, mean[: X.shape[1]], np.full(800, LR), DIVISOR, 1000, 0
        )[200:]
        average = running_average(path)[-1]
        spread = np.sqrt(np.diag(average_covariance(maps, len(path))))
        # the formula leaves out the ends of the sum, a share of 1/N·1/(1 − ρ)
        rho = np.abs(np.linalg.eigvals(maps.A.mean(axis=0))).max()
        check_spread(average, spread, slack=1 / len(path) / (1 - rho))
        check_mean(average, stationary_mean(maps), spread)


@pytest.mark.parametrize(
    ("X", "printed", "loss"),
    [
        pytest.param(SLOPE, "1.0266", "0.000986", id="slope"),
        pytest.param(PLANE, "1.0359", "0.000848", id="slope and bias"),
    ],
)
def test_the_last_orders_alone_predict_the_published_digits(
    X: np.ndarray, printed: str, loss: str, long_runs: dict[int, Result]
) -> None:
    run = long_runs[X.shape[1]]
    maps, mean = epoch_maps(X, WRONG, LR, DIVISOR), None
    mean = stationary_mean(maps)
    final = after_orders(maps, run.history.orders, [2.0, 0.0][: X.shape[1]])
    check_printed(final[0], printed)
    check_printed(float(((X @ final - WRONG) ** 2).mean()), loss)
    check_printed(run.loss_after(-1), loss)
    # k epochs shrink the distance to any other start on the attractor by ‖A‖ᵏ
    contraction = np.linalg.norm(maps.A, 2, axis=(1, 2)).max()
    radius = np.linalg.norm(maps.A @ mean + maps.c - mean, axis=1).max() / (
        1 - contraction
    )
    margin = rounding_margin(final[0], 4)
    epochs = int(steps_needed(contraction, float(margin / radius)))
    check_printed(after_orders(maps, run.history.orders[-epochs:], mean)[0], printed)
    with pytest.raises(AssertionError):
        check_printed(after_orders(maps, run.history.orders[-9:-1], mean)[0], printed)


@pytest.mark.parametrize("X", TOYS)
def test_rounding_moves_the_long_run_less_than_its_printed_digit(
    X: np.ndarray, long_runs: dict[int, Result]
) -> None:
    history = long_runs[X.shape[1]].history
    maps = epoch_maps(X, WRONG, LR, DIVISOR)
    w, path = history.params[0].astype(float), []
    for order in history.orders:
        k = int(np.flatnonzero((maps.orders == order).all(axis=1))[0])
        w = maps.A[k] @ w + maps.c[k]
        path.append(w)
    spread = toy_rounding_spread(maps, path[-1])
    off = history.params[4::4].astype(float) - path
    # every step is charged a rounding, though a sample x = 0 leaves the slope alone
    assert (np.sqrt((off[BURN_IN:] ** 2).mean(axis=0)) < spread).all()
    assert rounding_margin(path[-1][0], 4) > 8 * spread[0]


def test_each_of_four_steps_is_charged_a_rounding_that_later_passes_shrink() -> None:
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    a = 0.94 * 0.76 * 0.46  # from 1 to 2 the unit in the last place is 2⁻²³
    expected = math.sqrt(4 * 4.0**-23 / 12 / (1 - a**2))
    assert toy_rounding_spread(maps, np.array([-1.5])) == pytest.approx(expected)


@pytest.mark.parametrize("bad", [[0, 1, 2, 2], [1, 2, 3, 4]])
def test_an_order_that_is_none_is_refused(bad: list[int]) -> None:
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    with pytest.raises(ValueError, match="is not an order"):
        after_orders(maps, np.array([bad]), [1.0])


def test_the_integral_gives_the_mean_over_all_orders() -> None:
    weights = slope_weights(X_TOY, LR, DIVISOR)
    slopes = np.divide(WRONG, X_TOY, out=np.zeros(4), where=X_TOY > 0)
    maps = epoch_maps(SLOPE, WRONG, LR, DIVISOR)
    assert weights @ slopes == pytest.approx(stationary_mean(maps).item(), abs=1e-14)
    least_squares_weights = X_TOY**2 / (X_TOY @ X_TOY)
    np.testing.assert_allclose(
        slope_weights(X_TOY, 1e-9, DIVISOR), least_squares_weights, atol=1e-8
    )
    assert weights[3] > least_squares_weights[3]  # the longest sample wins


def test_features_of_few_bits_do_not_overflow() -> None:
    x = np.array([5, 12], np.int8)  # 12² is no int8
    weights = slope_weights(x.astype(float), 0.01, DIVISOR)
    np.testing.assert_array_equal(slope_weights(x, 0.01, DIVISOR), weights)


@pytest.mark.parametrize("X", TOYS)
def test_the_bias_of_shuffling_is_right_to_first_order(X: np.ndarray) -> None:
    minimiser = np.linalg.lstsq(X, WRONG)[0]

    def off(lr: float) -> float:
        maps = epoch_maps(X, WRONG, lr, DIVISOR)
        bias = shuffling_bias(X, WRONG, lr, DIVISOR)
        return float(np.linalg.norm(stationary_mean(maps) - minimiser - bias))

    assert off(0.004) / off(0.002) == pytest.approx(
        4, rel=0.05
    )  # a rest of second order
    bias = shuffling_bias(X, WRONG, 0.002, DIVISOR)
    assert off(0.002) < 0.01 * np.linalg.norm(bias)


@pytest.fixture(scope="module")
def plane_maps() -> EpochMaps:
    return epoch_maps(PLANE, WRONG, LR, DIVISOR)


def test_extremes_are_for_one_dimension(plane_maps: EpochMaps) -> None:
    with pytest.raises(ValueError, match="one parameter"):
        extremes(plane_maps)


def test_ten_thousand_runs_differ_from_each_other_but_not_from_themselves() -> None:
    first, again = (
        ensemble(SLOPE, WRONG, [2.0], LR, DIVISOR, 20, 100, 7) for _ in "12"
    )
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first)) > 90


def test_one_sample_attracts_to_the_slope_that_fits_it():
    maps = epoch_maps(np.array([[2.0]]), np.array([3.0]), LR, DIVISOR)
    assert extremes(maps) == pytest.approx((1.5, 1.5))  # y / x, with one order only
