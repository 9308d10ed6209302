"""The page why/how-long: what it computes and claims, held independently."""

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from gdbook.taylor.derivatives import (
    gradient,
    hessian,
    taylor_polynomial,
)
from gdbook.taylor.step import backtracking as package_backtracking
from gdbook.taylor.step import best_step, descent_lemma, smoothness
from tests.checks import is_identity
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def how_long() -> Page:
    return run_page("why/how-long.py")


def test_the_second_order_of_the_step_and_its_best_length_are_those_of_the_package(
    how_long,
):
    names = how_long.after("promises(etas")
    f, x, y, eta, g = (names[name] for name in ("f", "x", "y", "eta", "g"))
    known = taylor_polynomial(f, [x, y], [sp.pi, sp.pi], -g, 2, eta)
    assert is_identity(names["second"], known)
    assert not is_identity(names["second"], known + eta**2 * g.dot(names["H"] * g) / 2)
    assert names["best"] == best_step(g, names["H"])
    others = [names["best"] * sp.Rational(k, 10) for k in (5, 9, 11, 15)]
    least = names["second"].subs(eta, names["best"])
    assert all(names["second"].subs(eta, other) > least for other in others)


def test_on_this_function_the_best_step_to_second_order_is_not_exact(
    how_long,
):
    names = how_long.after("promises(etas")
    eta, best = names["eta"], float(names["best"])
    slope = sp.lambdify(eta, names["after"].diff(eta))
    assert slope(best) != pytest.approx(0, abs=0.1)  # it is exact for quadratics only


def test_the_largest_curvature_is_an_eigenvalue_and_its_direction_is_not_turned(
    how_long,
):
    names = how_long.after("bound = ")
    assert sp.simplify(names["L"] - smoothness(names["H"])) == 0
    A, largest = np.array(names["H"], float), float(names["L"])
    turn = np.linspace(0, np.pi, 20_001)
    v = np.array([np.cos(turn), np.sin(turn)])
    curvatures = (v * (A @ v)).sum(0)
    assert curvatures.max() <= largest + 1e-12
    assert curvatures.max() == pytest.approx(largest, abs=1e-7)
    top = v[:, curvatures.argmax()]
    assert np.allclose(A @ top, largest * top, atol=1e-3)
    low = v[:, (curvatures.argmax() + 3000) % 20_000]
    assert not np.allclose(A @ low, (low @ A @ low) * low, atol=1e-3)


def test_the_gradient_of_the_curvature_is_twice_h_times_v():
    p, q, k, l, m = sp.symbols("p q k l m", real=True)
    A, v = sp.Matrix([[k, l], [l, m]]), sp.Matrix([p, q])
    found = gradient(v.dot(A * v), [p, q], [k, l, m])
    assert (found - 2 * A * v).applyfunc(sp.expand) == sp.zeros(2, 1)


def bound_holds(names: dict, L: sp.Expr) -> bool:
    """Whether the lemma with some L bounds the value after 200 steps below 2/L."""
    eta = names["eta"]
    bound = sp.lambdify(eta, descent_lemma(names["value"], names["g"], L, eta))
    after = sp.lambdify(eta, names["after"])
    steps = np.linspace(0, 2 / float(L), 201)[1:]
    return bool((after(steps) <= bound(steps) + 1e-12).all())


def test_the_bound_of_the_page_holds_all_the_way_and_a_smaller_constant_fails(how_long):
    names = how_long.after("promises(etas")
    assert bound_holds(names, names["L"])
    assert not bound_holds(names, names["L"] * sp.Rational(80, 100))
    steps = np.linspace(0, 2 / float(names["L"]), 201)[1:]
    after = sp.lambdify(names["eta"], names["after"])(steps)
    assert (after < float(names["value"])).all()


