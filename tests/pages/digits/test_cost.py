"""The page digits/cost: what it counts and claims, held independently."""

import json

import pytest

from bench.__main__ import RESULTS
from bench.cost import fit, step_table
from gdbook.theory.cost import epoch_operations, step_operations
from tests.pages.conftest import Page
from tests.pages.runner import edited, numbers, run_page
from tests.unit.test_cost import operations_in_loops


@pytest.mark.parametrize(("B", "d"), [(1, 1), (1, 2), (10, 2), (3, 7)])
def test_the_page_counts_a_step_as_loops_do(B, d, page: Page):
    assert page("digits/cost").counted_step(B, d) == operations_in_loops(B, d)


def test_a_step_with_one_operation_more_is_noticed():
    with pytest.raises(AssertionError):
        edited("digits/cost.py", "Counted(0), lr, B)", "Counted(0) + 1, lr, B)")


def test_the_page_prints_the_counts():
    page = run_page("digits/cost.py")
    for line in page.printed("def counted_step").splitlines()[1:]:
        B, d, counted, formula = numbers(line)
        assert counted == formula == operations_in_loops(int(B), int(d))
    small, large = numbers(page.printed("for B in (10, 100):"))[1::2]
    assert small < large


def test_the_model_of_the_time_goes_through_its_two_steps():
    times = {(1, 2): 3 + 2 * step_operations(1, 2), (9, 9): 0.0}
    times[9, 9] = 3 + 2 * step_operations(9, 9)
    assert fit(times, [(1, 2), (9, 9)]) == pytest.approx((3, 2))
    *_, last = step_table(times, 3, 2).splitlines()
    *_, time, model = numbers(last)
    assert time == model == round(times[9, 9] / times[1, 2], 1)


def rows(table: str) -> list[list[float]]:
    """The numbers of a recorded table, row by row."""
    return [numbers(line.replace(",", "")) for line in table.splitlines()[2:]]


def test_almost_all_of_the_recorded_time_of_the_step_is_overhead():
    recorded = json.loads(RESULTS.read_text("utf-8"))
    overhead = float(recorded["cost of a step"].replace(",", ""))
    assert overhead / (overhead + step_operations(10, 2)) > 0.99


def test_the_recorded_times_of_epochs_with_small_batches_follow_their_steps():
    recorded = json.loads(RESULTS.read_text("utf-8"))["cost epoch"]
    for n, B, operations, time, _ in rows(recorded):
        if B <= 100:
            assert time == pytest.approx(n / B / 1000, rel=0.1)
        assert operations == pytest.approx(epoch_operations(n, 2, B) / 16_000, rel=0.01)
