"""The derivation names bad input."""

import math

import numpy as np
import pytest
import sympy as sp

from gdbook.taylor.derivatives import (
    along,
    at,
    directional_derivative,
    expansion,
    gradient,
    hessian,
    integral_remainder,
    intermediate_point,
    lagrange_bound,
    lagrange_remainder,
    taylor_polynomial,
)
from gdbook.taylor.directions import (
    dual_norm,
    hoelder_identity,
    lagrange_identity,
    lagrangian,
    norm,
    stationary_directions,
    steepest_direction,
    unit_directions,
)
from gdbook.taylor.step import backtracking, best_step, descent_lemma, smoothness
from tests.unit.symbols import SPD, a, b, c, eta, s, t, x, xi, y, z

complex_x = sp.Symbol("x")
ONE = [x], [0], [1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gradient(x * y, [x]), r"x\*y contains {y}, wanted only \[x\]"),
        (lambda: hessian(x * y, [x], [z]), r"contains {y}, wanted only \[x, z\]"),
        (lambda: gradient(complex_x, [x]), "symbols with other assumptions are other"),
        (lambda: gradient("x*y", [x, y]), "contains {.*}, wanted only"),
        (lambda: along(x * y, *ONE, t), r"contains {y}, wanted only \[x\]"),
        (lambda: taylor_polynomial(x * y, *ONE, 1, t), r"contains {y}, wanted only"),
        (
            lambda: lagrange_remainder(x * y, *ONE, 1, t, xi),
            r"contains {y}, wanted only",
        ),
        (lambda: gradient(x, x), r"wanted lists of symbols, got x"),
        (lambda: gradient(x, []), r"wanted variables, each symbol once, got \[\]"),
        (lambda: gradient(x, [x, x]), r"each symbol once, got \[x, x\]"),
        (lambda: gradient(x, [x], [x]), r"each symbol once, got \[x, x\]"),
        (lambda: gradient(x, [x, 2]), r"wanted an expression in symbols, got x in"),
        (lambda: gradient(sp.Eq(x, 1), [x]), r"wanted an expression .* got Eq\(x, 1\)"),
        (lambda: gradient(sp.Matrix([x]), [x]), "wanted an expression .* got Matrix"),
        (lambda: gradient(sp.sign(complex_x), [complex_x]), r"real=True\) .* got sign"),
        (lambda: at(gradient, sp.atan(1 / x), [x], [0]), r"atan\(1/x\) is AccumBounds"),
        (lambda: gradient(abs(complex_x), [complex_x]), r"real=True\) .* got Abs\(x\)"),
        (lambda: at(gradient, x * y, [x, y], [1]), r"of 2 components, got \[1\]"),
        (
            lambda: along(x * y, [x, y], [1, 2, 3], [1, 1], t),
            r"of 2 .* got \[1, 2, 3\]",
        ),
        (lambda: along(x * y, [x, y], [1, 2], [1], t), r"of 2 components, got \[1\]"),
        (lambda: along(x, [x], 0, [1], t), "of 1 components, got 0"),
        (lambda: taylor_polynomial(x, [x], [0, 1], [1], 1, t), r"of 1 .* got \[0, 1\]"),
        (lambda: taylor_polynomial(x, [x], [0], [1, 1], 1, t), r"of 1 .* got \[1, 1\]"),
        (lambda: directional_derivative(x * y, [x, y], [1]), r"of 2 .* got \[1\]"),
        (lambda: along(x, [x], [sp.oo], [1], t), r"wanted real, finite .* got \[oo\]"),
        (lambda: along(x, [x], [sp.I], [1], t), r"wanted real, finite .* got \[I\]"),
        (
            lambda: along(x, [x], [math.nan], [1], t),
            r"wanted real, finite .* got \[nan\]",
        ),
        (lambda: along(x, [x], [0], [0], t), r"wanted a direction .* got \[0\]"),
        (lambda: directional_derivative(x, [x], [0.0]), "wanted a direction .* got"),
        (
            lambda: taylor_polynomial(x, [x], [0], [0], 1, t),
            "wanted a direction .* got",
        ),
        (lambda: lagrange_remainder(x, [x], [0], [0], 1, t, xi), "wanted a direction"),
        (lambda: hessian(x, [x, x]), r"each symbol once, got \[x, x\]"),
        (lambda: hessian(abs(complex_x), [complex_x]), r"real=True\) .* got Abs\(x\)"),
        (
            lambda: taylor_polynomial(x, *ONE, 2.0, t),
            r"\(an int\) .* got 2.0 \(float\)",
        ),
        (lambda: expansion(s, s, t, 2.0), r"\(an int\) .* got 2.0 \(float\)"),
        (lambda: taylor_polynomial(x, *ONE, -1, t), "at least 0 as order, got -1"),
        (lambda: taylor_polynomial(x, *ONE, 1.5, t), "whole number .* got 1.5"),
        (lambda: lagrange_remainder(x, *ONE, -1, t, xi), "at least 0 as order, got -1"),
        (lambda: integral_remainder(x, *ONE, -2, t, s), "at least 0 as order, got -2"),
        (lambda: lagrange_bound(1, -1, t), "at least 0 as order, got -1"),
        (lambda: expansion(s, s, t, -1), "at least 0 as order, got -1"),
        (lambda: intermediate_point(x, *ONE, -1, 1), "at least 0 as order, got -1"),
        (lambda: lagrange_bound(-1, 1, t), "wanted a bound M ≥ 0 .* got -1"),
        (lambda: integral_remainder(x, *ONE, 1, t, t), "wanted a new symbol .* got t"),
        (lambda: intermediate_point(sp.exp(x), *ONE, 1, 0.5), "wanted exact numbers"),
        (
            lambda: intermediate_point(sp.exp(x), *ONE, 1, 0),
            "wanted exact numbers, t ≠ 0",
        ),
        (
            lambda: intermediate_point(sp.exp(x), *ONE, 1, a),
            "exact numbers, .* got .* a",
        ),
        (lambda: lagrangian([1, 2], [1], xi), r"of 2 components, got \[1\]"),
        (lambda: lagrange_identity([1, 2], [1]), r"of 2 components, got \[1\]"),
        (lambda: hoelder_identity([1, 2], [1, 2, 3]), r"of 2 .* got \[1, 2, 3\]"),
        (lambda: stationary_directions([0, 0]), r"wanted a gradient .* got \[0, 0\]"),
        (lambda: steepest_direction([0, 0]), r"wanted a gradient .* got \[0, 0\]"),
        (lambda: steepest_direction([0, 0], 1), r"wanted a gradient .* got \[0, 0\]"),
        (lambda: steepest_direction([0.0, 0.0], sp.oo), "wanted a gradient"),
        (lambda: steepest_direction([0, 0], A=SPD), "wanted a gradient"),
        (
            lambda: steepest_direction([sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1]),
            "wanted a gradient that points somewhere",
        ),
        (lambda: steepest_direction([]), r"wanted a vector .* got \[\]"),
        (lambda: steepest_direction([1, 2], 3), "wanted p = 1, 2 or oo, .* got p = 3"),
        (lambda: steepest_direction([1, 2], "2"), "wanted p = 1, 2 or oo"),
        (lambda: norm([1, 2], 0), "wanted p = 1, 2 or oo, .* got p = 0"),
        (lambda: dual_norm([1, 2], 1, SPD), "p = 2 with A; got p = 1"),
        (lambda: unit_directions(5, 2, 4), "wanted p = 1, 2 or oo, .* got p = 4"),
        (lambda: norm([1, 2], A=[[1, 2], [0, 1]]), r"wanted a symmetric .* got Matrix"),
        (lambda: norm([1, 2], A=[[1]]), r"symmetric matrix of 2 rows, got Matrix"),
        (lambda: norm([1], A=[[1, 2]]), r"symmetric matrix of 1 rows, got Matrix"),
        (
            lambda: steepest_direction([1, 2], A=[[1, 2], [2, 1]]),
            r"vᵀAv > 0 .* got A =",
        ),
        (lambda: dual_norm([1, 2], A=[[1, 1], [1, 1]]), r"vᵀAv > 0 .* got A ="),
        (lambda: unit_directions(5, 2, A=-np.eye(2)), r"vᵀAv > 0 .* got A ="),
        (lambda: best_step([1, 1], sp.diag(1, -1)), "gᵀHg = 0, wanted > 0"),
        (lambda: best_step([1, 2], sp.diag(1, -1)), r"gᵀHg = -3\.00, wanted > 0"),
        (lambda: best_step([0, 0], SPD), "wanted a gradient"),
        (lambda: best_step([1, 2, 3], SPD), "symmetric matrix of 3 rows"),
        (lambda: smoothness([[1, 2], [3, 4]]), "wanted a symmetric matrix"),
        (
            lambda: smoothness(sp.diag(-1, -2)),
            "wanted an eigenvalue above 0, got .* -1",
        ),
        (lambda: smoothness(-SPD), "wanted an eigenvalue above 0"),
        (
            lambda: smoothness(sp.zeros(2)),
            "wanted an eigenvalue above 0, got at most 0",
        ),
        (
            lambda: smoothness([[a, b, 0], [b, a, b], [0, b, c]]),
            "wanted numbers in more than 2 rows, got",
        ),
        (
            lambda: descent_lemma(a, [1], 0, eta),
            "wanted a smoothness constant L > 0, got 0",
        ),
        (lambda: descent_lemma(a, [1], -2, eta), "constant L > 0, got -2"),
    ],
)
def test_bad_input_raises_and_names_what_was_given_and_wanted(call, message):
    with pytest.raises(ValueError, match=message):
        call()


