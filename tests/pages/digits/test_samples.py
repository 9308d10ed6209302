"""The page digits/samples: what it computes and claims, held independently."""

import math

import numpy as np
import pytest
import sympy as sp
import torch

from gdbook.theory.selection import (
    fresh_points,
    lifted_line,
    line,
    log_likelihood_ratio,
    points_to_decide,
    ratio_spread,
)
from tests.pages.conftest import Page
from tests.pages.runner import edited

torch.set_num_threads(1)


def check_misled(ratios: np.ndarray, odds: float) -> None:
    """Demand that the false model leads by odds in no more than 1/odds of the series.

    Ville's inequality, and 4 standard errors of a share.
    """
    misled = np.mean((ratios <= -math.log(odds)).any(axis=0))
    error = math.sqrt(1 / odds * (1 - 1 / odds) / ratios.shape[1])
    assert misled <= 1 / odds + 4 * error


@pytest.mark.parametrize("odds", [3, 20, 100])
def test_the_false_model_seldom_leads(odds: float, page: Page) -> None:
    check_misled(page("digits/samples").log_ratios, odds)


def test_a_ratio_that_trusts_the_labels_too_much_misleads_more_often(
    page: Page,
) -> None:
    log_ratios = page("digits/samples").log_ratios
    with pytest.raises(AssertionError):
        check_misled(4 * log_ratios, 20)  # as if σ were half of it


def test_the_ratios_of_the_page_have_the_predicted_mean(page: Page) -> None:
    names = page("digits/samples")
    for n in (1, 10, 50, 200, 600):
        spread = ratio_spread(names.gap, names.sigma, names.share, n)
        error = 4 * spread / math.sqrt(names.num_runs)
        assert abs(names.log_ratios[n - 1].mean() - n * names.worth) < error
    assert names.worth == pytest.approx(0.125)
    assert names.nats.sum() == pytest.approx(0.5)


def test_the_expected_ratio_is_the_integral_of_the_densities() -> None:
    y, gap, sigma = sp.symbols("y gap sigma", positive=True)
    first = sp.exp(-(y**2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))
    ratio = ((y - gap) ** 2 - y**2) / (2 * sigma**2)
    second = first.subs(y, y - gap)
    assert sp.simplify(sp.expand_log(sp.log(first / second), force=True) - ratio) == 0
    whole = (y, -sp.oo, sp.oo)
    k = gap**2 / (2 * sigma**2)
    assert sp.simplify(sp.integrate(ratio * first, whole) - k) == 0
    variance = sp.integrate(sp.expand((ratio - k) ** 2) * first, whole)
    assert sp.simplify(variance - 2 * k) == 0
    assert sp.simplify(sp.integrate(second, whole) - 1) == 0


@pytest.mark.parametrize("sigma", [0.03, 0.1, 0.4])
@pytest.mark.parametrize("share", [0.25, 1])
def test_the_bounds_of_the_page_are_those_of_the_package(
    sigma: float, share: float, page: Page
) -> None:
    names = page("digits/samples")
    assert names.bounds(sigma, share) == pytest.approx(
        points_to_decide(names.gap, sigma, share, names.odds)
    )


def test_the_number_of_points_on_the_page_lies_between_its_bounds(page: Page) -> None:
    names = page("digits/samples")
    error = 4 * names.counts.std() / math.sqrt(len(names.counts))
    assert names.low + error < names.counts.mean() < names.high - error
    beyond = points_to_decide(names.gap, names.sigma, names.share, 100)
    assert not beyond[0] - error < names.counts.mean()  # other odds, other bounds


def test_the_figure_shows_what_its_alternative_text_says(page: Page) -> None:
    names = page("digits/samples")
    n, series = np.arange(1, 81)[:, None], names.log_ratios[:80, :7]
    band = names.deviation * np.sqrt(n)
    assert np.mean(np.abs(series - names.worth * n) < band) > 0.5
    assert (series[-1] > series[0]).all()
    assert round(names.low) == 24


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(2 * sigma**2)\n\n\nnats", "sigma**2\n\n\nnats"),
        ("worth = share * k", "worth = k"),
        ("k * math.sqrt(2 * k) * phi", "k * math.sqrt(2 * k) / phi"),
        ("decided = log_ratios > math.log(odds)", "decided = log_ratios > 0"),
    ],
)
def test_a_page_with_one_thing_wrong_fails(old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        edited("digits/samples.py", old, new)


def test_points_where_the_models_differ_decide_sooner() -> None:
    def reached(places: list[float]) -> np.ndarray:
        x, y = fresh_points(lifted_line, places, 0.1, 400, 4000, 1)
        right, wrong = lifted_line(x), line(x)
        ratio = log_likelihood_ratio(y, right, wrong, 0.1)
        leads = np.cumsum(ratio, axis=0) >= math.log(20)
        assert leads.any(axis=0).all()
        return leads.argmax(axis=0) + 1.0

    counts = reached([3.0])
    low, high = points_to_decide(0.1, 0.1, 1, 20)
    error = 4 * counts.std() / math.sqrt(len(counts))
    assert low - error < counts.mean() < high + error
    everywhere = points_to_decide(0.1, 0.1, 0.25, 20)
    assert everywhere[0] == pytest.approx(4 * low)
    assert not everywhere[0] - error < counts.mean()


@pytest.mark.parametrize("share", [0.25, 1])
def test_less_noise_makes_both_bounds_smaller(share: float, page: Page) -> None:
    bounds = page("digits/samples").bounds
    both = np.array([bounds(sigma, share) for sigma in np.geomspace(0.005, 2, 200)])
    assert (np.diff(both, axis=0) > 0).all()


def test_the_variance_of_a_ratio_is_that_of_the_mixture() -> None:
    x, s, k = sp.symbols("x s k", positive=True)
    normal = sp.exp(-((x - k) ** 2) / (4 * k)) / sp.sqrt(4 * sp.pi * k)
    square = s * sp.integrate(sp.expand(x**2) * normal, (x, -sp.oo, sp.oo))
    assert sp.simplify(square - s * (k**2 + 2 * k)) == 0
    shown = 2 * s * k + s * (1 - s) * k**2
    assert sp.simplify(square - (s * k) ** 2 - shown) == 0
    assert sp.simplify(square - (s * k) ** 2 - 2 * s * k) != 0
