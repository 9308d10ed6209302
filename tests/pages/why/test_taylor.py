"""The page why/taylor: what it computes and claims, held independently."""

import math

import numpy as np
import pytest
import sympy as sp

from gdbook.taylor.derivatives import (
    expansion,
    intermediate_point,
    taylor_polynomial,
)
from tests.checks import is_identity
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def tangent() -> Page:
    return run_page("why/taylor.py")


def test_the_error_of_the_tangent_over_t_squared_tends_to_half_the_second_derivative(
    tangent,
):
    names = tangent.after("tangent = sine")
    t, missed = names["t"], names["sine"] - names["tangent"]
    limit = sp.limit(missed / t**2, t, 0)
    assert is_identity(limit, -sp.sin(1) / 2)
    assert not is_identity(limit, -sp.sin(1))
    table = np.array(numbers(tangent.printed("tangent = sine").replace("²", "")))
    table = table.reshape(4, 3)
    assert (np.abs(np.diff(table[:, 1])) > 0).all()
    quarter = table[1:, 1] / table[:-1, 1]
    assert (np.abs(quarter - 0.25) < 0.01).all()
    assert (np.diff(np.abs(table[:, 2] + math.sin(1) / 2)) < 0).all()


@pytest.mark.parametrize("order", range(4))
def test_the_moving_polynomial_has_the_value_and_the_derivative_of_the_proof(
    order, tangent
):
    names = tangent.after("def expansion")
    s, t, phi, moving = (names[name] for name in ("s", "t", "phi", "expansion"))
    assert moving(phi, order) == expansion(phi, s, t, order)
    for example in (sp.exp(2 * s), sp.sin(1 + s), 1 / (2 + s**2)):
        polynomial = moving(example, order)
        rate = example.diff(s, order + 1) * (t - s) ** order / sp.factorial(order)
        assert is_identity(polynomial.subs(s, t), example.subs(s, t))
        assert is_identity(polynomial.diff(s), rate)
        assert not is_identity(polynomial.diff(s), -rate)


def test_the_minus_piece_of_a_term_cancels_the_plus_piece_of_the_term_before():
    s, t = sp.symbols("s t", real=True)
    j = sp.Symbol("j", integer=True, positive=True)
    before, here = (sp.Function(name)(s) for name in ("phi_before", "phi_j"))

    def term(function: sp.Expr, order: sp.Expr) -> sp.Expr:
        return function * (t - s) ** order / sp.factorial(order)

    # φ_before is the derivative of order j − 1, so its own derivative is φ_j
    plus = term(before, j - 1).diff(s).coeff(before.diff(s)) * here
    minus = term(here, j).diff(s).subs(here.diff(s), 0)
    for order in range(1, 7):
        assert sp.simplify((plus + minus).subs(j, order)) == 0
    assert sp.simplify(plus + minus) == 0  # for every j at once
    assert sp.simplify(plus + 2 * minus) != 0


@pytest.mark.parametrize("order", range(4))
def test_the_integral_form_is_what_the_polynomial_misses(order, tangent):
    names = tangent.after("def remainder")
    s, t, remainder = names["s"], names["t"], names["remainder"]
    for example in (sp.exp(2 * s), sp.sin(1 + s), s * sp.exp(s)):
        polynomial = taylor_polynomial(example, [s], [0], [1], order, t)
        missed = example.subs(s, t) - polynomial
        assert is_identity(missed, remainder(example, order))
        assert not is_identity(missed, remainder(example, order) * 1001 / 1000)


@pytest.mark.parametrize("far", [1, -1, sp.Rational(1, 3)])
@pytest.mark.parametrize("order", range(4))
def test_lagranges_form_holds_at_a_point_on_the_way_in_both_directions(order, far):
    x = sp.Symbol("x", real=True)
    point = intermediate_point(sp.sin(x), [x], [1], [1], order, far)
    assert min(0, far) <= point <= max(0, far)
    missed = sp.sin(1 + far) - taylor_polynomial(sp.sin(x), [x], [1], [1], order, far)
    form = sp.sin(x).diff(x, order + 1).subs(x, 1 + point) * far ** (order + 1)
    assert abs((form / sp.factorial(order + 1) - missed).evalf()) < 1e-12


def test_the_weight_of_6_is_not_negative_and_its_integral_is_1():
    share = sp.Symbol("theta", real=True)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    total = sp.integrate((k + 1) * (1 - share) ** k, (share, 0, 1))
    assert sp.gammasimp(total - 1) == 0
    assert sp.gammasimp(total - 1 / (k + 1)) != 0
    for order in range(5):
        assert ((order + 1) * (1 - np.linspace(0, 1, 101)) ** order >= 0).all()


@pytest.mark.parametrize("far", [1, -1, sp.Rational(1, 3)])
@pytest.mark.parametrize("order", range(4))
def test_the_weighted_mean_of_6_gives_the_remainder_in_both_directions(
    order, far, tangent
):
    names = tangent.after("def remainder")
    s, t, share = names["s"], names["t"], sp.Symbol("theta", real=True)
    for example in (sp.exp(2 * s), sp.sin(1 + s)):
        values = example.diff(s, order + 1).subs(s, share * far)
        weight = (order + 1) * (1 - share) ** order
        mean = sp.integrate(weight * values, (share, 0, 1))
        form = sp.sympify(far) ** (order + 1) / sp.factorial(order + 1) * mean
        missed = names["remainder"](example, order).subs(t, far)
        assert abs((form - missed).evalf()) < 1e-12
        assert abs((form * 1001 / 1000 - missed).evalf()) > 1e-9


