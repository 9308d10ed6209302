"""The pages on the numbers: what they computed, beside the article and beside runs."""

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import sympy as sp

from gdbook.ledger import published, read_ledger
from gdbook.theory.attractor import (
    after_orders,
    directions,
    ensemble,
    epoch_maps,
    mean_square_path,
    order_radii,
    stationary_covariance,
    stationary_mean,
)
from gdbook.theory.divisor import pass_limits
from gdbook.theory.floor import (
    mean_path,
    replaced_spread,
    shuffled_mean,
    shuffled_spread,
)
from gdbook.theory.settle import full_batch
from gdbook.theory.zero import (
    epoch_contraction,
    fitting_slopes,
    float_orders,
    float_step,
    pass_polynomial,
    stalled_ulps,
)

from .conftest import Page

LR, DIVISOR = 0.3, 10
X_TOY = np.array([0.0, 1, 2, 3])
WRONG = np.array([0, 1, 2, 3.1])
SLOPE, PLANE = X_TOY[:, None], np.column_stack([X_TOY, np.ones(4)])
TOYS = [pytest.param(SLOPE, id="slope"), pytest.param(PLANE, id="slope and bias")]
LEDGER = published(read_ledger())


def check_printed(value: float, printed: str) -> None:
    """Demand that a value prints as the article did."""
    assert f"{value:.{len(printed.partition('.')[2])}f}" == printed


# --- Where the last digits come from --------------------------------------------------


def check_errors(values: Iterable[float]) -> None:
    names = ["regression.loss", "regression.w_error.1", "regression.w_error.2"]
    for name, value in zip([*names, "regression.b_error"], values, strict=True):
        check_printed(value, LEDGER[name])


def test_floor_and_mean_path_print_the_four_published_numbers(page: Page) -> None:
    here = page("errors")
    check_errors([here.floor + here.excess, *(here.truth - here.end)])
    assert all(row[1] == row[2] == row[3] for row in here.rows)
    with pytest.raises(AssertionError):  # a finished descent
        check_errors([here.floor, *(here.truth - here.best)])
    earlier = mean_path(here.start, here.best, here.H, 0.0003, 25_000)
    with pytest.raises(AssertionError):
        check_errors([here.floor + here.excess, *(here.truth - earlier)])


def test_the_parts_change_places_in_the_predicted_epochs_of_the_same_run(
    page: Page,
) -> None:
    here = page("errors")
    assert here.loss_needed == here.loss_measured < 300
    assert (here.needed > 300).all()
    # an error off by e reaches the level s earlier or later by e/(s·Kηλ) epochs
    how = (here.X, here.y, 0.0003, 10, int(here.needed.max()))
    end = here.path[here.needed.max()]
    shift = np.abs(shuffled_mean(here.start, *how) - end)
    e = 4 * shuffled_spread(*how) + shift
    slowest = 100 * 0.0003 * np.linalg.eigvalsh(here.H)[0]
    bound = 1 + e / np.abs(here.noise) / slowest
    assert (np.abs(here.measured - here.needed) <= bound).all()
    for lr in (0.000294, 0.000306):  # two percent off is seen
        steps = 100 * np.arange(460)
        other = mean_path(here.start, here.best, here.H, lr, steps)
        first = (np.abs(other - here.best) < np.abs(here.noise)).argmax(axis=0)
        assert not (np.abs(here.measured - first) <= bound).all()


def chance_of_less(q: float) -> float:
    """Chance that χ² with three degrees of freedom is below q, as the page has it."""
    return math.erf(math.sqrt(q / 2)) - math.sqrt(2 * q / math.pi) * math.exp(-q / 2)


def test_so_lucky_a_data_set_is_as_rare_as_the_page_says(page: Page) -> None:
    here, rng, runs = page("errors"), np.random.default_rng(0), 4000
    assert here.chance == chance_of_less(here.q)
    misses = rng.normal(0, here.sigma, (runs, 1000)) @ np.linalg.pinv(here.X).T
    q = np.einsum("ri,ij,rj->r", misses, here.X.T @ here.X, misses) / here.sigma**2
    for limit in (0.1, 0.5, 2.0, 5.0):
        chance = chance_of_less(limit)
        error = math.sqrt(chance * (1 - chance) / runs)
        assert abs((q < limit).mean() - chance) < 4 * error
        assert abs((q < limit).mean() - math.erf(math.sqrt(limit / 2))) > 4 * error


