"""The table of platforms: rows are kept, and a count is a count."""

import random

import pytest

from bench.platforms import BY_AUTOGRAD, COLUMNS, COUNTS, by_autograd, equal, kept
from gdbook.experiments import EXPERIMENTS

ROW = dict.fromkeys(COLUMNS, "x") | dict.fromkeys(COUNTS, "73 of 73")


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in COUNTS])
def test_a_row_of_another_platform_is_kept(name):
    other = ROW | {name: "y"}
    assert kept([ROW], [other]) == kept([other], [ROW]) == [ROW, other]


def test_a_row_of_the_same_platform_is_replaced():
    worse = ROW | {COUNTS[0]: "72 of 73"}
    assert kept([ROW], [worse]) == [worse]
    assert kept([worse], [ROW]) == [ROW]


def test_a_number_that_does_not_come_out_is_counted():
    results = {"clean": EXPERIMENTS["clean"](by_hand=True)}
    assert equal(results) == "31 of 31"
    wrong = {"clean": EXPERIMENTS["wrong_label"](by_hand=True, num_epochs=300)}
    assert equal(wrong) != "31 of 31"


def test_the_experiments_by_autograd_are_those_of_the_article():
    ran = by_autograd("clean", "cpu").history
    state = random.getstate()
    published = EXPERIMENTS["clean"]().history
    assert (ran.params == published.params).all()
    assert (ran.orders == published.orders).all()
    assert random.getstate() == state
    assert {*BY_AUTOGRAD} < {*EXPERIMENTS}