def test_the_figure_has_the_bound_on_top_and_every_curve_falls_and_rises(how_long):
    curves = how_long.after("promises(etas")["curves"]
    f, second, bound = curves.values()
    assert (f[1:] < second[1:]).all()  # as the caption and the text alternative say
    assert (second[1:] < bound[1:]).all()
    for values in curves.values():
        signs = np.sign(np.diff(values))
        assert signs[0] == -1
        assert signs[-1] == 1
        assert (np.diff(signs) >= 0).all()


def curvatures(names: dict) -> np.ndarray:
    """Both eigenvalues of the Hessian of the example, on a period of x."""
    hessian_at = sp.lambdify(
        [names["x"]], hessian(names["f"], [names["x"], names["y"]])
    )
    x = np.linspace(-np.pi, np.pi, 2001)
    return np.array([np.linalg.eigvalsh(np.array(hessian_at(at), float)) for at in x])


def test_the_example_has_one_constant_for_all_points_from_above_and_for_lipschitz(
    how_long,
):
    found, L = curvatures(how_long.end.__dict__), float(how_long.end.L)
    assert pytest.approx(3 + math.sqrt(2)) == L
    assert found.max() == pytest.approx(L, abs=1e-9)
    assert found.min() == pytest.approx(1 - math.sqrt(2), abs=1e-5)
    assert np.abs(found).max() <= L + 1e-9


def test_a_bound_from_above_is_enough_for_the_lemma_and_not_for_a_lipschitz_gradient():
    rng = np.random.default_rng(1)
    for x, eta, L in rng.uniform(0.01, 3, size=(200, 3)):
        g = -200 * x
        after, before = -100 * (x - eta * g) ** 2, -100 * x**2
        assert after <= before - eta * (1 - L * eta / 2) * g**2  # (3), any L > 0
        lower = before - eta * (1 + L * eta / 2) * g**2
        assert not after >= lower  # the bound from below needs L ≥ 200
        assert after >= (before - eta * (1 + 100 * eta) * g**2) * (1 + 1e-9)
        assert abs(-200 * (x + 1) - g) > L  # not Lipschitz with L


def test_the_bound_from_below_holds_on_the_example(how_long):
    names = how_long.end.__dict__
    L, height, grad = float(names["L"]), names["height"], names["grad"]
    rng = np.random.default_rng(2)
    for x in rng.uniform(-5, 5, size=(200, 2)):
        g, eta = np.array(grad(x)), rng.uniform(0, 1)
        step, square = height(x - eta * g), eta * g @ g
        assert step >= height(x) - (1 + L * eta / 2) * square - 1e-9
        assert step <= height(x) - (1 - L * eta / 2) * square + 1e-9


def test_the_lemma_of_the_page_gains_nothing_at_two_over_l_and_most_at_one_over_l(
    how_long,
):
    names = how_long.after("promises(etas")
    eta, L, square = names["eta"], sp.Symbol("L", positive=True), names["g"].norm() ** 2
    gain = eta * (1 - L * eta / 2)
    assert is_identity(
        names["value"] - names["bound"], gain.subs(L, names["L"]) * square
    )
    known = descent_lemma(names["value"], names["g"], names["L"], eta)
    assert is_identity(names["bound"], known)
    assert sp.solve(gain, eta) == [2 / L]
    assert sp.solve(gain.diff(eta), eta) == [1 / L]
    assert is_identity(gain.subs(eta, 1 / L), 1 / (2 * L))
    share = sp.Symbol("q", positive=True)
    assert sp.factor(gain.subs(eta, 2 / (L * (1 + share)))).is_positive
    assert sp.factor(gain.subs(eta, 2 * (1 + share) / L)).is_negative


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(1 - L * eta / 2)", "(1 - L * eta)"),
        ("L = max(H", "L = min(H"),
        ("less - 2 * (1", "less - (1"),
    ],
)
def test_the_check_of_the_page_refuses_a_wrong_bound(old, new):
    with pytest.raises(AssertionError):
        edited("why/how-long.py", old, new)


