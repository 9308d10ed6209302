"""The page digits/attractor: what it computes and claims, held independently."""

import csv
import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdbook.figures.attractor import visits_in_the_plane
from gdbook.ledger import published, read_ledger
from gdbook.site.figure_csv import table
from gdbook.theory.attractor import (
    after_orders,
    ensemble,
    epoch_maps,
    extremes,
    stationary_mean,
)
from tests.pages.conftest import Page
from tests.pages.runner import edited
from tests.problems import DIVISOR, LR, PLANE, SLOPE, WRONG, X_TOY

LEDGER = published(read_ledger())


def check_printed(value: float, printed: str) -> None:
    """Demand that a value prints as the article did."""
    assert f"{value:.{len(printed.partition('.')[2])}f}" == printed


Interval = tuple[Fraction, Fraction]


def exact_maps(pull: Fraction) -> tuple[Fraction, list[Fraction]]:
    """Contraction and shifts of all orders of the wrong label, in exact fractions."""
    samples = [(Fraction(x), Fraction(x)) for x in range(3)]
    samples.append((Fraction(3), Fraction(31, 10)))

    def through(order: Iterable[int], w: Fraction) -> Fraction:
        for i in order:
            x, y = samples[i]
            w -= pull * (x * w - y) * x
        return w

    orders = list(permutations(range(4)))
    shifts = [through(order, Fraction(0)) for order in orders]
    contractions = {
        through(order, Fraction(1)) - v for order, v in zip(orders, shifts, strict=True)
    }
    (a,) = contractions
    return a, sorted(set(shifts))


def images(intervals: list[Interval], a: Fraction, v: list[Fraction]) -> list[Interval]:
    """Intervals that all maps w → aw + v make of intervals, overlaps merged."""
    merged: list[Interval] = []
    for low, high in sorted((a * e[0] + s, a * e[1] + s) for e in intervals for s in v):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def test_the_attractor_is_two_intervals_exactly(page: Page) -> None:
    a, v = exact_maps(Fraction(6, 100))
    reach = [(v[0] / (1 - a), v[-1] / (1 - a))]
    two = images(reach, a, v)
    assert len(v) == 4
    assert len(two) == 2
    assert images(two, a, v) == two != reach
    mean = sum(page("digits/attractor").maps.c.mean(axis=0)) / (1 - float(a))
    assert two[0][1] < mean < two[1][0]
    np.testing.assert_allclose(
        page("digits/attractor").where, np.array(two, float), atol=1e-11
    )


def test_the_shift_depends_on_what_comes_after_sample_3(page: Page) -> None:
    here = page("digits/attractor")
    after_3 = [frozenset(o[o.index(3) :]) & {1, 2} for o in here.orders]
    pairs = set(zip(after_3, here.shifts.tolist(), strict=True))
    assert len(pairs) == len(set(after_3)) == len(here.distinct) == 4


def test_in_a_larger_weight_of_sample_3_lies_the_bias(page: Page) -> None:
    here = page("digits/attractor")
    slopes = here.y[1:] / here.x[1:]
    assert here.weights[1:] @ slopes == pytest.approx(here.mean, abs=1e-11)
    assert here.weights.sum() == pytest.approx(1, abs=1e-11)
    # the mean factor of the other samples grows with x
    assert (np.diff(here.weights[1:] / here.s[1:]) > 0).all()
    assert here.weights[3] > 9 / 14
    assert here.mean > here.best


def test_with_a_smaller_step_the_hole_is_closed() -> None:
    a, v = exact_maps(Fraction(1, 100))
    reach = [(v[0] / (1 - a), v[-1] / (1 - a))]
    assert images(reach, a, v) == reach


def test_many_runs_fall_into_the_predicted_bins(page: Page) -> None:
    here, runs = page("digits/attractor"), 10_000
    ends = ensemble(SLOPE, WRONG, [2.0], LR, DIVISOR, 40, runs, 0)[:, 0]
    counts = np.histogram(ends, here.edges)[0]
    # the bars are right but for what lies nearer to an edge than eight epochs leave
    reach = here.a**8 * np.ptp(here.where)
    near = here.chances @ (np.abs(here.points[:, None] - here.edges) < reach)
    unsure = near[1:] + near[:-1]
    error = np.sqrt(here.bars * (1 - here.bars) / runs) + 1 / runs
    assert (np.abs(counts / runs - here.bars) < 5 * error + unsure).all()
    shifted = np.roll(here.bars, 1)
    assert not (np.abs(counts / runs - shifted) < 5 * error + unsure).all()
    assert np.abs(here.dots - here.bars).max() < np.max(here.bars) / 10


def test_both_published_slopes_are_the_ends_of_the_runs(page: Page) -> None:
    here = page("digits/attractor")
    check_printed(here.visited[-1], LEDGER["wrong_label.w"])
    check_printed(here.run[-1, 0], LEDGER["bias.w"])
    for before in (here.visited[-2], here.run[-2, 0]):
        with pytest.raises(AssertionError):
            check_printed(before, LEDGER["wrong_label.w"])


