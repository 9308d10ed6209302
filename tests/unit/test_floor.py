"""The floor of the regression, and where the error of its end comes from."""

import math
from itertools import permutations

import numpy as np
import pytest

from gdbook.experiments import Result
from gdbook.theory.attractor import epoch_maps, shuffling_bias, stationary_mean
from gdbook.theory.floor import (
    batch_noise,
    count_batches,
    epochs_until_statistical,
    excess_loss,
    expected_floor,
    floor_spread,
    mean_path,
    replaced_spread,
    residual_gradients,
    rounding_margin,
    rounding_spread,
    shuffled_mean,
    shuffled_spread,
    split_error,
    standard_errors,
)
from tests.checks import check_mean, check_printed, check_spread
from tests.problems import small_problem

LR, BATCH, EPOCHS = 0.0003, 10, 300
TRUE = np.array([2, -3.4, 4.2])


def mean_loss(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    return float(((X @ w - y) ** 2).mean() / 2)


def test_the_mean_path_prints_the_published_errors(
    solved: dict[str, np.ndarray], regression: Result
) -> None:
    predicted = TRUE - solved["end"]
    run = np.concatenate([regression.error(0), regression.error(1)])
    for value, measured, printed in zip(
        predicted, run, ["0.0004", "-0.0008", "0.0008"], strict=True
    ):
        check_printed(value, printed)
        check_printed(measured, printed)


def test_the_published_digits_are_no_luck(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    margin = rounding_margin(TRUE - solved["end"], 4)
    order = shuffled_spread(*data, LR, BATCH, EPOCHS)
    rounding = rounding_spread(solved["end"], solved["H"], LR, 30_000)
    shift = np.abs(
        shuffled_mean(solved["start"], *data, LR, BATCH, EPOCHS) - solved["end"]
    )
    # Chebyshev: all three digits come out with a chance of at least 1 − 3/8²
    assert (margin - shift > 8 * np.hypot(order, rounding)).all()


def test_with_batches_drawn_afresh_the_digits_would_be_luck(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    margin = rounding_margin(TRUE - solved["end"], 4)
    assert (margin < 1.5 * replaced_spread(*data, LR, BATCH, 30_000)).all()


def test_the_run_ends_within_the_predicted_noise_of_the_mean_path(
    data: tuple[np.ndarray, np.ndarray],
    solved: dict[str, np.ndarray],
    regression: Result,
) -> None:
    mean = shuffled_mean(solved["start"], *data, LR, BATCH, EPOCHS)
    order = shuffled_spread(*data, LR, BATCH, EPOCHS)
    rounding = rounding_spread(solved["end"], solved["H"], LR, 30_000)
    off = regression.history.params[-1].astype(float) - mean
    assert (np.abs(off) < 4 * np.hypot(order, rounding)).all()
    exact = run_in_float64(data, solved["start"], regression.history.orders)[-1]
    assert (np.abs(exact - mean) < 4 * order).all()


def run_in_float64(
    data: tuple[np.ndarray, np.ndarray], start: np.ndarray, orders: np.ndarray
) -> np.ndarray:
    """Parameters at the start and after each epoch, in float64."""
    X, y = data
    path = [start]
    for order in orders:
        w = path[-1]
        for drawn in order.reshape(-1, BATCH):
            w = w - LR / BATCH * ((X[drawn] @ w - y[drawn]) @ X[drawn])
        path.append(w)
    return np.stack(path)


def test_the_two_parts_of_an_error_add_up_and_the_descent_is_the_large_one(
    solved: dict[str, np.ndarray],
) -> None:
    noise, unfinished = split_error(TRUE, solved["minimiser"], solved["end"])
    np.testing.assert_allclose(noise + unfinished, TRUE - solved["end"], atol=1e-15)
    assert (np.abs(unfinished) > 20 * np.abs(noise)).all()


def test_floor_and_excess_add_up_to_the_published_loss(
    data: tuple[np.ndarray, np.ndarray],
    solved: dict[str, np.ndarray],
    regression: Result,
) -> None:
    floor = mean_loss(*data, solved["minimiser"])
    excess = excess_loss(solved["end"], solved["minimiser"], solved["H"])
    assert floor + excess == pytest.approx(mean_loss(*data, solved["end"]), rel=1e-12)
    check_printed(floor + excess, "0.000049")
    check_printed(regression.loss_after(-1), "0.000049")
    check_printed(floor, "0.000048")
    check_printed(expected_floor(0.01, 1000, 3), "0.000050")


def test_the_excess_keeps_its_half() -> None:
    H, w = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -2.0])
    by_hand = 0.5 * (2 * 1 + 2 * 1 * 1 * -2 + 3 * 4)  # ½(2a² + 2ab + 3b²)
    assert excess_loss(w, np.zeros(2), H) == pytest.approx(by_hand)


def test_the_excess_is_computed_in_float64_whatever_comes_in() -> None:
    far, near = np.array([1e8], np.float32), np.array([1], np.float32)
    excess = excess_loss(far, near, np.eye(1))
    assert excess == pytest.approx(0.5 * (1e8 - 1) ** 2, rel=1e-12)


def test_the_floor_of_this_data_set_is_a_usual_one(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    expected = expected_floor(0.01, 1000, 3)
    off = mean_loss(*data, solved["minimiser"]) - expected
    assert abs(off) < 2 * floor_spread(0.01, 1000, 3)


def test_the_expected_floor_is_the_mean_over_many_data_sets() -> None:
    rng, n, p, sigma = np.random.default_rng(0), 12, 3, 0.7
    X = rng.normal(size=(n, p))
    rest = np.eye(n) - X @ np.linalg.pinv(X)
    floors = ((rng.normal(0, sigma, (20_000, n)) @ rest) ** 2).mean(axis=1)[:, None] / 2
    spread = np.array([floor_spread(sigma, n, p)])
    check_mean(floors, np.array([expected_floor(sigma, n, p)]), spread)
    check_spread(floors, spread)
    with pytest.raises(AssertionError):
        check_mean(floors, np.array([sigma**2 / 2]), spread)


def test_standard_errors_are_the_deviation_over_many_data_sets() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 3))
    fits = rng.normal(0, 0.2, (20_000, 30)) @ np.linalg.pinv(X).T
    check_spread(fits, standard_errors(X, 0.2))


