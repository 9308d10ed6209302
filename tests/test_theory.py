import math
from itertools import permutations

import numpy as np
import pytest
import torch

from gdbook import theory
from gdbook.experiments import (
    Result,
    clean_toy,
    linear_regression,
    wrong_label,
    wrong_label_bias,
    wrong_label_non_linearity,
)
from gdbook.linear import design_matrix, hessian, least_squares
from gdbook.sgd import sgd

LR, BATCH, EPOCHS = 0.0003, 10, 300
PULL_LR, DIVISOR = 0.3, 10
X_TOY = np.array([0.0, 1, 2, 3])
CLEAN, WRONG = X_TOY.copy(), np.array([0, 1, 2, 3.1])
SLOPE, PLANE = X_TOY[:, None], np.column_stack([X_TOY, np.ones(4)])
TOYS = [pytest.param(SLOPE, id="slope"), pytest.param(PLANE, id="slope and bias")]
TRUE = np.array([2, -3.4, 4.2])


# --- The checks themselves, and that they can fail ------------------------------------


def check_mean(sample: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> None:
    """Demand that the mean of independent rows lies within 4 standard errors."""
    off = np.abs(sample.mean(axis=0) - mean) / (spread / math.sqrt(len(sample)))
    assert np.max(off) <= 4, f"off by {off} standard errors"


def check_spread(
    sample: np.ndarray, spread: np.ndarray, slack: float | np.ndarray = 0.0
) -> None:
    """Demand that the deviation of independent rows lies within 4 standard errors.

    The variance of a sample variance is (m₄ − σ⁴)/R. The slack is what the prediction
    itself leaves out, relative.
    """
    d = sample - sample.mean(axis=0)
    ratio = d.std(axis=0) / spread
    kurtosis = (d**4).mean(axis=0) / d.var(axis=0) ** 2
    error = np.sqrt((kurtosis - 1) / len(sample)) / 2
    assert np.max(np.abs(ratio - 1) - 4 * error - slack) <= 0, f"{ratio}, error {error}"


def check_printed(value: float, printed: str) -> None:
    """Demand that a value prints as the article did."""
    decimals = len(printed.partition(".")[2])
    assert f"{value:.{decimals}f}" == printed


@pytest.mark.parametrize("shift", [0.2, -0.2])
def test_the_check_of_a_mean_rejects_a_shifted_mean(shift: float) -> None:
    sample = np.random.default_rng(0).normal(size=(1000, 1))
    check_mean(sample, np.zeros(1), np.ones(1))
    with pytest.raises(AssertionError):
        check_mean(sample + shift, np.zeros(1), np.ones(1))


@pytest.mark.parametrize("factor", [0.85, 1.18])
def test_the_check_of_a_spread_rejects_another_spread(factor: float) -> None:
    sample = np.random.default_rng(0).normal(size=(1000, 1))
    check_spread(sample, np.ones(1))
    with pytest.raises(AssertionError):
        check_spread(sample * factor, np.ones(1))


def test_the_check_of_digits_rejects_a_neighbouring_digit() -> None:
    check_printed(0.00004871, "0.000049")
    with pytest.raises(AssertionError):
        check_printed(0.00004849, "0.000049")


# --- What every section needs ---------------------------------------------------------


@pytest.mark.parametrize("curvature", [0.03, 1.0, 7.0])
def test_descent_diverges_beyond_two_over_the_curvature_and_not_before(
    curvature: float,
) -> None:
    def left(lr: float) -> float:
        w = 1.0
        for _ in range(3000):
            w -= lr * curvature * w
        return abs(w)

    limit = theory.critical_lr(curvature)
    assert left(0.99 * limit) < 1e-9
    assert left(limit / 2 * 1.5) < 1e-9  # beyond ηλ = 1, which is no limit
    assert left(1.01 * limit) > 1e9


def test_steps_needed_is_the_first_power_below_the_tolerance() -> None:
    for rho in (-0.97, -0.2, 0.0, 0.3, 0.999):
        steps = int(theory.steps_needed(rho, 1e-6))
        assert abs(rho) ** steps <= 1e-6
        assert steps == 1 or abs(rho) ** (steps - 1) > 1e-6
    assert np.isinf(theory.steps_needed(np.array([1.0, -1.0, 2.5]), 1e-6)).all()


def test_after_a_half_life_half_of_the_error_is_left() -> None:
    assert 0.9 ** theory.half_life(0.9) == pytest.approx(0.5)
    assert 0.9 ** theory.half_life(-0.9) == pytest.approx(0.5)


# --- The floor of the regression ------------------------------------------------------


@pytest.fixture(scope="module")
def regression() -> Result:
    return linear_regression(by_hand=True)


@pytest.fixture(scope="module")
def data(regression: Result) -> tuple[np.ndarray, np.ndarray]:
    X = design_matrix(regression.features).numpy()
    return X, regression.labels.numpy()[:, 0].astype(float)


@pytest.fixture(scope="module")
def solved(regression: Result) -> dict[str, np.ndarray]:
    X = design_matrix(regression.features)
    H, minimiser = hessian(X).numpy(), least_squares(X, regression.labels).numpy()[:, 0]
    start = regression.history.params[0].astype(float)
    steps = len(regression.history.params) - 1
    end = theory.mean_path(start, minimiser, H, LR, steps)
    return {"H": H, "minimiser": minimiser, "start": start, "end": end}


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
    margin = theory.rounding_margin(TRUE - solved["end"], 4)
    order = theory.shuffled_spread(*data, LR, BATCH, EPOCHS)
    rounding = theory.rounding_spread(solved["end"], solved["H"], LR, 30_000)
    shift = np.abs(
        theory.shuffled_mean(solved["start"], *data, LR, BATCH, EPOCHS) - solved["end"]
    )
    # Chebyshev: all three digits come out with a chance of at least 1 − 3/8²
    assert (margin - shift > 8 * np.hypot(order, rounding)).all()


def test_with_batches_drawn_afresh_the_digits_would_be_luck(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    margin = theory.rounding_margin(TRUE - solved["end"], 4)
    assert (margin < 1.5 * theory.replaced_spread(*data, LR, BATCH, 30_000)).all()


def test_the_run_ends_within_the_predicted_noise_of_the_mean_path(
    data: tuple[np.ndarray, np.ndarray],
    solved: dict[str, np.ndarray],
    regression: Result,
) -> None:
    mean = theory.shuffled_mean(solved["start"], *data, LR, BATCH, EPOCHS)
    order = theory.shuffled_spread(*data, LR, BATCH, EPOCHS)
    rounding = theory.rounding_spread(solved["end"], solved["H"], LR, 30_000)
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
    noise, unfinished = theory.split_error(TRUE, solved["minimiser"], solved["end"])
    np.testing.assert_allclose(noise + unfinished, TRUE - solved["end"], atol=1e-15)
    assert (np.abs(unfinished) > 20 * np.abs(noise)).all()


def test_floor_and_excess_add_up_to_the_published_loss(
    data: tuple[np.ndarray, np.ndarray],
    solved: dict[str, np.ndarray],
    regression: Result,
) -> None:
    floor = mean_loss(*data, solved["minimiser"])
    excess = theory.excess_loss(solved["end"], solved["minimiser"], solved["H"])
    assert floor + excess == pytest.approx(mean_loss(*data, solved["end"]), rel=1e-12)
    check_printed(floor + excess, "0.000049")
    check_printed(regression.loss_after(-1), "0.000049")
    check_printed(floor, "0.000048")
    check_printed(theory.expected_floor(0.01, 1000, 3), "0.000050")


def test_the_excess_keeps_its_half() -> None:
    H, w = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -2.0])
    by_hand = 0.5 * (2 * 1 + 2 * 1 * 1 * -2 + 3 * 4)  # ½(2a² + 2ab + 3b²)
    assert theory.excess_loss(w, np.zeros(2), H) == pytest.approx(by_hand)


