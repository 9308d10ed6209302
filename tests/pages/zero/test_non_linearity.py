"""The page zero/non-linearity: what it computes and claims, held independently."""

import random
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import sympy as sp

from gdbook.tables import entry
from tests.checks import check_printed
from tests.conftest import ROOT
from tests.pages.runner import DOCS, numbers, run_page

PAGE = "zero/non-linearity.py"
TRACE = entry("non_linearity.loss").published


def residual(x: int, w: Fraction) -> Fraction:
    """Prediction minus label, exactly, with the jump at 3."""
    y_hat = x * w + (Fraction(1, 10) if x * w >= 3 else 0)
    return y_hat - [0, 1, 2, Fraction(31, 10)][x]


def test_every_published_loss_is_printed_in_its_step():
    page = run_page(PAGE).end
    for k, digits in enumerate(TRACE, 1):
        check_printed(page.mean_loss(page.w[k : k + 1])[0], digits)
    table = page.trace_table("non_linearity.loss", page.toy)
    rows = [line for line in table.splitlines() if "✓" in line]
    assert [line.split(" | ")[3] for line in rows] == [*TRACE]


def test_the_loss_is_zero_at_one_and_nowhere_else():
    assert not any(residual(x, Fraction(1)) for x in range(4))
    w = sp.Symbol("w", real=True)
    below = sp.solveset(sp.Eq(w, 1), w, sp.Interval.open(-sp.oo, 3))
    above = sp.solveset(sp.Eq(w + sp.Rational(1, 10), 1), w, sp.Interval(3, sp.oo))
    assert (below, above) == (sp.FiniteSet(1), sp.S.EmptySet)  # of the sample x = 1


def test_the_jump_acts_on_the_samples_that_the_page_prints():
    for line in run_page(PAGE).printed("the jump acts at").splitlines():
        w, *samples = numbers(line)
        assert samples == [x for x in range(4) if x * w >= 3]


@pytest.mark.parametrize("x", range(4))
def test_between_one_and_three_halves_a_step_is_that_of_the_clean_toy(x):
    for k in range(50):
        w = 1 + Fraction(k, 100)
        after = w - Fraction(3, 100) * 2 * x * residual(x, w)
        assert after - 1 == (1 - Fraction(6, 100) * x**2) * (w - 1)
    assert residual(2, Fraction(3, 2)) != Fraction(3, 2) * 2 - 2  # there no longer


def test_the_loss_jumps_at_one_and_is_low_on_the_right():
    page = run_page(PAGE).end
    assert page.just_below == pytest.approx(1 / 400, abs=1e-6)
    assert page.at == pytest.approx(0, abs=1e-12)
    near = page.near
    assert page.mean_loss(near[near < 1]).min() > 0.0024  # the text alternative
    right = page.mean_loss(near[near >= 1])
    assert right.argmin() == 0
    assert (np.diff(right) > 0).all()


def test_the_start_is_drawn_where_the_run_starts():
    page = run_page(PAGE).end
    assert page.steps[0] == 2.0
    # 2: the predictions are 0, 2, 4.1, 6.1
    assert page.mean_loss(page.steps[:1])[0] == pytest.approx((1 + 2.1**2 + 9) / 4)
    assert page.figures[0].count("start") == 1


def test_the_distance_falls_to_below_a_millionth_in_fifty_steps():
    w = run_page(PAGE).end.w.astype(float) - 1
    assert w[0] == 1
    assert (np.diff(w[:51]) <= 0).all()
    assert 0 < w[50] < 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_with_another_seed_the_parameter_comes_close_to_one_in_64_steps(seed):
    random.seed(seed)
    w = Fraction(2)
    for _ in range(16):
        order = list(range(4))
        random.shuffle(order)
        for x in order:
            w = Fraction(float(w - Fraction(6, 100) * x * residual(x, w)))
    assert 0 <= w - 1 < 1e-6


def test_after_the_first_epoch_every_order_is_where_the_clean_toy_would_go_on():
    for order in permutations(range(4)):
        w = Fraction(2)
        for x in order:
            w -= Fraction(6, 100) * x * residual(x, w)
        assert 1 <= w < Fraction(3, 2)


def test_above_three_halves_only_the_sample_2_takes_a_step_of_its_own():
    for k in range(51):
        w = Fraction(3, 2) + Fraction(k, 100)
        for x in range(4):
            after = w - Fraction(6, 100) * x * residual(x, w)
            if x == 2:
                assert 0 < after - 1 < Fraction(76, 100) * (w - 1)
            else:
                assert after - 1 == (1 - Fraction(6, 100) * x**2) * (w - 1)


def test_from_below_the_steps_up_to_the_crossing_are_those_without_the_jump():
    trace = run_page(PAGE).end.trace
    random.seed(20)
    v, plain = Fraction(0), []
    for _ in range(20):
        order = list(range(4))
        random.shuffle(order)
        for x in order:
            if v < 1:
                v -= Fraction(6, 100) * x * (x * v - [0, 1, 2, Fraction(31, 10)][x])
                plain.append(float(v))
    assert plain == pytest.approx(trace[: len(plain)], abs=1e-6)
    assert plain[-1] >= 1


def test_the_run_comes_into_the_widget_s_view_in_the_step_that_the_page_names():
    w = run_page(PAGE).end.w
    script = (ROOT / "docs/assets/widgets/replay.js").read_text("utf-8")
    assert '"near" ? [0.96, 1.06]' in script
    first = next(k for k, value in enumerate(w) if value < 1.06)
    assert (w[first:] < 1.06).all()
    assert "(w < 1.06).argmax()" in (DOCS / PAGE).read_text("utf-8")


def test_the_solutions_say_what_the_program_prints():
    page = run_page(PAGE)
    w, loss = numbers(page.printed("w_1 = 2"))[:2]
    assert w == pytest.approx(2 - 0.03 * 2 * 2 * 2.1, abs=1e-3)
    assert f"{loss:.6f}" == TRACE[0]
    trace = np.array(page.end.trace)
    crossed = int((trace >= 1).argmax())
    assert (trace[:crossed] < 1).all()
    assert (trace[crossed:] >= 1).all()
    assert trace[-1] - 1 < 1e-12
