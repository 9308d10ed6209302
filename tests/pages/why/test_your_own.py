"""The page why/your-own: what it computes and claims, held independently."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from tests.pages.runner import Page, edited, run_edited, run_page


@pytest.fixture(scope="session")
def your_own() -> Page:
    return run_page("why/your-own.py")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "g, H = np.array(gradient(point), float)",
            "g, H = 1.0005 * np.array(gradient(point), float)",
        ),
        (
            "g, H = np.array(gradient(point), float)",
            "g, H = -np.array(gradient(point), float)",
        ),
        ("direction = -g /", "direction = -g[::-1] /"),
        ("direction = -g /", "direction = -0.999 * g /"),
        ("eta = backtracking(value, g, point, eta=longest)", "eta = longest"),
    ],
)
def test_the_recipe_refuses_a_wrong_gradient_direction_or_step(old, new):
    with pytest.raises(AssertionError):
        edited("why/your-own.py", old, new)


def test_the_recipe_ends_near_a_minimizer_and_not_at_it(your_own):
    names = your_own.after("mu = curvatures")
    f, variables, end = names["f"], names["variables"], names["end"]
    exact = sp.nsolve([f.diff(s) for s in variables], variables, end.tolist(), prec=30)
    distance = np.linalg.norm(np.array(exact - sp.Matrix(end), float))
    size = np.linalg.norm(names["gradient"](end))
    assert 0 < size <= 1e-6
    assert 0 < distance <= size / names["mu"]  # (2)
    assert names["least"] >= names["mu"] > 0
    assert names["r"] > 2 * size / names["mu"]
    rng = np.random.default_rng(0)
    around = np.array(exact, float).ravel() + rng.normal(size=(500, 2)) * 0.5
    best = names["value"](np.array(exact, float).ravel())
    assert all(names["value"](other) > best for other in around)


def test_the_bound_on_the_distance_holds_and_half_of_it_fails_on_quadratics():
    rng, nearly = np.random.default_rng(3), 0
    for n in (1, 2, 4):
        for _ in range(50):
            rows, u = rng.normal(size=(n, n)), rng.normal(size=n)
            A = rows @ rows.T + 0.1 * np.eye(n)
            values, vectors = np.linalg.eigh(A)
            assert np.linalg.norm(u) <= np.linalg.norm(A @ u) / values[0] + 1e-12
            top = vectors[:, 0]
            nearly += np.linalg.norm(top) > 0.9 * np.linalg.norm(A @ top) / values[0]
    assert nearly == 150  # along the least curvature the bound is the distance


def test_central_differences_miss_by_a_third_derivative():
    t, h = sp.symbols("t h", positive=True)
    phi = sp.exp(2 * t) + t**5
    quotient = (phi.subs(t, h) - phi.subs(t, -h)) / (2 * h)
    missed = sp.series(quotient - phi.diff(t).subs(t, 0), h, 0, 4).removeO()
    assert sp.simplify(missed - h**2 / 6 * phi.diff(t, 3).subs(t, 0)) == 0
    # once differentiable only: it tends to the derivative, 0, as the root of h
    rough = sp.Abs(t) ** sp.Rational(1, 2) * t  # only C1
    assert (
        sp.simplify((rough.subs(t, h) - (-rough.subs(t, h))) / (2 * h) - sp.sqrt(h))
        == 0
    )


def test_the_error_of_the_difference_falls_by_100_and_then_rounding_raises_it(your_own):
    errors = [
        float(x.split()[-1]) for x in your_own.printed("for k in range").splitlines()
    ]
    assert len(errors) == 10
    assert all(50 < a / b < 200 for a, b in pairwise(errors[:4]))
    assert errors[-1] > 100 * min(errors)


def test_only_the_check_of_the_gradient_finds_a_wrong_component(your_own):
    verdicts = [x.split()[-1] for x in your_own.printed("wrong = g").splitlines()]
    assert verdicts == ["False", "True", "True"]


def test_on_the_example_the_second_order_alone_steps_up(your_own):
    names = your_own.after("eta = backtracking(")
    value, point, g = names["value"], names["point"], names["g"]
    assert value(point - names["longest"] * g) > value(point)
    assert value(point - names["eta"] * g) < value(point)
    assert names["eta"] == names["longest"] / 2
    curvature = [
        g @ np.array(names["hessian"](point - t * names["longest"] * g)) @ g
        for t in (0, 0.5)
    ]
    assert curvature[1] > curvature[0]


def test_the_tool_of_the_recipe_is_the_one_of_the_page_before(your_own):
    (one,) = [c.source for c in your_own.cells if "def backtracking" in c.source]
    cell = run_page("why/how-long.py").cell("def backtracking").source
    assert cell.startswith(one.strip())


@pytest.mark.parametrize(
    "cell",
    [
        "p, q = variables = sp.symbols('p q', real=True)\n"
        "f, start = (1 - p)**2 + 100 * (q - p**2)**2, [-1, 2]",
        "variables = sp.symbols('u v w')\n"
        "f = sum(sp.cosh(x - k) for k, x in enumerate(variables))\n"
        "start = [3, -1, 0]",
        "u = sp.Symbol('u', real=True)\nvariables, f, start = [u], u**4 - u, [2]",
    ],
)
def test_the_recipe_runs_on_another_function_when_the_second_cell_is_replaced(cell):
    def edit(code: str) -> str:
        return cell if code.startswith("w, b = variables") else code

    names = run_edited("why/your-own.py", edit).after("mu = curvatures")
    assert names["value"](names["end"]) < names["value"](names["start"])