def test_the_floor_of_this_data_set_is_a_usual_one(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    expected = theory.expected_floor(0.01, 1000, 3)
    off = mean_loss(*data, solved["minimiser"]) - expected
    assert abs(off) < 2 * theory.floor_spread(0.01, 1000, 3)


def test_the_expected_floor_is_the_mean_over_many_data_sets() -> None:
    rng, n, p, sigma = np.random.default_rng(0), 12, 3, 0.7
    X = rng.normal(size=(n, p))
    rest = np.eye(n) - X @ np.linalg.pinv(X)
    floors = ((rng.normal(0, sigma, (20_000, n)) @ rest) ** 2).mean(axis=1)[:, None] / 2
    spread = np.array([theory.floor_spread(sigma, n, p)])
    check_mean(floors, np.array([theory.expected_floor(sigma, n, p)]), spread)
    check_spread(floors, spread)
    with pytest.raises(AssertionError):
        check_mean(floors, np.array([sigma**2 / 2]), spread)


def test_standard_errors_are_the_deviation_over_many_data_sets() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 3))
    fits = rng.normal(0, 0.2, (20_000, 30)) @ np.linalg.pinv(X).T
    check_spread(fits, theory.standard_errors(X, 0.2))


def test_the_predicted_epochs_are_those_of_the_run(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    epochs = theory.epochs_until_statistical(
        TRUE, solved["minimiser"], solved["start"], solved["H"], LR, 100
    )
    rng = np.random.default_rng(0)
    orders = np.stack([rng.permutation(1000) for _ in range(max(epochs) + 15)])
    path = run_in_float64(data, solved["start"], orders)
    noise, _ = theory.split_error(TRUE, solved["minimiser"], solved["end"])
    larger = np.abs(path - solved["minimiser"]) >= np.abs(noise)
    measured = len(path) - larger[::-1].argmax(axis=0)
    # an error off by e reaches the level s earlier or later by e/(s·Kηλ) epochs
    mean = theory.shuffled_mean(solved["start"], *data, LR, BATCH, int(max(epochs)))
    shift = np.abs(mean - path_end(solved, int(max(epochs))))
    e = 4 * theory.shuffled_spread(*data, LR, BATCH, int(max(epochs))) + shift
    slowest = 100 * LR * np.linalg.eigvalsh(solved["H"])[0]
    assert (np.abs(measured - epochs) <= 1 + e / np.abs(noise) / slowest).all()


def path_end(solved: dict[str, np.ndarray], epochs: int) -> np.ndarray:
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    return theory.mean_path(start, minimiser, H, LR, 100 * epochs)


def test_epochs_that_do_not_suffice_are_reported(solved: dict[str, np.ndarray]) -> None:
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    with pytest.raises(ValueError, match="after 300 epochs"):
        theory.epochs_until_statistical(TRUE, minimiser, start, H, LR, 100, 300)


def test_the_mean_path_is_the_full_batch_run(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    X, y = data
    steps, path = np.arange(50), [solved["start"]]
    for _ in steps[1:]:
        path.append(path[-1] - 0.4 * X.T @ (X @ path[-1] - y) / len(X))
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    predicted = theory.mean_path(start, minimiser, H, 0.4, steps)
    np.testing.assert_allclose(predicted, path, atol=1e-12)


def small_problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(6, 2)), rng.normal(size=6), np.array([1.5, -0.5])


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
    predicted = theory.shuffled_mean(start, X, y, 0.3, 3, 1)
    np.testing.assert_allclose(predicted, exact_shuffled_mean(0.3, 3), atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_the_shuffled_mean_is_right_to_second_order(batch_size: int) -> None:
    X, y, start = small_problem()

    def off(lr: float) -> float:
        predicted = theory.shuffled_mean(start, X, y, lr, batch_size, 1)
        return float(np.linalg.norm(predicted - exact_shuffled_mean(lr, batch_size)))

    # halving lr divides an error of third order by 8; of second order, by 4
    assert off(0.004) / off(0.002) == pytest.approx(8, rel=0.1)


def test_the_plain_mean_path_is_right_to_first_order_only() -> None:
    X, y, start = small_problem()
    H, minimiser = X.T @ X / 6, np.linalg.lstsq(X, y)[0]

    def off(lr: float) -> float:
        predicted = theory.mean_path(start, minimiser, H, lr, 3)
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
    spread = theory.shuffled_spread(*data, LR, BATCH, 8)
    step = 100 * LR * np.linalg.eigvalsh(solved["H"])[-1]  # the next order, relative
    check_spread(ends, spread, slack=step)
    mean = theory.shuffled_mean(solved["minimiser"], *data, LR, BATCH, 8)
    check_mean(ends, mean, spread)
    with pytest.raises(AssertionError):
        check_spread(ends, theory.replaced_spread(*data, LR, BATCH, 800), slack=step)


def test_batches_drawn_afresh_spread_as_predicted(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    batches = np.random.default_rng(0).integers(1000, size=(600, 800, BATCH))
    ends = batch_runs(data, solved["minimiser"], batches, LR)
    spread = theory.replaced_spread(*data, LR, BATCH, 600)
    # here the samples of a batch are drawn afresh too: (n − m)/(n − 1) = 0.991 is 1
    check_spread(ends, spread / math.sqrt(990 / 999), slack=LR)
    with pytest.raises(AssertionError):
        check_spread(ends, theory.shuffled_spread(*data, LR, BATCH, 6))


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
    spread = theory.rounding_spread(start, solved["H"], 10 * LR, len(batches))
    check_spread(rounded - exact, spread)
    with pytest.raises(AssertionError):
        check_spread(rounded - exact, spread * math.sqrt(12))


def test_gradient_noise_sums_squares() -> None:
    X, y, w = small_problem()
    gradients = np.array([(X[i] @ w - y[i]) * X[i] for i in range(6)])
    trace = np.trace(np.cov(gradients.T, ddof=0))
    assert theory.gradient_noise(X, y, w) == pytest.approx(trace)
    lengths = np.linalg.norm(gradients - gradients.mean(axis=0), axis=1)
    assert theory.gradient_noise(X, y, w) != pytest.approx(lengths.mean())


def test_batch_noise_is_the_covariance_over_all_batches() -> None:
    X, y, _ = small_problem()
    pulls = theory.residual_gradients(X, y)
    for size in (1, 2, 4, 6):
        means = [
            pulls[list(order[:size])].mean(axis=0) for order in permutations(range(6))
        ]
        exact = np.cov(np.transpose(means), ddof=0)
        np.testing.assert_allclose(theory.batch_noise(X, y, size), exact, atol=1e-12)


@pytest.mark.parametrize(
    ("value", "decimals", "margin"),
    [(0.00038919, 4, 3.919e-5), (-0.00078705, 4, 3.705e-5), (0.00002, 4, 3e-5)],
)
def test_a_margin_is_the_least_change_that_prints_differently(
    value: float, decimals: int, margin: float
) -> None:
    assert theory.rounding_margin(value, decimals) == pytest.approx(margin)
    printed = f"{value:z.{decimals}f}"  # z: without the sign of a zero
    inside, outside = [
        {f"{value + sign * share * margin:z.{decimals}f}" for sign in (-1, 1)}
        for share in (0.999, 1.001)
    ]
    assert inside == {printed}
    assert outside != {printed}


# --- When a loss is zero --------------------------------------------------------------


@pytest.fixture(scope="module")
def clean() -> Result:
    return clean_toy(by_hand=True)


def test_the_loss_prints_zero_in_epoch_8_as_the_contraction_says(clean: Result) -> None:
    predicted = theory.epochs_to_print_zero(X_TOY, 2 - 1, PULL_LR, DIVISOR)
    losses = [clean.loss_after(4 * epoch) for epoch in range(10)]
    printed = [f"{loss:.6f}" for loss in losses]
    assert predicted == printed.index("0.000000") == 8
    # neither the neighbouring contraction nor another number of decimals gives 8
    assert theory.epochs_to_print_zero(X_TOY[1:3], 1, PULL_LR, DIVISOR) != 8
    assert theory.epochs_to_print_zero(X_TOY, 1, PULL_LR, DIVISOR, decimals=5) != 8


def test_the_contraction_is_that_of_every_epoch(clean: Result) -> None:
    a = theory.epoch_contraction(X_TOY, PULL_LR, DIVISOR)
    assert a == pytest.approx(0.94 * 0.76 * 0.46)
    ends = clean.history.params[: 4 * 8 : 4, 0].astype(float) - 1
    ulp = 2.0**-23  # each of four steps rounds by up to half a unit, for values below 2
    np.testing.assert_allclose(ends[1:], a * ends[:-1], atol=4 * ulp)


def test_in_any_order_the_loss_is_exactly_zero_in_epoch_16(clean: Result) -> None:
    ends = theory.float_orders(X_TOY, CLEAN, 2, PULL_LR, DIVISOR, 17)
    exact = [set(map(float, reached)) == {1.0} for reached in ends]
    assert exact.index(True) == 16
    assert 1.0 not in ends[15]
    run = clean.history.params[:, 0]
    assert all(run[4 * k] in reached for k, reached in enumerate(ends))


def test_the_exact_zero_comes_with_the_sample_3_of_epoch_16(clean: Result) -> None:
    losses = [clean.loss_after(step) for step in range(len(clean.history.params))]
    first = losses.index(0.0)
    drawn = clean.history.orders[15].tolist()
    assert first == 15 * 4 + drawn.index(3) + 1 == 61
    assert set(losses[first:]) == {0.0}


def test_only_the_sample_3_moves_a_slope_that_is_off_by_one_unit() -> None:
    near = np.array([1 + 2.0**-23, 1 - 2.0**-24], np.float32)
    for number, moves in ((0, False), (1, False), (2, False), (3, True)):
        after = theory.float_step(near, number, number, PULL_LR, DIVISOR)
        assert (after != near).all() == moves
    assert theory.float_step(near, 3, 3, PULL_LR, DIVISOR).tolist() == [1.0, 1.0]


def test_a_float_step_is_the_step_of_the_run(clean: Result) -> None:
    path = clean.history.params[:, 0]
    for step in range(1, 80):
        (i,) = clean.history.drawn(step)
        after = theory.float_step(
            path[[step - 1]], X_TOY[i], CLEAN[i], PULL_LR, DIVISOR
        )
        assert after.tolist() == [path[step]]


def test_a_float_step_rounds_like_the_step_of_torch() -> None:
    w = np.random.default_rng(0).normal(1, 1, 20_000).astype(np.float32)
    for x, y, lr, divisor in ((3.0, 3.1, 0.3, 10), (2.0, 2.0, 0.1, 7)):
        param = torch.tensor(w, requires_grad=True)
        ((x * param - y) ** 2).sum().backward()
        sgd([param], lr, divisor)
        after = theory.float_step(w, x, y, lr, divisor)
        np.testing.assert_array_equal(after, param.detach().numpy())


def test_a_float_step_refuses_float64() -> None:
    with pytest.raises(ValueError, match="float64"):
        theory.float_step(np.ones(1), 3, 3, PULL_LR, DIVISOR)


def float_loss(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return ((np.outer(w, x.astype(np.float32)) - y.astype(np.float32)) ** 2).sum(axis=1)


@pytest.mark.parametrize(
    ("x", "y", "number"),
    [
        pytest.param(X_TOY, CLEAN, 1, id="representable"),
        pytest.param(X_TOY, 1.1 * X_TOY, 0, id="labels of 1.1x"),
        pytest.param(X_TOY, WRONG, 0, id="a wrong label"),
        pytest.param(X_TOY[3:], WRONG[3:], 1, id="3.1 alone"),
    ],
)
def test_a_zero_loss_needs_a_slope_that_fits_the_rounded_labels(
    x: np.ndarray, y: np.ndarray, number: int
) -> None:
    slopes = theory.fitting_slopes(x, y)
    assert len(slopes) == number
    around = np.float32(y[-1] / x[-1]) + np.float32(2**-24) * np.arange(-400, 401)
    around = np.unique(around.astype(np.float32))
    np.testing.assert_array_equal(slopes, around[float_loss(around, x, y) == 0])


def test_without_a_fitting_slope_the_descent_ends_above_zero() -> None:
    ends = theory.float_orders(X_TOY, 1.1 * X_TOY, 2, PULL_LR, DIVISOR, 40)[-1]
    assert (float_loss(ends, X_TOY, 1.1 * X_TOY) > 0).all()
    assert np.abs(ends - 1.1).max() < 4 * 2.0**-23  # as near as float32 comes


@pytest.mark.parametrize("lr", [0.3, 0.28, 0.2, 0.1, 0.05, 0.02, 0.01])
def test_a_small_step_stalls_at_the_predicted_distance(lr: float) -> None:
    stalled = theory.stalled_ulps(X_TOY, lr, DIVISOR)
    w = np.array([2], np.float32)
    for _ in range(
        int(theory.steps_needed(theory.epoch_contraction(X_TOY, lr, 10), 1e-9))
    ):
        for number in X_TOY:
            w = theory.float_step(w, number, number, lr, DIVISOR)
    assert (w[0] - 1) / 2.0**-23 == stalled
    share = 2 * lr / DIVISOR * 9
    # xw is rounded to within one unit of w, which moves the bound by 1/x
    assert 0.5 / share - 4 / 3 <= stalled <= 0.5 / share + 1 / 3
    assert (stalled == 0) == (share > 0.5)


def test_the_lifted_line_is_exactly_zero_as_its_lifted_label_is_a_rounded_sum() -> None:
    run = wrong_label_non_linearity(by_hand=True)
    assert run.loss_after(-1) == 0.0
    missed = [k for k in range(1, 100) if not theory.lift_fits(3, k / 100)]
    assert missed == [36, 39, 61, 64, 86, 89]  # and 10 is none of them


# --- The left-over divisor ------------------------------------------------------------


@pytest.mark.parametrize("divisor", [1, 10])
def test_a_pass_converges_inside_the_limits_and_diverges_outside(divisor: int) -> None:
    intervals = theory.pass_limits(X_TOY, divisor)
    assert len(intervals) == 2
    for low, high in intervals:
        inside, outside = [low + 1e-4 * divisor, high - 1e-4 * divisor], [high * 1.001]
        outside += [low * 0.999] if low else []
        for lr, converges in [(lr, True) for lr in inside] + [
            (lr, False) for lr in outside
        ]:
            ends = theory.ensemble(SLOPE, CLEAN, [2.0], lr, divisor, 4000, 30, 0)
            assert ((np.abs(ends - 1) < 1).all()) == converges, lr
            assert ((np.abs(ends - 1) > 1).all()) != converges, lr


@pytest.mark.parametrize("seed", range(5))
def test_the_limits_of_any_samples_are_where_the_product_is_one(seed: int) -> None:
    x = np.random.default_rng(seed).uniform(0.2, 2, 3)
    lrs = np.linspace(1e-3, 20, 40_000)
    product = np.prod([1 - 2 * lrs * number**2 / 5 for number in x], axis=0)
    inside = np.zeros(len(lrs), bool)
    for low, high in theory.pass_limits(x, 5):
        inside |= (lrs > low) & (lrs < high)
    np.testing.assert_array_equal(inside, np.abs(product) < 1)


def test_a_larger_divisor_allows_so_much_larger_steps() -> None:
    meant, left_over = (theory.pass_limits(X_TOY, divisor) for divisor in (1, 10))
    np.testing.assert_allclose(np.array(left_over), 10 * np.array(meant))


def test_with_the_divisor_that_was_meant_the_step_of_the_article_diverges() -> None:
    assert abs(theory.epoch_contraction(X_TOY, PULL_LR, 1)) > 1
    assert abs(theory.epoch_contraction(X_TOY, PULL_LR, 10)) < 1
    growth = theory.ensemble(SLOPE, CLEAN, [2.0], PULL_LR, 1, 5, 20, 0) - 1
    np.testing.assert_allclose(growth, theory.epoch_contraction(X_TOY, PULL_LR, 1) ** 5)


def test_the_order_of_the_samples_does_not_matter_in_one_dimension() -> None:
    lefts = [
        math.prod(1 - 0.06 * X_TOY[i] ** 2 for i in order)
        for order in permutations(range(4))
    ]
    np.testing.assert_allclose(lefts, theory.epoch_contraction(X_TOY, 0.3, 10))
    maps = theory.epoch_maps(PLANE, CLEAN, PULL_LR, DIVISOR)
    assert np.ptp(np.trace(maps.A, axis1=1, axis2=2)) > 1e-4  # in two it does


def test_full_batch_descent_has_a_bound_of_its_own() -> None:
    limit = theory.critical_lr(2 * np.mean(X_TOY**2))
    assert limit == pytest.approx(2 / 7)
    below = theory.full_batch(SLOPE, CLEAN, [2.0], 0.99 * limit, 2000)[-1]
    above = theory.full_batch(SLOPE, CLEAN, [2.0], 1.01 * limit, 2000)[-1]
    assert abs(below[0] - 1) < 1e-9
    assert abs(above[0] - 1) > 1e9


def test_below_its_limit_no_step_overshoots_twofold() -> None:
    limit = theory.every_step_limit(X_TOY, 1)
    factors = 1 - 2 * limit * X_TOY**2
    assert np.abs(factors).max() == pytest.approx(1)
    assert limit < theory.pass_limits(X_TOY, 1)[0][1] < theory.critical_lr(7)


def test_features_of_zero_have_no_limits() -> None:
    with pytest.raises(ValueError, match="other than 0"):
        theory.pass_limits(np.zeros(3), 1)


# --- A pass in random order -----------------------------------------------------------


def one_pass(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, order: np.ndarray
) -> np.ndarray:
    for i in order:
        w = w - PULL_LR / DIVISOR * 2 * (X[i] @ w - y[i]) * X[i]
    return w


def moments(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points.mean(axis=0), np.atleast_2d(np.cov(points.T, ddof=0))


@pytest.mark.parametrize("X", TOYS)
def test_the_maps_are_passes_in_all_24_orders(X: np.ndarray) -> None:
    maps = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    assert len({tuple(order) for order in maps.orders}) == 24
    w = np.array([0.7, -0.2])[: X.shape[1]]
    ends = [one_pass(X, WRONG, w, order) for order in maps.orders]
    np.testing.assert_allclose(maps.A @ w + maps.c, ends, atol=1e-14)


@pytest.mark.parametrize("X", TOYS)
def test_three_epochs_have_the_moments_of_all_13824_paths(X: np.ndarray) -> None:
    start = np.array([2.0, 0.0])[: X.shape[1]]
    points, maps = start[None], theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    for _ in range(3):
        ends = np.einsum("oij,kj->koi", maps.A, points) + maps.c
        points = ends.reshape(-1, X.shape[1])
    means, covs = theory.predicted_moments(X, WRONG, start, [PULL_LR] * 3, DIVISOR)
    mean, cov = moments(points)
    np.testing.assert_allclose(means[-1], mean, rtol=1e-12)
    np.testing.assert_allclose(covs[-1], cov, rtol=1e-9)


@pytest.mark.parametrize("X", TOYS)
def test_the_stationary_moments_are_where_the_moments_end(X: np.ndarray) -> None:
    maps = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    start = np.array([2.0, 0.0])[: X.shape[1]]
    means, covs = theory.predicted_moments(X, WRONG, start, [PULL_LR] * 500, DIVISOR)
    np.testing.assert_allclose(theory.stationary_mean(maps), means[-1], rtol=1e-12)
    np.testing.assert_allclose(theory.stationary_covariance(maps), covs[-1], rtol=1e-9)


def test_the_attractor_enumerated_has_the_closed_moments_and_extremes() -> None:
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    points, chances = theory.attractor(maps, 8)
    mean = points @ chances
    a, span = maps.A[0].item(), np.ptp(theory.extremes(maps))
    # eight epochs from the mean: what is missing of σ² is a¹⁶ of it, of the range, a⁸
    variance = theory.stationary_covariance(maps).item()
    assert chances.sum() == pytest.approx(1)
    assert mean == pytest.approx(theory.stationary_mean(maps).item(), abs=1e-11)
    assert ((points - mean) ** 2) @ chances == pytest.approx(variance, rel=2 * a**16)
    ends = [points.min(), points.max()]
    np.testing.assert_allclose(ends, theory.extremes(maps), atol=a**8 * span)
    assert variance == pytest.approx(maps.c.var() / (1 - a**2))


def test_the_attractor_has_a_hole_around_its_mean() -> None:
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    points, _ = theory.attractor(maps, 8)
    mean, low, high = theory.stationary_mean(maps).item(), *theory.extremes(maps)
    a, fixed = maps.A[0].item(), np.unique((maps.c / (1 - maps.A[:, 0])).round(12))
    # the images of the range under the four maps; the two in the middle stay apart
    hole = [fixed[1] + a * (high - fixed[1]), fixed[2] - a * (fixed[2] - low)]
    assert hole[0] < mean < hole[1]
    assert not ((points > hole[0] + 1e-9) & (points < hole[1] - 1e-9)).any()


@pytest.mark.parametrize("X", TOYS)
def test_ten_thousand_runs_have_the_stationary_moments(X: np.ndarray) -> None:
    maps = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    start = [2.0, 0.0][: X.shape[1]]
    ends = theory.ensemble(X, WRONG, start, PULL_LR, DIVISOR, 300, 10_000, 0)
    mean = theory.stationary_mean(maps)
    spread = np.sqrt(np.diag(theory.stationary_covariance(maps)))
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
    maps = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    ends = long_runs[X.shape[1]].history.params[4 * BURN_IN :: 4].astype(float)
    error = np.sqrt(np.diag(theory.average_covariance(maps, len(ends))))
    off = ends.mean(axis=0) - theory.stationary_mean(maps)
    assert (np.abs(off) < 4 * error).all()
    assert (np.abs(ends.mean(axis=0) - np.linalg.lstsq(X, WRONG)[0]) > 4 * error).any()


def test_the_long_run_has_the_stationary_variance(long_runs: dict[int, Result]) -> None:
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    points, chances = theory.attractor(maps, 8)
    mean, variance = points @ chances, theory.stationary_covariance(maps).item()
    ends = long_runs[1].history.params[4 * BURN_IN :: 4, 0].astype(float)
    # (w − μ)² is correlated by a²ᵏ over k epochs, and has the variance m₄ − σ⁴
    a2 = maps.A[0].item() ** 2
    fourth = ((points - mean) ** 4) @ chances - variance**2
    error = math.sqrt(fourth / len(ends) * (1 + a2) / (1 - a2))
    assert abs(((ends - mean) ** 2).mean() - variance) < 4 * error


def test_averages_of_many_runs_spread_as_predicted() -> None:
    for X in (SLOPE, PLANE):
        maps, mean = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR), [1.02, -0.02]
        path = theory.trajectories(
            X, WRONG, mean[: X.shape[1]], np.full(800, PULL_LR), DIVISOR, 1000, 0
        )[200:]
        average = theory.running_average(path)[-1]
        spread = np.sqrt(np.diag(theory.average_covariance(maps, len(path))))
        # the formula leaves out the ends of the sum, a share of 1/N·1/(1 − ρ)
        rho = np.abs(np.linalg.eigvals(maps.A.mean(axis=0))).max()
        check_spread(average, spread, slack=1 / len(path) / (1 - rho))
        check_mean(average, theory.stationary_mean(maps), spread)


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
    maps, mean = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR), None
    mean = theory.stationary_mean(maps)
    final = theory.after_orders(maps, run.history.orders, [2.0, 0.0][: X.shape[1]])
    check_printed(final[0], printed)
    check_printed(float(((X @ final - WRONG) ** 2).mean()), loss)
    check_printed(run.loss_after(-1), loss)
    # k epochs shrink the distance to any other start on the attractor by ‖A‖ᵏ
    contraction = np.linalg.norm(maps.A, 2, axis=(1, 2)).max()
    radius = np.linalg.norm(maps.A @ mean + maps.c - mean, axis=1).max() / (
        1 - contraction
    )
    margin = theory.rounding_margin(final[0], 4)
    epochs = int(theory.steps_needed(contraction, float(margin / radius)))
    check_printed(
        theory.after_orders(maps, run.history.orders[-epochs:], mean)[0], printed
    )
    with pytest.raises(AssertionError):
        check_printed(
            theory.after_orders(maps, run.history.orders[-9:-1], mean)[0], printed
        )


@pytest.mark.parametrize("X", TOYS)
def test_rounding_moves_the_long_run_less_than_its_printed_digit(
    X: np.ndarray, long_runs: dict[int, Result]
) -> None:
    history = long_runs[X.shape[1]].history
    maps = theory.epoch_maps(X, WRONG, PULL_LR, DIVISOR)
    w, path = history.params[0].astype(float), []
    for order in history.orders:
        k = int(np.flatnonzero((maps.orders == order).all(axis=1))[0])
        w = maps.A[k] @ w + maps.c[k]
        path.append(w)
    spread = theory.toy_rounding_spread(maps, path[-1])
    off = history.params[4::4].astype(float) - path
    # every step is charged a rounding, though a sample x = 0 leaves the slope alone
    assert (np.sqrt((off[BURN_IN:] ** 2).mean(axis=0)) < spread).all()
    assert theory.rounding_margin(path[-1][0], 4) > 8 * spread[0]


@pytest.mark.parametrize("bad", [[0, 1, 2, 2], [1, 2, 3, 4]])
def test_an_order_that_is_none_is_refused(bad: list[int]) -> None:
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    with pytest.raises(ValueError, match="is not an order"):
        theory.after_orders(maps, np.array([bad]), [1.0])


def test_the_integral_gives_the_mean_over_all_orders() -> None:
    weights = theory.slope_weights(X_TOY, PULL_LR, DIVISOR)
    slopes = np.divide(WRONG, X_TOY, out=np.zeros(4), where=X_TOY > 0)
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    assert weights @ slopes == pytest.approx(
        theory.stationary_mean(maps).item(), abs=1e-14
    )
    least_squares_weights = X_TOY**2 / (X_TOY @ X_TOY)
    np.testing.assert_allclose(
        theory.slope_weights(X_TOY, 1e-9, DIVISOR), least_squares_weights, atol=1e-8
    )
    assert weights[3] > least_squares_weights[3]  # the longest sample wins


@pytest.mark.parametrize("X", TOYS)
def test_the_bias_of_shuffling_is_right_to_first_order(X: np.ndarray) -> None:
    minimiser = np.linalg.lstsq(X, WRONG)[0]

    def off(lr: float) -> float:
        maps = theory.epoch_maps(X, WRONG, lr, DIVISOR)
        bias = theory.shuffling_bias(X, WRONG, lr, DIVISOR)
        return float(np.linalg.norm(theory.stationary_mean(maps) - minimiser - bias))

    assert off(0.004) / off(0.002) == pytest.approx(
        4, rel=0.05
    )  # a rest of second order
    bias = theory.shuffling_bias(X, WRONG, 0.002, DIVISOR)
    assert off(0.002) < 0.01 * np.linalg.norm(bias)


@pytest.fixture(scope="module")
def plane_maps() -> theory.EpochMaps:
    return theory.epoch_maps(PLANE, WRONG, PULL_LR, DIVISOR)


def check_outside(points: np.ndarray, maps: theory.EpochMaps, h: np.ndarray) -> None:
    """Demand that no point lies outside of the support."""
    reach = (points - theory.stationary_mean(maps)) @ theory.directions(len(h)).T
    assert (reach.max(axis=0) <= h + 1e-12).all()


def test_the_attractor_in_the_plane_lies_between_its_hull_and_its_support(
    plane_maps: theory.EpochMaps, long_runs: dict[int, Result]
) -> None:
    h, points = theory.support(plane_maps), theory.hull(plane_maps)
    check_outside(points, plane_maps, h)
    run = long_runs[2].history.params[4 * BURN_IN :: 4].astype(float)
    check_outside(run, plane_maps, h + 1e-6)  # float32 rounds to 10⁻⁷
    with pytest.raises(AssertionError):
        check_outside(points, plane_maps, 0.99 * h)
    mean, quarter = theory.stationary_mean(plane_maps), len(h) // 4
    outer = [mean[0] + h[0], mean[0] - h[2 * quarter]]
    np.testing.assert_allclose(
        outer, [points[:, 0].max(), points[:, 0].min()], atol=1e-9
    )


def test_outside_and_inside_bounds_are_as_close_as_the_directions_allow(
    plane_maps: theory.EpochMaps,
) -> None:
    h, points = theory.support(plane_maps), theory.hull(plane_maps)
    u, mean = theory.directions(len(h)), theory.stationary_mean(plane_maps)
    inner = ((points - mean) @ u.T).max(axis=0)
    # two corners D apart part the support of neighbouring directions by Dθ/4 at the
    # most, and each pass passes on ‖A‖ of it
    diameter = 2 * np.hypot(*(points - mean).T).max()
    contraction = np.linalg.norm(plane_maps.A, 2, axis=(1, 2)).max()
    gap = diameter * (2 * np.pi / len(h)) / 4 / (1 - contraction)
    assert (h - inner).max() <= gap


def test_extremes_are_for_one_dimension(plane_maps: theory.EpochMaps) -> None:
    with pytest.raises(ValueError, match="one parameter"):
        theory.extremes(plane_maps)


def test_the_mean_square_settles_iff_its_radius_is_below_one() -> None:
    start = [2.0, 0.0]
    for lr, settles in ((3.0, False), (0.3, True)):
        maps = theory.epoch_maps(PLANE, WRONG, lr, DIVISOR)
        assert (theory.mean_square_radius(maps) < 1) == settles
        _, covs = theory.predicted_moments(PLANE, WRONG, start, [lr] * 300, DIVISOR)
        assert (np.trace(covs[-1]) < 1) == settles


def test_an_order_repeated_converges_iff_its_radius_is_below_one() -> None:
    for lr in (1.75, 1.79):  # around the limit of the bias toy, 1.769
        maps = theory.epoch_maps(PLANE, CLEAN, lr, DIVISOR)
        worst = theory.order_radii(maps).argmax()
        end = theory.after_orders(maps, [maps.orders[worst]] * 2000, [2.0, 0.0])
        converged = np.linalg.norm(end - [1, 0]) < 1e-6
        assert converged == (theory.order_radii(maps).max() < 1) == (lr < 1.769)


def test_the_mean_square_error_follows_its_path() -> None:
    maps = theory.epoch_maps(PLANE, CLEAN, 1.0, DIVISOR)
    squares = theory.mean_square_path(maps, np.array([1.0, 0.0]), 12)
    lrs = np.full(12, 1.0)
    path = theory.trajectories(PLANE, CLEAN, [2.0, 0.0], lrs, DIVISOR, 20_000, 0)
    errors = ((path - [1, 0]) ** 2).sum(axis=2)
    for epoch in (1, 5, 12):
        sample = errors[epoch][:, None]
        check_mean(sample, squares[epoch : epoch + 1], sample.std(axis=0))
    means, covs = theory.predicted_moments(PLANE, CLEAN, [2.0, 0.0], lrs, DIVISOR)
    exact = ((means - [1, 0]) ** 2).sum(axis=1) + np.trace(covs, axis1=1, axis2=2)
    np.testing.assert_allclose(squares, exact, rtol=1e-9)


def test_the_bias_toy_needs_the_epochs_that_its_mean_square_predicts() -> None:
    lrs = np.array([0.05, 0.1, 0.2])
    predicted = []
    for lr in lrs:
        maps = theory.epoch_maps(PLANE, CLEAN, float(lr), DIVISOR)
        squares = theory.mean_square_path(maps, np.array([1.0, 0.0]), 1200)
        predicted.append((squares <= 1e-12).argmax())
    start = [2.0, 0.0]
    measured = theory.measured_epochs(PLANE, CLEAN, start, lrs, DIVISOR, 1e-6, 1200, 0)
    assert np.abs(measured - predicted).max() <= 2


def test_ten_thousand_runs_differ_from_each_other_but_not_from_themselves() -> None:
    first, again = (
        theory.ensemble(SLOPE, WRONG, [2.0], PULL_LR, DIVISOR, 20, 100, 7) for _ in "12"
    )
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first)) > 90


# --- What makes it settle -------------------------------------------------------------


@pytest.mark.parametrize("X", TOYS)
def test_a_decaying_step_follows_its_predicted_moments(X: np.ndarray) -> None:
    start = [2.0, 0.0][: X.shape[1]]
    lrs = theory.decaying_lrs(PULL_LR, 400, half_after=50)
    path = theory.trajectories(X, WRONG, start, lrs, DIVISOR, 2000, 0)
    means, covs = theory.predicted_moments(X, WRONG, start, lrs, DIVISOR)
    for epoch in (5, 50, 400):
        spread = np.sqrt(np.diag(covs[epoch]))
        check_mean(path[epoch], means[epoch], spread)
        check_spread(path[epoch], spread)


def test_only_decay_and_full_batch_settle_at_least_squares() -> None:
    minimiser = np.linalg.lstsq(SLOPE, WRONG)[0]
    lrs = theory.decaying_lrs(PULL_LR, 2000, half_after=50)
    means, covs = theory.predicted_moments(SLOPE, WRONG, [2.0], lrs, DIVISOR)
    bias = theory.shuffling_bias(SLOPE, WRONG, lrs[-1], DIVISOR)
    assert np.sqrt(covs[-1]).item() < 2e-5
    # what is left is the bias of the last step size, which changes slowly
    assert means[-1] - minimiser == pytest.approx(bias, rel=0.05)
    full = theory.full_batch(SLOPE, WRONG, [2.0], 0.1, 100)[-1]
    assert full == pytest.approx(minimiser, abs=1e-12)
    maps = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)
    path = theory.trajectories(SLOPE, WRONG, [2.0], np.full(3000, 0.3), DIVISOR, 20, 0)
    average = theory.running_average(path[100:])[-1]
    error = math.sqrt(theory.average_covariance(maps, 2901).item())
    assert (np.abs(average - theory.stationary_mean(maps)) < 4 * error).all()
    assert (average - minimiser > 10 * error).all()  # averaging keeps the bias