def test_one_pass_spreads_as_predicted_in_either_kind_of_batches(page: Page) -> None:
    here, how = page("errors"), (page("errors").X, page("errors").y, 0.0003, 10)
    shuffled, afresh = here.deviation(here.shuffles), here.deviation(here.draws)
    # a deviation of 200 normal values is off by 1/√400 of itself
    for measured, predicted in (
        (shuffled, shuffled_spread(*how, 1)),
        (afresh, replaced_spread(*how, 100)),
    ):
        assert np.abs(measured / predicted - 1).max() < 4 / math.sqrt(400)
    assert (afresh > 50 * shuffled).all()


# --- When a loss is zero --------------------------------------------------------------


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
    here = page("zero")
    assert (here.shown, here.certain, here.exact) == (8, 16, 61)
    assert max(len(reached) for reached in here.ends) == 2
    assert (here.exact - 1) // 4 + 1 == here.certain
    assert here.drawn[here.exact - 1] == 3
    assert all(loss > 0 for loss in here.losses[: here.exact])


SMALL = [0.3, 0.2, 0.1, 0.05, 0.02, 0.01]


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


# --- The left-over divisor ------------------------------------------------------------


def test_the_roots_of_the_polynomial_are_the_ends_of_the_intervals(page: Page) -> None:
    here = page("divisor")
    roots = [
        *sp.solve(here.product - 1, here.c),
        *sp.real_roots(sp.Poly(here.product + 1)),
    ]
    for divisor in (1, 10):
        ends = sorted(float(root) * divisor / 2 for root in roots)
        limits = np.ravel(pass_limits(X_TOY, divisor))
        np.testing.assert_allclose(ends, limits, rtol=1e-9, atol=1e-12)
    other = np.ravel(pass_limits(X_TOY[1:3], 1))
    assert not {round(end, 6) for end in ends[1:]} & {*(10 * other).round(6)}


def test_the_growth_of_the_run_is_the_polynomial(page: Page) -> None:
    here = page("divisor")
    grown = here.distances(LR, 1, 5)
    factor = float(here.product.subs(here.c, 2 * LR))
    np.testing.assert_allclose(grown, factor ** np.arange(1, 6))
    assert factor == pytest.approx(epoch_contraction(X_TOY, LR, 1))
    assert abs(epoch_contraction(X_TOY, LR, 10)) < 1 < factor


def test_a_short_pass_goes_as_far_as_a_full_batch_step_four_times_as_long() -> None:
    curvature = 2 * np.mean(X_TOY**2)
    slope = pass_polynomial(X_TOY, 1).deriv()(0)
    assert slope == pytest.approx(-4 * curvature)
    assert slope != pytest.approx(-curvature)


def test_below_the_first_limit_every_pass_shortens_every_distance(page: Page) -> None:
    limit = page("divisor").surely
    for share, shortens in ((0.999, True), (1.001, False)):
        maps = epoch_maps(PLANE, X_TOY, share * limit, DIVISOR)
        assert (np.linalg.svd(maps.A)[1].max() < 1) == shortens
        # the direction that the worst order stretches most, run step by step
        worst = np.linalg.norm(maps.A, 2, axis=(1, 2)).argmax()
        w = start = np.linalg.svd(maps.A[worst])[2][0]
        for i in maps.orders[worst]:
            w = w - 2 * share * limit / DIVISOR * (PLANE[i] @ w) * PLANE[i]
        assert (np.linalg.norm(w) < np.linalg.norm(start)) == shortens


