import ast
import inspect
import itertools
import math
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdbook import taylor
from gdbook.linear import (
    linreg,
    simple_linreg,
    simple_non_linearity,
    simple_squared_loss,
    squared_loss,
)
from gdbook.taylor import (
    along,
    at,
    backtracking,
    best_step,
    descent_lemma,
    directional_derivative,
    dual_norm,
    expansion,
    gradient,
    hessian,
    hoelder_identity,
    integral_remainder,
    intermediate_point,
    lagrange_bound,
    lagrange_identity,
    lagrange_remainder,
    lagrangian,
    norm,
    smoothness,
    stationary_directions,
    steepest_direction,
    taylor_polynomial,
    unit_directions,
)

x, y, z = sp.symbols("x y z", real=True)
u, v, w = sp.symbols("u v w", real=True)
a, b, c = sp.symbols("a b c", real=True)
s, t, xi = sp.symbols("s t xi", real=True)
eta, L = sp.symbols("eta L", positive=True)
half = sp.Rational(1, 2)
g2, v2 = sp.symbols("g1:3", real=True), sp.symbols("v1:3", real=True)
g3, v3 = sp.symbols("g1:4", real=True), sp.symbols("v1:4", real=True)
SPD = sp.Matrix([[2, 1], [1, 3]])
EPS = 2.0**-53  # half the distance from 1 to the next float64


def is_identity(left: sp.Expr, right: sp.Expr, tries: int = 5) -> bool:
    """Symbolically, and at random rational numbers with 30 digits: both must agree."""
    gap = left - right
    draw = random.Random(0)
    symbols = sorted(gap.free_symbols, key=str)
    for _ in range(tries):
        sizes = [
            sp.Rational(draw.randint(1, 99), draw.randint(20, 60)) for _ in symbols
        ]
        signs = [1 if q.is_positive else draw.choice([-1, 1]) for q in symbols]
        numbers = [size * sign for size, sign in zip(sizes, signs, strict=True)]
        place = dict(zip(symbols, numbers, strict=True))
        if abs(gap.subs(place).evalf(30)) > 1e-20:
            return False
    return sp.simplify(gap) == 0


def test_the_check_of_identities_rejects_what_is_none():
    assert is_identity((a + b) ** 2, a**2 + 2 * a * b + b**2)
    assert not is_identity((a + b) ** 2, a**2 + 2 * a * b + sp.Float("1.0001") * b**2)
    assert not is_identity((a + b) ** 2, a**2 + b**2)


# Gradient, Hessian, slope ------------------------------------------------------


def test_gradient_and_hessian_are_those_found_by_hand():
    f = x**2 * y + sp.sin(y)
    assert gradient(f, [x, y]) == sp.Matrix([2 * x * y, x**2 + sp.cos(y)])
    assert hessian(f, [x, y]) == sp.Matrix([[2 * y, 2 * x], [2 * x, -sp.sin(y)]])


def test_constants_are_held_fixed_and_keep_their_names():
    loss = (x * w + b - y) ** 2 / 2
    r = x * w + b - y
    by_hand = sp.Matrix([r * x, r])
    found = gradient(loss, [w, b], constants=[x, y])
    assert (found - by_hand).applyfunc(sp.expand) == sp.zeros(2, 1)
    assert hessian(loss, [w, b], constants=[x, y]) == sp.Matrix([[x**2, x], [x, 1]])


def test_a_gradient_is_evaluated_at_a_point_exactly():
    f = x**2 * y + sp.sin(y)
    point = [sp.Rational(1, 2), 0]
    assert at(gradient, f, [x, y], point) == sp.Matrix([0, sp.Rational(5, 4)])
    assert at(hessian, f, [x, y], point) == sp.Matrix([[0, 1], [1, 0]])
    fixed = at(gradient, a * x**2, [x], [3], constants=[a])
    assert fixed == sp.Matrix([6 * a])


def test_the_slope_along_a_line_is_gradient_times_direction():
    for f in (sp.exp(x) * sp.sin(y), sp.log(1 + x**2 + y**2), x**3 - x * y**2):
        phi = along(f, [x, y], [x, y], [u, v], t)
        slope = directional_derivative(f, [x, y], [u, v])
        assert is_identity(phi.diff(t).subs(t, 0), slope)


def test_the_curvature_along_a_line_is_the_quadratic_form_of_the_hessian():
    for f in (sp.exp(x) * sp.sin(y), sp.log(1 + x**2 + y**2), x**3 - x * y**2):
        phi = along(f, [x, y], [x, y], [u, v], t)
        V = sp.Matrix([u, v])
        form = (V.T * hessian(f, [x, y]) * V)[0]
        assert is_identity(phi.diff(t, 2).subs(t, 0), form)


def test_slope_against_angle_is_a_cosine_whose_amplitude_is_the_length_of_g():
    f = 3 * x - 4 * y
    slope = directional_derivative(f, [x, y], [sp.cos(a), sp.sin(a)])
    # 3 cos a − 4 sin a = 5 cos(a + a₀) with cos a₀ = 3/5, sin a₀ = 4/5
    assert is_identity(
        slope, sp.expand_trig(5 * sp.cos(a + sp.acos(sp.Rational(3, 5))))
    )


def test_a_reader_may_use_symbols_without_assumptions():
    p, q = sp.symbols("p q")
    f = sp.exp(p) * q
    assert at(gradient, f, [p, q], [0, 2]) == sp.Matrix([2, 1])
    assert taylor_polynomial(f, [p, q], [0, 2], [1, 1], 2, t) == 2 + 3 * t + 2 * t**2


# Taylor polynomials and remainders ---------------------------------------------


@pytest.mark.parametrize(
    ("f", "point", "coefficient"),
    [
        (sp.exp(x), 0, lambda j: sp.Rational(1, math.factorial(j))),
        (
            sp.sin(x),
            0,
            lambda j: [0, 1, 0, -1][j % 4] * sp.Rational(1, math.factorial(j)),
        ),
        (sp.log(x), 1, lambda j: sp.Rational((-1) ** (j + 1), j) if j else 0),
        (1 / (1 - x), 0, lambda j: 1),
        (sp.sqrt(x), 1, lambda j: sp.binomial(half, j)),
    ],
)
def test_taylor_polynomials_are_those_of_the_textbook(f, point, coefficient):
    for order in range(6):
        expected = sum(coefficient(j) * t**j for j in range(order + 1))
        assert taylor_polynomial(f, [x], [point], [1], order, t) == expected


def test_the_taylor_polynomial_of_exp_of_a_sum_has_powers_of_the_summed_direction():
    found = taylor_polynomial(sp.exp(x + y + z), [x, y, z], [0, 0, 0], [u, v, w], 4, t)
    by_hand = sum((t * (u + v + w)) ** j / math.factorial(j) for j in range(5))
    assert is_identity(found, by_hand)


