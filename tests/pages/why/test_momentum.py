"""The page why/momentum: what it computes and claims, held independently."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp

from gdbook.optimizers import descend, momentum_update, quadratic_gradient
from gdbook.theory.momentum import best_heavy_ball
from gdbook.theory.step_size import best_lr, contraction
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def momentum() -> Page:
    return run_page("why/momentum.py")


@pytest.fixture(scope="session")
def names(momentum: Page) -> SimpleNamespace:
    return momentum.end


def largest_eigenvalue(curvature: float, lr: float, beta: float) -> float:
    """The rate, from the matrix that makes two successive distances out of two."""
    step = np.array([[1 + beta - lr * curvature, -beta], [1, 0]])
    return np.abs(np.linalg.eigvals(step)).max()


def path(curvatures, start, steps, lr, beta):
    """Distances to the minimizer of the package's momentum, (steps + 1, axes)."""
    gradient = quadratic_gradient(np.diag(curvatures), np.zeros(len(curvatures)))
    how = {"lr": lr, "momentum": beta}
    return np.array([*descend(momentum_update, gradient, start, steps, **how)])


def steps_for_ten(x: float) -> float:
    """Steps for a factor of ten at the rate (x − 1)/(x + 1): ln 10/(2 artanh(1/x))."""
    return math.log(10) / (2 * math.atanh(1 / x))


# --- The update, and the rate ---------------------------------------------------------


def test_the_velocity_of_a_constant_gradient_is_a_geometric_sum(momentum):
    printed = numbers(momentum.printed("w, state = 0.0"))
    steps, velocities = printed[::2], printed[1::2]
    assert len(steps) == 6
    for step, velocity in zip(steps, velocities, strict=True):
        assert velocity == pytest.approx((1 - 0.9**step) / (1 - 0.9), abs=6e-4)
    (velocity,) = momentum.after("w, state = 0.0")["state"]
    assert velocity == pytest.approx((1 - 0.9**50) / (1 - 0.9))
    assert 9.9 < velocity < 10


def test_without_momentum_the_update_is_gradient_descent(names):
    w, gradient = np.array([1.0, -2.0]), np.array([0.3, 5.0])
    after, _ = names.momentum_update(w, gradient, (), 0.1, 0)
    again, _ = names.momentum_update(after, gradient, (gradient,), 0.1, 0)
    np.testing.assert_allclose(after, w - 0.1 * gradient)
    np.testing.assert_allclose(again, w - 0.2 * gradient)
    moved, _ = names.momentum_update(after, gradient, (gradient,), 0.1, 0.5)
    assert not np.allclose(moved, again)


def test_the_update_satisfies_the_recurrence_of_the_polynomial():
    distance, curvature, lr, beta, v = sp.symbols("d lambda eta beta v")
    first, state = momentum_update(distance, curvature * distance, (v,), lr, beta)
    second, _ = momentum_update(first, curvature * first, state, lr, beta)
    recurrence = (1 + beta - lr * curvature) * first - beta * distance
    assert sp.expand(second - recurrence) == 0
    assert sp.expand(second - recurrence + 2 * beta * distance) != 0


def test_the_rate_of_the_page_is_the_largest_eigenvalue_of_a_step(names):
    rng = np.random.default_rng(3)
    for curvature, lr, beta in rng.uniform([0.01, 0.01, 0.01], [1, 4, 0.99], (300, 3)):
        known = largest_eigenvalue(curvature, lr, beta)
        assert names.rate(curvature, lr, beta) == pytest.approx(known, rel=1e-5)
        shifted = largest_eigenvalue(curvature, lr, beta * 0.9)
        assert names.rate(curvature, lr, beta) != pytest.approx(shifted, rel=1e-5)


@pytest.mark.parametrize(
    ("lr", "beta"), [(0.5, 0.1), (1.9, 0.3), (2.95, 0.5), (3.0, 0.3)]
)
def test_the_worst_axis_determines_the_distance_in_the_long_run(names, lr, beta):
    rates = [names.rate(c, lr, beta) for c in names.curvatures]
    assert abs(rates[0] - rates[1]) > 0.02
    for start, wanted in (([1e-3, 1.0], max(rates)), ([1.0, 1e-3], max(rates)),
                          ([1.0, 0.0], rates[0]), ([0.0, 1.0], rates[1])):  # fmt: skip
        distances = np.linalg.norm(
            path(names.curvatures, np.array(start), 300, lr, beta), axis=1
        )
        # the largest of some steps, so that an oscillation does not matter
        early, late = distances[100:150].max(), distances[200:250].max()
        assert (late / early) ** (1 / 100) == pytest.approx(wanted, rel=0.01)
        assert (late < early) == (wanted < 1)  # converges, or diverges