def test_the_other_limits_of_the_bias_toy_hold_on_both_sides(page: Page) -> None:
    here, error = page("divisor"), np.array([1.0, 0.0])
    for share, settles in ((0.97, True), (1.03, False)):
        maps = epoch_maps(PLANE, X_TOY, share * here.repeated, DIVISOR)
        worst = maps.A[order_radii(maps).argmax()]
        left = np.linalg.matrix_power(worst, 2000) @ error
        assert (np.linalg.norm(left) < 1e-6) == settles
        maps = epoch_maps(PLANE, X_TOY, share * here.average, DIVISOR)
        assert (mean_square_path(maps, error, 2000)[-1] < 1e-6) == settles
        lr = share * here.full_plane
        end = full_batch(PLANE, X_TOY, [2.0, 0.0], lr, 2000)[-1]
        assert (np.linalg.norm(end - [1, 0]) < 1e-6) == settles


@pytest.mark.parametrize("X", TOYS)
def test_with_its_full_batch_the_step_of_the_article_diverges(X: np.ndarray) -> None:
    start, target = [2.0, 0.0][: X.shape[1]], [1.0, 0.0][: X.shape[1]]
    far, near = (
        full_batch(X, X_TOY, start, lr, 400)[-1] for lr in (LR, LR * 4 / DIVISOR)
    )
    assert np.linalg.norm(far - target) > 1e6
    assert np.linalg.norm(near - target) < 1e-6


# --- A wrong label --------------------------------------------------------------------

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
    mean = sum(page("cloud").maps.c.mean(axis=0)) / (1 - float(a))
    assert two[0][1] < mean < two[1][0]
    np.testing.assert_allclose(page("cloud").where, np.array(two, float), atol=1e-11)


def test_with_a_smaller_step_the_hole_is_closed() -> None:
    a, v = exact_maps(Fraction(1, 100))
    reach = [(v[0] / (1 - a), v[-1] / (1 - a))]
    assert images(reach, a, v) == reach


def test_many_runs_fall_into_the_predicted_bins(page: Page) -> None:
    here, runs = page("cloud"), 10_000
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


def test_both_published_slopes_are_the_ends_of_the_runs(page: Page) -> None:
    here = page("cloud")
    check_printed(here.ends[-1], LEDGER["wrong_label.w"])
    check_printed(here.run[-1, 0], LEDGER["bias.w"])
    for before in (here.ends[-2], here.run[-2, 0]):
        with pytest.raises(AssertionError):
            check_printed(before, LEDGER["wrong_label.w"])


def test_the_last_orders_decide_four_decimals_from_wherever_w_was(page: Page) -> None:
    here = page("cloud")

    def ends(k: int) -> set[str]:
        last = np.array(here.drawn[-k:])
        starts = [*here.where.ravel(), here.mean]
        return {f"{after_orders(here.maps, last, [w])[0]:.4f}" for w in starts}

    assert ends(here.enough) == {LEDGER["wrong_label.w"]}
    assert len(ends(2)) > 1


def separated(place: np.ndarray, cloud: np.ndarray) -> bool:
    """Whether a straight line parts a place from all points of a cloud."""
    u = directions(360)
    return bool((place @ u.T > (cloud @ u.T).max(axis=0)).any())


def test_least_squares_lies_outside_of_the_cloud_and_the_mean_in_its_gap(
    page: Page,
) -> None:
    here = page("cloud")
    assert separated(here.target, here.run)
    assert not separated(here.centre, here.run)
    # of a normal cloud 1 − e^(−¼/2) would be within half a spread of the mean
    whitened = np.linalg.solve(np.linalg.cholesky(here.cov), (here.run - here.centre).T)
    share = (np.hypot(*whitened) < 0.5).mean()
    assert share < (1 - math.exp(-0.125)) / 10


# --- What makes it settle -------------------------------------------------------------


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


def test_the_remedies_of_the_page_settle_where_it_says(page: Page) -> None:
    here = page("settle")
    bias = (here.mean - here.best).item()
    kept = here.averages[-1] - here.best
    assert (np.abs(kept - bias) < 4 * here.band[-1]).all()
    assert (kept > 10 * here.band[-1]).all()
    assert here.bias1 < bias / 50
    assert here.covs1 < here.bias1
    assert np.abs(here.path[-1] - here.best) < 1e-12
