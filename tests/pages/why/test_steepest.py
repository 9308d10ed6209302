"""The page why/steepest: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from gdbook.taylor.derivatives import (
    gradient,
    hessian,
)
from gdbook.taylor.directions import (
    hoelder_identity,
    lagrange_identity,
    norm,
    stationary_directions,
    steepest_direction,
)
from tests.checks import is_beaten, is_identity, random_matrix
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def steepest() -> Page:
    return run_page("why/steepest.py")


H = np.array([[2.0, 1.0], [1.0, 4.0]])
NORMS = {
    "1-norm": (1, None),
    "2-norm": (2, None),
    "maximum norm": (sp.oo, None),
    "quadratic norm": (2, H),
}


def test_the_stationary_directions_are_plus_and_minus_g_over_its_norm():
    g = sp.Matrix(sp.symbols("a b", real=True))
    length = sp.sqrt(g.dot(g))
    (low, first), (high, second) = stationary_directions(g)
    for v, multiplier in ((low, first), (high, second)):
        assert all(is_identity(x, sp.Integer(0)) for x in g + 2 * multiplier * v)
        assert is_identity(v.dot(v), sp.Integer(1))
    assert is_identity(g.dot(low), -length)
    assert is_identity(g.dot(high), length)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_elsewhere_the_lagrangian_is_greater_by_a_multiple_of_the_squared_distance(n):
    g = sp.Matrix(sp.symbols(f"a1:{n + 1}", real=True))
    v = sp.Matrix(sp.symbols(f"p1:{n + 1}", real=True))
    lam = sp.Symbol("lambda", positive=True)
    lagrangian = g.dot(v) + lam * (v.dot(v) - 1)
    best = -g / (2 * lam)
    least = lagrangian.subs(dict(zip(v, best, strict=True)), simultaneous=True)
    distance = (v - best).dot(v - best)
    assert is_identity(lagrangian - least, lam * distance, tries=2)
    assert not is_identity(lagrangian - least, 2 * lam * distance, tries=2)
    on_sphere = best.subs(lam, sp.sqrt(g.dot(g)) / 2)
    assert is_identity(on_sphere.dot(on_sphere), sp.Integer(1), tries=2)
    assert is_identity(g.dot(on_sphere), -sp.sqrt(g.dot(g)), tries=2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.dot(p) ** 2 - right)", "2 * a.dot(p) ** 2 - right)"),
        ("- a[j] * p[i]) ** 2", "+ a[j] * p[i]) ** 2"),
        ("lam * shifted.dot(shifted)", "2 * lam * shifted.dot(shifted)"),
        ("shifted = p + a / (2 * lam)", "shifted = p + a / lam"),
        ("/ (4 * lam) - lam", "/ (4 * lam) + lam"),
    ],
)
def test_the_check_of_the_page_refuses_a_wrong_identity(old, new):
    with pytest.raises(AssertionError):
        edited("why/steepest.py", old, new)


def test_lagranges_identity_holds_in_every_dimension_that_the_page_checks():
    for n in (2, 3, 6):
        g, v = (sp.symbols(f"{c}1:{n + 1}", real=True) for c in "av")
        identity = lagrange_identity(g, v)
        assert len(sp.Add.make_args(identity.rhs)) == n * (n - 1) // 2
        assert is_identity(identity.lhs, identity.rhs, tries=2)
        assert not is_identity(identity.lhs, identity.rhs + (g[0] * v[0]) ** 2, tries=2)


def test_the_slope_exceeds_the_least_one_by_the_squared_distance_of_the_directions():
    rng = np.random.default_rng(4)
    for n in (1, 2, 5, 9):
        for g, v in rng.normal(size=(50, 2, n)):
            A = random_matrix(n)
            for matrix in (np.eye(n), A):  # (5), then (7)
                u = v / np.sqrt(v @ matrix @ v)
                s = np.sqrt(g @ np.linalg.solve(matrix, g))
                best = -np.linalg.solve(matrix, g) / s
                distance = (u - best) @ matrix @ (u - best)
                assert best @ matrix @ best == pytest.approx(1)
                assert g @ u == pytest.approx(-s + s / 2 * distance, abs=1e-12 * s)
                if n > 1:
                    assert g @ u != pytest.approx(-s + s * distance, abs=1e-6 * s)


def test_no_guess_has_a_larger_share_than_1_and_in_ten_dimensions_none_comes_near(
    steepest,
):
    lines = steepest.printed("others /= np.linalg.norm").splitlines()
    shares = {int(numbers(line)[0]): numbers(line)[1] for line in lines}
    assert list(shares) == [2, 3, 5, 10]
    assert all(share <= 1 for share in shares.values())
    assert all(share < 1 for n, share in shares.items() if n > 2)
    assert shares[10] < 0.95
    wrong = edited(
        "why/steepest.py", "min() / -np.linalg.norm(gradient)", "min() / gradient.min()"
    )
    shares = [numbers(x)[1] for x in wrong.printed("others /= ").splitlines()]
    assert max(shares) > 1  # a direction that is not against g is beaten


def test_no_sampled_direction_beats_the_four_of_the_page_in_their_norms(steepest):
    names = steepest.after("directions = {")
    assert list(names["directions"]) == list(NORMS)
    g = names["g"]
    for name, direction in names["directions"].items():
        order, A = NORMS[name]
        exact = None if A is None else sp.Matrix([[2, 1], [1, 4]])
        known = steepest_direction([3, 4], order, exact)
        assert np.allclose(direction, np.array(known, float).ravel(), rtol=1e-14)
        assert not is_beaten(direction, g, order, A)


def test_the_direction_of_one_norm_is_beaten_in_each_of_the_others(steepest):
    names = steepest.after("directions = {")
    for name, direction in names["directions"].items():
        for other, (order, A) in NORMS.items():
            exact = None if A is None else sp.Matrix([[2, 1], [1, 4]])
            length = float(norm(sp.Matrix(direction), order, exact))
            assert is_beaten(direction / length, names["g"], order, A) == (
                other != name
            )


def test_in_the_figure_each_dashed_line_touches_its_ball_at_the_direction(steepest):
    names = steepest.after("unit_balls(g,")
    g = names["g"]
    outlines = [names["circle"] / size for size in names["sizes"]]
    for direction, outline in zip(names["directions"].values(), outlines, strict=True):
        assert (g @ outline).min() >= g @ direction - 1e-12
        assert (g @ outline).min() == pytest.approx(g @ direction, rel=2e-3)


WHOLE = st.lists(st.integers(-3, 3), min_size=1, max_size=6).filter(any)  # with ties


@settings(max_examples=40)
@given(WHOLE)
def test_the_function_of_the_page_gives_the_directions_of_the_package(steepest, g):
    found, A = steepest.end.steepest, random_matrix(len(g))
    for name, order in (("1-norm", 1), ("2-norm", 2), ("maximum norm", sp.oo)):
        direction = found(np.array(g, float), name)
        known = np.array(steepest_direction(g, order), float).ravel()
        assert np.allclose(direction, known, rtol=1e-14, atol=0)
        assert float(norm(sp.Matrix(direction), order)) == pytest.approx(1)  # ties too
    direction = found(np.array(g, float), "quadratic norm", A)
    known = np.array(steepest_direction(g, 2, sp.Matrix(A)), float).ravel()
    assert np.allclose(direction, known, rtol=1e-9, atol=1e-12)


@settings(max_examples=40)
@given(WHOLE, st.integers(0, 99))
def test_hoelders_inequality_and_its_cases_of_equality(g, seed):
    rng, g = np.random.default_rng(seed), np.array(g)
    largest, total = np.abs(g).max(), np.abs(g).sum()
    identity = hoelder_identity(g.tolist(), rng.integers(-3, 4, len(g)).tolist())
    assert identity.lhs.equals(identity.rhs)
    assert identity.rhs >= 0
    ties = np.abs(g) == largest
    mean = rng.random(len(g)) * ties
    v = -np.sign(g) * mean / mean.sum()  # a weighted mean of the directions of a tie
    assert np.abs(v).sum() == pytest.approx(1)
    assert g @ v == pytest.approx(-largest)
    v = np.where(g == 0, rng.uniform(-1, 1, len(g)), -np.sign(g))
    assert np.abs(v).max() == 1
    assert g @ v == -total


def test_no_other_direction_is_as_steep_without_a_tie_and_without_a_zero():
    grid = np.linspace(-1, 1, 401)
    side, signs = 1 - np.abs(grid), np.array([-1, 1])
    one = np.array([(x, s * y) for x, y in zip(grid, side, strict=True) for s in signs])
    most = np.array([pair for x in grid for s in (-1, 1) for pair in ((x, s), (s, x))])
    for g, ball, many in (
        ([3, 4], one, False),
        ([3, 3], one, True),
        ([3, 4], most, False),
        ([3, 0], most, True),
    ):
        slopes = ball @ g
        steep = np.unique(ball[slopes <= slopes.min() + 1e-12], axis=0)
        assert (len(steep) > 1) == many


def test_at_the_tie_of_the_page_its_three_directions_have_one_norm_and_one_slope():
    g = np.array([3, 3])
    for v in ([-1, 0], [0, -1], [-0.5, -0.5]):
        assert np.abs(v).sum() == 1
        assert g @ v == -np.abs(g).max()
    assert g @ [-0.5, 0.5] > -np.abs(g).max()  # of 1-norm one too, and not between them


def test_equality_in_hoelder_needs_both_conditions_that_the_page_names():
    rng = np.random.default_rng(7)
    for g, v in rng.integers(-2, 3, size=(3000, 2, 3)):
        products, M = g * v, np.abs(g).max()
        total = np.abs(products).sum()
        one_sign = (products >= 0).all() or (products <= 0).all()
        assert (abs(products.sum()) == total) == one_sign
        only_largest = (v[np.abs(g) < M] == 0).all()
        assert (total == M * np.abs(v).sum()) == only_largest


def test_newtons_step_ends_at_the_bottom_of_a_quadratic_bowl_and_minus_g_misses_it(
    steepest,
):
    names = steepest.after("newton = ")
    newton, g = names["newton"], names["g"]
    assert np.allclose(g + H @ newton, 0, atol=1e-14)
    assert abs(newton[0] * g[1] - newton[1] * g[0]) > 0.1  # not parallel
    x, y, p, q = sp.symbols("x y p q", real=True)
    bowl = x**2 + x * y + 2 * y**2
    moved = gradient(bowl, [x, y]).subs({x: x + p, y: y + q}, simultaneous=True)
    by_hessian = gradient(bowl, [x, y]) + hessian(bowl, [x, y]) * sp.Matrix([p, q])
    assert (moved - by_hessian).applyfunc(sp.expand) == sp.zeros(2, 1)


def test_the_function_that_divides_a_tie_is_refused():
    everywhere = "np.where(np.abs(g) == np.abs(g).max(), -np.sign(g), 0)"
    old = "np.where(np.arange(len(g)) == i, -np.sign(g), 0)"
    wrong = edited("why/steepest.py", old, everywhere).end.steepest
    assert np.abs(wrong(np.array([3.0, 3.0]), "1-norm")).sum() == 2


def test_the_best_short_step_is_near_but_not_at_180_degrees_and_tends_to_it(steepest):
    assert steepest.end.best_angle != pytest.approx(180, abs=0.1)
    g, H = np.array([3.0, 4.0]), np.array([[2.0, 1.0], [1.0, 4.0]])
    angle = np.radians(np.linspace(170, 190, 200_001) + np.degrees(np.arctan2(4, 3)))
    unit = np.array([np.cos(angle), np.sin(angle)])
    off = []
    for length in (0.1, 0.01, 0.001):
        change = length * (g @ unit) + length**2 / 2 * (unit * (H @ unit)).sum(0)
        off.append(abs(np.linspace(170, 190, 200_001)[change.argmin()] - 180))
    assert off[0] == pytest.approx(abs(steepest.end.best_angle - 180), abs=2e-3)
    assert off[1] < off[0] / 5
    assert off[2] < off[1] / 5


def test_newtons_direction_leads_uphill_at_a_saddle_where_y_is_larger(steepest):
    assert numbers(steepest.printed("saddle, there"))[0] > 0
    saddle = np.diag([1.0, -1.0])
    for x, y in np.random.default_rng(5).normal(size=(50, 2)):
        g = saddle @ [x, y]
        assert (g @ -np.linalg.solve(saddle, g) > 0) == (abs(y) > abs(x))
        assert np.allclose([x, y] - np.linalg.solve(saddle, g), 0)


@pytest.mark.parametrize("p", [1.2, 2, 3, 7])
def test_the_direction_of_the_p_norm_is_not_beaten(p, steepest):
    rng, q = np.random.default_rng(6), p / (p - 1)
    for n in (2, 3, 5):
        g, others = rng.normal(size=n), rng.normal(size=(5000, n))
        dual = np.linalg.norm(g, ord=q)
        v = -np.sign(g) * (np.abs(g) / dual) ** (q - 1)
        others = np.vstack([others, v + 0.05 * others])
        others /= np.linalg.norm(others, ord=p, axis=1, keepdims=True)
        assert np.linalg.norm(v, ord=p) == pytest.approx(1)
        assert g @ v == pytest.approx(-dual)
        assert (others @ g).min() > g @ v
    length, slope, dual = numbers(steepest.printed("conjugate = order"))[:3]
    assert (length, slope) == (1, dual)
    assert numbers(steepest.printed("conjugate = order"))[-1] > slope
