"""The six pages about the step: every claim on them, checked on the pages' own objects.

The pages are run as they stand, cell by cell, and the tests look at what they computed.
A check of a check runs a page with one mistake put in, and wants it refused.
"""

import ast
import math
import random
import re

import numpy as np
import pytest
import sympy as sp
import torch
from IPython.display import Markdown

from gdbook.experiments import linear_regression
from gdbook.ledger import published, read_ledger
from gdbook.linear import squared_loss
from gdbook.sgd import train_by_hand
from gdbook.site.source import Cell, read_page
from gdbook.taylor.derivatives import (
    along,
    gradient,
    hessian,
    intermediate_point,
    lagrange_remainder,
    taylor_polynomial,
)
from gdbook.taylor.directions import (
    hoelder_identity,
    lagrange_identity,
    norm,
    stationary_directions,
    steepest_direction,
)
from gdbook.taylor.step import best_step, descent_lemma, smoothness
from tests.checks import EPS, is_beaten, is_identity, measured_order

from .runner import DOCS, Page, run_block, run_edited, run_page

SIX = ("tangent", "slope", "steepest", "how-long", "predict", "your-own")


def cells_of(name: str) -> list[Cell]:
    return read_page(DOCS / f"why/{name}.py", f"why/{name}.py")


def edited(name: str, old: str, new: str) -> Page:
    """Run a page in which one text is replaced, wherever it stands in the code."""
    assert any(old in cell.source for cell in cells_of(name) if cell.kind == "code")
    return run_edited(f"why/{name}.py", lambda code: code.replace(old, new))


@pytest.fixture(scope="session")
def pages() -> dict[str, Page]:
    return {name: run_page(f"why/{name}.py") for name in SIX}


@pytest.fixture(scope="session")
def tangent(pages) -> Page:
    return pages["tangent"]


@pytest.fixture(scope="session")
def slope(pages) -> Page:
    return pages["slope"]


@pytest.fixture(scope="session")
def steepest(pages) -> Page:
    return pages["steepest"]


@pytest.fixture(scope="session")
def how_long(pages) -> Page:
    return pages["how-long"]


@pytest.fixture(scope="session")
def predict(pages) -> Page:
    return pages["predict"]


@pytest.fixture(scope="session")
def your_own(pages) -> Page:
    return pages["your-own"]


def numbers(text: str) -> list[float]:
    """All numbers in a text, in order."""
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text)]


# Formulas ----------------------------------------------------------------------

VALUE = r"`=(?:tex|sp\.latex)\([^`]*\)`"


def typed_formulas(markdown: str) -> list[str]:
    """Formulas in Markdown that are not printed from an object."""
    found = re.findall(r"\$\$(.*?)\$\$|(?<!\$)\$([^$]+)\$", markdown, flags=re.DOTALL)
    texts = ["".join(pair).strip() for pair in found]
    return [text for text in texts if not re.fullmatch(rf"{VALUE}\s*[.,]?", text)]


@pytest.mark.parametrize("name", SIX)
def test_every_formula_on_a_page_is_printed_from_a_sympy_object(name):
    prose = [cell.source for cell in cells_of(name) if cell.kind == "markdown"]
    assert typed_formulas("\n\n".join(prose)) == []


@pytest.mark.parametrize(
    "text", ["$$\na = b\n$$", "so $x$ is", "$$\n`=tex(a)` + c\n$$"]
)
def test_a_typed_formula_is_found(text):
    assert typed_formulas(text)
    assert not typed_formulas("$$\n`=tex(a)` .\n$$")


def test_the_printer_of_the_first_page_writes_primes_and_keeps_the_rest(tangent):
    names = tangent.after("def tex")
    tex, s, t, k = names["tex"], *sp.symbols("s t k", real=True)
    phi = sp.Function("phi")(s)
    assert tex(phi.diff(s, 2) * t) == r"t \phi''(s)"
    assert tex(phi.diff(s)) == r"\phi'(s)"
    assert tex(phi.diff((s, k + 1))) == r"\phi^{(k + 1)}(s)"
    assert tex(t**2 / 2) == sp.latex(t**2 / 2)
    assert tex(1 + t, "rev-lex") == "1 + t"


def test_every_displayed_result_of_a_cell_is_a_sympy_object(pages):
    shown = []
    for page in pages.values():
        for cell in page.cells:
            last = ast.parse(cell.source).body[-1:]
            text = ast.unparse(last) if last and isinstance(last[0], ast.Expr) else ""
            if text and not re.match(r"print|plt\.show|Markdown", text):
                shown.append(eval(text, dict(cell.names)))
    assert len(shown) >= 12
    assert all(isinstance(one, sp.Basic | sp.MatrixBase) for one in shown)


# The short answer --------------------------------------------------------------