def test_one_step_in_a_bowl_multiplies_its_value_by_a_square():
    x, eta, L = sp.symbols("x eta L", positive=True)
    bowl = L * x**2 / 2
    after = bowl.subs(x, x - eta * bowl.diff(x))
    assert is_identity(after, (1 - L * eta) ** 2 * bowl)
    assert not is_identity(after, (1 - L * eta) * bowl)
    assert is_identity(after.subs(eta, 2 / L), bowl)


def test_a_quadratic_bowl_is_the_sum_of_bowls_along_its_eigenvectors():
    rng = np.random.default_rng(3)
    for n in (2, 3, 5):
        B = rng.normal(size=(n, n))
        A = B @ B.T
        eigenvalues, vectors = np.linalg.eigh(A)
        assert np.allclose(vectors.T @ vectors, np.eye(n))
        for place in rng.normal(size=(20, n)):
            parts = eigenvalues * (vectors.T @ place) ** 2 / 2
            assert parts.sum() == pytest.approx(place @ A @ place / 2)
            step = place - 0.1 * A @ place
            after = (
                eigenvalues * ((1 - 0.1 * eigenvalues) * (vectors.T @ place)) ** 2 / 2
            )
            assert after.sum() == pytest.approx(step @ A @ step / 2)
            c, k, x = vectors.T @ place, 7, place
            for _ in range(k):
                x = x - 0.1 * A @ x
            by_formula = vectors @ ((1 - 0.1 * eigenvalues) ** k * c)  # (6)
            assert np.allclose(x, by_formula, rtol=1e-9)


def test_two_over_the_sum_is_the_best_fixed_step_for_the_worst_start():
    rng = np.random.default_rng(9)
    for n in (2, 3, 6):
        eigenvalues = np.sort(rng.uniform(0.1, 5, size=n))
        low, high = eigenvalues[0], eigenvalues[-1]
        etas = np.linspace(0, 2 / high, 20_001)
        worst = np.abs(1 - etas[:, None] * eigenvalues).max(1)
        best = 2 / (low + high)
        at_best = np.abs(1 - best * eigenvalues).max()
        assert at_best == pytest.approx((high - low) / (high + low))
        assert worst.min() >= at_best - 1e-12
        assert etas[worst.argmin()] == pytest.approx(best, abs=2e-4 / high)


def test_below_the_limit_the_descent_ends_at_it_it_stays_and_beyond_it_grows(how_long):
    runs = how_long.after("runs = {")["runs"]
    shares = {float(name.split()[0]): values for name, values in runs.items()}
    assert list(shares) == [0.5, 0.9, 1.0, 1.02]
    for share in (0.5, 0.9):
        assert (np.diff(shares[share]) < 0).all()
        assert shares[share][-1] < 1e-6
    assert shares[1.0][-1] == pytest.approx(shares[1.0][-10], rel=1e-6)
    assert (np.diff(shares[1.02])[5:] > 0).all()
    assert shares[1.0][-1] > 1
    growth = shares[1.02][-1] / shares[1.02][-2]
    assert growth == pytest.approx((1 - 2 * 1.02) ** 2, rel=1e-6)


def test_the_lemma_grants_armijos_rule_up_to_the_step_of_the_proof():
    eta, c, L, square = sp.symbols("eta c L G", positive=True)
    gap = (1 - L * eta / 2 - c) * eta * square  # of the bounds (8) and (4)
    assert is_identity(gap.subs(eta, 2 * (1 - c) / L), sp.Integer(0))
    values = {c: sp.Rational(1, 10), L: 3, square: 5}
    end = (2 * (1 - c) / L).subs(values)
    assert gap.subs(values).subs(eta, end * sp.Rational(9, 10)) > 0
    assert gap.subs(values).subs(eta, end * sp.Rational(11, 10)) < 0


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 5),
    st.floats(0.01, 100),
    st.sampled_from([1e-4, 0.1, 0.5, 0.9]),
)
@settings(max_examples=100)
def test_backtracking_of_the_page_does_what_the_package_does(how_long, seed, n, eta, c):
    rng = np.random.default_rng(seed)
    rows, x = rng.normal(size=(n, n)), rng.normal(size=n) + 3
    A = rows @ rows.T + 0.1 * np.eye(n)
    g = A @ x

    def f(x):
        return x @ A @ x / 2

    found = how_long.end.backtracking(f, g, x, eta, c)
    assert found == package_backtracking(f, lambda x: A @ x, x, eta=eta, c=c)
    assert found >= min(eta, (1 - c) / np.linalg.eigvalsh(A).max())