NOT_DIFFERENTIABLE = [
    (abs(x), [x], [0]),
    (sp.sqrt(x), [x], [0]),
    (1 / x, [x], [0]),
    (sp.log(x), [x], [0]),
    (sp.log(x), [x], [-1]),
    (sp.sqrt(x), [x], [-1]),
    (sp.Max(x, 2 * x), [x], [0]),
    (sp.sign(x), [x], [0]),
    (sp.floor(x), [x], [1]),
    (sp.atan(1 / x), [x], [0]),
    (sp.sin(x) / x, [x], [0]),
    (sp.Piecewise((x, x < 1), (2, True)), [x], [1]),
    (sp.cbrt(x), [x], [0]),
    (sp.sqrt(x**2 + y**2), [x, y], [0, 0]),
    (abs(x - y) + x, [x, y], [2, 2]),
    (x / y, [x, y], [1, 0]),
]


@pytest.mark.parametrize(("f", "variables", "point"), NOT_DIFFERENTIABLE)
def test_a_function_is_refused_where_it_is_not_differentiable(f, variables, point):
    direction = [1, 2][: len(variables)]
    with pytest.raises(ValueError, match=r" is .* at {.*}, wanted it smooth and real"):
        at(gradient, f, variables, point)
    with pytest.raises(ValueError, match=r" is .* at {.*}, wanted it smooth and real"):
        taylor_polynomial(f, variables, point, direction, 1, t)


