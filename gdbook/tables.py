"""Tables of published beside reproduced numbers, as Markdown."""

from gdbook.experiments import Result
from gdbook.formats import markdown_table
from gdbook.ledger import Entry, read_ledger
from gdbook.reproduce import Comparison, compare

MARK = {True: "✓", False: "**differs**"}


def entry(identifier: str) -> Entry:
    """One entry of the ledger. Raises KeyError for an unknown identifier."""
    return {one.id: one for one in read_ledger()}[identifier]


def trace_table(identifier: str, result: Result) -> str:
    """A published trace step by step: sample drawn, parameter, both losses.

    Raises ValueError unless the result has a batch size of 1, and KeyError for an
    unknown identifier.
    """
    if result.history.batch_size != 1:
        raise ValueError(f"wanted batch size 1, got {result.history.batch_size}")
    rows = []
    for step, row in enumerate(compare(entry(identifier), result), 1):
        (sample,) = result.history.drawn(step)
        w = f"{result.history.params[step, 0]:.6f}"
        drawn = str(result.features[sample].item())
        epoch = str(result.history.epoch(step))
        rows.append([epoch, drawn, w, row.published, row.reproduced, MARK[row.match]])
    head = ["epoch", "sample $x$", "$w$ after", "published", "reproduced", "equal"]
    table = markdown_table(head, rows)
    return f'<div class="trace" markdown>\n\n{table}\n\n</div>'


def named_table(names: dict[str, str], result: Result) -> str:
    """Published numbers beside the reproduced ones, one row for each number.

    names: identifier of an entry → the label that readers see. Raises KeyError for an
    unknown identifier.
    """
    rows = [
        [name, row.published, row.reproduced, MARK[row.match]]
        for identifier, name in names.items()
        for row in compare(entry(identifier), result)
    ]
    return markdown_table(["number", "published", "reproduced", "equal"], rows)


def ledger_tables(found: dict[str, list[Comparison]], pages: dict[str, str]) -> str:
    """All comparisons, a table for each experiment.

    found: the comparisons of each entry, by its identifier. pages: for each experiment
    its heading, and where it is run, as Markdown. The last column has the identifier
    of each number; the command takes it as `--only`. Raises KeyError for an entry that
    was not found.
    """
    parts = []
    for experiment, heading in pages.items():
        entries = [one for one in read_ledger() if one.experiment == experiment]
        rows = [
            [label, row.published, row.reproduced, MARK[row.match], f"`{row.id}`"]
            for one in entries
            for label, row in zip(labels(one), found[one.id], strict=True)
        ]
        head = ["number", "published", "reproduced", "equal", "identifier"]
        places = "; ".join(dict.fromkeys(one.place for one in entries))
        table = markdown_table(head, rows)
        parts.append(f"{heading} In the article: {places}.\n\n{table}")
    return "\n\n".join(parts)


def labels(entry: Entry) -> list[str]:
    """What readers call each number of an entry: its name, numbered if it has more."""
    count = len(entry.published)
    if count == 1:
        return [entry.name]
    return [f"{entry.name} {k}" for k in range(1, count + 1)]
