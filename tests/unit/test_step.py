"""How long a step may be."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from gdbook.taylor.derivatives import (
    along,
    at,
    directional_derivative,
    gradient,
    hessian,
    taylor_polynomial,
)
from gdbook.taylor.directions import steepest_direction, unit_directions
from gdbook.taylor.step import backtracking, best_step, descent_lemma, smoothness
from tests.checks import EPS, is_identity, random_matrix
from tests.unit.symbols import SPD, L, a, b, c, eta, g2, x, y


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


def test_backtracking_may_start_at_whole_numbers():
    # 1/q falls from 1/2 to 4/9; NumPy has no negative powers of whole numbers
    assert backtracking(lambda q: q[0] ** -1, lambda q: -(q**-2), [2]) == 1


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
