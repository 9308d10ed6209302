"""Gradients, Hessians, Taylor polynomials and remainders."""

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
from tests.checks import is_identity, measured_order
from tests.unit.symbols import a, b, eta, half, s, t, u, v, w, x, xi, y, z


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


def test_an_intermediate_point_has_15_digits():
    # x³ = 3ξ²·x from 0 to 1 makes ξ = 1/√3
    middle = intermediate_point(x**3, [x], [0], [1], 0, 1)
    assert str(middle) == str(sp.N(1 / sp.sqrt(3), 15)) == "0.577350269189626"


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
