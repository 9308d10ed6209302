"""The page why/minus: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp
import torch

from gdbook.linear import design_matrix
from gdbook.linear import hessian as regression_hessian
from gdbook.taylor.derivatives import gradient, hessian
from tests.checks import is_identity
from tests.pages.runner import Page, edited, numbers, run_page


@pytest.fixture(scope="session")
def minus() -> Page:
    return run_page("why/minus.py")


def test_the_remainder_of_a_squared_loss_is_half_the_curvature_of_the_whole_step():
    # f(w + d) = f(w) + g · d + r(d), with r(d) = ½ d · Hd: of second order in d
    w1, w2, d1, d2, x1, x2, y = sp.symbols("w1 w2 d1 d2 x1 x2 y", real=True)
    loss = (x1 * w1 + x2 * w2 - y) ** 2 / 2
    data, d = [x1, x2, y], sp.Matrix([d1, d2])
    g, H = (operator(loss, [w1, w2], data) for operator in (gradient, hessian))
    moved = loss.subs({w1: w1 + d1, w2: w2 + d2}, simultaneous=True)
    assert is_identity(moved, loss + g.dot(d) + d.dot(H * d) / 2)
    assert not is_identity(moved, loss + g.dot(d) + d.dot(H * d))


def best_angle(g: np.ndarray, H: np.ndarray, rho: float) -> tuple[float, float]:
    """Minimise g · d + ½ d · Hd over ‖d‖ = ρ: the angle to g in degrees, the value.

    The minimum solves (H + μI) d = −g with H + μI positive definite; μ by bisection.
    """
    low, high = -np.linalg.eigvalsh(H)[0], 1e6
    for _ in range(200):
        mu = (low + high) / 2
        d = -np.linalg.solve(H + mu * np.eye(len(g)), g)
        low, high = (mu, high) if np.linalg.norm(d) > rho else (low, mu)
    cosine = g @ d / (np.linalg.norm(g) * np.linalg.norm(d))
    return np.degrees(np.arccos(cosine)), g @ d + d @ H @ d / 2


def of_the_page(page: Page) -> tuple[np.ndarray, np.ndarray]:
    names = page.after("best = fine")
    X = names["X"].numpy()
    return names["g"].numpy().ravel(), X.T @ X / len(X)


def test_the_best_direction_of_the_loss_is_near_180_degrees_and_not_at_it(minus):
    g, H = of_the_page(minus)
    exact, value = best_angle(g, H, 0.1)
    assert exact == pytest.approx(179.917, abs=5e-4)
    assert value == pytest.approx(-0.36291122, abs=5e-9)
    opposite = -0.1 * g / np.linalg.norm(g)
    assert g @ opposite + opposite @ H @ opposite / 2 == pytest.approx(
        -0.36291084, abs=5e-9
    )
    lines = [numbers(line) for line in minus.printed("best = fine").splitlines()]
    assert lines == [[179.92, -0.36291122], [180.00, -0.36291084]]
    assert numbers(minus.printed("changes = change"))[-1] == 180


def test_the_first_order_alone_is_smallest_at_exactly_180_degrees(minus):
    g, _ = of_the_page(minus)
    angle = np.radians(np.arange(0, 361))
    first = 0.1 * np.linalg.norm(g) * np.cos(angle)
    assert np.flatnonzero(first == first.min()).tolist() == [180]


@pytest.mark.parametrize("rho", [0.2, 0.1, 0.05, 0.01])
def test_the_deviation_of_the_best_direction_is_within_the_bound_3(rho, minus):
    g, H = of_the_page(minus)
    M, angle = np.linalg.eigvalsh(H)[-1], best_angle(g, H, rho)[0]
    assert 0 < 1 + np.cos(np.radians(angle)) <= M * rho / np.linalg.norm(g)
    assert 1.9 < (180 - best_angle(g, H, 2 * rho)[0]) / (180 - angle) < 2.1


def test_for_short_steps_the_deviation_is_that_of_exercise_1(minus):
    # the turn δ adds ½ρ‖g‖δ² and changes the remainder by cρ²δ: least at δ = −cρ/‖g‖
    g, H = of_the_page(minus)
    down = -g / np.linalg.norm(g)
    c = np.array([-down[1], down[0]]) @ H @ down  # half the slope of uᵀHu as u turns
    for rho, tolerance in ((0.1, 0.1), (0.01, 0.01)):
        exact = np.radians(180 - best_angle(g, H, rho)[0])
        assert exact == pytest.approx(abs(c) * rho / np.linalg.norm(g), rel=tolerance)
        assert exact != pytest.approx(2 * abs(c) * rho / np.linalg.norm(g), rel=0.2)


def test_both_sides_of_1_are_one_identity_for_the_regression(minus):
    g, H = of_the_page(minus)
    names = minus.after("best = fine")
    loss, w = names["loss"], names["w"]
    for d in 0.1 * np.random.default_rng(0).normal(size=(20, 2, 1)):
        change = (loss(w + torch.from_numpy(d)) - loss(w)).item()
        remainder = change - (g @ d).item()
        assert remainder == pytest.approx((d.T @ H @ d).item() / 2, rel=1e-9)
        assert remainder <= np.linalg.eigvalsh(H)[-1] * (d**2).sum() / 2 + 1e-12


def test_the_limit_of_the_step_is_that_of_the_package(minus):
    names = minus.after("X1 = ")
    H = regression_hessian(design_matrix(names["features"]))
    limit = 2 / np.linalg.eigvalsh(H.numpy())[-1]
    printed = numbers(minus.printed("X1 = ").replace("2/L", "limit").replace(",", ""))
    assert printed[1] == pytest.approx(limit, abs=5e-5)
    assert printed[2] == pytest.approx(limit / 0.0003, abs=0.5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("length * (alpha.cos()", "length * (-alpha.cos()"),
        ("g = X.T @", "g = 1.001 * X.T @"),
        ("descend(1.9 / L", "descend(2.1 / L"),
        ("descend(2.1 / L", "descend(1.9 / L"),
        ("0 < 1 + torch", "0.1 < 1 + torch"),
    ],
)
def test_the_checks_of_the_page_notice_a_wrong_line(old, new):
    with pytest.raises(AssertionError):
        edited("why/minus.py", old, new)


def test_which_steps_of_exercise_2_raise_the_loss(minus):
    rows = [line.split("[")[1] for line in minus.printed("for degrees").splitlines()]
    signs = ["".join(c for c in row if c in "+-") for row in rows]
    assert signs == ["+++", "+--", "---"]


def test_every_step_of_exercise_3_is_within_its_bound(minus):
    lines = minus.printed("bound = -eta").splitlines()
    assert len(lines) == 3
    for line in lines:
        value, bound = numbers(line)
        assert value <= bound < 0