def test_the_predicted_epochs_are_those_of_the_run(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    epochs = epochs_until_statistical(
        TRUE, solved["minimiser"], solved["start"], solved["H"], LR, 100
    )
    rng = np.random.default_rng(0)
    orders = np.stack([rng.permutation(1000) for _ in range(max(epochs) + 15)])
    path = run_in_float64(data, solved["start"], orders)
    noise, _ = split_error(TRUE, solved["minimiser"], solved["end"])
    larger = np.abs(path - solved["minimiser"]) >= np.abs(noise)
    measured = len(path) - larger[::-1].argmax(axis=0)
    # an error off by e reaches the level s earlier or later by e/(s·Kηλ) epochs
    mean = shuffled_mean(solved["start"], *data, LR, BATCH, int(max(epochs)))
    shift = np.abs(mean - path_end(solved, int(max(epochs))))
    e = 4 * shuffled_spread(*data, LR, BATCH, int(max(epochs))) + shift
    slowest = 100 * LR * np.linalg.eigvalsh(solved["H"])[0]
    assert (np.abs(measured - epochs) <= 1 + e / np.abs(noise) / slowest).all()


def path_end(solved: dict[str, np.ndarray], epochs: int) -> np.ndarray:
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    return mean_path(start, minimiser, H, LR, 100 * epochs)


def test_epochs_that_do_not_suffice_are_reported(solved: dict[str, np.ndarray]) -> None:
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    with pytest.raises(ValueError, match="after 300 epochs"):
        epochs_until_statistical(TRUE, minimiser, start, H, LR, 100, 300)


def test_the_mean_path_is_the_full_batch_run(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    X, y = data
    steps, path = np.arange(50), [solved["start"]]
    for _ in steps[1:]:
        path.append(path[-1] - 0.4 * X.T @ (X @ path[-1] - y) / len(X))
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    predicted = mean_path(start, minimiser, H, 0.4, steps)
    np.testing.assert_allclose(predicted, path, atol=1e-12)


def exact_shuffled_mean(lr: float, batch_size: int) -> np.ndarray:
    """Mean end of one pass over all 720 orders of six samples."""
    X, y, start = small_problem()
    ends = []
    for order in permutations(range(6)):
        w = start
        for drawn in np.reshape(order, (-1, batch_size)):
            w = w - lr / batch_size * ((X[drawn] @ w - y[drawn]) @ X[drawn])
        ends.append(w)
    return np.mean(ends, axis=0)


def test_the_shuffled_mean_of_two_batches_is_exact() -> None:
    X, y, start = small_problem()
    predicted = shuffled_mean(start, X, y, 0.3, 3, 1)
    np.testing.assert_allclose(predicted, exact_shuffled_mean(0.3, 3), atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_the_shuffled_mean_is_right_to_second_order(batch_size: int) -> None:
    X, y, start = small_problem()

    def off(lr: float) -> float:
        predicted = shuffled_mean(start, X, y, lr, batch_size, 1)
        return float(np.linalg.norm(predicted - exact_shuffled_mean(lr, batch_size)))

    # halving lr divides an error of third order by 8; of second order, by 4
    assert off(0.004) / off(0.002) == pytest.approx(8, rel=0.1)


def test_the_plain_mean_path_is_right_to_first_order_only() -> None:
    X, y, start = small_problem()
    H, minimiser = X.T @ X / 6, np.linalg.lstsq(X, y)[0]

    def off(lr: float) -> float:
        predicted = mean_path(start, minimiser, H, lr, 3)
        return float(np.linalg.norm(predicted - exact_shuffled_mean(lr, 2)))

    assert off(0.004) / off(0.002) == pytest.approx(4, rel=0.1)


def batch_runs(
    data: tuple[np.ndarray, np.ndarray],
    start: np.ndarray,
    batches: np.ndarray,
    lr: float,
    number: type = np.float64,
) -> np.ndarray:
    """Ends of many runs at once; batches (steps, runs, batch_size) of indices."""
    X, y = (part.astype(number) for part in data)
    w = np.tile(start.astype(number), (batches.shape[1], 1))
    for drawn in batches:
        x = X[drawn]
        r = (x @ w[:, :, None])[:, :, 0] - y[drawn]
        w = w - number(lr) * ((r[:, None, :] @ x)[:, 0] / number(BATCH))
    return w


def shuffled_batches(epochs: int, runs: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    samples = np.tile(np.arange(1000, dtype=np.int16), (epochs * runs, 1))
    orders = rng.permuted(samples, axis=1).reshape(epochs, runs, 100, BATCH)
    return orders.transpose(0, 2, 1, 3).reshape(-1, runs, BATCH)


def test_shuffled_batches_spread_as_predicted(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    ends = batch_runs(data, solved["minimiser"], shuffled_batches(8, 800, 0), LR)
    spread = shuffled_spread(*data, LR, BATCH, 8)
    step = 100 * LR * np.linalg.eigvalsh(solved["H"])[-1]  # the next order, relative
    check_spread(ends, spread, slack=step)
    mean = shuffled_mean(solved["minimiser"], *data, LR, BATCH, 8)
    check_mean(ends, mean, spread)
    with pytest.raises(AssertionError):
        check_spread(ends, replaced_spread(*data, LR, BATCH, 800), slack=step)


def test_batches_drawn_afresh_spread_as_predicted(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    batches = np.random.default_rng(0).integers(1000, size=(600, 800, BATCH))
    ends = batch_runs(data, solved["minimiser"], batches, LR)
    spread = replaced_spread(*data, LR, BATCH, 600)
    # here the samples of a batch are drawn afresh too: (n − m)/(n − 1) = 0.991 is 1
    check_spread(ends, spread / math.sqrt(990 / 999), slack=LR)
    with pytest.raises(AssertionError):
        check_spread(ends, shuffled_spread(*data, LR, BATCH, 6))


def test_float32_rounding_spreads_as_predicted(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    # moved away from 2, where the unit in the last place of the first parameter doubles
    away = np.array([0.5, 0.4, 0.8])
    data = data[0], data[1] + data[0] @ away
    start = (solved["minimiser"] + away).astype(np.float32)
    batches = shuffled_batches(12, 400, 1)
    rounded = batch_runs(data, start, batches, 10 * LR, np.float32)
    exact = batch_runs(data, start, batches, 10 * LR)
    spread = rounding_spread(start, solved["H"], 10 * LR, len(batches))
    check_spread(rounded - exact, spread)
    with pytest.raises(AssertionError):
        check_spread(rounded - exact, spread * math.sqrt(12))


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_the_order_of_the_batches_spreads_as_over_all_orders(batch_size: int) -> None:
    X, y, _ = small_problem()
    pulls, P = residual_gradients(X, y), np.eye(2) - 0.1 * X.T @ X / 6
    ends = []
    for order in permutations(range(6)):
        w = np.zeros(2)  # the distance from least squares, by the mean Hessian
        for drawn in np.reshape(order, (-1, batch_size)):
            w = P @ w + 0.1 * pulls[drawn].mean(axis=0)
        ends.append(w)
    one = np.cov(np.transpose(ends), ddof=0)
    K = np.linalg.matrix_power(P, 6 // batch_size)
    for epochs, cov in ((1, one), (2, K @ one @ K + one)):
        spread = shuffled_spread(X, y, 0.1, batch_size, epochs)
        np.testing.assert_allclose(spread, np.sqrt(np.diag(cov)))


def test_each_step_adds_a_uniform_rounding_that_later_steps_shrink() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    H = turn @ np.diag([0.3, 2.0]) @ turn.T
    # float32 has 24 bits: from 2 to 4 its unit is 2⁻²², from ¼ to ½ it is 2⁻²⁵; a
    # uniform error of that width has its square over 12 as variance
    variance, total = np.diag([4.0**-22, 4.0**-25]) / 12, np.zeros((2, 2))
    for _ in range(7):
        P = np.eye(2) - 0.4 * H
        total = P @ total @ P + variance
    spread = rounding_spread(np.array([3, -0.3]), H, 0.4, 7)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(total)))


def test_each_new_batch_adds_its_noise_that_later_steps_shrink() -> None:
    X, y, _ = small_problem()
    X = X * [1, 3]  # curvatures that are not near 1
    total, P = np.zeros((2, 2)), np.eye(2) - 0.05 * X.T @ X / 6
    for _ in range(7):
        total = P @ total @ P + 0.05**2 * batch_noise(X, y, 2)
    spread = replaced_spread(X, y, 0.05, 2, 7)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(total)))


@pytest.mark.parametrize(("n", "sizes"), [(6, (1, 2, 4, 6)), (2, (1, 2))])
def test_batch_noise_is_the_covariance_over_all_batches(
    n: int, sizes: tuple[int, ...]
) -> None:
    X, y = (part[:n] for part in small_problem()[:2])
    X = X[:, : n - 1]  # two samples say nothing of two parameters
    pulls = residual_gradients(X, y)
    for size in sizes:
        means = [
            pulls[list(order[:size])].mean(axis=0) for order in permutations(range(n))
        ]
        exact = np.atleast_2d(np.cov(np.transpose(means), ddof=0))
        np.testing.assert_allclose(batch_noise(X, y, size), exact, atol=1e-12)
    assert batch_noise(X, y, 1)[0, 0] > 0.01


@pytest.mark.parametrize(
    ("value", "decimals", "margin"),
    [(0.00038919, 4, 3.919e-5), (-0.00078705, 4, 3.705e-5), (0.00002, 4, 3e-5)],
)
def test_a_margin_is_the_least_change_that_prints_differently(
    value: float, decimals: int, margin: float
) -> None:
    assert rounding_margin(value, decimals) == pytest.approx(margin)
    printed = f"{value:z.{decimals}f}"  # z: without the sign of a zero
    inside, outside = [
        {f"{value + sign * share * margin:z.{decimals}f}" for sign in (-1, 1)}
        for share in (0.999, 1.001)
    ]
    assert inside == {printed}
    assert outside != {printed}


@pytest.mark.parametrize("batch_size", [0, 4, 5, 6])
def test_a_batch_size_that_does_not_give_equal_batches_is_refused(batch_size):
    with pytest.raises(ValueError, match=f"cuts 6 samples .* got {batch_size}"):
        count_batches(6, batch_size)


def test_equal_batches_of_fewer_than_all_samples_are_counted():
    assert [count_batches(6, size) for size in (1, 2, 3)] == [6, 3, 2]
    with pytest.raises(ValueError, match="got 3"):
        count_batches(7, 3)


def test_after_many_passes_its_error_falls_like_the_square_of_the_step_size() -> None:
    X, y, start = small_problem()
    minimiser = np.linalg.lstsq(X, y)[0]

    def errors(lr: float) -> list[float]:
        exact = stationary_mean(epoch_maps(X, y, lr, 2))  # 2·lr/2: the halved loss
        ends = shuffled_mean(start, X, y, lr, 1, 100_000), minimiser
        biased = ends[0], minimiser + shuffling_bias(X, y, lr, 2)
        return [float(np.linalg.norm(end - exact)) for end in (*biased, minimiser)]

    ratios = np.divide(errors(0.004), errors(0.002))
    np.testing.assert_allclose(ratios, [4, 4, 2], rtol=0.05)
