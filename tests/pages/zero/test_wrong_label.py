"""The page zero/wrong-label: what it computes and claims, held independently."""

import random
from fractions import Fraction

import numpy as np
import sympy as sp

from gdbook.ledger import published, read_ledger
from tests.checks import check_printed, is_identity
from tests.pages.runner import numbers, run_page

PAGE = "zero/wrong-label.py"
LEDGER = published(read_ledger())
# exact: Σxy/Σx² and the loss there, by fractions
BEST = Fraction(143, 140)
LEAST = (Fraction(1461, 100) - Fraction(143, 10) ** 2 / 14) / 4


def test_the_run_prints_what_the_article_printed():
    page = run_page(PAGE).end
    check_printed(page.loss, LEDGER["wrong_label.loss"])
    check_printed(page.w[-1], LEDGER["wrong_label.w"])
    check_printed(1 - page.w[-1], LEDGER["wrong_label.w_error"])


def test_no_number_of_people_s_table_is_an_internal_name():
    page = run_page(PAGE).end
    table = page.named_table(page.names, page.toy)
    assert table.count("✓") == 3
    assert "wrong_label" not in table


def test_least_squares_and_the_least_loss_are_the_exact_ones():
    page = run_page(PAGE).end
    assert abs(page.best - float(BEST)) < 1e-7  # the label is rounded to float32
    assert abs(page.least - float(LEAST)) < 1e-7
    w = sp.Symbol("w", real=True)
    best, least = (sp.Rational(f.numerator, f.denominator) for f in (BEST, LEAST))
    labels = [0, 1, 2, sp.Rational(31, 10)]
    mean = sum((x * w - y) ** 2 for x, y in enumerate(labels)) / 4
    assert is_identity(mean, least + sp.Rational(7, 2) * (w - best) ** 2)
    assert not is_identity(mean, least + 7 * (w - best) ** 2)


def test_a_step_moves_towards_the_ratio_of_its_own_sample():
    w, x, y, eta, m = sp.symbols("w x y eta m", positive=True)
    stepped = w - eta / m * ((x * w - y) ** 2).diff(w)
    assert is_identity(stepped, w - 2 * eta * x**2 / m * (w - y / x))
    assert not is_identity(stepped, w - eta * x**2 / m * (w - y / x))


def test_of_the_four_gradients_at_least_squares_only_that_of_0_is_zero():
    slopes = [2 * x * (x * BEST - y) for x, y in enumerate([0, 1, 2, Fraction(31, 10)])]
    assert sum(slopes) == 0
    assert [slope == 0 for slope in slopes] == [True, False, False, False]


def test_the_least_squares_parabola_has_the_displayed_derivatives():
    w = sp.Symbol("w", real=True)
    samples = list(enumerate([0, 1, 2, sp.Rational(31, 10)]))
    mean = sum((x * w - y) ** 2 for x, y in samples) / 4
    slope = sum(x * (x * w - y) for x, y in samples) / 2
    assert is_identity(mean.diff(w), slope)
    assert is_identity(mean.diff(w), 7 * (w - sp.Rational(143, 140)))
    assert mean.diff(w, 2) == 7


def test_with_half_the_learning_rate_the_run_needs_more_steps_to_the_band():
    arrived = []
    for lr in (0.3, 0.15):
        random.seed(20)
        w, steps = 2.0, 0
        while w > 3.1 / 3:  # above all ratios y/x
            order = list(range(4))
            random.shuffle(order)
            for x in order:
                w -= 2 * lr / 10 * x * (x * w - [0, 1, 2, 3.1][x])
            steps += 4
        arrived.append(steps)
    assert arrived[0] < arrived[1] < 64  # both within the slider


def test_one_stays_outside_of_the_band_for_ever():
    # an epoch in any order maps the segment from 1 to 31/30 into itself, its ends
    # excluded (it is an increasing function of w): 1 is never reached again
    def after(w, order):
        for x in order:
            y = [0, 1, 2, Fraction(31, 10)][x]
            w -= Fraction(6, 100) * x * (x * w - y)
        return w

    orders = [(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1)]
    low, high = 1, Fraction(31, 30)
    for order in orders:
        assert after(low, order) > 1
        assert after(high, order) < high
    ends = numbers(run_page(PAGE).printed("ends of epochs:"))[:2]
    assert low < ends[0] < ends[1] < high


def test_half_the_learning_rate_gives_a_narrower_band_in_the_widget_s_64_steps():
    widths = []
    for lr in (0.3, 0.15):
        random.seed(20)
        w, late = 2.0, []
        for _ in range(16):
            order = list(range(4))
            random.shuffle(order)
            for x in order:
                w -= 2 * lr / 10 * x * (x * w - [0, 1, 2, 3.1][x])
            late.append(w)
        widths.append(np.ptp(late[-5:]))
        assert min(late) > 1  # |w − 1| does not go to zero
    assert widths[1] < widths[0]


def test_the_solutions_say_what_the_program_prints():
    page = run_page(PAGE)
    w, best, loss = numbers(page.printed("100):\n    v -= lr"))
    assert w == best
    assert f"{loss:f}" == f"{float(LEAST):f}"
    assert 0 <= numbers(page.printed("small = float"))[0] < 0.1
