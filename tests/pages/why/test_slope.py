"""The page why/slope: what it computes and claims, held independently."""

import math
import random

import numpy as np
import pytest
import sympy as sp

from gdbook.taylor.derivatives import (
    along,
    gradient,
    lagrange_remainder,
    taylor_polynomial,
)
from tests.checks import is_identity, measured_order
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def slope() -> Page:
    return run_page("why/slope.py")


def test_the_slope_along_the_line_is_the_dot_product_with_the_gradient(slope):
    names = slope.after("on_the_line = ")
    p, q, t = names["p"], names["q"], names["t"]
    assert names["g"] == sp.Matrix([3, 4])
    assert is_identity(names["slope_along_v"], 3 * p + 4 * q)
    assert is_identity(names["slope_along_v"], names["phi"].diff(t).subs(t, 0))
    assert not is_identity(names["slope_along_v"], 4 * p + 3 * q)


def two_moves(f: sp.Expr, x: sp.Symbol, y: sp.Symbol, place: dict, d: list) -> float:
    """Mean slopes of the two moves, by the mean value theorem, times their lengths."""
    corner = place | {x: place[x] + d[0]}
    end = corner | {y: corner[y] + d[1]}
    total = 0.0
    for variable, before, after in ((x, place, corner), (y, corner, end)):
        change = f.subs(after) - f.subs(before)
        mean = change / (after[variable] - before[variable])
        slopes = sp.lambdify(
            variable, f.diff(variable).subs(before | {variable: variable})
        )
        way = np.linspace(float(before[variable]), float(after[variable]), 2001)
        # the mean slope occurs on the way: it lies between slopes that occur
        assert slopes(way).min() <= float(mean) <= slopes(way).max()
        total += float(change)
    return total


def test_a_slanting_walk_is_two_moves_whose_mean_slopes_occur_on_the_way(slope):
    names = slope.after("on_the_line = ")
    f, x, y = names["f"], names["x"], names["y"]
    draw = random.Random(1)
    for _ in range(20):
        d = [sp.Rational(draw.randint(1, 99), 100) * draw.choice([-1, 1]) for _ in "xy"]
        whole = f.subs({x: d[0], y: 1 + d[1]}) - f.subs({x: 0, y: 1})
        assert two_moves(f, x, y, {x: 0, y: 1}, d) == pytest.approx(
            float(whole), abs=1e-12
        )


def test_a_vector_twice_as_long_has_twice_the_slope(slope):
    names = slope.after("on_the_line = ")
    p, q = names["p"], names["q"]
    double = names["slope_along_v"].subs({p: 2 * p, q: 2 * q}, simultaneous=True)
    assert is_identity(double, 2 * names["slope_along_v"])


def test_in_the_plane_the_slope_is_a_length_times_a_cosine(slope):
    names = slope.after("polar = r")
    r, alpha, beta = names["r"], names["alpha"], names["beta"]
    v = [sp.cos(beta + alpha), sp.sin(beta + alpha)]
    assert is_identity(names["polar"].dot(v), r * sp.cos(alpha))
    assert not is_identity(names["polar"].dot(v), r * sp.sin(alpha))
    assert slope.printed("polar = r") == "r*cos(alpha)"
    assert is_identity(names["polar"].dot(names["polar"]), r**2)


def test_the_figure_has_its_lowest_slope_opposite_the_gradient(slope):
    names = slope.after("far = 0.5")
    angle, slopes, quotient = names["angle"], names["slope"], names["quotient"]
    opposite = math.degrees(math.atan2(4, 3)) + 180
    assert abs(angle[slopes.argmin()] - opposite) <= 0.5
    assert slopes.min() == pytest.approx(-5, abs=1e-3)
    assert slopes.max() == pytest.approx(5, abs=1e-3)
    level = np.radians(math.degrees(math.atan2(4, 3)) + 90)
    assert abs(3 * math.cos(level) + 4 * math.sin(level)) < 1e-12
    assert names["lowest"] == pytest.approx(opposite)
    assert (quotient > slopes).all()
    # independently: f(x₀ + v/2) over 1/2, from the formula of f
    a, b = 0.5 * np.cos(np.radians(angle)), 1 + 0.5 * np.sin(np.radians(angle))
    after = 2 * np.exp(a) + a * b + 2 * b**2
    assert np.allclose(quotient, (after - 4) / 0.5, atol=1e-12)


def test_the_curvature_along_the_line_is_that_of_the_hessian(slope):
    names = slope.after("on_the_line = ")
    p, q = names["p"], names["q"]
    v, H = sp.Matrix([p, q]), names["H"]
    assert H == H.T == sp.hessian(names["f"], [names["x"], names["y"]])
    t = names["t"]
    curvature = names["phi"].diff(t, 2).subs(t, 0)
    assert is_identity(curvature, v.dot(H.subs(names["start"]) * v))
    assert not is_identity(curvature, v.dot(H.subs(names["start"]) * v) / 2)
    # a column of H holds the slopes of the components of the gradient
    slopes = gradient(names["f"], [names["x"], names["y"]]).jacobian(
        [names["x"], names["y"]]
    )
    assert slopes == H


