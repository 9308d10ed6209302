"""The article's way, with autograd: every number, and every step beside the formulas.

These runs are the longest of all. In one file, one worker does them, and each once.
"""

import numpy as np
import pytest

from gdbook.experiments import EXPERIMENTS
from gdbook.ledger import read_ledger
from gdbook.reproduce import compare

ENTRIES = read_ledger()
TOYS = [name for name in EXPERIMENTS if name != "regression"]


@pytest.mark.parametrize("name", TOYS)
def test_autograd_and_formula_agree_bit_for_bit_at_every_step(
    name, by_autograd, by_hand_results
):
    one, other = by_autograd(name).history, by_hand_results[name].history
    assert one.params.dtype == other.params.dtype == np.float32
    assert np.array_equal(one.params, other.params)
    assert np.array_equal(one.orders, other.orders)


def test_the_regression_agrees_in_both_ways_as_far_as_sums_of_ten_can(
    by_autograd, by_hand_results
):
    one = by_autograd("regression").history.params
    other = by_hand_results["regression"].history.params
    # each of 30,000 steps may round differently, by at most an ulp of the parameter
    # (2⁻²² below 4); descent contracts, so errors do not add up to more than the
    # geometric sum 1/(1 − (1 − ηλ)) of them, with ηλ about 0.0003
    assert np.abs(one - other).max() < 2**-22 / 0.0003
    assert not np.array_equal(one, np.zeros_like(one))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_published_number_comes_out_with_autograd(entry, by_autograd):
    for row in compare(entry, by_autograd(entry.experiment)):
        assert row.reproduced == row.published