def test_from_rest_no_root_alone_is_the_solution():
    curvature, lr, beta, z = sp.symbols("lambda eta beta z", positive=True)
    polynomial = z**2 - (1 + beta - lr * curvature) * z + beta
    first = 1 - lr * curvature  # d₁/d₀, for d₁ − d₀ = −ηλd₀
    assert sp.expand(polynomial.subs(z, first) - beta * lr * curvature) == 0
    second = (1 + beta - lr * curvature) * first - beta
    a, b = sp.solve(polynomial, z)
    c = (first - b) / (a - b)
    assert sp.simplify(c * a**2 + (1 - c) * b**2 - second) == 0


# --- The best rate --------------------------------------------------------------------


def test_the_example_is_a_valley_with_a_condition_number_of_twenty(names):
    x, y = sp.symbols("x y")
    hessian = sp.hessian((x**2 / 20 + y**2) / 2, [x, y])
    assert hessian == sp.diag(sp.Rational(1, 20), 1)
    assert names.curvatures.tolist() == [1 / 20, 1]  # the long axis is that of x
    assert math.sqrt(names.curvatures[1] / names.curvatures[0]) > 4  # of the contours


@pytest.mark.parametrize("kappa", [1.5, 20, 1000])
def test_the_best_rates_are_those_of_theory(names, kappa):
    ends = np.array([1, kappa]) / 3
    lr, beta = names.best_settings(ends)
    np.testing.assert_allclose((lr, beta), best_heavy_ball(np.diag(ends)), rtol=1e-12)
    best = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    assert math.sqrt(beta) == pytest.approx(best)
    for curvature in (*ends, 0.3 * ends[0] + 0.7 * ends[1]):
        assert names.rate(curvature, lr, beta) == pytest.approx(best, abs=1e-6)
    H = np.diag(ends)
    plain = contraction(H, best_lr(H))
    assert (kappa - 1) / (kappa + 1) == pytest.approx(plain)
    assert names.rate(ends[0], 2 / ends.sum(), 0) == pytest.approx(plain)


def test_the_page_prints_the_best_rates_of_its_valley(momentum, names):
    printed = numbers(momentum.printed("def best_settings"))
    best = (math.sqrt(20) - 1) / (math.sqrt(20) + 1)
    known = [3, best, 2, best, best, 19 / 21, 19 / 21]
    np.testing.assert_allclose(printed, known, atol=6e-5)
    np.testing.assert_allclose(names.reached, best, atol=1e-6)
    np.testing.assert_allclose(names.plain, 19 / 21, rtol=1e-9)
    assert names.plain_lr == pytest.approx(best_lr(np.diag(names.curvatures)))


@pytest.mark.parametrize("kappa", [20, 1000])
def test_no_momentum_has_a_better_rate_on_the_worst_axis(names, kappa):
    rng, ends = np.random.default_rng(1), np.array([1 / kappa, 1])
    near = np.array(names.best_settings(ends))
    best = math.sqrt(near[1])
    tries = near * (1 + rng.normal(0, 0.02, (1000, 2)))
    rates = [max(names.rate(c, *one) for c in ends) for one in tries]
    assert min(rates) > best
    # the inequalities of the proof, where all roots are within R
    for (lr, beta), R in zip(tries, rates, strict=True):
        if R < 1:
            assert beta <= R**2 * (1 + 1e-9)
            for c in ends:
                assert (1 - R) * (R - beta) <= lr * c * R * (1 + 1e-9)
                assert lr * c * R <= (1 + R) * (R + beta) * (1 + 1e-9)
    assert sum(R < 1 for R in rates) > 100


def test_only_the_momentum_of_the_formula_reaches_the_best_rate(names):
    lowest = {beta: curve.min() for beta, curve in names.rates.items()}
    assert lowest[names.best_beta] == pytest.approx(names.best_rate, abs=1e-6)
    others = [least for beta, least in lowest.items() if beta != names.best_beta]
    assert len(others) == 3
    assert min(others) > names.best_rate + 0.05
    larger = max(names.rates)
    level = np.isclose(names.rates[larger], np.sqrt(larger), rtol=1e-9)
    assert level.sum() > 100
    assert len(names.figures) == 1


