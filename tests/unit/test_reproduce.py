"""Which experiments run, in which way, and what comes back as each one ends."""

import math
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch

from gdbook import reproduce as module
from gdbook.ledger import read_ledger
from gdbook.reproduce import Comparison, print_tensor, reproduce

TOYS = ["clean", "non_linearity"]
ENTRIES = [entry for entry in read_ledger() if entry.experiment in TOYS]


@pytest.fixture
def ran(monkeypatch):
    """The experiments that run in this process, and whether by hand."""
    calls = []

    def noted(name, run):
        def experiment(by_hand):
            calls.append((name, by_hand))
            return run(by_hand=by_hand)

        return experiment

    known = {name: noted(name, run) for name, run in module.EXPERIMENTS.items()}
    monkeypatch.setattr(module, "EXPERIMENTS", known)
    return calls


def one_thread(mp_context):
    """Stands for the pool of processes: one job after the other, in this process."""
    assert mp_context.get_start_method() == "spawn"  # torch does not survive a fork
    return ThreadPoolExecutor(1)


def check(found):
    """Demand that every number of the toys came back once, and matches."""
    names = [name for part in found for name in part]
    assert sorted(names) == sorted(entry.id for entry in ENTRIES)
    for entry in ENTRIES:
        (rows,) = (part[entry.id] for part in found if entry.id in part)
        assert [row.published for row in rows] == [*entry.published]
        assert all(row.match for row in rows)


def test_by_hand_each_experiment_runs_once_in_this_process(ran):
    check([*reproduce(ENTRIES, by_hand=True)])
    assert ran == [(name, True) for name in TOYS]


def test_the_articles_way_is_the_default_and_the_last_experiments_start_first(
    ran, monkeypatch
):
    monkeypatch.setattr(module, "ProcessPoolExecutor", one_thread)
    check([*reproduce(ENTRIES)])
    assert ran == [(name, False) for name in reversed(TOYS)]


def test_one_experiment_alone_needs_no_other_process(ran, monkeypatch):
    monkeypatch.delattr(module, "ProcessPoolExecutor")
    (found,) = reproduce([entry for entry in ENTRIES if entry.experiment == "clean"])
    assert ran == [("clean", False)]
    assert len(found["clean.loss"]) == 29


def test_results_come_as_each_experiment_ends(ran):
    results = reproduce(ENTRIES, by_hand=True)
    next(results)
    assert len(ran) == 1


def test_a_number_matches_only_the_same_text():
    assert Comparison("x", "0.10", "0.10").match
    assert not Comparison("x", "0.10", "0.1").match


def test_an_unknown_experiment_is_refused():
    unknown = replace(ENTRIES[0], experiment="nonsense")
    with pytest.raises(KeyError, match="nonsense"):
        next(reproduce([unknown]))


def test_one_experiment_alone_seeds_the_caller_and_takes_one_thread():
    seeds = []
    for before in (1, 2):
        random.seed(before)
        torch.manual_seed(before)
        torch.set_num_threads(2)
        next(reproduce([ENTRIES[0]]))
        assert torch.get_num_threads() == 1
        seeds.append((random.random(), torch.initial_seed()))
    assert seeds[0] == seeds[1]
    assert seeds[0][1] == 20


def test_only_numbers_with_a_decimal_point_are_read_and_long_tensors_shortened():
    assert print_tensor(torch.tensor([1, 2])) == []
    assert print_tensor(torch.tensor([math.nan, 1, math.inf])) == ["1."]
    assert len(print_tensor(torch.ones(1000))) == 1000
    assert len(print_tensor(torch.ones(1001))) == 6