def test_full_batch_descent_is_its_mean_path() -> None:
    path = theory.full_batch(PLANE, WRONG, [2.0, 0.0], 0.1, 60)
    H, minimiser = 2 * PLANE.T @ PLANE / 4, np.linalg.lstsq(PLANE, WRONG)[0]
    predicted = theory.mean_path(np.array([2.0, 0]), minimiser, H, 0.1, np.arange(61))
    np.testing.assert_allclose(path, predicted, atol=1e-12)


def test_a_running_average_averages_all_rows_so_far() -> None:
    path = np.random.default_rng(0).normal(size=(7, 3, 2))
    expected = [path[: k + 1].mean(axis=0) for k in range(7)]
    np.testing.assert_allclose(theory.running_average(path), expected)


# --- Data or model? -------------------------------------------------------------------

GAP, SIGMA, SHARE = 0.1, 0.1, 0.25


def log_ratios(truth: str, num_points: int, num_runs: int, seed: int) -> np.ndarray:
    """Running log-likelihood ratio for the truth against the other model."""
    models = {"line": theory.line, "lifted line": theory.lifted_line}
    true, other = models[truth], models["lifted line" if truth == "line" else "line"]
    x, y = theory.fresh_points(true, X_TOY, SIGMA, num_points, num_runs, seed)
    return np.cumsum(theory.log_likelihood_ratio(y, true(x), other(x), SIGMA), axis=0)