@pytest.mark.parametrize("kappa", [1.5, 20, 1000])
def test_with_another_beta_one_axis_is_always_slower(kappa):
    """By the signs of (2) at ±R*, and by the product of the roots."""
    rng, (low, high) = np.random.default_rng(2), (1 / kappa, 1.0)
    best_lr, best_beta = best_heavy_ball(np.diag([low, high]))
    R = math.sqrt(best_beta)

    def polynomial(z, curvature, lr, beta):
        return z**2 - (1 + beta - lr * curvature) * z + beta

    for beta in rng.uniform(0, best_beta, 50):
        for lr in rng.uniform(0, best_lr, 20):
            assert polynomial(R, low, lr, beta) < 0  # so one root is larger than R*
            assert largest_eigenvalue(low, lr, beta) > R
        for lr in best_lr * (1 + rng.exponential(1, 20)):
            assert polynomial(-R, high, lr, beta) < 0
            assert largest_eigenvalue(high, lr, beta) > R
    for beta in rng.uniform(best_beta, 1, 50):
        for lr in rng.uniform(0, 4, 20):
            assert (
                largest_eigenvalue(high, lr, beta) >= math.sqrt(beta) - 1e-9 > R - 1e-9
            )


def test_the_curves_of_the_figure_begin_near_one_fall_and_rise_above_one(names):
    assert names.lrs[0] < 0.02
    assert names.lrs[-1] == 4
    for curve in names.rates.values():
        assert 0.95 < curve[0] < 1 < curve[-1]
        least = curve.argmin()
        assert (np.diff(curve[: least + 1]) <= 1e-9).all()
        assert (np.diff(curve[least:]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4 / (high + low) ** 2", "3 / (high + low) ** 2"),
        ("/ (high + low)) ** 2", "/ (high + 2 * low)) ** 2"),
        ("- lr * curvature), beta]", "- lr * curvature / 2), beta]"),
        ("- lr * curvature), beta]", "- lr * curvature), 1.1 * beta]"),
    ],
)
def test_the_check_of_the_page_refuses_other_settings_and_roots(old, new):
    with pytest.raises(AssertionError):
        edited("why/momentum.py", old, new)


# --- Steps ----------------------------------------------------------------------------


def test_the_steps_for_a_factor_of_ten_follow_from_the_condition_number(names):
    assert names.for_ten["gradient descent"] == pytest.approx(steps_for_ten(1e4))
    # the page computes the rate from two equal roots, to half of the digits
    assert names.for_ten["momentum"] == pytest.approx(steps_for_ten(100), rel=1e-5)
    share = names.for_ten["gradient descent"] / names.for_ten["momentum"]
    assert share == pytest.approx(100, rel=1e-3)
    np.testing.assert_allclose(names.ends, [1e-4, 1])


def by_equal_roots(R: float, steps: np.ndarray) -> np.ndarray:
    """Distances on both axes from (1, 1), with the values of (3): (a + bt)zᵗ.

    On the axis of small curvature z is R, on the other −R. The start is at rest, so
    that d₀ = 1 and d₁ = 1 − ηλ, where ηλ is (1 − R)² or (1 + R)²: a is 1, b is 1 ∓ R.
    """
    low, high = 1 + (1 - R) * steps, 1 + (1 + R) * steps
    return np.stack([low * R**steps, high * (-R) ** steps], axis=1)


def test_with_the_best_values_the_roots_are_equal_and_a_factor_grows(names):
    R, steps = 99 / 101, np.arange(301)
    lr, beta = names.best_settings(names.ends)
    for curvature in names.ends:
        discriminant = (1 + beta - lr * curvature) ** 2 - 4 * beta
        assert abs(discriminant) < 1e-12
    found = path(names.ends, np.ones(2), 300, lr, beta)
    np.testing.assert_allclose(found, by_equal_roots(R, steps), rtol=1e-6)
    assert not np.allclose(found, by_equal_roots(R + 1e-3, steps), rtol=1e-3)