def test_the_unknown_point_of_the_page_is_found_by_the_package_too(tangent):
    x = sp.Symbol("x", real=True)
    known = intermediate_point(sp.sin(x), [x], [1], [1], 1, 1)
    assert abs(tangent.after("found = ")["found"] - known) < 1e-12
    assert 0 < known < 1


def test_every_error_in_the_table_of_bounds_is_below_its_bound(tangent):
    lines = tangent.printed("errors_at_1 = ").splitlines()
    for order, line in enumerate(lines):
        bound = sp.Rational(line.split()[-1])
        assert bound == sp.Rational(1, math.factorial(order + 1))
        assert numbers(line)[1] <= bound
    assert len(lines) == 5
    assert numbers(lines[0])[1] > sp.Rational(1, 20)  # a bound of a 20th would fail


def test_at_1_the_tangent_has_a_larger_error_than_order_0(tangent):
    constant, line = (
        abs(math.sin(2) - p) for p in (math.sin(1), math.sin(1) + math.cos(1))
    )
    assert constant == pytest.approx(0.068, abs=5e-4)
    assert line == pytest.approx(0.472, abs=5e-4)
    table = [numbers(one)[1] for one in tangent.printed("errors_at_1 = ").splitlines()]
    assert table[:2] == [round(constant, 5), round(line, 5)]


def test_within_one_half_each_higher_order_of_the_figure_has_a_smaller_error():
    t = np.linspace(0.01, 0.5, 500)
    t = np.concatenate([-t, t])
    terms = [math.sin(1) + 0 * t, math.cos(1) * t]
    terms += [-math.sin(1) * t**2 / 2, -math.cos(1) * t**3 / 6]
    errors = np.abs(np.cumsum(terms, axis=0) - np.sin(1 + t))
    assert (np.diff(errors, axis=0) < 0).all()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("linspace(-0.5, 0.5, 1001)", "linspace(-1, 1, 1001)"),
        ("errors_at_1[1] > errors_at_1[0]", "errors_at_1[1] < errors_at_1[0]"),
        (
            "(t - s) ** order / sp.factorial(order)\n    return",
            "(t - s) ** order\n    return",
        ),
        ("slopes[-1] - order - 1", "slopes[-1] - order - 2"),
    ],
)
def test_the_checks_of_the_page_notice_a_wrong_line(old, new):
    with pytest.raises(AssertionError):
        edited("why/taylor.py", old, new)


def near_powers(ratios: np.ndarray) -> bool:
    """Whether halving a step divides error k by about 2^(k+1)."""
    return bool(
        np.allclose(ratios / 2.0 ** np.arange(1, len(ratios) + 1), 1, atol=0.02)
    )


def test_halving_the_step_divides_the_errors_on_the_page_by_powers_of_two(tangent):
    errors = tangent.after("near = 2.0")["errors"]
    ratios = np.array([error[-2] / error[-1] for error in errors])
    assert near_powers(ratios)
    assert not near_powers(ratios[::-1])
    lines = tangent.printed("for order, error in enumerate(errors):\n    print")
    printed = [numbers(line)[1] for line in lines.splitlines()]
    assert np.allclose(printed, ratios, atol=5e-4)


def test_an_absolute_value_has_two_slopes_at_its_kink():
    t = sp.Symbol("t", real=True)
    assert sp.limit(abs(t) / t, t, 0, "+") == 1
    assert sp.limit(abs(t) / t, t, 0, "-") == -1


def test_where_the_next_derivative_is_zero_the_error_falls_faster(tangent):
    t = sp.Symbol("t", real=True)
    # the tangent of the sine at 0, and order 2 of the cosine
    assert sp.limit((sp.sin(t) - t) / t**2, t, 0) == 0
    assert sp.limit((sp.sin(t) - t) / (sp.sin(t / 2) - t / 2), t, 0) == 8
    error = sp.cos(t) - 1 + t**2 / 2
    assert sp.limit(error / error.subs(t, t / 2), t, 0) == 16
    assert numbers(tangent.printed("halved = ")) == [pytest.approx(16, abs=0.01)]


def test_order_9_is_the_first_of_exercise_2_by_bound_and_by_error(tangent):
    actual = tangent.after("def actual")["actual"]
    assert next(j for j in range(12) if 1 / math.factorial(j + 1) < 1e-6) == 9
    assert next(j for j in range(12) if actual(j) < 1e-6) == 9


def test_the_unknown_point_of_a_short_tangent_is_a_third_of_the_way(tangent):
    shares = [numbers(line)[-1] for line in tangent.printed("xi/t").splitlines()]
    off = np.abs(np.array(shares) - 1 / 3)
    assert (np.diff(off) < 0).all()
    assert off[-1] < 1e-3