def test_the_last_orders_decide_four_decimals_from_wherever_w_was(page: Page) -> None:
    here = page("digits/attractor")

    def ends(k: int) -> set[str]:
        last = np.array(here.drawn[-k:])
        starts = [*here.where.ravel(), here.mean]
        return {f"{after_orders(here.maps, last, [w])[0]:.4f}" for w in starts}

    assert ends(here.enough) == {LEDGER["wrong_label.w"]}
    assert len(ends(2)) > 1


def test_the_mean_lies_in_the_gap_and_least_squares_in_an_interval(page: Page) -> None:
    here, (a, v) = page("digits/attractor"), exact_maps(Fraction(6, 100))
    left, right = images([(v[0] / (1 - a), v[-1] / (1 - a))], a, v)
    assert left[1] < Fraction(here.mean) < right[0]
    least_squares = (1 + 4 + 3 * Fraction(31, 10)) / 14
    assert left[0] < least_squares < left[1]
    check_printed(here.best, f"{float(least_squares):.9f}")
    assert right[0] < Fraction(here.w) < right[1]


def test_the_weights_are_means_over_all_orders(page: Page) -> None:
    here, c = page("digits/attractor"), Fraction(6, 100)
    s = [c * k * k for k in range(4)]

    def left_of(i: int, order: tuple[int, ...]) -> Fraction:
        """What a pass leaves of the step with sample i."""
        return math.prod(1 - s[j] for j in order[order.index(i) + 1 :])

    orders = list(permutations(range(4)))
    for i in (1, 2, 3):
        mean = sum(left_of(i, order) for order in orders) / Fraction(24)
        weight = s[i] * mean / (1 - math.prod(1 - one for one in s))
        assert here.weights[i] == pytest.approx(float(weight), abs=1e-14)


def test_sample_0_has_no_slope_and_no_weight(page: Page) -> None:
    assert page("digits/attractor").weights[0] == 0
    with_a_label = edited("digits/attractor.py", "np.array([0, 1,", "np.array([0.5, 1,")
    end = with_a_label.after("weights = np.zeros(4)")
    np.testing.assert_array_equal(end["weights"], page("digits/attractor").weights)


def test_a_smaller_learning_rate_has_a_shorter_attractor_and_a_smaller_bias() -> None:
    least_squares = X_TOY @ WRONG / (X_TOY @ X_TOY)
    lengths, biases = [], []
    for lr in (0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.01):
        maps = epoch_maps(SLOPE, WRONG, lr, DIVISOR)
        lengths.append(np.ptp(extremes(maps)))
        biases.append(stationary_mean(maps).item() - least_squares)
    assert (np.diff(lengths) < 0).all()
    assert (np.diff(biases) < 0).all()
    assert min(biases) > 0


def test_the_middle_gap_opens_at_the_learning_rate_of_the_exercise(page: Page) -> None:
    limit = page("digits/attractor").c_limit

    def gaps(pull: float) -> bool:
        """Whether the images of the range leave out a part in its middle."""
        a, v = exact_maps(Fraction(pull))
        return a * (v[-1] - v[0]) / (1 - a) < v[2] - v[1]

    assert not gaps(limit - 1e-9)
    assert gaps(limit + 1e-9)
    assert [gaps(pull) for pull in (0.02, 0.04, 0.08, 0.1)] == [
        False,
        False,
        True,
        True,
    ]


def test_least_squares_in_the_plane_is_far_from_visited_points_and_can_be_reached(
    page: Page,
) -> None:
    here, maps = page("digits/attractor"), epoch_maps(PLANE, WRONG, LR, DIVISOR)
    np.testing.assert_allclose(here.target, [1.03, -0.02], atol=1e-12)
    np.testing.assert_allclose(here.centre, stationary_mean(maps), atol=1e-12)
    assert np.hypot(*(here.run - here.target).T).min() > 1e-3
    assert np.hypot(*(here.run - here.centre).T).min() > 7e-4
    # the orders that the exercise finds, taken one sample at a time
    w = here.run[-1]
    for k in here.found[here.nearest]:
        for i in here.orders[k]:
            w = w - 2 * LR / DIVISOR * (PLANE[i] @ w - WRONG[i]) * PLANE[i]
    assert len(here.found[here.nearest]) == 100
    assert np.hypot(*(w - here.target)) < 1e-5


def test_the_visited_points_in_the_plane_form_two_groups(page: Page) -> None:
    here = page("digits/attractor")
    lower = here.run[:, 0] < here.centre[0]
    # they differ more along this direction between the groups than any two neighbours
    # of one group do
    along = here.run @ np.array([0.912, 0.411])
    strip = along[~lower].min() - along[lower].max()
    assert strip > 0.0015
    assert (
        max(np.diff(np.sort(along[part])).max() for part in (lower, ~lower)) < strip / 4
    )
    assert here.run[-1, 0] > here.centre[0] > here.target[0]
    assert here.run[lower][:, 1].mean() < here.run[~lower][:, 1].mean()


def test_the_table_of_the_plane_holds_the_visited_points(page: Page) -> None:
    here = page("digits/attractor")
    places = {"mean": here.centre}
    rows = csv.DictReader(
        table(visits_in_the_plane(here.run[::75], places)).splitlines()
    )
    shown = [(float(r["x"]), float(r["y"])) for r in rows if r["series"] == "run"]
    np.testing.assert_allclose(shown, 1000 * (here.run[::75] - [1, 0]), atol=1e-12)
    plt.close("all")