def test_the_second_order_is_value_slope_and_half_the_curvature():
    f = sp.exp(x) * sp.cos(y)
    found = taylor_polynomial(f, [x, y], [a, b], [u, v], 2, t)
    value, co, si = sp.exp(a) * sp.cos(b), sp.cos(b), sp.sin(b)
    slope = sp.exp(a) * (u * co - v * si)
    curvature = sp.exp(a) * (u**2 * co - 2 * u * v * si - v**2 * co)
    assert is_identity(found, value + t * slope + t**2 * curvature / 2)


def test_a_polynomial_is_its_own_taylor_polynomial_from_its_degree_on():
    f = x**3 * y - 2 * x * y**2 + 7
    phi = along(f, [x, y], [1, -2], [3, 1], t)
    for order in (4, 5, 7):
        found = taylor_polynomial(f, [x, y], [1, -2], [3, 1], order, t)
        assert sp.expand(found - phi) == 0
    assert sp.expand(taylor_polynomial(f, [x, y], [1, -2], [3, 1], 3, t) - phi) != 0


def test_a_direction_made_of_the_variables_is_held_fixed_along_the_line():
    f = x**2 + 3 * y**2
    g = gradient(f, [x, y])  # (2x, 6y)
    found = taylor_polynomial(f, [x, y], [x, y], -g, 2, eta)
    by_hand = f - eta * (4 * x**2 + 36 * y**2) + eta**2 * (8 * x**2 + 216 * y**2) / 2
    assert is_identity(found, by_hand)


NOT_POLYNOMIALS = [  # f, variables, point, direction: derivatives 1 … 5 are not 0
    (sp.exp(x), [x], [1], [2]),
    (sp.log(1 + x), [x], [half], [1]),
    (sp.sin(x), [x], [1], [-1]),
    (1 / (1 + x**2), [x], [half], [1]),
    (sp.sqrt(1 + x), [x], [1], [1]),
    (sp.tanh(x), [x], [half], [1]),
    (sp.exp(x) * sp.sin(y) + sp.cos(x * z), [x, y, z], [1, half, 2], [1, -1, half]),
    (sp.log(1 + x**2 + y**2 + z**2), [x, y, z], [1, half, -1], [1, 2, half]),
    (sp.sqrt(1 + x**2 + 2 * y**2 + z**4), [x, y, z], [1, 1, half], [half, -1, 2]),
    (sp.exp(-x * y) / (1 + z**2), [x, y, z], [half, 1, half], [1, 1, 1]),
    (sp.atan(x + 2 * y * z), [x, y, z], [half, half, 1], [1, half, -1]),
]


def measured_order(missed: sp.Expr, halvings: int = 40) -> mpmath.mpf:
    """log₂ of the factor by which one more halving of t shrinks what is missed."""
    with mpmath.workdps(150):
        error = sp.lambdify(t, missed, "mpmath")
        small = mpmath.mpf(2) ** -halvings
        return mpmath.log(abs(error(small) / error(small / 2)), 2)


# R(t) = C tᵏ⁺¹ (1 + O(t)), so that at t = 2⁻⁴⁰ ≈ 1e-12 the measured order is k + 1 to
# a small multiple of t. The remainders are 1e-62 or more, and 150 digits resolve them.
@pytest.mark.parametrize(("f", "variables", "point", "direction"), NOT_POLYNOMIALS)
def test_halving_the_step_divides_the_remainder_by_two_to_the_order_plus_one(
    f, variables, point, direction
):
    phi = along(f, variables, point, direction, t)
    for k in range(5):
        polynomial = taylor_polynomial(f, variables, point, direction, k, t)
        assert abs(measured_order(phi - polynomial) - (k + 1)) < 1e-9


@pytest.mark.parametrize(("f", "variables", "point", "direction"), NOT_POLYNOMIALS)
def test_a_wrong_coefficient_spoils_the_order_of_the_error(
    f, variables, point, direction
):
    phi = along(f, variables, point, direction, t)
    polynomial = taylor_polynomial(f, variables, point, direction, 3, t)
    for j in range(1, 4):
        wrong = polynomial + sp.Rational(1, 1000) * t**j
        assert abs(measured_order(phi - wrong) - j) < 1e-6


@pytest.mark.parametrize(
    ("f", "variables", "point", "direction"),
    [
        (sp.sin(x), [x], [0], [1]),
        (sp.exp(2 * x), [x], [1], [-1]),
        (x * sp.exp(x), [x], [0], [1]),
        (sp.exp(x) * sp.sin(y), [x, y], [0, 0], [1, 1]),
        (sp.exp(x + 2 * y - z) + x**2 * z, [x, y, z], [0, 1, 1], [1, 1, 2]),
    ],
)
def test_the_integral_remainder_is_exactly_what_the_polynomial_misses(
    f, variables, point, direction
):
    phi = along(f, variables, point, direction, t)
    for k in range(4):
        polynomial = taylor_polynomial(f, variables, point, direction, k, t)
        remainder = integral_remainder(f, variables, point, direction, k, t, s).doit()
        assert is_identity(phi - polynomial, remainder)
        assert not is_identity(phi - polynomial, remainder * sp.Rational(1001, 1000))


def test_the_derivative_of_a_moving_expansion_telescopes_for_every_function():
    phi = sp.Function("phi")(s)
    for k in range(6):
        left = expansion(phi, s, t, k).diff(s)
        right = phi.diff(s, k + 1) * (t - s) ** k / sp.factorial(k)
        assert sp.simplify(left - right) == 0
        assert sp.simplify(left + right) != 0  # a sign lost would be noticed


def test_a_moving_expansion_ends_at_the_function_and_starts_at_the_polynomial():
    for k in range(4):
        moving = expansion(sp.exp(2 * s), s, t, k)
        assert moving.subs(s, t) == sp.exp(2 * t)
        assert moving.subs(s, 0) == taylor_polynomial(
            sp.exp(2 * x), [x], [0], [1], k, t
        )


def test_lagrange_form_is_the_next_term_with_its_derivative_moved_to_xi():
    found = lagrange_remainder(sp.sin(x), [x], [a], [2], 2, t, xi)
    # φ(t) = sin(a + 2t), φ‴(t) = −8 cos(a + 2t)
    assert is_identity(found, -8 * sp.cos(a + 2 * xi) * t**3 / 6)
    along_two = lagrange_remainder(sp.exp(x * y), [x, y], [0, 1], [1, 0], 1, t, xi)
    assert is_identity(along_two, sp.exp(xi) * t**2 / 2)


def test_the_intermediate_point_is_the_one_found_by_hand():
    # e − 1 = e^ξ;  e − 2 = e^ξ/2;  t³ = 3ξ t² for x³ and order 1: ξ = t/3
    first = intermediate_point(sp.exp(x), [x], [0], [1], 0, 1)
    second = intermediate_point(sp.exp(x), [x], [0], [1], 1, 1)
    third = intermediate_point(x**3, [x], [0], [1], 1, sp.Rational(-3, 2))
    assert abs(first - math.log(math.e - 1)) < 1e-14
    assert abs(second - math.log(2 * (math.e - 2))) < 1e-14
    assert abs(third + 0.5) < 1e-14