def test_the_remainder_of_a_squared_loss_is_half_the_curvature_of_the_whole_step():
    # L(w + d) = L(w) + g · d + r(d), with r(d) = ½ d · Hd: of second order in d
    w1, w2, d1, d2, x1, x2, y = sp.symbols("w1 w2 d1 d2 x1 x2 y", real=True)
    loss = (x1 * w1 + x2 * w2 - y) ** 2 / 2
    data, d = [x1, x2, y], sp.Matrix([d1, d2])
    g, H = (operator(loss, [w1, w2], data) for operator in (gradient, hessian))
    moved = loss.subs({w1: w1 + d1, w2: w2 + d2}, simultaneous=True)
    assert is_identity(moved, loss + g.dot(d) + d.dot(H * d) / 2)
    assert not is_identity(moved, loss + g.dot(d) + d.dot(H * d))


# One variable ------------------------------------------------------------------


def test_the_error_of_the_tangent_over_t_squared_tends_to_half_the_second_derivative(
    tangent,
):
    names = tangent.after("tangent = sine")
    t, missed = names["t"], names["sine"] - names["tangent"]
    limit = sp.limit(missed / t**2, t, 0)
    assert is_identity(limit, -sp.sin(1) / 2)
    assert not is_identity(limit, -sp.sin(1))
    table = np.array(numbers(tangent.printed("tangent = sine"))).reshape(4, 3)
    assert (np.abs(np.diff(table[:, 1])) > 0).all()
    quarter = table[1:, 1] / table[:-1, 1]
    assert (np.abs(quarter - 0.25) < 0.01).all()
    assert (np.diff(np.abs(table[:, 2] + math.sin(1) / 2)) < 0).all()


def test_the_prediction_is_right_where_it_touches_and_its_rate_is_the_displayed_one(
    tangent,
):
    names = tangent.after("rate = sp.factor")
    s, t, phi = names["s"], names["t"], names["phi"]
    polynomial, rate = names["polynomial"], names["rate"]
    third = phi.diff(s, 3)
    assert sp.simplify(rate - (t - s) ** 2 * third / 2) == 0
    for example in (sp.exp(2 * s), sp.sin(1 + s), 1 / (2 + s**2)):
        moving = polynomial.subs(phi, example).doit()
        assert is_identity(moving.subs(s, t), example.subs(s, t))
        assert is_identity(moving.diff(s), rate.subs(phi, example).doit())
        assert not is_identity(moving.diff(s), -rate.subs(phi, example).doit())


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
def test_both_displayed_remainders_are_what_the_polynomial_misses(order, tangent):
    names = tangent.after("lagrange = ")
    s, t, k, xi = (names[name] for name in ("s", "t", "k", "xi"))
    for example in (sp.exp(2 * s), sp.sin(1 + s), s * sp.exp(s)):
        polynomial = taylor_polynomial(example, [s], [0], [1], order, t)
        missed = example.subs(s, t) - polynomial
        integral = names["remainder"].subs(k, order).doit()
        integral = integral.replace(sp.Function("phi"), sp.Lambda(s, example)).doit()
        assert is_identity(missed, integral)
        assert not is_identity(missed, integral * sp.Rational(1001, 1000))
        form = names["lagrange"].subs(k, order).doit()
        form = form.replace(sp.Function("phi"), sp.Lambda(s, example)).doit()
        ours = lagrange_remainder(example, [s], [0], [1], order, t, xi)
        assert is_identity(form, ours)


def test_the_integral_of_the_weight_alone_is_a_power_over_a_factorial(tangent):
    names = tangent.after("total = ")
    t, k, total = names["t"], names["k"], names["total"]
    assert sp.gammasimp(total - t ** (k + 1) / sp.factorial(k + 1)) == 0
    assert sp.gammasimp(total - t ** (k + 1) / sp.factorial(k)) != 0


def test_the_weight_keeps_one_sign_between_0_and_t():
    for t in (1.5, -1.5):
        s = np.linspace(0, t, 101)[1:-1]
        for k in range(5):
            assert len(set(np.sign((t - s) ** k))) == 1


def test_the_unknown_point_of_the_page_is_found_by_the_package_too(tangent):
    x = sp.Symbol("x", real=True)
    known = intermediate_point(sp.sin(x), [x], [1], [1], 1, 1)
    assert abs(tangent.after("found = ")["found"] - known) < 1e-12
    assert 0 < known < 1


def test_for_order_0_lagranges_form_is_the_mean_value_theorem(tangent):
    names = tangent.after("lagrange = ")
    form = names["lagrange"].subs(names["k"], 0).doit()
    xi, t = names["xi"], names["t"]
    assert form == t * sp.Function("phi")(xi).diff(xi)


def test_every_error_in_the_table_of_bounds_is_below_its_bound(tangent):
    lines = tangent.printed("import lagrange_bound").splitlines()
    for order, line in enumerate(lines):
        bound = sp.Rational(line.split()[-1])
        assert bound == sp.Rational(1, math.factorial(order + 1))
        assert numbers(line)[1] <= bound
    assert len(lines) == 5
    assert numbers(lines[0])[1] > sp.Rational(1, 20)  # a bound of a 20th would fail


