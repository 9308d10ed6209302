"""The step sizes that the toys allow."""

import math
from itertools import permutations

import numpy as np
import pytest

from gdbook.theory.attractor import ensemble, epoch_maps
from gdbook.theory.basics import critical_lr
from gdbook.theory.divisor import pass_limits
from gdbook.theory.settle import full_batch
from gdbook.theory.zero import epoch_contraction
from tests.problems import CLEAN, DIVISOR, LR, PLANE, SLOPE, X_TOY


def test_a_pass_converges_inside_the_limits_and_diverges_outside() -> None:
    divisor = DIVISOR
    intervals = pass_limits(X_TOY, divisor)
    assert len(intervals) == 2
    for low, high in intervals:
        inside, outside = [low + 1e-4 * divisor, high - 1e-4 * divisor], [high * 1.001]
        outside += [low * 0.999] if low else []
        for lr, converges in [(lr, True) for lr in inside] + [
            (lr, False) for lr in outside
        ]:
            ends = ensemble(SLOPE, CLEAN, [2.0], lr, divisor, 4000, 30, 0)
            assert ((np.abs(ends - 1) < 1).all()) == converges, lr
            assert ((np.abs(ends - 1) > 1).all()) != converges, lr


@pytest.mark.parametrize("seed", range(5))
def test_the_limits_of_any_samples_are_where_the_product_is_one(seed: int) -> None:
    x = np.random.default_rng(seed).uniform(0.2, 2, 3)
    lrs = np.linspace(1e-3, 20, 40_000)
    product = np.prod([1 - 2 * lrs * number**2 / 5 for number in x], axis=0)
    inside = np.zeros(len(lrs), bool)
    for low, high in pass_limits(x, 5):
        inside |= (lrs > low) & (lrs < high)
    np.testing.assert_array_equal(inside, np.abs(product) < 1)


def test_a_larger_divisor_allows_so_much_larger_steps() -> None:
    meant, left_over = (pass_limits(X_TOY, divisor) for divisor in (1, 10))
    np.testing.assert_allclose(np.array(left_over), 10 * np.array(meant))


def test_with_the_divisor_that_was_meant_the_step_of_the_article_diverges() -> None:
    assert abs(epoch_contraction(X_TOY, LR, 1)) > 1
    assert abs(epoch_contraction(X_TOY, LR, 10)) < 1
    growth = ensemble(SLOPE, CLEAN, [2.0], LR, 1, 5, 20, 0) - 1
    np.testing.assert_allclose(growth, epoch_contraction(X_TOY, LR, 1) ** 5)


def test_the_order_of_the_samples_does_not_matter_in_one_dimension() -> None:
    lefts = [
        math.prod(1 - 0.06 * X_TOY[i] ** 2 for i in order)
        for order in permutations(range(4))
    ]
    np.testing.assert_allclose(lefts, epoch_contraction(X_TOY, 0.3, 10))
    maps = epoch_maps(PLANE, CLEAN, LR, DIVISOR)
    assert np.ptp(np.trace(maps.A, axis1=1, axis2=2)) > 1e-4  # in two it does


def test_full_batch_descent_has_a_bound_of_its_own() -> None:
    limit = critical_lr(2 * np.mean(X_TOY**2))
    assert limit == pytest.approx(2 / 7)
    below = full_batch(SLOPE, CLEAN, [2.0], 0.99 * limit, 2000)[-1]
    above = full_batch(SLOPE, CLEAN, [2.0], 1.01 * limit, 2000)[-1]
    assert abs(below[0] - 1) < 1e-9
    assert abs(above[0] - 1) > 1e9


def test_features_of_zero_have_no_limits() -> None:
    with pytest.raises(ValueError, match="other than 0"):
        pass_limits(np.zeros(3), 1)


@pytest.mark.parametrize("scale", [1e-150, 1e-5, 2e5, 1e150])
def test_the_limits_scale_with_the_square_of_the_features(scale: float) -> None:
    usual, scaled = pass_limits([1, 2, 3], 10), pass_limits(scale * X_TOY[1:], 10)
    assert len(scaled) == len(usual) == 2
    np.testing.assert_allclose(np.array(scaled) * scale**2, usual, rtol=1e-12)
    assert pass_limits([scale], 1) == [(0, pytest.approx(1 / scale**2))]