def test_where_every_intermediate_point_is_exact_the_middle_one_is_given():
    assert intermediate_point(x**2, [x], [3], [1], 1, sp.Rational(1, 3)) == sp.Rational(
        1, 6
    )


@pytest.mark.parametrize(("f", "variables", "point", "direction"), NOT_POLYNOMIALS)
def test_an_intermediate_point_exists_and_makes_lagrange_form_exact(
    f, variables, point, direction
):
    line = f, variables, point, direction
    for k, step in ((0, half), (3, -sp.Rational(1, 4))):
        middle = intermediate_point(*line, k, step)
        assert 0 < middle / step < 1
        missed = (along(*line, step) - taylor_polynomial(*line, k, step)).evalf(40)
        form = lagrange_remainder(*line, k, step, xi)
        # ξ has 15 digits, and moves the remainder by a factor of 1 + O(1e-15) each
        assert abs(form.subs(xi, middle) / missed - 1) < 1e-12
        assert abs(form.subs(xi, middle + step / 100) / missed - 1) > 1e-6


def test_lagrange_bound_holds_with_a_true_bound_of_the_derivative_and_fails_below():
    rng = np.random.default_rng(3)
    for order in range(4):
        # |sin⁽ᵏ⁺¹⁾| ≤ 1; about 0 and for small t it comes near 1 at even orders
        missed = sp.lambdify(
            t,
            sp.sin(t) - taylor_polynomial(sp.sin(x), [x], [0], [1], order, t),
            "mpmath",
        )
        bound = sp.lambdify(t, lagrange_bound(1, order, t), "mpmath")
        steps = rng.uniform(-3, 3, 50).tolist()
        assert all(abs(missed(step)) <= bound(step) for step in steps)
    too_small = sp.lambdify(t, lagrange_bound(sp.Rational(9, 10), 0, t), "mpmath")
    assert abs(math.sin(0.1)) > too_small(0.1)


def test_a_squared_loss_has_no_remainder_of_order_two():
    loss = (x * w + b - y) ** 2 / 2
    arguments = loss, [w, b], [u, v], [s, t]
    phi = along(*arguments, eta, constants=[x, y])
    second = taylor_polynomial(*arguments, 2, eta, constants=[x, y])
    assert is_identity(phi, second)
    assert lagrange_remainder(*arguments, 2, eta, xi, constants=[x, y]) == 0
    first = taylor_polynomial(*arguments, 1, eta, constants=[x, y])
    assert not is_identity(phi, first)


def test_formulas_print_as_they_stand_in_a_textbook():
    polynomial = taylor_polynomial(sp.sin(x), [x], [0], [1], 5, t)
    assert sp.latex(polynomial) == r"\frac{t^{5}}{120} - \frac{t^{3}}{6} + t"
    remainder = lagrange_remainder(sp.exp(x), [x], [0], [1], 2, t, xi)
    assert sp.latex(remainder) == r"\frac{t^{3} e^{\xi}}{6}"
    integral = integral_remainder(sp.exp(x), [x], [0], [1], 0, t, s)
    assert sp.latex(integral) == r"\int\limits_{0}^{t} e^{s}\, ds"


# The steepest direction, proved ------------------------------------------------


@pytest.mark.parametrize("g", [g2, g3])
def test_lagrange_multipliers_leave_two_directions_of_which_minus_g_is_the_minimum(g):
    length = sp.sqrt(sum(q**2 for q in g))
    (lowest, first), (highest, second) = stationary_directions(g)
    for i, component in enumerate(g):
        assert is_identity(lowest[i], -component / length)
        assert is_identity(highest[i], component / length)
    assert is_identity(sp.Matrix(g).dot(lowest), -length)
    assert is_identity(sp.Matrix(g).dot(highest), length)
    assert is_identity(first, length / 2)
    assert is_identity(second, -length / 2)


@pytest.mark.parametrize("g", [g2, g3])
def test_no_third_direction_is_stationary(g):
    # g + 2λv = 0 gives v = −g/(2λ); v · v = 1 then is g · g = 4λ², quadratic in λ, and
    # each of its two roots belongs to one v
    lam = sp.Symbol("lambda", real=True)
    V = -sp.Matrix(g) / (2 * lam)
    conditions = gradient(lagrangian(g, v3[: len(g)], lam), [*v3[: len(g)], lam], g)
    inserted = conditions.subs(dict(zip(v3, V, strict=False)), simultaneous=True)
    assert all(is_identity(entry, 0) for entry in inserted[:-1])
    in_lam = sp.Poly(sp.numer(sp.together(inserted[-1])), lam)
    assert in_lam.degree() == 2
    assert len(stationary_directions(g)) == 2


@pytest.mark.parametrize("g", [g2, g3])
def test_a_direction_that_is_not_along_g_is_not_stationary(g):
    lam, V = sp.Symbol("lambda", real=True), v3[: len(g)]
    conditions = gradient(lagrangian(g, V, lam), [*V, lam], g)
    for direction, multiplier in stationary_directions(g):
        place = dict(zip(V, direction, strict=True)) | {lam: multiplier}
        assert all(is_identity(entry, 0) for entry in conditions.subs(place))
        wrong = place | {V[0]: direction[1], V[1]: direction[0]}
        assert not all(is_identity(entry, 0) for entry in conditions.subs(wrong))


@pytest.mark.parametrize("g", [g2, g3])
def test_the_multiplier_of_the_minimum_makes_the_lagrangian_convex_in_v(g):
    V, lam = v3[: len(g)], sp.Symbol("lambda", real=True)
    curvature = hessian(lagrangian(g, V, lam), V, [*g, lam])
    assert curvature == 2 * lam * sp.eye(len(g))
    (_, first), (_, second) = stationary_directions(g)
    assert first.is_nonnegative
    assert second.is_nonpositive
    # the square completed: L(v) − L(v*) = λ ‖v − v*‖² at the minimum, v* = −g/(2λ)
    lowest = -sp.Matrix(g) / (2 * lam)
    gap = lagrangian(g, V, lam) - lagrangian(g, lowest, lam)
    assert is_identity(
        gap, lam * sum((p - q) ** 2 for p, q in zip(V, lowest, strict=True))
    )