def test_backtracking_on_the_page_takes_powers_of_one_half_and_always_descends(
    how_long,
):
    names = how_long.after("step = backtracking(")
    limit = 2 / float(names["L"])
    table = np.array(numbers(how_long.printed("step = backtracking("))).reshape(-1, 2)
    height, slopes, place = names["height"], names["grad"], np.array([np.pi] * 2)
    value = height(place)
    for step, printed in table:
        g = np.array(slopes(place))
        assert math.log2(step) == int(math.log2(step))
        assert height(place - step * g) <= height(place) - 1e-4 * step * g @ g
        if step < 1:
            assert height(place - 2 * step * g) > height(place) - 2e-4 * step * g @ g
        place = place - step * g
        assert height(place) == pytest.approx(printed, abs=1e-6)
        assert height(place) < value
        value = height(place)
    assert (table[:, 0] > limit).any()  # as the page says


def test_the_limit_with_momentum_is_one_plus_beta_times_as_large():
    for beta in (0, 0.3, 0.9):
        for curvature in (0.2, 1, 7):
            limit = 2 * (1 + beta) / curvature
            for share, converges in ((0.05, True), (0.99, True), (1.01, False)):
                top = 1 + beta - share * limit * curvature
                step = np.array([[top, -beta], [1, 0]])  # of two successive points
                largest = np.abs(np.linalg.eigvals(step)).max()
                assert (largest < 1) == converges


def test_from_one_start_another_step_size_needs_fewer_steps():
    H, start = np.diag([1, 9]), np.array([2.0, 0.0])
    assert np.linalg.norm(start - 1.0 * H @ start) == 0
    assert np.linalg.norm(start - 2 / 10 * H @ start) > 1  # best for the worst start


def test_a_lipschitz_gradient_bounds_the_curvature_from_both_sides():
    rng = np.random.default_rng(8)
    for n in (2, 4):
        rows = rng.normal(size=(n, n))
        A = rows + rows.T  # of a quadratic function: its gradient is A @ x
        L = np.abs(np.linalg.eigvalsh(A)).max()
        u, z = rng.normal(size=(2, 200, n))
        steps = np.linalg.norm(u - z, axis=1)
        assert (np.linalg.norm((u - z) @ A, axis=1) <= L * steps + 1e-9).all()
        v = u / np.linalg.norm(u, axis=1, keepdims=True)
        assert (np.abs((v * (v @ A)).sum(1)) <= L + 1e-9).all()


def test_in_the_exercises_a_component_along_the_top_decides_and_gradients_vanish(
    how_long,
):
    lines = how_long.printed("for first in (").splitlines()
    assert [numbers(line)[-2] for line in lines] == [0, pytest.approx(1074, abs=1)]
    assert how_long.printed("largest, smallest").split()[-1] == "4/5"
    curvature, eigenvalue = numbers(how_long.printed("largest eigenvalue"))
    assert 0 <= eigenvalue - curvature < 1e-5
    norms = how_long.end.norms
    assert norms[-1] < 1e-6 < 1 < norms[0]
    x, y, f = (how_long.after("L = max")[name] for name in ("x", "y", "f"))
    # bounded below: the quadratic part is positive definite, and cos is at least −1
    assert sp.hessian(f - 2 * sp.cos(x), [x, y]).is_positive_definite
