"""The steepest direction, proved and sampled."""

import itertools
import math
import random

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from gdbook.taylor.derivatives import at, gradient, hessian
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
from tests.checks import is_beaten, is_identity, lengths, random_matrix
from tests.unit.symbols import SPD, c, g2, g3, half, v2, v3, x, y


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


@settings(max_examples=60)
@given(coordinates.filter(any), st.sampled_from([1, 2, sp.oo]))
def test_length_and_slope_are_exact_on_whole_numbers(g, p):
    direction = steepest_direction(g, p)
    assert norm(direction, p).equals(1)
    slope = sum(q * d for q, d in zip(g, direction, strict=True))
    by_hand = {1: max(map(abs, g)), 2: sp.sqrt(sum(q * q for q in g))}
    assert (slope + by_hand.get(p, sum(map(abs, g)))).equals(0)


@settings(max_examples=40)
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