@pytest.mark.parametrize(
    ("g", "lowest"),
    [
        ([3, -4], [-sp.Rational(3, 5), sp.Rational(4, 5)]),
        ([2, 3, -6], [-sp.Rational(2, 7), -sp.Rational(3, 7), sp.Rational(6, 7)]),
        ([0, 5], [0, -1]),
        ([0, 0, -2], [0, 0, 1]),
    ],
)
def test_multipliers_and_the_closed_form_agree_on_numbers(g, lowest):
    (first, _), (second, _) = stationary_directions(g)
    assert first == steepest_direction(g) == sp.Matrix(lowest)
    assert second == -first


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_lagranges_identity_proves_cauchy_schwarz_in_n_dimensions(n):
    g, V = sp.symbols(f"g1:{n + 1}", real=True), sp.symbols(f"v1:{n + 1}", real=True)
    identity = lagrange_identity(g, V)
    assert is_identity(identity.lhs, identity.rhs)
    assert len(sp.Add.make_args(identity.rhs)) == n * (n - 1) // 2
    assert all(square.is_nonnegative for square in sp.Add.make_args(identity.rhs))
    one_square_lost = identity.rhs - (g[0] * V[1] - g[1] * V[0]) ** 2
    assert not is_identity(identity.lhs, one_square_lost)


def test_equality_in_cauchy_schwarz_means_parallel():
    parallel = lagrange_identity(g3, [c * q for q in g3])
    assert sp.expand(parallel.rhs) == 0
    assert sp.expand(parallel.lhs) == 0
    rng = random.Random(1)
    for _ in range(50):
        g, V = ([rng.randint(-9, 9) or 1 for _ in range(3)] for _ in "gv")
        cross = np.cross(g, V)  # zero exactly when parallel
        assert (lagrange_identity(g, V).rhs == 0) == (not cross.any())
        assert lagrange_identity(g, V).rhs == int(cross @ cross)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_hoelders_identity_proves_the_one_norm_and_the_maximum_norm(n):
    g, V = sp.symbols(f"g1:{n + 1}", real=True), sp.symbols(f"v1:{n + 1}", real=True)
    identity = hoelder_identity(g, V)
    assert is_identity(identity.lhs, identity.rhs)
    assert not is_identity(identity.lhs, identity.rhs - abs(V[0]) / 1000)
    rng = random.Random(n)
    for _ in range(30):
        numbers = {q: rng.randint(-9, 9) for q in (*g, *V)}
        right = identity.rhs.subs(numbers)
        slope = abs(sum(numbers[p] * numbers[q] for p, q in zip(g, V, strict=True)))
        largest = max(abs(numbers[q]) for q in g)
        total = sum(abs(numbers[q]) for q in V)
        assert right >= 0
        assert slope <= largest * total


def test_a_quadratic_norm_is_the_euclidean_one_in_other_coordinates():
    # A = CCᵀ, so that vᵀAv = ‖Cᵀv‖², gᵀA⁻¹g = ‖C⁻¹g‖² and g · v = (C⁻¹g) · (Cᵀv)
    p, q, r = sp.symbols("p q r", positive=True)
    C = sp.Matrix([[p, 0], [q, r]])
    G, V = sp.Matrix(g2), sp.Matrix(v2)
    identity = lagrange_identity(C.inv() * G, C.T * V)
    A = C * C.T
    left = dual_norm(G, A=A) ** 2 * norm(V, A=A) ** 2 - G.dot(V) ** 2
    assert is_identity(left, identity.rhs)
    assert not is_identity(left, identity.rhs * 2)


@pytest.mark.parametrize("g", [g2, g3])
@pytest.mark.parametrize("p", [2, sp.oo])
def test_the_claimed_direction_has_length_one_and_minus_the_dual_norm_as_slope(g, p):
    positive = [sp.Symbol(q.name, positive=True) for q in g]
    direction = steepest_direction(positive, p)
    assert is_identity(norm(direction, p), sp.Integer(1))
    assert is_identity(sp.Matrix(positive).dot(direction), -dual_norm(positive, p))


def test_the_quadratic_norm_has_its_minimiser_symbolically():
    p, q, r = sp.symbols("p q r", positive=True)
    A = sp.Matrix([[p, 0], [q, r]]) * sp.Matrix([[p, q], [0, r]])
    direction = steepest_direction(g2, A=A)
    length = dual_norm(g2, A=A)
    assert is_identity(sp.Matrix(g2).dot(direction) / length, sp.Integer(-1))
    assert is_identity(norm(direction, A=A) ** 2, sp.Integer(1))
    # stationary: A v is parallel to g
    image = A * direction
    assert is_identity(image[0] * g2[1], image[1] * g2[0])


def test_the_one_norm_picks_a_coordinate_also_for_symbols():
    direction = steepest_direction(g2, 1)
    assert direction.subs({g2[0]: -3, g2[1]: 2}) == sp.Matrix([1, 0])
    assert direction.subs({g2[0]: -3, g2[1]: 4}) == sp.Matrix([0, -1])
    assert direction.subs({g2[0]: 3, g2[1]: -3}) == sp.Matrix([-1, 0])


coordinates = st.lists(st.integers(-20, 20), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(coordinates.filter(any), st.sampled_from([1, 2, sp.oo]))
def test_length_and_slope_are_exact_on_whole_numbers(g, p):
    direction = steepest_direction(g, p)
    assert norm(direction, p).equals(1)
    slope = sum(q * d for q, d in zip(g, direction, strict=True))
    by_hand = {1: max(map(abs, g)), 2: sp.sqrt(sum(q * q for q in g))}
    assert (slope + by_hand.get(p, sum(map(abs, g)))).equals(0)


@settings(deadline=None, max_examples=40, derandomize=True, database=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=7))
def test_dual_norms_are_the_largest_slopes_over_all_corners_of_the_ball(g):
    n = len(g)
    spikes = [
        (*[0] * i, sign, *[0] * (n - i - 1)) for i in range(n) for sign in (-1, 1)
    ]
    signs = itertools.product((-1, 1), repeat=n)
    for p, corners in ((1, spikes), (sp.oo, signs)):
        slopes = [
            sum(q * d for q, d in zip(g, corner, strict=True)) for corner in corners
        ]
        assert dual_norm(g, p) == max(slopes) == -min(slopes)


def test_ties_in_the_one_norm_go_to_the_first_coordinate_and_mixtures_are_as_steep():
    g = sp.Matrix([1, -2, 2, -2])
    direction = steepest_direction(g, 1)
    assert direction == sp.Matrix([0, 1, 0, 0])
    mixture = sp.Matrix([0, half, -half, 0])
    assert norm(mixture, 1) == 1
    assert g.dot(mixture) == g.dot(direction) == -2


def test_zeros_in_the_maximum_norm_stay_zero_and_any_number_is_as_steep():
    g = sp.Matrix([3, 0, -1])
    direction = steepest_direction(g, sp.oo)
    assert direction == sp.Matrix([-1, 0, 1])
    for other in (-1, half, 1):
        mixture = sp.Matrix([-1, other, 1])
        assert norm(mixture, sp.oo) == 1
        assert g.dot(mixture) == g.dot(direction) == -4