def near_powers(ratios: np.ndarray) -> bool:
    """Whether halving a step divides error k by about 2^(k+1)."""
    return bool(
        np.allclose(ratios / 2.0 ** np.arange(1, len(ratios) + 1), 1, atol=0.02)
    )


def test_halving_the_step_divides_the_errors_on_the_page_by_powers_of_two(tangent):
    errors = tangent.after("error_orders(near")["errors"]
    ratios = np.array([error[-3] / error[-1] for error in errors])
    assert near_powers(ratios)
    assert not near_powers(ratios[::-1])
    printed = numbers(tangent.printed("e[-3]"))[2:]
    assert np.allclose(printed, ratios, atol=5e-4)


def test_an_absolute_value_has_two_slopes_at_its_kink():
    t = sp.Symbol("t", real=True)
    assert sp.limit(abs(t) / t, t, 0, "+") == 1
    assert sp.limit(abs(t) / t, t, 0, "-") == -1


# Many variables ----------------------------------------------------------------


def test_the_slope_along_the_line_is_the_dot_product_with_the_gradient(slope):
    names = slope.after("slope_there, curvature")
    p, q, t = names["p"], names["q"], names["t"]
    assert names["g"] == sp.Matrix([3, 4])
    assert is_identity(names["slope_there"], 3 * p + 4 * q)
    assert is_identity(names["slope_there"], names["phi"].diff(t).subs(t, 0))
    assert not is_identity(names["slope_there"], 4 * p + 3 * q)


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
    names = slope.after("slope_there, curvature")
    f, x, y = names["f"], names["x"], names["y"]
    draw = random.Random(1)
    for _ in range(20):
        d = [sp.Rational(draw.randint(1, 99), 100) * draw.choice([-1, 1]) for _ in "xy"]
        whole = f.subs({x: d[0], y: 1 + d[1]}) - f.subs({x: 0, y: 1})
        assert two_moves(f, x, y, {x: 0, y: 1}, d) == pytest.approx(
            float(whole), abs=1e-12
        )


def test_a_vector_twice_as_long_has_twice_the_slope(slope):
    names = slope.after("slope_there, curvature")
    p, q = names["p"], names["q"]
    double = names["slope_there"].subs({p: 2 * p, q: 2 * q}, simultaneous=True)
    assert is_identity(double, 2 * names["slope_there"])


def test_in_the_plane_the_slope_is_a_length_times_a_cosine(slope):
    names = slope.after("polar = r")
    r, alpha, beta = names["r"], names["alpha"], names["beta"]
    v = [sp.cos(alpha), sp.sin(alpha)]
    assert is_identity(names["polar"].dot(v), r * sp.cos(alpha - beta))
    assert not is_identity(names["polar"].dot(v), r * sp.cos(alpha + beta))
    assert is_identity(names["polar"].dot(names["polar"]), r**2)


def test_the_figure_has_its_lowest_slope_opposite_the_gradient(slope):
    names = slope.after("far = 0.5")
    angle, slopes, walk = names["angle"], names["slope"], names["walk"]
    opposite = math.degrees(math.atan2(4, 3)) + 180
    assert abs(angle[slopes.argmin()] - opposite) <= 0.5
    assert slopes.min() == pytest.approx(-5, abs=1e-3)
    assert slopes.max() == pytest.approx(5, abs=1e-3)
    level = np.radians(math.degrees(math.atan2(4, 3)) + 90)
    assert abs(3 * math.cos(level) + 4 * math.sin(level)) < 1e-12
    assert (walk > slopes).all()


def test_the_curvature_along_the_line_is_that_of_the_hessian(slope):
    names = slope.after("slope_there, curvature")
    p, q, here = names["p"], names["q"], names["here"]
    v, H = sp.Matrix([p, q]), names["H"]
    assert H == H.T == sp.hessian(names["f"], [names["x"], names["y"]])
    assert is_identity(names["curvature"], v.dot(H.subs(here) * v))
    assert not is_identity(names["curvature"], v.dot(H.subs(here) * v) / 2)
    # a column of H holds the slopes of the components of the gradient
    slopes = gradient(names["f"], [names["x"], names["y"]]).jacobian(
        [names["x"], names["y"]]
    )
    assert slopes == H


def test_the_displayed_second_order_and_remainder_are_those_of_the_package(slope):
    names = slope.after("slope_there, curvature")
    line = names["f"], [names["x"], names["y"]], [0, 1], [names["p"], names["q"]]
    t, xi, phi = names["t"], names["xi"], names["phi"]
    second = taylor_polynomial(*line, 2, t)
    assert is_identity(names["second"], second)
    assert not is_identity(names["second"], second + t**2 * names["curvature"] / 2)
    form = phi.diff(t, 3).subs(t, xi) * t**3 / 6
    assert is_identity(form, lagrange_remainder(*line, 2, t, xi))
    # of the three terms only the exponential has a third derivative
    assert is_identity(form, names["p"] ** 3 * sp.exp(names["p"] * xi) * t**3 / 3)


