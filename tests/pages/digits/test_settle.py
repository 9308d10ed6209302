"""The page digits/settle: what it computes and claims, held independently."""

from itertools import permutations

import numpy as np
import pytest

from gdbook.theory.attractor import (
    epoch_maps,
    extremes,
    stationary_covariance,
    stationary_mean,
)
from tests.pages.conftest import Page
from tests.problems import DIVISOR, LR, SLOPE, TOYS, WRONG, X_TOY


@pytest.mark.parametrize("X", TOYS)
def test_the_spread_falls_faster_than_the_step_and_the_bias_with_it(
    X: np.ndarray,
) -> None:
    minimiser = np.linalg.lstsq(X, WRONG)[0]

    def measures(lr: float) -> np.ndarray:
        maps = epoch_maps(X, WRONG, lr, DIVISOR)
        bias = np.linalg.norm(stationary_mean(maps) - minimiser)
        return np.array([bias, np.trace(stationary_covariance(maps)) ** 0.5])

    def off(lr: float, powers: list[float]) -> np.ndarray:
        return np.abs(np.log2(measures(lr) / measures(lr / 2)) - powers)

    # η for the bias, η^(3/2) for the spread; what is missing is of first order and
    # halves with the step, where a wrong power would stay as wrong as it is
    right, wrong = [1.0, 1.5], [1.5, 1.0]
    assert off(0.004, right) / off(0.008, right) == pytest.approx(0.5, rel=0.1)
    assert off(0.004, wrong) / off(0.008, wrong) == pytest.approx(1, rel=0.1)


def test_the_methods_of_the_page_settle_where_it_says(page: Page) -> None:
    here = page("digits/settle")
    bias = here.mean - here.best
    # a decreasing step removes both, and what is left is the bias of its last steps
    left = here.means[-1] - here.best
    assert left == pytest.approx(here.bias_now, rel=0.05)
    assert here.spreads[-1] < left < bias / 50
    # averaging keeps the bias
    assert (np.abs(here.off - bias) < 5 * here.band[-1]).all()
    assert (here.off > 10 * here.band[-1]).all()
    # a full batch has none
    assert here.path[-1] < 1e-12


def passes(w: float, lr: float, samples: list[tuple[float, float]]) -> list[float]:
    """Where a pass leads from w, in each order of the samples (x, y)."""
    ends = []
    for order in permutations(samples):
        end = w
        for x, y in order:
            end -= 2 * lr / DIVISOR * (x * end - y) * x
        ends.append(end)
    return ends


def test_no_order_of_random_samples_breaks_the_bound_of_a_pass() -> None:
    rng, near = np.random.default_rng(0), 0.0
    for _ in range(200):
        x, y = rng.normal(size=4), rng.normal(size=4)
        best, S = x @ y / (x @ x), x @ x
        c = rng.uniform(0, 1) / S
        rest = np.abs(x * (y - best * x)).sum()
        for w in (best, best + rng.normal(), best - 0.01):
            bound = (1 - c * S / 2) * abs(w - best) + c**2 * S * rest
            ends = passes(w, c * DIVISOR / 2, list(zip(x, y, strict=True)))
            off = max(abs(end - best) for end in ends)
            assert off <= bound + 1e-12
            near = max(near, off / bound)
    assert near > 0.9  # the bound is not far from what some pass does


def test_a_constant_step_stays_within_the_limit_superior() -> None:
    best = X_TOY @ WRONG / (X_TOY @ X_TOY)
    rest = np.abs(X_TOY * (WRONG - best * X_TOY)).sum()
    for lr in (0.3, 0.1, 0.01):
        maps = epoch_maps(SLOPE, WRONG, lr, DIVISOR)
        limit = 4 * lr * rest / DIVISOR
        assert max(abs(end - best) for end in extremes(maps)) < limit
        assert stationary_covariance(maps).item() ** 0.5 < limit


def test_with_a_summable_step_a_share_of_the_start_remains(page: Page) -> None:
    here = page("digits/settle")
    left = here.fast_means[-1] - here.best
    assert left > 50 * here.fast_spreads[-1]
    later = here.fast_means[-1000] - here.best
    assert left == pytest.approx(later, rel=0.05)
    factors = [epoch_maps(SLOPE, WRONG, eta, DIVISOR).A[0].item() for eta in here.fast]
    assert left == pytest.approx(np.prod(factors) * (2 - here.best), rel=0.5)


def test_the_decreasing_rate_stays_within_the_bound_and_near_its_moments(
    page: Page,
) -> None:
    here = page("digits/settle")
    c, S = 2 * here.lrs / DIVISOR, X_TOY @ X_TOY
    rest = np.abs(X_TOY * (WRONG - here.best * X_TOY)).sum()
    off = np.abs(here.runs - here.best)
    assert (c * S <= 1).all()
    bound = (1 - c * S / 2)[:, None] * off[:-1] + (c**2 * S * rest)[:, None]
    assert (off[1:] <= bound).all()
    far = np.abs(here.runs - here.means[:, None])[here.some + 1]
    assert (far <= 4 * here.spreads[here.some + 1, None]).all()


def test_the_average_has_the_moments_of_formula_3(page: Page) -> None:
    here = page("digits/settle")
    shares = here.a ** np.abs(np.subtract.outer(here.N[:50], here.N[:50]))
    assert here.variance * shares.mean() == pytest.approx(here.band[49] ** 2)
    bias = here.mean - here.best
    assert abs(here.off.mean() - bias) < 4 * here.band[-1] / 1000**0.5
    assert abs(here.off.std() / here.band[-1] - 1) < 4 / 2000**0.5


def test_the_full_batch_converges_with_the_factor_of_formula_4(page: Page) -> None:
    here = page("digits/settle")
    curvature = 2 * np.mean(X_TOY**2)
    assert LR * curvature > 2  # the learning rate of the article does not
    factors = np.array(here.path[1:8]) / here.path[:7]
    np.testing.assert_allclose(factors, 1 - here.step * curvature, rtol=1e-6)


def test_the_standard_deviations_are_derived_to_lowest_order(page: Page) -> None:
    here = page("digits/settle")
    for replace, size in here.sizes.items():
        assert here.spread_of(here.eta, replace) == pytest.approx(size, rel=0.05)
    ratio = []
    for lr in (0.002, 0.001):  # what is missing is of first order, and halves
        exact = stationary_covariance(epoch_maps(SLOPE, WRONG, lr, DIVISOR)).item()
        ratio.append(exact**0.5 / (here.sizes[False] * (lr / here.eta) ** 1.5) - 1)
    assert ratio[1] / ratio[0] == pytest.approx(0.5, rel=0.02)
    assert abs(ratio[1]) < 1e-3


def test_shuffling_has_a_smaller_spread_than_replacement(page: Page) -> None:
    here = page("digits/settle")
    with_it, without = (here.spread_of(0.02, replace) for replace in (True, False))
    assert without < with_it / 10
    for replace, power in ((False, 1.5), (True, 0.5)):
        ratio = here.spread_of(0.01, replace) / here.spread_of(0.005, replace)
        assert abs(np.log2(ratio) - power) < 0.1