def test_the_identity_matrix_gives_the_euclidean_norm_back():
    for g in ([3, -4], [1, 2, 2]):
        A = sp.eye(len(g))
        assert steepest_direction(g, A=A) == steepest_direction(g)
        assert dual_norm(g, A=A) == dual_norm(g)
        assert norm(g, A=A) == norm(g)


def test_the_hessian_as_matrix_gives_newtons_direction_straight_to_the_minimum():
    minimum = sp.Matrix([2, -1])
    X = sp.Matrix([x, y])
    f = sp.expand(((X - minimum).T * SPD * (X - minimum))[0] / 2)
    start = sp.Matrix([5, 1])
    H = hessian(f, [x, y])
    direction = steepest_direction(at(gradient, f, [x, y], start), A=H)
    to_minimum = minimum - start
    assert sp.simplify(direction[0] * to_minimum[1] - direction[1] * to_minimum[0]) == 0
    assert sp.simplify(direction.dot(to_minimum)).is_positive
    euclidean = steepest_direction(at(gradient, f, [x, y], start))
    assert sp.simplify(euclidean[0] * to_minimum[1] - euclidean[1] * to_minimum[0]) != 0


def test_numpy_vectors_and_infinity_are_understood():
    g = np.array([0.5, -2.0, 0.25])
    assert list(steepest_direction(g, np.inf)) == [-1, 1, -1]
    assert list(steepest_direction(g, 1)) == [0, 1, 0]
    assert dual_norm(g, math.inf) == 2.75
    assert norm(g, math.inf) == 2.0


# The steepest direction, sampled -----------------------------------------------


def lengths(V, p, A=None):
    """norm(v, p, A) of each row, by NumPy alone."""
    if A is not None:
        return np.sqrt(np.einsum("ki,ij,kj->k", V, A, V))
    powers = {1: np.abs(V).sum(1), 2: np.sqrt((V**2).sum(1))}
    return powers.get(p, np.abs(V).max(1))


def is_beaten(direction, g, p, A=None, seed=0):
    """Whether one of 4000 directions, from everywhere and from nearby, has less slope.

    g · v is linear on a convex ball, so a direction that is not the best one has better
    ones at every distance, also in ten dimensions.
    """
    n = len(g)
    everywhere = unit_directions(1000, n, p, A, seed)
    shifts = unit_directions(3000, n, 2, None, seed + 1)
    nearby = direction + shifts * np.repeat([0.3, 0.03, 0.003], 1000)[:, None]
    V = np.vstack([everywhere, nearby / lengths(nearby, p, A)[:, None]])
    # A dot product of n terms is off by n ε Σ|gᵢvᵢ| at most; dividing by a length that
    # is itself off by a few n ε, times the condition of A (below 100 here), adds less
    # than 400 n ε ‖g‖‖v‖.
    size = np.linalg.norm(g) * max(np.linalg.norm(V, axis=1).max(), 1)
    return (V @ g).min() < direction @ g - 500 * n * EPS * size


def steepness(g, p, A=None):
    """The largest slope over all directions of length one, by NumPy alone."""
    if A is not None:
        return math.sqrt(g @ np.linalg.solve(A, g))
    return float({1: np.abs(g).max(), 2: np.linalg.norm(g)}.get(p, np.abs(g).sum()))


NUM_GRADIENTS = 108