def test_the_counted_steps_are_those_of_the_closed_forms(momentum, names):
    R, steps = 99 / 101, np.arange(3000.0)
    distances = np.linalg.norm(by_equal_roots(R, steps), axis=1) / math.sqrt(2)
    counted = {name: len(run) - 1 for name, run in names.runs.items()}
    assert counted["momentum"] == (distances > 1e-6).sum()
    assert (distances[:100] > 1e-6).all()  # and it stays below
    assert max(names.runs["momentum"]) == pytest.approx(distances.max())
    steep = np.abs(1 + (1 + R) * steps) * R**steps
    assert steep.max() > 30  # what grows is the component on the axis of curvature 1
    assert (np.diff((1 + (1 - R) * steps) * R**steps)[1:] < 0).all()
    plain = 6 * steps_for_ten(1e4)
    assert counted["gradient descent"] == math.ceil(plain)
    assert counted["momentum"] > 6.5 * steps_for_ten(100)
    tenths = [(distances > 10.0**-k).sum() for k in range(1, 7)]
    assert names.tenths == tenths
    assert tenths[0] > 3 * max(np.diff(tenths))
    assert min(np.diff(tenths)) > steps_for_ten(100)
    printed = momentum.printed("def distances").replace(",", "")
    known = [10, 10**6, steps_for_ten(1e4), math.ceil(plain)]
    known += [steps_for_ten(100), counted["momentum"]]
    assert numbers(printed) == [round(number) for number in known]
    assert counted["gradient descent"] / counted["momentum"] == pytest.approx(
        65.4, 0.01
    )


# --- The exercises --------------------------------------------------------------------


def test_the_rate_is_the_root_of_beta_in_an_interval_and_nowhere_else(names):
    beta, low, high = 0.7, 1 / 20, 1.0
    assert names.curvatures.tolist() == [low, high]
    lrs = np.linspace(0.01, 4, 4000)
    level = [
        max(largest_eigenvalue(c, lr, beta) for c in (low, high))
        < math.sqrt(beta) + 1e-6
        for lr in lrs
    ]
    inside = lrs[level]
    assert inside[0] == pytest.approx(names.left, abs=2e-3)
    assert inside[-1] == pytest.approx(names.right, abs=2e-3)
    assert np.diff(np.flatnonzero(level)).max() == 1


def test_the_table_of_the_first_exercise_has_larger_rates_outside_only(momentum):
    printed = momentum.printed("beta = 0.7").splitlines()
    left, right, root = numbers(printed[0])
    assert root == pytest.approx(math.sqrt(0.7), abs=6e-5)
    rows = [numbers(line) for line in printed[1:]]
    assert [row[0] for row in rows[1:4:2]] == [left, right]
    for lr, flat, steep in rows:
        assert (flat > root + 0.01) == (lr < left)
        assert (steep > root + 0.01) == (lr > right)
        assert min(flat, steep) == root
    assert rows[0][0] < left
    assert rows[4][0] > right


@pytest.mark.parametrize("kappa", [1.5, 20, 1000])
def test_the_interval_exists_from_the_best_beta_on_where_it_is_a_point(names, kappa):
    ends = np.array([1, kappa])
    lr, best = names.best_settings(ends)

    def interval(beta: float) -> tuple[float, float]:
        root = math.sqrt(beta)
        return (1 - root) ** 2 / ends[0], (1 + root) ** 2 / ends[1]

    assert interval(best) == pytest.approx((lr, lr))
    for beta, exists in ((0.99 * best, False), (1.01 * best, True), (0.99, True)):
        left, right = interval(beta)
        assert (left <= right) == exists


def test_the_steps_of_the_second_exercise_lie_between_the_bounds():
    u = sp.Symbol("u", positive=True)
    half = sp.log((1 + u) / (1 - u)) / 2
    series = sp.series(half, u, 0, 10).removeO()
    assert series == sum(u**k / k for k in range(1, 10, 2))
    for x in (1.01, 1.5, math.sqrt(20), 20, 100, 1e4):  # √κ, or κ for plain descent
        bound = x / 2 * math.log(10)
        assert (1 - 1 / x**2) * bound < steps_for_ten(x) < bound
        if x < 1000:  # the lower bound is not far from the truth
            assert steps_for_ten(x) < (1 - 1 / x**2 / 4) * bound


def test_the_table_of_the_second_exercise_is_that_of_the_formula(momentum):
    table = momentum.printed("for kappa in (").replace(",", "")
    _, *rows = table.splitlines()
    known = [(kappa, x) for kappa in (20, 100, 1000) for x in (kappa, kappa**0.5)]
    for row, (kappa, x) in zip(rows, known, strict=True):
        assert ("momentum" in row) == (x != kappa)
        above = x / 2 * math.log(10)
        found = [kappa, (1 - x**-2) * above, steps_for_ten(x), above]
        assert numbers(row) == pytest.approx(found, abs=6e-4)
    for kappa in (1e3, 1e4, 1e6):
        share = steps_for_ten(kappa) / steps_for_ten(math.sqrt(kappa))
        assert share == pytest.approx(math.sqrt(kappa), rel=1 / kappa)