def test_both_models_fit_three_points_and_part_at_the_fourth() -> None:
    lifted = theory.lifted_line(X_TOY)
    np.testing.assert_array_equal(lifted, WRONG)
    np.testing.assert_array_equal(theory.line(X_TOY)[:3], WRONG[:3])
    gap = lifted - theory.line(X_TOY)
    np.testing.assert_allclose(gap, [0, 0, 0, GAP], atol=1e-12)
    ratio = theory.log_likelihood_ratio(WRONG, lifted, X_TOY, SIGMA).sum()
    assert ratio == pytest.approx(GAP**2 / (2 * SIGMA**2))  # half a nat: no decision


@pytest.mark.parametrize("truth", ["line", "lifted line"])
def test_the_ratio_grows_linearly_at_the_predicted_rate(truth: str) -> None:
    ratios = log_ratios(truth, 400, 4000, 0)
    for n in (1, 20, 400):
        mean = n * theory.information(GAP, SIGMA, SHARE)
        spread = theory.ratio_spread(GAP, SIGMA, SHARE, n)
        check_mean(ratios[n - 1, :, None], np.array([mean]), np.array([spread]))
        check_spread(ratios[n - 1, :, None], np.array([spread]))
    with pytest.raises(AssertionError):  # another noise, another rate
        check_mean(
            ratios[-1, :, None],
            np.array([400 * theory.information(GAP, 1.1 * SIGMA, SHARE)]),
            np.array([theory.ratio_spread(GAP, SIGMA, SHARE, 400)]),
        )