def random_gradients():
    """12 gradients each in 2 to 10 dimensions, of very different lengths."""
    rng = np.random.default_rng(7)
    for n in range(2, 11):
        for _ in range(NUM_GRADIENTS // 9):
            yield rng.normal(size=n) * 10.0 ** rng.integers(-3, 4)


def random_matrix(n):
    """A symmetric positive definite matrix with eigenvalues from 1 to 1 + 4n."""
    B = np.random.default_rng(n).normal(size=(n, n))
    A = 4 * n * (B @ B.T) / np.linalg.norm(B, 2) ** 2 + np.eye(n)
    return (A + A.T) / 2


def claimed(g, p, A=None):
    return np.array(steepest_direction(g, p, A), float).ravel()


@pytest.mark.parametrize("p", [1, 2, sp.oo, "A"])
def test_no_sampled_direction_beats_the_proved_one(p):
    for seed, g in enumerate(random_gradients()):
        A = random_matrix(len(g)) if p == "A" else None
        p_used = 2 if p == "A" else p
        direction = claimed(g, p_used, A)
        assert lengths(direction[None], p_used, A) == pytest.approx(1, abs=1e-12)
        assert not is_beaten(direction, g, p_used, A, seed)
        assert direction @ g == pytest.approx(-steepness(g, p_used, A), rel=1e-12)


@pytest.mark.parametrize("p", [1, 2, sp.oo, "A"])
def test_the_dual_norm_is_the_one_known_for_each_norm(p):
    for g in itertools.islice(random_gradients(), 0, None, 12):
        A = random_matrix(len(g)) if p == "A" else None
        p_used = 2 if p == "A" else p
        known = steepness(g, p_used, A)
        assert float(dual_norm(g, p_used, A)) == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("p", [1, 2, sp.oo])
def test_ties_and_zeros_are_not_beaten_either(p):
    for g in ([1.0, -1.0, 1.0], [0.0, 2.0, 0.0], [0.0, -3.0, 3.0, 0.0]):
        assert not is_beaten(claimed(g, p), np.array(g), p)


@pytest.mark.parametrize("p", [1, 2, sp.oo, "A"])
def test_a_direction_that_is_a_little_wrong_is_beaten(p):
    rng = np.random.default_rng(11)
    for seed, g in enumerate(random_gradients()):
        A = random_matrix(len(g)) if p == "A" else None
        p_used = 2 if p == "A" else p
        wrong = claimed(g, p_used, A)
        aside = rng.normal(size=len(g))
        wrong += 0.1 * aside / np.linalg.norm(aside) * np.linalg.norm(wrong)
        wrong /= lengths(wrong[None], p_used, A)
        assert is_beaten(wrong, g, p_used, A, seed)


def test_the_best_direction_of_one_norm_is_beaten_in_another():
    for seed, g in enumerate(random_gradients()):
        A = random_matrix(len(g))
        euclidean = claimed(g, 2)
        for p, matrix in ((1, None), (sp.oo, None), (2, A)):
            rescaled = euclidean / lengths(euclidean[None], p, matrix)
            assert is_beaten(rescaled, g, p, matrix, seed)


def test_the_gradient_itself_is_the_worst_direction():
    for g in random_gradients():
        uphill = g / np.linalg.norm(g)
        assert is_beaten(uphill, g, 2)
        assert not is_beaten(uphill, -g, 2)


@pytest.mark.parametrize("p", [1, 2, sp.oo])
def test_sampled_directions_have_length_one_in_their_norm_only(p):
    V = unit_directions(2000, 4, p, seed=5)
    assert V.shape == (2000, 4)
    assert np.abs(lengths(V, p) - 1).max() < 1e-14
    others = {1, 2, sp.oo} - {p}
    assert all(np.abs(lengths(V, other) - 1).max() > 0.1 for other in others)


def test_sampled_directions_fill_the_sphere_of_a_quadratic_norm():
    A = random_matrix(3)
    V = unit_directions(4000, 3, A=A, seed=2)
    assert np.abs(lengths(V, 2, A) - 1).max() < 1e-14
    octants = {tuple(row) for row in (V > 0).tolist()}
    assert len(octants) == 8
    assert (unit_directions(4000, 3, A=A, seed=2) == V).all()
    assert (unit_directions(4000, 3, A=A, seed=3) != V).any()


# How far -----------------------------------------------------------------------


def test_along_minus_g_the_second_order_is_slope_and_curvature_of_the_step():
    f = a * x**2 / 2 + b * x * y + c * y**2 / 2
    g = gradient(f, [x, y], [a, b, c])
    H = sp.Matrix([[a, b], [b, c]])
    step = [[x, y], [x, y], -g]
    phi = along(f, *step, eta, [a, b, c])
    model = f - eta * g.dot(g) + eta**2 * (g.T * H * g)[0] / 2
    assert is_identity(phi, model)
    assert is_identity(taylor_polynomial(f, *step, 2, eta, [a, b, c]), model)
    assert not is_identity(phi, model + eta**2 * (g.T * H * g)[0] / 2)  # the ½ lost


def test_the_best_step_is_where_the_slope_along_minus_g_vanishes():
    f = a * x**2 / 2 + b * x * y + c * y**2 / 2
    g = gradient(f, [x, y], [a, b, c])
    phi = along(f, [x, y], [x, y], -g, eta, [a, b, c])
    (stationary,) = sp.solve(phi.diff(eta), eta)
    assert is_identity(best_step(g, [[a, b], [b, c]]), stationary)


def test_no_other_step_is_better_on_random_quadratics():
    rng = random.Random(4)
    for _ in range(30):
        rows = [[Fraction(rng.randint(-9, 9)) for _ in range(3)] for _ in range(3)]
        B = sp.Matrix(rows)
        H, g = B * B.T + sp.eye(3), sp.Matrix([rng.randint(-9, 9) or 1 for _ in "xyz"])
        best = best_step(g, H)

        def decrease(step, g=g, H=H):
            return step * g.dot(g) - step**2 * (g.T * H * g)[0] / 2

        others = [best * sp.Rational(k, 10) for k in (-5, 5, 9, 11, 25)]
        assert all(decrease(step) < decrease(best) for step in others)
        # a curvature that is doubled by mistake halves the step, and loses a quarter
        assert decrease(best / 2) == decrease(best) * sp.Rational(3, 4)


def test_smoothness_is_the_largest_eigenvalue():
    assert smoothness([[7]]) == 7
    assert smoothness([[2, 1], [1, 2]]) == 3
    assert smoothness(sp.diag(1, 5, 3)) == 5
    assert is_identity(smoothness([[a, b], [b, a]]), a + abs(b))
    rng = np.random.default_rng(0)
    for n in (2, 3, 6):
        for _ in range(10):
            B = rng.normal(size=(n, n))
            H = B @ B.T
            H = (H + H.T) / 2
            # by singular values of B, not by the eigenvalues of H
            largest = np.linalg.norm(B, 2) ** 2
            assert float(smoothness(H)) == pytest.approx(largest, rel=1e-12)


def test_no_direction_curves_more_than_the_largest_eigenvalue():
    # L ‖v‖² − vᵀHv ≥ 0 for all v: LI − H has determinant 0 and trace ≥ 0
    H = sp.Matrix([[a, b], [b, c]])
    rest = smoothness(H) * sp.eye(2) - H
    assert is_identity(rest.det(), sp.Integer(0))
    assert is_identity(rest.trace(), sp.sqrt((a - c) ** 2 + 4 * b**2))
    assert not is_identity((rest * sp.Rational(99, 100) - H / 100).det(), sp.Integer(0))
    for n in range(2, 6):
        A = random_matrix(n)
        V = unit_directions(2000, n, seed=n)
        bound = float(smoothness(A))
        curvatures = np.einsum("ki,ij,kj->k", V, A, V)
        assert curvatures.max() <= bound * (1 + 4 * n * EPS)
        top = np.linalg.eigh(A)[1][:, -1]
        assert top @ A @ top > 0.999 * bound  # a smaller constant would not do


def test_the_guaranteed_decrease_is_a_parabola_from_0_to_two_over_l():
    f = sp.Symbol("f", real=True)
    decrease = f - descent_lemma(f, g2, L, eta)
    square = g2[0] ** 2 + g2[1] ** 2
    assert is_identity(decrease, eta * (1 - L * eta / 2) * square)
    every = sp.Symbol("eta", real=True)
    assert set(sp.solve((f - descent_lemma(f, g2, L, every)) / square, every)) == {
        0,
        2 / L,
    }
    assert is_identity(decrease.subs(eta, 1 / L), square / (2 * L))
    assert is_identity(decrease.diff(eta).subs(eta, 1 / L), sp.Integer(0))
    share = sp.Symbol("q", positive=True)  # η = 2/(L (1 + q)) is any step below 2/L
    below = decrease.subs(eta, 2 / (L * (1 + share)))
    assert (sp.factor(below) / square).is_positive
    above = decrease.subs(eta, 2 * (1 + share) / L)
    assert (sp.factor(above) / square).is_negative


def test_the_descent_lemma_is_the_second_order_with_its_curvature_replaced():
    # bound − f(x − ηg) = ½η² (L gᵀg − gᵀHg), which the eigenvalue bound keeps ≥ 0
    f = a * x**2 / 2 + b * x * y + c * y**2 / 2
    g = gradient(f, [x, y], [a, b, c])
    H = hessian(f, [x, y], [a, b, c])
    gap = descent_lemma(f, g, L, eta) - along(f, [x, y], [x, y], -g, eta, [a, b, c])
    assert is_identity(gap, eta**2 * (L * g.dot(g) - (g.T * H * g)[0]) / 2)


def quadratics(count):
    """Random strictly convex quadratics ½xᵀHx in 2 to 8 dimensions, with a point."""
    rng = np.random.default_rng(21)
    for k in range(count):
        n = 2 + k % 7
        B = rng.normal(size=(n, n))
        H = B @ B.T + 0.1 * np.eye(n)
        yield (H + H.T) / 2, rng.normal(size=n) * 10.0 ** rng.integers(-2, 3)


def violations(H, start, L_used, etas):
    """How many steps end above the bound of the descent lemma.

    Values are sums of n² products of size F = ‖H‖‖x‖² (1 + ηL)² at most, with ηL ≤ 2:
    off by n² ε F each, and there are no more than 8 such sums.
    """
    n, g, value = len(start), H @ start, start @ H @ start / 2
    allowed = 8 * n**2 * EPS * np.linalg.norm(H) * (start @ start) * 9
    reached = [(p @ H @ p) / 2 for p in start - np.outer(etas, g)]
    bounds = value - etas * (1 - L_used * etas / 2) * (g @ g)
    return int(np.sum(np.array(reached) > bounds + allowed))


def test_the_descent_lemma_holds_for_random_steps_below_two_over_l():
    rng = np.random.default_rng(22)
    for H, start in quadratics(100):
        L_true = float(smoothness(H))
        etas = rng.uniform(0, 2, 50) / L_true
        assert violations(H, start, L_true, etas) == 0
        g, value = H @ start, start @ H @ start / 2
        moved = start - np.outer(etas[etas * L_true < 1.999], g)
        assert all((p @ H @ p) / 2 < value for p in moved)


def test_a_constant_that_is_too_small_violates_the_descent_lemma():
    for H, _ in quadratics(30):
        L_true = float(smoothness(H))
        top = np.linalg.eigh(H)[1][:, -1]
        assert violations(H, top, L_true, np.array([1 / L_true])) == 0
        assert violations(H, top, 0.99 * L_true, np.array([1 / L_true])) == 1


def test_a_step_beyond_two_over_l_ascends():
    # f = Lx²/2: a step multiplies x by 1 − Lη, and f by its square
    f = L * x**2 / 2
    after = along(f, [x], [x], -gradient(f, [x], [L]), eta, [L])
    assert is_identity(after, (1 - L * eta) ** 2 * f)
    assert is_identity(after.subs(eta, 2 / L), f)
    assert is_identity(after.subs(eta, sp.Rational(5, 2) / L), sp.Rational(9, 4) * f)
    assert is_identity(after.subs(eta, sp.Rational(3, 2) / L), f / 4)
    for H, _ in quadratics(30):
        L_true, top = float(smoothness(H)), np.linalg.eigh(H)[1][:, -1]
        for share, ascends in ((1.98, False), (2.02, True)):
            moved = top - share / L_true * (H @ top)
            assert (moved @ H @ moved > top @ H @ top) == ascends


def test_the_descent_lemma_holds_where_the_curvature_varies():
    # f = log(1 + eˣ): f″ = p(1 − p) ≤ ¼ with p = 1/(1 + e⁻ˣ)
    f = sp.log(1 + sp.exp(x))
    slope = gradient(f, [x])
    after = sp.lambdify([x, eta], along(f, [x], [x], -slope, eta), "mpmath")
    bound = sp.lambdify(
        [x, eta], descent_lemma(f, slope, sp.Rational(1, 4), eta), "mpmath"
    )
    rng = np.random.default_rng(5)
    for place, step in rng.uniform([-5, 0], [5, 8], (100, 2)).tolist():
        assert after(place, step) <= bound(place, step)
    # near 0, where f″ = 0.25, a constant of 0.2 is too small
    too_small = sp.lambdify(
        [x, eta], descent_lemma(f, slope, sp.Rational(1, 5), eta), "mpmath"
    )
    assert after(0.025, 0.1) > too_small(0.025, 0.1)


def test_backtracking_fulfils_armijo_with_the_longest_step_on_its_ladder():
    for H, start in quadratics(40):
        n, L_true = len(start), float(smoothness(H))

        def f(q, H=H):
            return q @ H @ q / 2

        def grad(q, H=H):
            return H @ q

        found = backtracking(f, grad, start, eta=8.0, shrink=0.5, c=0.25)
        g = grad(start)

        def enough(step, f=f, start=start, g=g):
            return f(start - step * g) <= f(start) - 0.25 * step * (g @ g)

        assert enough(found)
        assert found == 8.0 or not enough(2 * found)
        # a step of 2(1 − c)/L or less always passes, so that none is halved further
        assert found >= min(8.0, (1 - 0.25) / L_true) * (1 - 10 * n * EPS)


def test_backtracking_takes_the_step_that_it_is_given_when_that_is_short_enough():
    assert backtracking(lambda q: q @ q / 2, lambda q: q, [3.0, 4.0], eta=0.5) == 0.5


def test_backtracking_along_newtons_direction_accepts_the_full_step():
    A = np.array(SPD, float)
    start = np.array([5.0, 1.0])
    found = backtracking(
        lambda q: q @ A @ q / 2, lambda q: A @ q, start, direction=-start, c=0.25
    )
    assert found == 1.0


def test_backtracking_refuses_a_gradient_with_the_wrong_sign():
    with pytest.raises(ValueError, match="its gradient"):
        backtracking(lambda q: q @ q, lambda q: -2 * q, [1.0, 2.0])


def test_backtracking_refuses_to_step_from_a_minimum():
    with pytest.raises(ValueError, match=r"slope g · d < 0, got .* 0\.0"):
        backtracking(lambda q: q @ q, lambda q: 2 * q, [0.0, 0.0])


def test_backtracking_steps_back_from_where_f_is_not_defined():
    def f(q):
        return float(q[0] - np.log(q[0])) if q[0] > 0 else math.nan

    step = backtracking(f, lambda q: 1 - 1 / q, [3.0], eta=16.0)
    assert 3 - step * (1 - 1 / 3) > 0
    assert f(np.array([3 - step * (1 - 1 / 3)])) < f(np.array([3.0]))


def test_a_reader_gets_from_an_expression_to_a_verified_direction_and_step():
    p, q = sp.symbols("p q")
    f = (1 - p) ** 2 + 100 * (q - p**2) ** 2
    g = at(gradient, f, [p, q], [-1, 2])
    assert g == sp.Matrix([396, 200])  # −2(1−p) − 400p(q−p²) = −4 + 400, 200(q−p²)
    direction = steepest_direction(g)
    assert directional_derivative(f, [p, q], direction).subs({p: -1, q: 2}).is_negative
    value = sp.lambdify([[p, q]], f)
    slopes = sp.lambdify([[p, q]], list(gradient(f, [p, q])))
    step = backtracking(value, slopes, [-1, 2])
    moved = np.array([-1, 2]) - step * np.array([396, 200])
    assert value(moved) < value([-1, 2])


# Gradients of the losses, four ways --------------------------------------------

w1, w2, x1, x2 = sp.symbols("w1 w2 x1 x2", real=True)
lifted = sp.Piecewise((x * w + sp.Rational(1, 10), x * w >= 3), (x * w, True))


def torch_regression(parameters, data):
    W, bias = parameters[:2].reshape(2, 1), parameters[2:]
    return squared_loss(linreg(data[:2].reshape(1, 2), W, bias), data[2:].reshape(1, 1))


def torch_toy(parameters, data):
    return simple_squared_loss(simple_linreg(data[:1], parameters), data[1:])


def torch_toy_with_bias(parameters, data):
    y_hat = simple_linreg(data[:1], parameters[:1], parameters[1:])
    return simple_squared_loss(y_hat, data[1:])


def torch_toy_lifted(parameters, data):
    y_hat = simple_non_linearity(simple_linreg(data[:1], parameters))
    return simple_squared_loss(y_hat, data[1:])


def by_hand_regression(parameters, data):
    residual = (
        data[0] * parameters[0] + data[1] * parameters[1] + parameters[2] - data[2]
    )
    return [residual * data[0], residual * data[1], residual]


def by_hand_toy(parameters, data, two=2.0):
    return [two * (data[0] * parameters[0] - data[1]) * data[0]]


def by_hand_toy_with_bias(parameters, data, two=2.0):
    residual = data[0] * parameters[0] + parameters[1] - data[1]
    return [two * residual * data[0], two * residual]


def by_hand_toy_lifted(parameters, data, two=2.0):
    y_hat = data[0] * parameters[0]
    return [two * (y_hat + (0.1 if y_hat >= 3 else 0.0) - data[1]) * data[0]]


LOSSES = {
    "squared loss": (
        (x1 * w1 + x2 * w2 + b - y) ** 2 / 2,
        ([w1, w2, b], [x1, x2, y]),
        by_hand_regression,
        torch_regression,
    ),
    "simple squared loss": (
        (x * w - y) ** 2,
        ([w], [x, y]),
        by_hand_toy,
        torch_toy,
    ),
    "simple squared loss with bias": (
        (x * w + b - y) ** 2,
        ([w, b], [x, y]),
        by_hand_toy_with_bias,
        torch_toy_with_bias,
    ),
    "simple squared loss with a jump": (
        (lifted - y) ** 2,
        ([w], [x, y]),
        by_hand_toy_lifted,
        torch_toy_lifted,
    ),
}
H_STEP = 2.0**-4  # central differences of a quadratic are exact for every step


def four_gradients(name, parameters, data, by_hand=None):
    """By hand, by SymPy, by autograd and by central differences, in float64."""
    f, (variables, constants), hand, loss = LOSSES[name]
    symbolic = sp.lambdify(
        [variables, constants], list(gradient(f, variables, constants))
    )
    leaf = torch.tensor(parameters, dtype=torch.float64, requires_grad=True)
    fixed = torch.tensor(data, dtype=torch.float64)
    loss(leaf, fixed).sum().backward()
    value = sp.lambdify([variables, constants], f)
    shifts = np.eye(len(parameters)) * H_STEP
    differences = [
        (value(parameters + e, data) - value(parameters - e, data)) / (2 * H_STEP)
        for e in shifts
    ]
    return np.array(
        [
            (by_hand or hand)(parameters, data),
            symbolic(parameters, data),
            leaf.grad.tolist(),
            differences,
        ],
        float,
    )


def tolerance(parameters, data):
    """What rounding may do to these gradients, in absolute terms.

    Let m ≥ 1 bound Σ|w x| + |b| + |y|, w and b moved by a step or not, and |x|. The
    residual adds four terms at most: off by 6 ε m. A closed form multiplies it by 2 and
    by x: off by 16 ε m |x|. A loss squares it: off by 2 m · 6 ε m and two roundings,
    14 ε m²; a central difference is off by two of these and its own rounding, 29 ε m²,
    over 2h = 2⁻³: by 232 ε m². So two ways differ by less than 300 ε m² (1 + |x|).
    """
    inputs = np.abs(data[:-1])
    m = 1 + (np.abs(parameters).sum() + 1) * (1 + inputs.max()) + abs(data[-1])
    return 300 * EPS * m**2 * (1 + inputs.max())


def agree(gradients, allowed):
    """Whether all the rows are equal within what rounding may do."""
    return bool(np.ptp(gradients, axis=0).max() <= allowed)


def loss_cases(name, count=40):
    """Random parameters and data, away from the jump, and with gradients above 0.1."""
    _, (variables, constants), _, _ = LOSSES[name]
    rng, cases = np.random.default_rng(31), []
    while len(cases) < count:
        parameters = rng.uniform(-3, 3, len(variables))
        data = rng.uniform(0.5, 4, len(constants))
        small = np.abs(four_gradients(name, parameters, data)[0]).min() < 0.1
        prediction = parameters[0] * data[0]
        if not small and abs(prediction - 3) > 2 * H_STEP * data[0]:
            cases.append((parameters, data))
    return cases


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_a_loss_agree_by_hand_by_sympy_by_autograd_and_by_differences(
    name,
):
    for parameters, data in loss_cases(name):
        gradients = four_gradients(name, parameters, data)
        assert gradients.shape == (4, len(parameters))
        assert agree(gradients, tolerance(parameters, data))


@pytest.mark.parametrize("name", list(LOSSES)[1:])
def test_a_gradient_with_2_001_for_2_is_rejected(name):
    hand = LOSSES[name][2]

    def wrong(parameters, data):
        return hand(parameters, data, two=2.001)

    for parameters, data in loss_cases(name):
        gradients = four_gradients(name, parameters, data, by_hand=wrong)
        assert not agree(gradients, tolerance(parameters, data))


def test_a_squared_loss_that_forgets_its_half_is_rejected():
    def wrong(parameters, data):
        return [2 * entry for entry in by_hand_regression(parameters, data)]

    for parameters, data in loss_cases("squared loss"):
        gradients = four_gradients("squared loss", parameters, data, by_hand=wrong)
        assert not agree(gradients, tolerance(parameters, data))


def test_each_of_the_four_ways_is_looked_at():
    parameters, data = loss_cases("squared loss", 1)[0]
    gradients = four_gradients("squared loss", parameters, data)
    for way, entry in itertools.product(range(4), range(3)):
        corrupted = gradients.copy()
        corrupted[way, entry] *= 1.0005
        assert not agree(corrupted, tolerance(parameters, data))


def test_the_jump_of_the_lifted_prediction_is_refused_and_its_sides_are_not():
    f, (variables, constants), _, _ = LOSSES["simple squared loss with a jump"]
    f = f.subs({x: 3, y: 1})
    with pytest.raises(ValueError, match="wanted it smooth"):
        at(gradient, f, variables, [1])
    # below the jump 2(3w − 1)3 at w = 0.9; above it 2(3w + 0.1 − 1)3 at w = 1.1
    below = at(gradient, f, variables, [sp.Rational(9, 10)])
    above = at(gradient, f, variables, [sp.Rational(11, 10)])
    assert below == sp.Matrix([sp.Rational(51, 5)])
    assert above == sp.Matrix([sp.Rational(72, 5)])
    assert constants == [x, y]


# What is refused ---------------------------------------------------------------

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


# What makes the functions quotable ---------------------------------------------


def test_every_function_is_short_documented_and_knows_nothing_of_the_package():
    tree = ast.parse(inspect.getsource(taylor))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) > 20
    for function in functions:
        body = function.body[1:]  # without the docstring
        assert ast.get_docstring(function)
        assert body[-1].end_lineno - body[0].lineno + 1 <= 30, function.name
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [node for node in imported if node.module.startswith("gdbook")]