def test_the_error_of_the_second_order_behaves_like_the_cube_of_the_step(slope):
    names = slope.after("slope_there, curvature")
    place = {names["p"]: sp.Rational(3, 5), names["q"]: sp.Rational(4, 5)}
    missed = (names["phi"] - names["second"]).subs(place)
    t = names["t"]
    assert abs(measured_order(missed.subs(t, sp.Symbol("t", real=True))) - 3) < 1e-9
    assert abs(measured_order(missed + t**2 / 1000) - 2) < 1e-6


# The steepest direction --------------------------------------------------------


def test_the_stationary_directions_of_the_page_are_those_of_the_package(steepest):
    names = steepest.after("stationary = ")
    p, q, g = names["p"], names["q"], names["g"]
    length = sp.sqrt(g.dot(g))
    pairs = [sp.Matrix([found[p], found[q]]) for found in names["stationary"]]
    slopes = [g.dot(pair) for pair in pairs]
    assert all(is_identity(pair.dot(pair), sp.Integer(1)) for pair in pairs)
    assert is_identity(slopes[0], length)
    assert is_identity(slopes[1], -length)
    known = {tuple(direction) for direction, _ in stationary_directions(g)}
    assert {tuple(pair) for pair in pairs} == known
    shifted = [c.subs({p: g[0], q: g[1]}) for c in names["conditions"]]
    assert any(sp.simplify(c) != 0 for c in shifted)  # g itself is no solution


def test_the_best_direction_is_not_improved_by_turning_because_it_is_along_g(steepest):
    # turned by a small angle, the slope changes by minus the part of g along the move
    a, b, angle, turn = sp.symbols("a b alpha delta", real=True)
    slope = a * sp.cos(angle + turn) + b * sp.sin(angle + turn)
    move = sp.Matrix([-sp.sin(angle), sp.cos(angle)])
    assert is_identity(slope.diff(turn).subs(turn, 0), sp.Matrix([a, b]).dot(move))
    assert is_identity(move.dot([sp.cos(angle), sp.sin(angle)]), sp.Integer(0))


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


def test_the_page_subtracts_the_two_sides_and_gets_zero(steepest):
    assert steepest.printed("print(sp.expand(more").strip() == "0"
    assert steepest.printed("rest = (M").strip() == "0"
    assert steepest.printed("print(sp.simplify(more").strip() == "0"


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ("lam * (v - best).dot(v", "2 * lam * (v - best).dot(v", "sp.expand(more"),
        ("M - abs(b)) * abs(q)", "M - abs(a)) * abs(q)", "M * (abs(p)"),
        (".dot(A * (v - best))", ".dot(v - best)", "sp.simplify(more"),
    ],
)
def test_with_one_side_wrong_the_page_does_not_get_zero(old, new, cell, steepest):
    ran = steepest.cell(cell)
    assert old in ran.source
    index = steepest.cells.index(ran)
    names = dict(steepest.cells[index - 1].names)
    assert run_block(ran.source.replace(old, new), "changed", names).strip() != "0"