@pytest.mark.parametrize("odds", [20.0, 1000.0])
def test_the_number_of_points_lies_between_its_bounds(odds: float) -> None:
    reached = log_ratios("lifted line", 1500, 2000, 1) >= math.log(odds)
    assert reached.any(axis=0).all()
    counts = reached.argmax(axis=0) + 1.0
    low, high = theory.points_to_decide(GAP, SIGMA, SHARE, odds)
    error = 4 * counts.std() / math.sqrt(len(counts))
    assert low - error < counts.mean() < high + error
    assert counts.mean() > low + error  # the overshoot is real


def test_the_chance_of_the_right_choice_is_that_of_many_trials() -> None:
    ratios = log_ratios("line", 64, 20_000, 2)
    for n in (1, 8, 64):
        right = (ratios[n - 1] > 0) + 0.5 * (ratios[n - 1] == 0)
        chance = theory.chance_of_right_choice(n, GAP, SIGMA, SHARE)
        error = math.sqrt(chance * (1 - chance) / right.size)
        assert abs(right.mean() - chance) < 4 * error
    assert theory.chance_of_right_choice(0, GAP, SIGMA, SHARE) == 0.5


def test_held_out_errors_are_as_expected_and_tell_what_the_ratio_tells() -> None:
    x, y = theory.fresh_points(theory.lifted_line, X_TOY, SIGMA, 200, 500, 3)
    right, wrong = ((y - model(x)) ** 2 for model in (theory.lifted_line, theory.line))
    expected = theory.expected_held_out(GAP, SIGMA, SHARE)
    for errors, mean in zip((right, wrong), expected, strict=True):
        sample = errors.reshape(-1, 1)
        check_mean(sample, np.array([mean]), sample.std(axis=0))
    ratio = theory.log_likelihood_ratio(y, theory.lifted_line(x), theory.line(x), SIGMA)
    difference = theory.running_average(wrong - right)[-1]
    np.testing.assert_allclose(
        difference, 2 * SIGMA**2 * ratio.mean(axis=0), atol=1e-12
    )


