"""When the loss of a toy prints as zero, and when it is zero."""

import math

import numpy as np
import pytest
import torch

from gdbook.experiments import Result, clean_toy, wrong_label_non_linearity
from gdbook.sgd import sgd
from gdbook.theory.basics import steps_needed
from gdbook.theory.zero import (
    epoch_contraction,
    epochs_to_print_zero,
    fitting_slopes,
    float_orders,
    float_step,
    stalled_ulps,
)
from tests.problems import CLEAN, DIVISOR, LR, WRONG, X_TOY


@pytest.fixture(scope="module")
def clean() -> Result:
    return clean_toy(by_hand=True)


def test_the_loss_prints_zero_in_epoch_8_as_the_contraction_says(clean: Result) -> None:
    predicted = epochs_to_print_zero(X_TOY, 2 - 1, LR, DIVISOR)
    losses = [clean.loss_after(4 * epoch) for epoch in range(10)]
    printed = [f"{loss:.6f}" for loss in losses]
    assert predicted == printed.index("0.000000") == 8
    # neither the neighbouring contraction nor another number of decimals gives 8
    assert epochs_to_print_zero(X_TOY[1:3], 1, LR, DIVISOR) != 8
    assert epochs_to_print_zero(X_TOY, 1, LR, DIVISOR, decimals=5) != 8


@pytest.mark.parametrize("start_error", [-0.4, 0.7, 3.0])
@pytest.mark.parametrize("decimals", [2, 6])
def test_the_loss_prints_zero_first_in_the_epoch_of_a_descent(
    start_error: float, decimals: int
) -> None:
    x, w, epochs = [0.5, 2.0], 1 + start_error, 0
    loss = math.inf
    while f"{loss:.{decimals}f}" != f"{0:.{decimals}f}":
        for number in x:
            w -= 0.1 / 5 * 2 * (number * w - number) * number
        loss = sum((number * w - number) ** 2 for number in x) / 2
        epochs += 1
    assert epochs_to_print_zero(x, start_error, 0.1, 5, decimals) == epochs > 1


def test_the_contraction_is_that_of_every_epoch(clean: Result) -> None:
    a = epoch_contraction(X_TOY, LR, DIVISOR)
    assert a == pytest.approx(0.94 * 0.76 * 0.46)
    ends = clean.history.params[: 4 * 8 : 4, 0].astype(float) - 1
    ulp = 2.0**-23  # each of four steps rounds by up to half a unit, for values below 2
    np.testing.assert_allclose(ends[1:], a * ends[:-1], atol=4 * ulp)


def test_in_any_order_the_loss_is_exactly_zero_in_epoch_16(clean: Result) -> None:
    ends = float_orders(X_TOY, CLEAN, 2, LR, DIVISOR, 17)
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
        after = float_step(near, number, number, LR, DIVISOR)
        assert (after != near).all() == moves
    assert float_step(near, 3, 3, LR, DIVISOR).tolist() == [1.0, 1.0]


def test_a_float_step_is_the_step_of_the_run(clean: Result) -> None:
    path = clean.history.params[:, 0]
    for step in range(1, 80):
        (i,) = clean.history.drawn(step)
        after = float_step(path[[step - 1]], X_TOY[i], CLEAN[i], LR, DIVISOR)
        assert after.tolist() == [path[step]]


def test_a_float_step_rounds_like_the_step_of_torch() -> None:
    w = np.random.default_rng(0).normal(1, 1, 20_000).astype(np.float32)
    for x, y, lr, divisor in ((3.0, 3.1, 0.3, 10), (2.0, 2.0, 0.1, 7)):
        param = torch.tensor(w, requires_grad=True)
        ((x * param - y) ** 2).sum().backward()
        sgd([param], lr, divisor)
        after = float_step(w, x, y, lr, divisor)
        np.testing.assert_array_equal(after, param.detach().numpy())


def test_a_float_step_refuses_float64() -> None:
    with pytest.raises(ValueError, match="float64"):
        float_step(np.ones(1), 3, 3, LR, DIVISOR)


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
    slopes = fitting_slopes(x, y)
    assert len(slopes) == number
    around = np.float32(y[-1] / x[-1]) + np.float32(2**-24) * np.arange(-400, 401)
    around = np.unique(around.astype(np.float32))
    np.testing.assert_array_equal(slopes, around[float_loss(around, x, y) == 0])


def test_without_a_fitting_slope_the_descent_ends_above_zero() -> None:
    ends = float_orders(X_TOY, 1.1 * X_TOY, 2, LR, DIVISOR, 40)[-1]
    assert (float_loss(ends, X_TOY, 1.1 * X_TOY) > 0).all()
    assert np.abs(ends - 1.1).max() < 4 * 2.0**-23  # as near as float32 comes


@pytest.mark.parametrize("lr", [0.3, 0.28, 0.2, 0.1, 0.05, 0.02, 0.01])
def test_a_small_step_stalls_at_the_predicted_distance(lr: float) -> None:
    stalled = stalled_ulps(X_TOY, lr, DIVISOR)
    w = np.array([2], np.float32)
    for _ in range(int(steps_needed(epoch_contraction(X_TOY, lr, 10), 1e-9))):
        for number in X_TOY:
            w = float_step(w, number, number, lr, DIVISOR)
    assert (w[0] - 1) / 2.0**-23 == stalled
    share = 2 * lr / DIVISOR * 9
    # xw is rounded to within one unit of w, which moves the bound by 1/x
    assert 0.5 / share - 4 / 3 <= stalled <= 0.5 / share + 1 / 3
    assert (stalled == 0) == (share > 0.5)


def test_no_distance_beyond_the_bound_is_tried() -> None:
    # from w = 2 on a unit is twice as large, and longer steps are rounded away again
    assert abs(stalled_ulps(np.array([1.0]), 5e-7, 10) - 5_000_000) <= 1


def test_the_lifted_line_is_exactly_zero_as_its_lifted_label_is_a_rounded_sum() -> None:
    run = wrong_label_non_linearity(by_hand=True)
    assert run.loss_after(-1) == 0.0
    three, lifts = np.float32(3), np.arange(1, 100) / 100
    fits = three + lifts.astype(np.float32) == (3 + lifts).astype(np.float32)
    missed = (np.flatnonzero(~fits) + 1).tolist()
    assert missed == [36, 39, 61, 64, 86, 89]  # and 10 is none of them
