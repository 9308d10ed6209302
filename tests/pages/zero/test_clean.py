"""The page zero/clean: what it computes and claims, held independently."""

import random

import numpy as np
import pytest
import sympy as sp

from gdbook.tables import entry
from tests.checks import is_identity
from tests.pages.runner import numbers, run_page

PAGE = "zero/clean.py"
TRACE = [*entry("clean.loss").published]


def test_the_page_prints_every_published_loss_in_its_step():
    losses = run_page(PAGE).end.losses
    assert [f"{loss:f}" for loss in losses[:29]] == TRACE
    table = run_page(PAGE).end.trace_table("clean.loss", run_page(PAGE).end.toy)
    rows = [line for line in table.splitlines() if "✓" in line]
    assert [line.split(" | ")[3] for line in rows] == TRACE


def test_the_mean_loss_is_the_displayed_parabola():
    w = sp.Symbol("w", real=True)
    mean = sum((x * w - x) ** 2 for x in range(4)) / 4
    assert is_identity(mean, sp.Rational(7, 2) * (w - 1) ** 2)
    assert not is_identity(mean, 7 * (w - 1) ** 2)


def test_a_step_multiplies_the_distance_by_the_displayed_factor():
    w, x, eta, m = sp.symbols("w x eta m", positive=True)
    slope = ((x * w - x) ** 2).diff(w)
    stepped = w - eta / m * slope
    assert is_identity(stepped - 1, (1 - 2 * eta * x**2 / m) * (w - 1))
    assert not is_identity(stepped - 1, (1 - eta * x**2 / m) * (w - 1))


def test_a_row_with_0_repeats_its_loss_and_a_row_with_3_divides_it_as_said():
    page = run_page(PAGE).end
    drawn = page.toy.history.orders.ravel()[:20]  # later the printed digits are few
    losses = [3.5, *page.losses]
    for k, x in enumerate(drawn):
        if x == 0:
            assert losses[k + 1] == losses[k]
        if x == 3:
            assert losses[k] / losses[k + 1] == pytest.approx(1 / 0.46**2, rel=1e-3)
    assert {0, 3} <= set(drawn.tolist())


def independent_losses(seed: int, num_epochs: int) -> list[float]:
    """7/2 (w − 1)² in float64 after each step of a run in float32."""
    f = np.float32
    random.seed(seed)
    w, losses = f(2), []
    for _ in range(num_epochs):
        order = [0, 1, 2, 3]
        random.shuffle(order)
        for k in order:
            w = w - f(0.3) * (2 * (f(k) * w - f(k)) * f(k)) / f(10)
            losses.append(3.5 * (float(w) - 1) ** 2)
    return losses


def test_the_loss_prints_as_zero_long_before_it_is_zero():
    squares = independent_losses(20, 300)
    printed = next(k for k, loss in enumerate(squares, 1) if loss < 0.5e-6)
    exact = squares.index(0) + 1
    assert numbers(run_page(PAGE).printed("prints as zero")) == [
        printed,
        (printed - 1) // 4 + 1,
    ]
    assert exact == run_page(PAGE).end.exact > 2 * printed
    assert (printed, (printed - 1) // 4 + 1) == (29, 8)  # as the article prints it


def test_the_samples_3_and_2_move_the_parameter_farther_than_1_and_0_does_not():
    path = np.array(run_page(PAGE).end.path)
    drawn = run_page(PAGE).end.toy.history.orders.ravel()[:28]
    share = np.abs(np.diff(path[:29])) / (path[:28] - 1)
    means = [share[drawn == x].mean() for x in range(4)]
    assert means[0] == 0
    assert np.allclose(means, [0, 0.06, 0.24, 0.54], atol=1e-3)


def test_the_run_by_formula_is_the_run_by_autograd():
    assert run_page(PAGE).printed("the same, bit for bit") == (
        "the same, bit for bit: True"
    )


def test_the_solutions_say_what_the_program_prints():
    page = run_page(PAGE)
    assert numbers(page.printed("distance {distance"))[-1] == float(TRACE[0])
    rows = [line.split() for line in page.printed("for seed in range(4)").splitlines()]
    columns = list(zip(*rows, strict=True))
    assert set(columns[3]) == {TRACE[3]}
    assert set(columns[7]) == {TRACE[7]}
    assert all(len(set(columns[k])) > 1 for k in (0, 1, 2))
    first, last = (int(row[5].replace(".", "")) for row in (rows[0], rows[-1]))
    assert abs(first - last) == 1  # rounding, since both have drawn the same samples
    kept, grown = numbers(page.printed("an epoch multiplies"))[1::2]
    assert 0 < kept < 1 < 2 < grown


def test_with_another_seed_the_losses_at_the_ends_of_epochs_print_the_same():
    for seed in range(50):
        ends = independent_losses(seed, 7)[3::4]
        assert [f"{loss:f}" for loss in ends] == TRACE[3:28:4]
