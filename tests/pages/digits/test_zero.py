"""The page digits/zero: what it computes and claims, held independently."""

from fractions import Fraction

import numpy as np
import pytest

from gdbook.ledger import published, read_ledger
from gdbook.theory.zero import (
    fitting_slopes,
    float_orders,
    float_step,
    stalled_ulps,
)
from tests.pages.conftest import Page
from tests.problems import DIVISOR, LR, X_TOY

LEDGER = published(read_ledger())


SMALL = [0.3, 0.2, 0.1, 0.05, 0.02, 0.01]


def printed_losses(w: np.ndarray) -> set[str]:
    return {f"{np.mean((X_TOY * float(number) - X_TOY) ** 2):f}" for number in w}


def test_in_every_order_the_first_zero_is_printed_in_epoch_8() -> None:
    ends = float_orders(X_TOY, X_TOY, 2, LR, DIVISOR, 8)
    # no step makes the loss larger, so that it prints as zero from some step of epoch 8
    assert printed_losses(ends[7]) == {"0.000001"} == {LEDGER["clean.loss.28"]}
    assert printed_losses(ends[8]) == {"0.000000"} == {LEDGER["clean.loss.29"]}
    for epoch in (1, 2, 3, 4, 5, 6):
        assert printed_losses(ends[epoch]) == {LEDGER[f"clean.loss.{4 * epoch}"]}
    shorter = float_orders(X_TOY, X_TOY, 2, 0.27, DIVISOR, 8)
    assert printed_losses(shorter[8]) != {"0.000000"}


def test_the_page_finds_the_exact_zero_where_every_order_does(page: Page) -> None:
    here = page("digits/zero")
    assert (here.shown, here.certain, here.exact) == (8, 16, 61)
    assert max(len(reached) for reached in here.ends) == 2
    assert (here.exact - 1) // 4 + 1 == here.certain
    assert here.drawn[here.exact - 1] == 3
    assert all(loss > 0 for loss in here.losses[: here.exact])


def test_the_lean_step_of_the_page_is_the_step_of_the_package(page: Page) -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        w = rng.normal(1, 1, 20).astype(np.float32)
        x, lr = rng.uniform(0, 3), rng.uniform(0.01, 0.5)
        np.testing.assert_array_equal(
            page("digits/zero").float_step(w, x, lr), float_step(w, x, x, lr, DIVISOR)
        )


def test_a_step_moves_the_slope_on_one_side_of_the_bound_and_not_on_the_other() -> None:
    rng, ulp = np.random.default_rng(2), Fraction(1, 2**23)
    for _ in range(300):
        lr = 10 ** rng.uniform(-3, np.log10(0.5))
        share = 18 * lr / DIVISOR
        k = max(1, round(1 / (2 * share)) + int(rng.integers(-3, 4)))
        w = np.array([float(1 + k * ulp)], np.float32)
        moved = bool((float_step(w, 3, 3, lr, DIVISOR) != w).all())
        if abs(k - 1 / (2 * share)) > 1 / 3 + 1e-4:
            assert moved == (k > 1 / (2 * share)), (lr, k)


def test_the_other_samples_stall_before_sample_3() -> None:
    for lr in SMALL[1:]:
        k = stalled_ulps(X_TOY, lr, DIVISOR) + 1
        w = np.array([1 + k * 2.0**-23], np.float32)
        moved = [bool((float_step(w, x, x, lr, DIVISOR) != w)[0]) for x in X_TOY]
        assert moved == [False, False, False, True]


def test_the_last_unit_needs_a_share_of_three_eighths() -> None:
    near = np.array([1 + 2.0**-23], np.float32)
    for lr in (0.05, 0.1, 0.2, 0.208, 0.209, 0.25, 0.3, 0.5):
        moved = float_step(near, 3, 3, lr, DIVISOR) != near
        assert moved.all() == (18 * lr / DIVISOR > 3 / 8)


def stalled(lr: float, seed: int) -> np.float32:
    """Where a descent in random orders ends: 12/lr epochs shrink 2 − 1 to e⁻³⁰."""
    w, rng = np.array([2], np.float32), np.random.default_rng(seed)
    for _ in range(int(12 / lr)):
        for x in rng.permutation(X_TOY):
            w = float_step(w, x, x, lr, DIVISOR)
    return w[0]


@pytest.mark.parametrize("lr", SMALL)
def test_in_random_orders_a_small_step_stalls_at_the_predicted_distance(
    lr: float,
) -> None:
    units = {(stalled(lr, seed) - 1) / 2.0**-23 for seed in range(2)}
    assert units == {stalled_ulps(X_TOY, lr, DIVISOR)}
    assert units != {stalled_ulps(X_TOY, lr / 2, DIVISOR)}


def test_all_losses_of_small_steps_print_as_zero_and_one_is_zero() -> None:
    ends = [1 + stalled_ulps(X_TOY, lr, DIVISOR) * 2.0**-23 for lr in SMALL]
    assert printed_losses(np.array(ends)) == {"0.000000"}
    assert [end == 1 for end in ends] == [True] + [False] * 5


@pytest.mark.parametrize(
    ("slope", "fits", "reached"),
    [(1, 1, True), (1.25, 1, True), (0.7, 1, True), (0.1, 1, False), (1.1, 0, False),
     (1.3, 0, False)],
)  # fmt: skip
def test_a_slope_that_fits_is_needed_and_not_enough(
    slope: float, fits: int, reached: bool
) -> None:
    y = slope * X_TOY
    found = fitting_slopes(X_TOY, y)
    ends = float_orders(X_TOY, y, 2, LR, DIVISOR, 40)[-1]
    y32 = y.astype(np.float32)
    exact = (np.outer(ends, X_TOY.astype(np.float32)) == y32).all(axis=1)
    assert len(found) == fits
    assert exact.all() == exact.any() == reached
    if fits and not reached:
        assert np.abs(ends - found[0]).max() == np.spacing(found[0])