def test_lagranges_identity_holds_in_every_dimension_that_the_page_prints(steepest):
    lines = steepest.printed("lagrange_identity(sp.symbols").splitlines()
    found = [
        [int(x) for x in numbers(line.replace("left - right", ""))] for line in lines
    ]
    assert found == [[n, n * (n - 1) // 2, 0] for n in range(2, 7)]
    for n in (2, 3, 6):
        g, v = (sp.symbols(f"{c}1:{n + 1}", real=True) for c in "av")
        identity = lagrange_identity(g, v)
        assert is_identity(identity.lhs, identity.rhs, tries=2)
        assert not is_identity(identity.lhs, identity.rhs + (g[0] * v[0]) ** 2, tries=2)


def test_no_guess_has_a_larger_share_than_1_and_in_ten_dimensions_none_comes_near(
    steepest,
):
    lines = steepest.printed("others /= np.linalg.norm").splitlines()
    shares = {int(numbers(line)[0]): numbers(line)[1] for line in lines}
    assert list(shares) == [2, 3, 5, 10]
    assert all(share <= 1 for share in shares.values())
    assert shares[10] < 0.95
    wrong = edited(
        "steepest", "min() / -np.linalg.norm(gradient)", "min() / gradient.min()"
    )
    shares = [numbers(x)[1] for x in wrong.printed("others /= ").splitlines()]
    assert max(shares) > 1  # a direction that is not against g is beaten


H = np.array([[2.0, 1.0], [1.0, 4.0]])
NORMS = {
    "1-norm": (1, None),
    "2-norm": (2, None),
    "maximum norm": (sp.oo, None),
    "quadratic norm": (2, H),
}


def test_no_sampled_direction_beats_the_four_of_the_page_in_their_norms(steepest):
    names = steepest.after("directions = {")
    assert list(names["directions"]) == list(NORMS)
    g = names["g_here"]
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
            assert is_beaten(direction / length, names["g_here"], order, A) == (
                other != name
            )


def test_in_the_figure_each_dashed_line_touches_its_ball_at_the_direction(steepest):
    names = steepest.after("unit_balls(g_here")
    g = names["g_here"]
    outlines = [names["circle"] / size for size in names["sizes"]]
    for direction, outline in zip(names["directions"].values(), outlines, strict=True):
        assert (g @ outline).min() >= g @ direction - 1e-12
        assert (g @ outline).min() == pytest.approx(g @ direction, rel=2e-3)


def test_the_rest_in_hoelders_identity_is_never_negative_and_the_slope_at_least_minus_m(
    steepest,
):
    names = steepest.after("rest = (M")
    a, b, p, q, M = (names[name] for name in ("a", "b", "p", "q", "M"))
    identity = hoelder_identity([a, b], [p, q])
    assert is_identity(identity.lhs, identity.rhs)
    assert sp.expand(identity.rhs.subs(norm([a, b], sp.oo), M) - names["rest"]) == 0
    rng = np.random.default_rng(8)
    for g, v in rng.normal(size=(200, 2, 2)):
        place = dict(zip((a, b, p, q), (*g, *v), strict=True)) | {M: np.abs(g).max()}
        assert names["rest"].subs(place) >= 0
        one, most = v / np.abs(v).sum(), v / np.abs(v).max()
        assert g @ one >= -np.abs(g).max() - 4 * EPS * np.abs(g).sum()
        assert g @ most >= -np.abs(g).sum() - 4 * EPS * np.abs(g).sum()


def test_in_a_quadratic_norm_the_lagrangian_is_greater_by_a_squared_length(steepest):
    names = steepest.after("print(sp.simplify(more")
    A, v, best, lam = (names[name] for name in ("A", "v", "best", "lam"))
    assert A == A.T
    right = lam * (v - best).dot(A * (v - best))
    assert is_identity(names["more"], right)
    assert not is_identity(names["more"], lam * (v - best).dot(v - best))
    assert all(sp.simplify(x) == 0 for x in 2 * lam * A * best + names["g"])


def test_newtons_step_ends_at_the_bottom_of_a_quadratic_bowl_and_minus_g_misses_it(
    steepest,
):
    names = steepest.after("directions = {")
    newton, g = names["newton"], names["g_here"]
    assert np.allclose(g + H @ newton, 0, atol=1e-14)
    assert abs(newton[0] * g[1] - newton[1] * g[0]) > 0.1  # not parallel
    x, y, p, q = sp.symbols("x y p q", real=True)
    bowl = x**2 + x * y + 2 * y**2
    moved = gradient(bowl, [x, y]).subs({x: x + p, y: y + q}, simultaneous=True)
    by_hessian = gradient(bowl, [x, y]) + hessian(bowl, [x, y]) * sp.Matrix([p, q])
    assert (moved - by_hessian).applyfunc(sp.expand) == sp.zeros(2, 1)


# How far -----------------------------------------------------------------------


def test_the_second_order_of_the_step_and_its_best_length_are_those_of_the_package(
    how_long,
):
    names = how_long.after("(best,) = ")
    f, x, y, eta, g = (names[name] for name in ("f", "x", "y", "eta", "g"))
    known = taylor_polynomial(f, [x, y], [0, 1], -g, 2, eta)
    assert is_identity(names["second"], known)
    assert not is_identity(names["second"], known + eta**2 * g.dot(names["H"] * g) / 2)
    assert names["best"] == best_step(g, names["H"])
    others = [names["best"] * sp.Rational(k, 10) for k in (5, 9, 11, 15)]
    least = names["second"].subs(eta, names["best"])
    assert all(names["second"].subs(eta, other) > least for other in others)


def test_on_this_function_the_best_step_is_only_nearly_right(how_long):
    names = how_long.after("promises(etas")
    eta, best = names["eta"], float(names["best"])
    slope = sp.lambdify(eta, names["after"].diff(eta))
    found = float(sp.nsolve(names["after"].diff(eta), eta, best))
    assert slope(best) != pytest.approx(0, abs=0.1)
    assert abs(found / best - 1) < 0.1


def test_the_largest_curvature_is_an_eigenvalue_and_its_direction_is_not_turned(
    how_long,
):
    names = how_long.after("largest = max")
    assert sp.simplify(names["largest"] - smoothness(names["H"])) == 0
    A, largest = np.array(names["H"], float), float(names["largest"])
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
    here = names["f"].subs(names["here"])
    bound = sp.lambdify(eta, descent_lemma(here, names["g"], L, eta))
    after = sp.lambdify(eta, names["after"])
    steps = np.linspace(0, 2 / float(L), 201)[1:]
    return bool((after(steps) <= bound(steps) + 1e-12).all())


def test_the_bound_of_the_page_holds_all_the_way_and_a_smaller_constant_fails(how_long):
    names = how_long.after("promises(etas")
    assert bound_holds(names, names["largest"])
    assert not bound_holds(names, names["largest"] * sp.Rational(85, 100))
    steps = np.linspace(0, 2 / float(names["largest"]), 201)[1:]
    after = sp.lambdify(names["eta"], names["after"])(steps)
    assert (after < float(names["f"].subs(names["here"]))).all()
    curves = names["curves"]
    assert (curves["f"] <= curves["bound"] + 1e-12).all()


def test_every_curvature_falls_with_x_as_the_page_says(how_long):
    names = how_long.after("largest = max")
    x, f = names["x"], names["f"]
    p, q = sp.symbols("p q", real=True)
    v = sp.Matrix([p, q])
    curvature = v.dot(hessian(f, [x, names["y"]]) * v)
    assert is_identity(curvature.diff(x), 2 * p**2 * sp.exp(x))
    assert names["g"][0] > 0  # the step leads to smaller x


def test_the_lemma_of_the_page_gains_nothing_at_two_over_l_and_most_at_one_over_l(
    how_long,
):
    names = how_long.after("gain = ")
    eta, L, gain = names["eta"], names["L"], names["gain"]
    square = names["a"] ** 2 + names["b"] ** 2
    known = descent_lemma(names["value"], [names["a"], names["b"]], L, eta)
    assert is_identity(names["lemma"], known)
    assert is_identity(names["value"] - names["lemma"], gain * square)
    assert sp.solve(gain, eta) == [2 / L]
    assert names["middle"] == 1 / L
    assert is_identity(gain.subs(eta, 1 / L), 1 / (2 * L))
    share = sp.Symbol("q", positive=True)
    assert sp.factor(gain.subs(eta, 2 / (L * (1 + share)))).is_positive
    assert sp.factor(gain.subs(eta, 2 * (1 + share) / L)).is_negative


def test_one_step_in_a_bowl_multiplies_its_value_by_a_square(how_long):
    names = how_long.after("bowl = ")
    bowl, x, eta, L = (names[name] for name in ("bowl", "x", "eta", "L"))
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


def test_below_the_limit_the_descent_ends_at_it_it_stays_and_beyond_it_grows(how_long):
    runs = how_long.after("runs = {")["runs"]
    shares = {float(name.split()[0]): values for name, values in runs.items()}
    assert list(shares) == [0.5, 0.9, 1.0, 1.02]
    for share in (0.5, 0.9):
        assert (np.diff(shares[share]) < 0).all()
        assert shares[share][-1] < 1e-6
    assert shares[1.0][-1] == pytest.approx(shares[1.0][-10], rel=1e-6)
    assert shares[1.0][-1] > 1
    growth = shares[1.02][-1] / shares[1.02][-2]
    assert growth == pytest.approx((1 - 2 * 1.02) ** 2, rel=1e-6)


def test_the_lemma_grants_armijos_promise_up_to_the_step_on_the_page(how_long):
    names = how_long.after("(longest,) = ")
    eta, c, L, longest = (names[name] for name in ("eta", "c", "L", "longest"))
    gap = names["promise"] - names["lemma"]
    assert is_identity(longest, 2 * (1 - c) / L)
    assert is_identity(gap.subs(eta, longest), sp.Integer(0))
    values = {c: sp.Rational(1, 10), L: 3, names["a"]: 1, names["b"]: 2}
    end = longest.subs(values)
    assert gap.subs(values).subs(eta, end * sp.Rational(9, 10)) > 0
    assert gap.subs(values).subs(eta, end * sp.Rational(11, 10)) < 0


def test_backtracking_on_the_page_takes_powers_of_one_half_and_always_descends(
    how_long,
):
    names = how_long.after("step = backtracking(")
    table = np.array(numbers(how_long.printed("step = backtracking("))).reshape(-1, 2)
    height, slopes, place = names["height"], names["slopes"], np.array([0.0, 1.0])
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


# Back to the experiment --------------------------------------------------------

LEDGER = published(read_ledger())
PRINTED = [text for name, text in LEDGER.items() if name.startswith("clean.loss.")]


def test_the_second_order_of_the_mean_loss_along_a_samples_step_is_exact(predict):
    names = predict.after("expanded = ")
    w, x, y, rho = (names[name] for name in ("w", "x", "y", "rho"))
    mean, step = names["mean_loss"], -rho * names["slope"]
    assert is_identity(mean.subs(w, w + step), names["expanded"])
    assert mean.diff(w, 3) == 0
    first = mean + mean.diff(w) * step
    assert not is_identity(mean.subs(w, w + step), first)
    assert not is_identity(mean.subs(w, w + step), first + mean.diff(w, 2) * step**2)
    along_it = along(mean, [w], [w], [-names["slope"]], rho, constants=[x, y])
    assert is_identity(along_it, names["expanded"])


def test_a_step_on_a_sample_multiplies_the_mean_loss_by_the_displayed_factor(predict):
    names = predict.after("expanded = ")
    w, x, y, rho, factor = (names[name] for name in ("w", "x", "y", "rho", "factor"))
    mean, move = names["mean_loss"], (-rho * names["slope"]).subs(y, x)
    assert factor.free_symbols == {x, rho}
    assert is_identity(mean.subs(w, w + move), factor * mean)
    assert is_identity(factor, (1 - 2 * rho * x**2) ** 2)
    assert not is_identity(factor, (1 - rho * x**2) ** 2)


def test_exact_fractions_predict_all_printed_losses_but_two_last_digits(predict):
    exact = predict.after("exact = [")["exact"]
    wrong = [k for k, text in enumerate(PRINTED, 1) if exact[k - 1] != text]
    assert len(exact) == len(PRINTED) == 29
    assert wrong == [5, 6]
    for k in wrong:
        gap = sp.Rational(exact[k - 1]) - sp.Rational(PRINTED[k - 1])
        assert abs(gap) == sp.Rational(1, 10**6)


def test_the_expansion_along_float32_steps_predicts_every_printed_loss_as_text(predict):
    assert predict.after("in_float32.append")["in_float32"] == PRINTED
    shown = [c.source for c in cells_of("predict") if c.kind == "code" and c.shown]
    forbidden = r"backward|autograd|train|sgd|experiments|published\("
    assert not re.search(forbidden, "\n".join(shown))  # no descent, no peeping


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("* step**2 / 2", "* step**2"),
        ("+ second(float(place)) * step**2 / 2", ""),
        ("SEED = 20", "SEED = 21"),
        ("lr, divisor = sp.Rational(3, 10), 10", "lr, divisor = sp.Rational(3, 10), 1"),
        ("lr, divisor = sp.Rational(3, 10)", "lr, divisor = sp.Rational(299, 1000)"),
        ("slope = loss.diff(w)", "slope = loss.diff(w) / 2"),
        ("np.float32(2), float(predicted[0])", "np.float32(2), 3.501"),
    ],
)
def test_a_prediction_with_one_thing_wrong_is_not_that_of_the_article(old, new):
    with pytest.raises(AssertionError):
        edited("predict", old, new)


