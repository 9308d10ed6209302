"""The page experiment/randomness: what it claims about seeds, held independently."""

import random
from itertools import pairwise

import pytest
import torch

from gdbook.ledger import published, read_ledger
from tests.pages.runner import edited, numbers, run_page

URI = "experiment/randomness.py"
LEFT = {0: 1.0, 1: 0.8836, 2: 0.5776, 3: 0.2116}  # (1 − 2 · 0.3 x² / 10)² of the loss


def first_order_of_the_article() -> list[int]:
    """The samples of the first epoch: each quotient of losses names one."""
    ledger = published(read_ledger())
    losses = [3.5, *(float(ledger[f"clean.loss.{k}"]) for k in range(1, 5))]
    quotients = [new / old for old, new in pairwise(losses)]
    return [min(LEFT, key=lambda x: abs(q - LEFT[x])) for q in quotients]


def test_both_seeds_give_the_order_of_the_article_twice(page):
    both = page("experiment/randomness").both
    assert [order for _, order in both] == 2 * [first_order_of_the_article()]


def test_each_generator_repeats_exactly_where_its_own_seed_is_given(page):
    names = page("experiment/randomness")
    for torch_seeded, random_seeded, runs in [
        (True, False, names.only_torch),
        (False, True, names.only_random),
        (True, True, names.both),
    ]:
        (number_1, order_1), (number_2, order_2) = runs
        assert (number_1 == number_2) is torch_seeded
        assert (order_1 == order_2) is random_seeded


def test_a_seed_leaves_the_state_of_the_other_generator_alone():
    before = random.getstate()
    torch.manual_seed(20)
    assert random.getstate() == before
    state = torch.get_rng_state()
    random.seed(20)
    assert torch.equal(torch.get_rng_state(), state)
    random.setstate(before)


def test_torch_says_that_its_seed_is_for_all_devices():
    assert "on all devices" in torch.manual_seed.__doc__


def test_the_solutions_change_what_their_words_say():
    page = run_page(URI)
    [(number, order), *_] = page.end.both
    other_order = numbers(page.printed("random.seed(21)"))[:5]
    assert other_order[0] == number
    assert other_order[1:] != order
    other_number = numbers(page.printed("setup_seed(SEED)\ntorch.normal"))[:5]
    assert other_number[0] != number
    assert other_number[1:] == order
    one, two = page.printed("torch.randperm").splitlines()
    assert one == two
    assert numbers(one)[0] == number
    assert numbers(one)[1:] != order


def test_the_small_generator_goes_through_all_its_states():
    states = run_page(URI).end.states
    assert sorted(states[:16]) == [*range(16)]
    assert states[16:] == states[:4]


BOTH = "    random.seed(SEED)\n    torch.manual_seed(SEED)\n    only"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    setup_seed(SEED)\n    both", "    torch.manual_seed(SEED)\n    both"),
        ("    torch.manual_seed(SEED)\n    only", BOTH),
        ("    random.seed(SEED)\n    only", BOTH),
    ],
)
def test_the_checks_of_the_page_notice_other_seeds(old, new):
    with pytest.raises(AssertionError):
        edited(URI, old, new)