@pytest.mark.parametrize(("f", "variables", "point"), NOT_DIFFERENTIABLE[:3])
def test_beside_the_bad_point_the_same_function_is_accepted(f, variables, point):
    by_hand = {abs(x): 1, sp.sqrt(x): sp.Rational(1, 2), 1 / x: -1}
    assert at(gradient, f, variables, [1]) == sp.Matrix([by_hand[f]])
    assert taylor_polynomial(f, variables, [1], [1], 1, t) == 1 + by_hand[f] * t
    assert point == [0]


def test_a_kink_that_the_line_runs_along_is_refused_as_well():
    f = abs(x) + y**2  # along y it is smooth, but it has no gradient at x = 0
    with pytest.raises(ValueError, match=r"at {x: 0, y: 1}, wanted it smooth"):
        taylor_polynomial(f, [x, y], [0, 1], [0, 1], 1, t)
    expected = 4 + 2 * t + t**2
    assert taylor_polynomial(f, [x, y], [3, 1], [0, 1], 2, t) == expected


def test_the_order_up_to_which_a_function_is_differentiable_counts():
    f = x ** sp.Rational(5, 2)
    assert taylor_polynomial(f, [x], [0], [1], 2, t) == 0
    with pytest.raises(ValueError, match="derivative 3 of x"):
        taylor_polynomial(f, [x], [0], [1], 3, t)
    assert at(gradient, f, [x], [0]) == sp.Matrix([0])


def test_the_edge_of_a_domain_with_a_finite_derivative_is_not_noticed():
    f = x ** sp.Rational(3, 2)
    assert at(gradient, f, [x], [0]) == sp.Matrix([0])
    with pytest.raises(ValueError, match="is zoo at"):
        at(hessian, f, [x], [0])
    for other in (x * sp.log(x), 1 / x, sp.sqrt(x)):
        with pytest.raises(ValueError, match="wanted it smooth and real"):
            at(gradient, other, [x], [0])


@pytest.mark.parametrize("two", [np.int64(2), np.uint8(2), sp.Integer(2)])
def test_an_order_may_be_an_integer_of_any_kind(two):
    f, line = sp.sin(x) + x**3, ([x], [1], [1])
    for expanded in (
        lambda order: taylor_polynomial(f, *line, order, t),
        lambda order: lagrange_remainder(f, *line, order, t, xi),
        lambda order: integral_remainder(f, *line, order, t, s),
        lambda order: lagrange_bound(3, order, t),
        lambda order: expansion(sp.exp(s), s, t, order),
        lambda order: intermediate_point(f, *line, order, 1),
    ):
        assert expanded(two) == expanded(2)


def test_one_symbol_alone_is_treated_as_positive():
    below = sp.Symbol("a", negative=True)
    for symbol in (a, below):
        slopes = [
            sp.Matrix([symbol, 0]).dot(v) for v, _ in stationary_directions([symbol, 0])
        ]
        assert slopes == [-symbol, symbol]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"eta": 0.0}, r"wanted eta > 0.* got \(0.0"),
        ({"eta": math.inf}, r"wanted eta > 0.* got \(inf"),
        ({"shrink": 1.0}, "in .0, 1., got .*1.0"),
        ({"c": 1.0}, "in .0, 1., got .*1.0"),
        ({"x": [1.0]}, r"wanted equal lengths, got \(\(1,\), \(2,\)"),
        ({"x": 1.0}, r"wanted equal lengths, got \(\(\)"),
        ({"direction": [1.0]}, r"wanted equal lengths, got .*\(1,\)"),
        ({"direction": [1.0, 1.0]}, "wanted .* slope g · d < 0, got .*, 6.0"),
        ({"f": lambda q: math.nan}, r"wanted f\(x\) finite.* got nan"),
    ],
)
def test_backtracking_names_what_it_cannot_use(arguments, message):
    usual = {
        "f": lambda q: float(np.sum(q**2)),
        "grad": lambda q: np.array([2.0, 4.0]),
        "x": [1.0, 2.0],
    }
    with pytest.raises(ValueError, match=message):
        backtracking(**(usual | arguments))