# --- The step size --------------------------------------------------------------------


def test_the_epochs_of_the_toy_are_the_predicted_ones() -> None:
    lrs = np.linspace(0.004, 0.6, 150)
    left = theory.pass_polynomial(X_TOY, 1)(lrs)
    predicted = theory.steps_needed(left, 1e-6)
    most = int(predicted[np.isfinite(predicted)].max())
    measured = theory.measured_epochs(SLOPE, CLEAN, [2.0], lrs, 1, 1e-6, most, 0)
    np.testing.assert_array_equal(measured, predicted)
    limits = np.array(theory.pass_limits(X_TOY, 1))
    inside = ((lrs[:, None] > limits[:, 0]) & (lrs[:, None] < limits[:, 1])).any(axis=1)
    np.testing.assert_array_equal(np.isfinite(measured), inside)


def test_the_steps_of_the_regression_lie_between_their_bounds(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    lrs = np.geomspace(0.002, 2.2, 80)
    start, minimiser, H = solved["start"], solved["minimiser"], solved["H"]
    measured = theory.measured_steps(*data, start, lrs, 1e-6, 20_000)
    least, most = theory.steps_bounds(start, minimiser, H, lrs, 1e-6)
    assert ((least <= measured) & (measured <= most)).all()
    critical = theory.critical_lr(np.linalg.eigvalsh(H)[-1])
    np.testing.assert_array_equal(np.isfinite(measured), lrs < critical)
    assert not ((least <= 1.1 * measured) & (1.1 * measured <= most)).all()


def test_the_regression_is_fastest_between_its_curvatures(
    solved: dict[str, np.ndarray],
) -> None:
    H = solved["H"]
    best = theory.best_lr(H)
    rates = theory.contraction(H, best * np.array([0.99, 1, 1.01]))
    assert rates.argmin() == 1
    curvatures = np.linalg.eigvalsh(H)
    condition = curvatures[-1] / curvatures[0]
    assert rates[1] == pytest.approx((condition - 1) / (condition + 1))


def test_small_steps_need_the_predicted_epochs_of_batches_too(
    data: tuple[np.ndarray, np.ndarray], solved: dict[str, np.ndarray]
) -> None:
    lrs, H = np.array([0.001, 0.002, 0.004]), solved["H"]
    start, minimiser = solved["start"], solved["minimiser"]
    measured = theory.measured_batch_epochs(*data, start, lrs, 10, 1e-2, 60, 0)
    least, most = theory.steps_bounds(start, minimiser, H, lrs, 1e-2)
    # a pass is 100 steps; its order moves the end by second order, Kη of it
    slack = 1 + 100 * lrs
    assert (measured <= np.ceil(most / 100 * slack)).all()
    assert (measured >= np.floor(least / 100 / slack)).all()


def test_the_mean_square_of_batches_is_that_of_all_batches() -> None:
    X, _, _ = small_problem()
    for size in (1, 2, 5):
        factors = []
        for order in permutations(range(6), size):
            rows = X[list(order)]
            factors.append(np.eye(2) - 0.7 * rows.T @ rows / size)
        exact = np.mean([np.kron(factor, factor) for factor in factors], axis=0)
        radius = np.abs(np.linalg.eigvals(exact)).max()
        assert theory.batch_mean_square_radius(X, 0.7, size) == pytest.approx(radius)


# --- Momentum -------------------------------------------------------------------------


def momentum_path(
    curvature: float, lr: float, momentum: float, num_steps: int
) -> np.ndarray:
    w, v, path = 1.0, 0.0, [1.0]
    for _ in range(num_steps):
        v = momentum * v + curvature * w
        w = w - lr * v
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_momentum_shrinks_the_error_at_its_rate(momentum: float) -> None:
    for lr in (0.05, 0.6, 1.5, 1.9 * (1 + momentum)):
        rate = float(theory.heavy_ball_rate(1.0, lr, momentum))
        # the envelope of an oscillation: the largest of many steps, over a long time
        path = np.abs(momentum_path(1.0, lr, momentum, 4000))
        tail = [path[k : k + 200].max() for k in (100, 200)]
        measured = (tail[1] / tail[0]) ** (1 / 100) if tail[0] > 1e-290 else rate
        assert measured == pytest.approx(rate, rel=0.01)


def test_where_momentum_oscillates_its_rate_is_the_root_of_beta() -> None:
    lrs = np.linspace((1 - math.sqrt(0.81)) ** 2 + 0.01, (1 + 0.9) ** 2 - 0.01, 30)
    np.testing.assert_allclose(theory.heavy_ball_rate(1.0, lrs, 0.81), 0.9)


def test_momentum_diverges_beyond_two_and_two_beta() -> None:
    limit = 2 * (1 + 0.5)
    assert theory.heavy_ball_rate(1.0, 0.99 * limit, 0.5) < 1
    assert theory.heavy_ball_rate(1.0, 1.01 * limit, 0.5) > 1
    assert abs(momentum_path(1.0, 0.99 * limit, 0.5, 2000)[-1]) < 1
    assert abs(momentum_path(1.0, 1.01 * limit, 0.5, 2000)[-1]) > 1


def test_the_best_heavy_ball_is_the_fastest_on_both_ends() -> None:
    H = np.diag([0.01, 0.3, 1.0])

    def rate(lr: float, momentum: float) -> float:
        return max(float(theory.heavy_ball_rate(c, lr, momentum)) for c in np.diag(H))

    lr, momentum = theory.best_heavy_ball(H)
    best = rate(lr, momentum)
    assert best == pytest.approx(math.sqrt(momentum), rel=1e-6)
    for lr_factor in (0.98, 1, 1.02):
        for shift in (-0.01, 0, 0.01):
            assert rate(lr * lr_factor, momentum + shift) >= best - 1e-7


def test_momentum_unrolled_is_momentum_run_with_its_sign() -> None:
    gradients = np.random.default_rng(0).normal(size=(40, 3))
    w, v = np.zeros(3), np.zeros(3)
    for gradient in gradients:
        v = 0.8 * v + gradient
        w = w - 0.1 * v
    unrolled = theory.unrolled_momentum(gradients, 0.1, 0.8)
    np.testing.assert_allclose(unrolled, w, atol=1e-12)
    assert (theory.unrolled_momentum(np.ones((5, 1)), 0.1, 0.8) < 0).all()


# --- Bad input ------------------------------------------------------------------------

MAPS = theory.epoch_maps(SLOPE, WRONG, PULL_LR, DIVISOR)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.critical_lr(0), "curvature > 0, got 0"),
        (lambda: theory.critical_lr(math.nan), "curvature > 0, got nan"),
        (lambda: theory.steps_needed(0.5, 1), "tolerance < 1, got 1"),
        (lambda: theory.half_life(1), "got 1"),
        (lambda: theory.expected_floor(-1, 9, 3), "sigma > 0, got -1"),
        (lambda: theory.expected_floor(1, 3, 3), "n > p, got n=3, p=3"),
        (lambda: theory.standard_errors(PLANE, 0), "sigma > 0, got 0"),
        (lambda: theory.residual_gradients(X_TOY, WRONG), r"got \(4,\) and \(4,\)"),
        (lambda: theory.epoch_maps(SLOPE, WRONG[:3], 0.3, 10), r"\(4, 1\) and \(3,\)"),
        (lambda: theory.epoch_maps(SLOPE, WRONG, -0.3, 10), "lr > 0, got -0.3"),
        (lambda: theory.epoch_maps(np.ones((9, 1)), np.ones(9), 1, 1), "got 9"),
        (lambda: theory.batch_noise(PLANE, WRONG, 5), "got 5"),
        (lambda: theory.shuffled_mean([0, 0], PLANE, WRONG, 0.1, 3, 1), "got 3"),
        (lambda: theory.pass_polynomial(X_TOY, 0), "divisor > 0, got 0"),
        (lambda: theory.ensemble(SLOPE, WRONG, [2], 0.3, 10, 1, 0, 0), "num_runs"),
        (lambda: theory.decaying_lrs(0.3, 10, 0), "half_after > 0, got 0"),
        (lambda: theory.fresh_points(theory.line, X_TOY, 0, 1, 1, 0), "sigma"),
        (lambda: theory.log_likelihood_ratio(X_TOY, X_TOY, X_TOY, 0), "sigma"),
        (lambda: theory.points_to_decide(0.1, 0.1, 0.25, 1), "odds > 1, got 1"),
        (lambda: theory.chance_of_right_choice(3, 0, 0.1, 0.25), "gap > 0, got 0"),
        (lambda: theory.heavy_ball_rate(1, 0.1, 1), "momentum < 1, got 1"),
        (lambda: theory.batch_mean_square_radius(PLANE, 0.1, 0), "got 0"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=message):
        call()
