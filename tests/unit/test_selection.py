"""A wrong label or a wrong model."""

import math

import numpy as np
import pytest

from gdbook.theory.selection import (
    fresh_points,
    information,
    lifted_line,
    line,
    log_likelihood_ratio,
    points_to_decide,
    ratio_spread,
)
from gdbook.theory.settle import running_average
from tests.checks import check_mean, check_spread
from tests.problems import WRONG, X_TOY

GAP, SIGMA, SHARE = 0.1, 0.1, 0.25


def log_ratios(truth: str, num_points: int, num_runs: int, seed: int) -> np.ndarray:
    """Running log-likelihood ratio for the truth against the other model."""
    models = {"line": line, "lifted line": lifted_line}
    true, other = models[truth], models["lifted line" if truth == "line" else "line"]
    x, y = fresh_points(true, X_TOY, SIGMA, num_points, num_runs, seed)
    return np.cumsum(log_likelihood_ratio(y, true(x), other(x), SIGMA), axis=0)


def test_both_models_fit_three_points_and_part_at_the_fourth() -> None:
    lifted = lifted_line(X_TOY)
    np.testing.assert_array_equal(lifted, WRONG)
    np.testing.assert_array_equal(line(X_TOY)[:3], WRONG[:3])
    gap = lifted - line(X_TOY)
    np.testing.assert_allclose(gap, [0, 0, 0, GAP], atol=1e-12)
    ratio = log_likelihood_ratio(WRONG, lifted, X_TOY, SIGMA).sum()
    assert ratio == pytest.approx(GAP**2 / (2 * SIGMA**2))  # half a nat: no decision


@pytest.mark.parametrize("truth", ["line", "lifted line"])
def test_the_ratio_grows_linearly_at_the_predicted_rate(truth: str) -> None:
    ratios = log_ratios(truth, 400, 4000, 0)
    for n in (1, 20, 400):
        mean = n * information(GAP, SIGMA, SHARE)
        spread = ratio_spread(GAP, SIGMA, SHARE, n)
        check_mean(ratios[n - 1, :, None], np.array([mean]), np.array([spread]))
        check_spread(ratios[n - 1, :, None], np.array([spread]))
    with pytest.raises(AssertionError):  # another noise, another rate
        check_mean(
            ratios[-1, :, None],
            np.array([400 * information(GAP, 1.1 * SIGMA, SHARE)]),
            np.array([ratio_spread(GAP, SIGMA, SHARE, 400)]),
        )


@pytest.mark.parametrize("odds", [20.0, 1000.0])
def test_the_number_of_points_lies_between_its_bounds(odds: float) -> None:
    reached = log_ratios("lifted line", 1500, 2000, 1) >= math.log(odds)
    assert reached.any(axis=0).all()
    counts = reached.argmax(axis=0) + 1.0
    low, high = points_to_decide(GAP, SIGMA, SHARE, odds)
    error = 4 * counts.std() / math.sqrt(len(counts))
    assert low - error < counts.mean() < high + error
    assert counts.mean() > low + error  # the overshoot is real


@pytest.mark.parametrize(
    ("gap", "sigma", "share", "odds"),
    [
        (0.1, 0.1, 0.25, 20),
        (0.1, 0.05, 1, 20),
        (0.3, 0.1, 0.5, 3),
        (0.1, 0.3, 1, 100),
        (0.1, 0.1, 1, 1.5),
    ],
)
def test_the_bounds_are_those_of_wald_and_lorden(
    gap: float, sigma: float, share: float, odds: float
) -> None:
    # X of a deciding point, as the ratio of two densities; integrated over its noise
    noise = np.linspace(-12 * sigma, 12 * sigma, 200_001)
    density = np.exp(-0.5 * (noise / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    X = ((noise - gap) ** 2 - noise**2) / (2 * sigma**2)
    mean = share * np.trapezoid(X * density, noise)
    square = share * np.trapezoid(np.maximum(X, 0) ** 2 * density, noise)
    least, most = points_to_decide(gap, sigma, share, odds)
    assert least == pytest.approx(math.log(odds) / mean, rel=1e-7)
    assert most - least == pytest.approx(square / mean**2, rel=1e-6)


def test_the_difference_of_held_out_errors_is_the_ratio_in_other_units() -> None:
    x, y = fresh_points(lifted_line, X_TOY, SIGMA, 200, 500, 3)
    right, wrong = ((y - model(x)) ** 2 for model in (lifted_line, line))
    for errors, mean in ((right, SIGMA**2), (wrong, SIGMA**2 + SHARE * GAP**2)):
        sample = errors.reshape(-1, 1)
        check_mean(sample, np.array([mean]), sample.std(axis=0))
    ratio = log_likelihood_ratio(y, lifted_line(x), line(x), SIGMA)
    difference = running_average(wrong - right)[-1]
    np.testing.assert_allclose(
        difference, 2 * SIGMA**2 * ratio.mean(axis=0), atol=1e-12
    )
