"""The page digits/seed: what it computes and claims, held independently."""

import random
from itertools import pairwise, permutations

import pytest
import sympy as sp

from gdbook.data import setup_seed, shuffled
from gdbook.experiments import clean_toy
from gdbook.ledger import published, read_ledger
from tests.pages.runner import edited, numbers, run_page

URI = "digits/seed.py"


def test_seed_20_and_no_other_of_the_first_300000_gives_the_order(page):
    names = page("digits/seed")
    assert (names.tried, names.found) == (300_000, [20])


def test_the_order_is_the_one_in_which_the_experiment_draws(page):
    setup_seed(20)
    assert page("digits/seed").epochs == [shuffled(4) for _ in range(5)]


def test_the_factors_follow_from_the_loss_and_the_step():
    w, x, eta, m = sp.symbols("w x eta m", positive=True)
    new = w - eta * sp.diff((x * w - x) ** 2, w) / m
    mean = sum((k * w - k) ** 2 for k in range(4)) / 4
    assert sp.simplify(mean - sp.Rational(7, 2) * (w - 1) ** 2) == 0
    quotient = mean.subs(w, new) / mean
    assert sp.simplify(quotient - (1 - 2 * eta * x**2 / m) ** 2) == 0
    assert sp.simplify(quotient - (1 - eta * x**2 / m) ** 2) != 0


def test_the_descent_multiplies_its_loss_by_the_factors(page):
    names = page("digits/seed")
    path = clean_toy(by_hand=True).history.params[:21, 0].astype(float)
    losses = 3.5 * (path - 1) ** 2
    for (old, new), x in zip(pairwise(losses), names.drawn, strict=True):
        assert new / old == pytest.approx(names.factors[x], rel=1e-4)


def test_every_factor_has_five_of_the_points(page):
    drawn = page("digits/seed").drawn
    assert [drawn.count(x) for x in range(4)] == [5, 5, 5, 5]


def test_the_accident_is_as_rare_as_the_page_says(page):
    draw = random.Random(0)
    tries = 40_000
    full = sum(len({draw.randrange(4) for _ in range(4)}) == 4 for _ in range(tries))
    assert full / tries == pytest.approx(24 / 4**4, abs=4 * (0.09 / tries) ** 0.5)
    assert len(page("digits/seed").epochs) == 5


def test_orders_of_epoch_6_are_predicted_and_epoch_7_is_one_of_those_left():
    setup_seed(20)
    sixth, seventh = [shuffled(4) for _ in range(7)][5:]
    ran = run_page(URI)
    read_off, predicted = ran.printed("epoch_6 = ").splitlines()
    assert numbers(read_off) == numbers(predicted) == sixth
    allowed = ran.end.allowed
    assert sum(len(step) > 1 for step in allowed) == 3
    left = [
        list(order)
        for order in permutations(range(4))
        if all(x in step for x, step in zip(order, allowed, strict=True))
    ]
    assert seventh in left
    assert len(left) == ran.printed("epoch_7 = ").count("(") == 2


def test_samples_share_a_factor_from_two_thirteenths_on(page):
    names = page("digits/seed")
    assert min(names.equal_at.values()) == sp.Rational(2, 13)
    assert 2 * names.lr / names.divisor < 1 / 13
    a = sp.Symbol("a", positive=True)
    for x, z in names.equal_at:
        roots = sp.solve((1 - a * x**2) ** 2 - (1 - a * z**2) ** 2, a)
        assert roots == [sp.Rational(2, x**2 + z**2)]


def test_two_experiments_shuffle_30000_times_and_73_numbers_are_published():
    places = " ".join(entry.place for entry in read_ledger())
    assert len(published(read_ledger())) == 73
    assert places.count("epoch 30000") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.427771", "0.827771"),  # no factor is possible
        ("half_unit = 0.5e-6", "half_unit = 0.5e-4"),  # several are
        ("(1 - 2 * lr", "(1 - lr"),
        ("order = list(samples)", "order = samples[::-1]"),
    ],
)
def test_the_page_notices_another_loss_factor_or_shuffle(old, new):
    with pytest.raises((AssertionError, ValueError)):
        edited(URI, old, new)
