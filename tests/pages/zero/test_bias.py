"""The page zero/bias: what it computes and claims, held independently."""

import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from gdbook.ledger import published, read_ledger
from tests.checks import check_printed, is_identity
from tests.pages.runner import numbers, run_page

PAGE = "zero/bias.py"
LEDGER = published(read_ledger())
LABELS = [Fraction(0), Fraction(1), Fraction(2), Fraction(31, 10)]


def best_line() -> tuple[Fraction, Fraction]:
    """Slope and intercept of the least-squares line, by fractions."""
    mean_x, mean_y = Fraction(3, 2), sum(LABELS) / 4
    w = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(LABELS)) / 5
    return w, mean_y - w * mean_x


def residuals() -> list[Fraction]:
    """Label minus best line, for each sample."""
    w, b = best_line()
    return [y - (w * x + b) for x, y in enumerate(LABELS)]


def test_the_run_prints_what_the_article_printed():
    page = run_page(PAGE).end
    check_printed(page.loss, LEDGER["bias.loss"])
    check_printed(page.w, LEDGER["bias.w"])
    check_printed(1 - page.w, LEDGER["bias.w_error"])
    table = page.named_table(page.names, page.toy)
    assert table.count("✓") == 3
    assert "bias." not in table


def test_the_displayed_derivatives_are_those_of_the_loss():
    w, b, x, y = sp.symbols("w b x y", real=True)
    loss, r = (x * w + b - y) ** 2, x * w + b - y
    assert sp.expand(loss.diff(w) - 2 * x * r) == 0
    assert sp.expand(loss.diff(b) - 2 * r) == 0
    assert loss.diff(w).subs(x, 0) == 0  # without a bias x = 0 moved nothing
    assert loss.diff(b).subs(x, 0) != 0


def test_the_best_line_its_loss_and_the_signs_are_the_exact_ones():
    page = run_page(PAGE).end
    above = residuals()
    assert page.best.flatten().tolist() == pytest.approx([*map(float, best_line())])
    assert page.least == pytest.approx(float(sum(e**2 for e in above) / 4), rel=1e-5)
    assert ["+" if e > 0 else "-" for e in above] == ["+", "-", "-", "+"]
    printed = numbers(run_page(PAGE).printed("label minus best line:"))
    assert printed[3:7] == pytest.approx([float(e) for e in above], abs=5e-4)


def test_no_line_fits_all_four_and_the_least_loss_falls_with_a_bias():
    w, b = sp.symbols("w b")
    equations = [w * x + b - sp.Rational(str(y)) for x, y in enumerate(LABELS)]
    assert sp.solve(equations, [w, b]) == []
    page = run_page(PAGE).end
    no_bias = (Fraction(1461, 100) - Fraction(143, 10) ** 2 / 14) / 4
    assert page.least_without == pytest.approx(float(no_bias), rel=1e-5)
    assert 0 < page.least < page.least_without
    best = [page.losses[name].argmin() for name in ("no bias", "best bias")]
    assert best[0] < best[1]  # the second minimum lies farther to the right
    assert page.losses["best bias"].min() < page.losses["no bias"].min()


def test_a_run_from_another_bias_ends_at_the_same_parameters():
    f = np.float32
    x, y = np.arange(4, dtype=f), np.array([0, 1, 2, 3.1], f)
    random.seed(20)
    w, b = f(2), f(1)
    for _ in range(30_000):
        order = [0, 1, 2, 3]
        random.shuffle(order)
        for k in order:
            twice = 2 * (x[k] * w + b - y[k])
            w, b = w - f(0.3) * (twice * x[k]) / f(10), b - f(0.3) * twice / f(10)
    page = run_page(PAGE).end
    assert (w, b) == (page.w, page.b)


def test_the_displayed_second_derivative_is_that_of_the_mean_loss():
    w, b, t, u, v = sp.symbols("w b t u v", real=True)
    samples = [(x, sp.Rational(str(y))) for x, y in enumerate(LABELS)]
    mean = sum(((w + t * u) * x + b + t * v - y) ** 2 for x, y in samples) / 4
    shown = sp.Rational(2, 4) * sum((u * x + v) ** 2 for x, _ in samples)
    assert is_identity(mean.diff(t, 2), shown)
    page = run_page(PAGE).end
    assert abs(page.v[page.flat]) > 0.9  # mostly along b


def test_the_weight_arrives_early_and_the_bias_returns_slowly():
    params = run_page(PAGE).end.toy.history.params.astype(float)
    end = params[-1]
    away = np.abs(params[64] - end)
    assert away[0] / (2 - end[0]) < 0.05
    assert params[:64, 1].min() < 5 * end[1] < 0  # far below its final value
    low, high = run_page(PAGE).end.curvatures  # λ² − 9λ + 5 = 0, of [[7, 3], [3, 2]]
    assert [low, high] == pytest.approx([(9 - 61**0.5) / 2, (9 + 61**0.5) / 2])
    assert away[1] > 0.3 * np.abs(params[:64, 1]).max()


def test_the_residuals_are_orthogonal_to_lines_so_their_signs_change_twice():
    above = residuals()
    assert sum(above) == 0
    assert sum(x * e for x, e in enumerate(above)) == 0
    assert sum(a * b < 0 for a, b in pairwise(above)) == 2


def test_the_solutions_say_what_the_program_prints():
    page = run_page(PAGE)
    off = numbers(page.printed("for left_out in"))[1::2]
    assert [value == 0 for value in off] == [False, False, False, True]
    line, parabola, cubic = numbers(page.printed("for degree in"))[1::2]
    assert line == pytest.approx(page.end.least, abs=1e-6)
    assert line > parabola > cubic == 0