def test_the_table_of_the_prediction_holds_the_printed_texts_and_no_difference(predict):
    (table,) = [
        eval(compile(cell.source.rstrip().splitlines()[-1], "last", "eval"), cell.names)
        for cell in predict.cells
        if cell.source.rstrip().endswith("Markdown(markdown_table(head, rows))")
    ]
    assert isinstance(table, Markdown)
    assert "differs" not in table.data
    texts = re.findall(r"\d\.\d{6}", table.data)
    rows = [texts[8 * k : 8 * k + 8] for k in range(8)]
    half = [row[: len(row) // 2] for row in rows]
    assert [text for row in half for text in row] == PRINTED
    assert all(row[: len(row) // 2] == row[len(row) // 2 :] for row in rows)


def test_float32_numbers_near_1_lie_as_far_apart_as_the_page_says():
    assert np.spacing(np.float32(1)) == 2.0**-23
    assert np.float32(1) + np.float32(2.0**-25) == np.float32(1)


def test_an_epoch_multiplies_the_distance_by_the_displayed_product(predict):
    names = predict.after("epoch_factor = ")
    rho, product = names["rho"], names["epoch_factor"]
    by_hand = (1 - 2 * rho) * (1 - 8 * rho) * (1 - 18 * rho)
    assert is_identity(product, by_hand)
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]):
        w = 1.7
        for x in order:
            w -= 0.03 * 2 * x * (x * w - x)
        assert (w - 1) / 0.7 == pytest.approx(float(product.subs(rho, 0.03)))


def test_the_toys_epochs_are_stable_up_to_the_limit_and_diverge_just_beyond(predict):
    names = predict.after("edges = ")
    factor = sp.lambdify(names["rho"], names["epoch_factor"])
    limit = float(names["limits"]["toy, epochs of single samples"])
    below = np.linspace(0, limit, 1001)[1:-1]
    assert (np.abs(factor(below)) < 1).all()
    assert abs(factor(1.001 * limit)) > 1
    assert limit == pytest.approx((49 - math.sqrt(385)) / 144)
    assert float(names["limits"]["toy, all samples"]) == pytest.approx(2 / 7)
    assert float(names["limits"]["toy, the sample x = 3 alone"]) == pytest.approx(1 / 9)


def toy(divisor: int) -> np.ndarray:
    """The parameter of the clean toy after each of 40 epochs, run for real."""

    def value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
        return (x * w - y) ** 2, (2 * x * (x * w - y),)

    random.seed(20)
    x = np.arange(4, dtype=np.float32)
    start = [np.float32(2)]
    history = train_by_hand(value_and_grad, start, x, x, 0.3, 40, 1, divisor)
    return history.params[::4, 0]


def test_the_toy_converges_with_its_divisor_and_diverges_without():
    ended = toy(divisor=10)
    assert abs(ended[-1] - 1) < 1e-6
    distance = np.abs(toy(divisor=1).astype(float) - 1)
    assert distance[1:6] / distance[:5] == pytest.approx(2.464, rel=1e-5)
    assert distance[-1] > 1e15


def test_the_limits_of_the_regression_are_those_of_its_own_mini_batches(predict):
    names = predict.after("sharpest = ")
    run = linear_regression(by_hand=True, num_epochs=2)
    X = np.c_[run.features.double().numpy(), np.ones(1000)]
    drawn = [
        X[order[k : k + 10]] for order in run.history.orders for k in range(0, 1000, 10)
    ]
    assert len(names["drawn"]) == 300 * 100
    for ours, theirs in zip(names["drawn"][:200], drawn, strict=True):
        assert (ours.numpy() == theirs).all()
    largest = np.linalg.norm(X, 2) ** 2 / 1000
    limits = names["limits"]
    assert limits["regression, all samples"] == pytest.approx(2 / largest, rel=1e-12)
    sharpest = max(np.linalg.norm(B.numpy(), 2) ** 2 / 10 for B in names["drawn"])
    assert limits["regression, that mini-batch"] == pytest.approx(
        2 / sharpest, rel=1e-12
    )
    assert 2 / sharpest / 0.0003 > 1000


def test_the_curvature_of_the_regression_is_that_of_its_loss():
    X = torch.randn(
        7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    w, y = torch.zeros(3, dtype=torch.float64), torch.ones(7, dtype=torch.float64)
    found = torch.autograd.functional.hessian(
        lambda p: squared_loss(X @ p, y).mean(), w
    )
    assert torch.allclose(found, X.T @ X / 7)


# Your own function -------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("place), float).ravel()\nH", "place), float).ravel() * 1.0005\nH"),
        ("g = np.array(at(gradient", "g = -np.array(at(gradient"),
        (
            "steepest_direction(g), float).ravel()",
            "steepest_direction(g[::-1]), float).ravel()",
        ),
        (
            "steepest_direction(g), float).ravel()",
            "steepest_direction(g), float).ravel() * 0.999",
        ),
        ("eta = backtracking(value, grad, place, eta=longest)", "eta = longest"),
    ],
)
def test_the_recipe_refuses_a_wrong_gradient_direction_or_step(old, new):
    with pytest.raises(AssertionError):
        edited("your-own", old, new)


def test_the_recipe_ends_at_a_minimum_and_says_so(your_own):
    names = your_own.after("at_end = ")
    assert np.linalg.norm(names["grad"](names["point"])) <= 1e-6
    assert np.linalg.eigvalsh(names["at_end"]).min() > 0
    rng = np.random.default_rng(0)
    least = names["value"](names["point"])
    around = names["point"] + rng.normal(size=(500, 2)) * 0.5
    assert all(names["value"](other) > least for other in around)


def test_on_the_example_the_second_order_alone_steps_up(your_own):
    names = your_own.after("eta = backtracking(")
    value, place, g = names["value"], names["place"], names["g"]
    assert value(place - names["longest"] * g) > value(place)
    assert value(place - names["eta"] * g) < value(place)


@pytest.mark.parametrize(
    "cell",
    [
        "p, q = variables = sp.symbols('p q', real=True)\n"
        "f, place = (1 - p)**2 + 100 * (q - p**2)**2, [-1, 2]",
        "variables = sp.symbols('u v w')\n"
        "f = sum(sp.cosh(x - k) for k, x in enumerate(variables))\n"
        "place = [3, -1, 0]",
        "u = sp.Symbol('u', real=True)\nvariables, f, place = [u], u**4 - u, [2]",
    ],
)
def test_the_recipe_runs_on_another_function_when_the_second_cell_is_replaced(cell):
    def edit(code: str) -> str:
        return cell if code.startswith("w, b = variables") else code

    names = run_edited("why/your-own.py", edit).after("num_steps = 0")
    assert names["value"](names["point"]) < names["value"](names["place"])


def test_the_recipe_names_what_it_refuses(your_own):
    lines = your_own.printed("attempts = [").splitlines()
    wanted = ["contains {z}", "2 components, got [1]", "wanted it smooth", "somewhere"]
    assert len(lines) == len(wanted)
    assert all(word in line for word, line in zip(wanted, lines, strict=True))
