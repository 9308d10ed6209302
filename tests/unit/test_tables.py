"""The tables of the pages."""

import pytest

from gdbook import tables
from gdbook.experiments import clean_toy, linear_regression
from gdbook.ledger import Entry
from gdbook.reproduce import Comparison
from gdbook.tables import (
    entry,
    labels,
    ledger_tables,
    named_table,
    trace_table,
)

W = Entry("toy.w", "final w", "toy", "final w", "line 1", ("1.5",))
LOSS = Entry("toy.loss", "loss", "toy", "loss of each step", "line 2", ("0.9", "0.3"))


def test_several_numbers_of_an_entry_are_numbered_from_1() -> None:
    assert labels(W) == ["final w"]
    assert labels(LOSS) == ["loss 1", "loss 2"]


def test_the_tables_of_the_ledger_mark_what_differs(monkeypatch) -> None:
    other = Entry("other.w", "w", "other", "final w", "line 3", ("2.5",))
    monkeypatch.setattr(tables, "read_ledger", lambda: [W, other, LOSS])
    found = {
        "toy.w": [Comparison("toy.w", "1.5", "1.5")],
        "toy.loss": [
            Comparison("toy.loss.1", "0.9", "0.9"),
            Comparison("toy.loss.2", "0.3", "0.4"),
        ],
        "other.w": [Comparison("other.w", "2.5", "2.5")],
    }
    pages = {"toy": "### The toy.", "other": "### The other."}
    assert (
        ledger_tables(found, pages)
        == """\
### The toy. In the article: line 1; line 2.

| number | published | reproduced | equal | identifier |
| --: | --: | --: | --: | --: |
| final w | 1.5 | 1.5 | ✓ | `toy.w` |
| loss 1 | 0.9 | 0.9 | ✓ | `toy.loss.1` |
| loss 2 | 0.3 | 0.4 | **differs** | `toy.loss.2` |

### The other. In the article: line 3.

| number | published | reproduced | equal | identifier |
| --: | --: | --: | --: | --: |
| w | 2.5 | 2.5 | ✓ | `other.w` |"""
    )
    found["toy.loss"].pop()
    with pytest.raises(ValueError, match="shorter"):
        ledger_tables(found, pages)


def test_a_trace_shows_the_sample_and_the_parameter_of_each_step() -> None:
    result = clean_toy(by_hand=True, num_epochs=8)
    opens, _, head, _, *rows, _, closes = trace_table("clean.loss", result).split("\n")
    assert opens == '<div class="trace" markdown>'
    assert closes == "</div>"
    names = ["epoch", "sample $x$", "$w$ after", "published", "reproduced", "equal"]
    assert head.strip("| ").split(" | ") == names
    assert len(rows) == 29
    x = result.history.orders[0, 0]
    w = 2 - 0.3 * 2 * x * (x * 2 - x) / 10
    loss = f"{(0 + 1 + 4 + 9) / 4 * (w - 1) ** 2:.6f}"
    assert rows[0] == f"| 1 | {x} | {w:.6f} | {loss} | {loss} | ✓ |"
    assert [row.split(" | ")[0] for row in rows[3:5]] == ["| 1", "| 2"]


def test_named_numbers_get_the_names_for_readers() -> None:
    table = named_table({"clean.w": "slope"}, clean_toy(by_hand=True))
    published = entry("clean.w").published[0]
    assert table.split("\n")[2:] == [f"| slope | {published} | {published} | ✓ |"]
    with pytest.raises(KeyError):
        entry("nonsense")


def test_a_trace_of_larger_batches_is_refused() -> None:
    result = linear_regression(by_hand=True, num_epochs=1)
    with pytest.raises(ValueError, match="wanted batch size 1, got 10"):
        trace_table("regression.loss", result)
    with pytest.raises(KeyError):
        named_table({"nonsense": "slope"}, result)