def test_the_hessian_at_the_start_gives_the_second_order_with_lagranges_remainder(
    slope,
):
    names = slope.after("radius = ")
    line = names["f"], [names["x"], names["y"]], [0, 1], [names["p"], names["q"]]
    t, xi, phi = names["t"], sp.Symbol("xi", real=True), names["phi"]
    second = taylor_polynomial(*line, 2, t)
    assert phi == along(*line, t)
    v = sp.Matrix([names["p"], names["q"]])
    by_formula = 4 + t * names["g"].dot(v)
    curvature = v.dot(names["H"].subs(names["start"]) * v)
    assert is_identity(by_formula + t**2 / 2 * curvature, second)
    assert not is_identity(by_formula + t**2 * curvature, second)
    form = phi.diff(t, 3).subs(t, xi) * t**3 / 6
    assert is_identity(form, lagrange_remainder(*line, 2, t, xi))
    # of the three terms only the exponential has a third derivative
    assert is_identity(form, names["p"] ** 3 * sp.exp(names["p"] * xi) * t**3 / 3)


def test_the_error_of_the_second_order_is_at_most_of_the_third_power(slope):
    names = slope.after("radius = ")
    t, line = names["t"], [names["p"], names["q"]]
    second = taylor_polynomial(
        names["f"], [names["x"], names["y"]], [0, 1], line, 2, names["t"]
    )
    missed = names["phi"] - second

    def order(p: sp.Expr, q: sp.Expr, more: sp.Expr = sp.S.Zero) -> float:
        at = (missed + more).subs({names["p"]: p, names["q"]: q})
        return float(measured_order(at.subs(t, sp.Symbol("t", real=True))))

    assert abs(order(sp.Rational(3, 5), sp.Rational(4, 5)) - 3) < 1e-9
    assert abs(order(sp.Rational(3, 5), sp.Rational(4, 5), t**2 / 1000) - 2) < 1e-6
    # across the x axis the error is zero: O(t³) is a bound, and not the size
    assert sp.expand(missed.subs({names["p"]: 0, names["q"]: 1})) == 0


def worst_quotient(f, g: list, rho: float) -> float:
    """The largest |f(x₀ + d) − f(x₀) − g · d| over ½ ‖d‖² for ‖d‖ = ρ, x₀ = (0, 1)."""
    turn = np.linspace(0, 2 * np.pi, 4001)
    d = rho * np.array([np.cos(turn), np.sin(turn)])
    missed = f(d[0], 1 + d[1]) - f(0, 1) - g @ d
    return float((2 * np.abs(missed) / rho**2).max())


def test_one_bound_holds_for_all_directions_of_the_ball(slope):
    names = slope.after("radius = ")
    M, f = names["M"], names["height"]
    # the greatest eigenvalue of the Hessian grows with x, and x is at most 1/2
    edge = np.array([[2 * math.exp(0.5), 1], [1, 4]])
    assert pytest.approx(np.linalg.eigvalsh(edge)[-1], rel=1e-12) == M
    for rho in (0.5, 0.25, 0.1, 0.01):
        assert worst_quotient(f, np.array([3, 4]), rho) <= M
    assert worst_quotient(f, np.array([3, 4]), 0.5) > 0.9 * M  # and it is not idle
    printed = numbers(slope.printed("radius = "))
    assert printed[1] <= printed[0] == pytest.approx(M, abs=5e-5)


def test_both_surfaces_to_play_with_curve_up_everywhere():
    # so that every difference quotient lies above the slope
    x, y = sp.symbols("x y", real=True)
    valley = sp.exp(x + y) + sp.exp(x - y) + sp.exp(-x)
    samples = ((0, 0), (1, 1), (2, 2), (3, sp.Rational(31, 10)))
    toy = sum((a * x + y - b) ** 2 for a, b in samples) / 4
    for surface in (valley, toy):
        H = sp.hessian(surface, [x, y])
        assert sp.expand(H.det()).is_positive
        assert H.trace().is_positive
    assert not sp.expand(sp.hessian(valley - x**2 * 9, [x, y]).det()).is_positive


def test_the_slopes_of_exercise_2_are_0_and_the_function_is_not_of_smaller_order(slope):
    assert slope.printed("h = x**3").splitlines() == ["slope 0", "limit 1/2"]
    t = sp.Symbol("t", real=True)
    h = slope.after("h = x**3")["h"]
    x, y = slope.after("h = x**3")["x"], slope.after("h = x**3")["y"]
    assert h.subs({x: t, y: 0}) == 0  # along the x axis, where q is 0
    assert sp.simplify(h.subs({x: t, y: t**2}) - t / 2) == 0
    # its partial derivative by y is not continuous: along the x axis it is 1/x
    assert sp.simplify(h.diff(y).subs(y, 0) - 1 / x) == 0


def test_the_worst_error_over_the_length_falls_with_the_length(slope):
    rows = [numbers(line) for line in slope.printed("for rho in").splitlines()]
    assert [rho for rho, _ in rows] == [0.1, 0.01, 0.001]
    worst = [error for _, error in rows]
    assert worst == sorted(worst, reverse=True)
    assert worst[-1] < 0.003


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("g = gradient.subs(start)", "g = 2 * gradient.subs(start)"),
        ("1 + far * v[1]) - height(0, 1)) / far", "1 + far * v[1]) - 6) / far"),
        ("* radius**2 / 2).all()", "* radius**2 / 3).all()"),
        ("slope_along_v = phi.diff(t)", "slope_along_v = 2 * phi.diff(t)"),
        ("2 * sp.exp(-1) >", "2 * sp.exp(-3) >"),
        ("(p / 2 + 2 * q) ** 2", "(p / 2 - 2 * q) ** 2"),
    ],
)
def test_the_checks_of_the_page_notice_a_wrong_line(old, new):
    with pytest.raises(AssertionError):
        edited("why/slope.py", old, new)
