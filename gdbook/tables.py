"""Tables of published beside reproduced numbers, as Markdown."""

from gdbook.experiments import Result
from gdbook.ledger import Entry, read_ledger
from gdbook.reproduce import Comparison, compare

MARK = {True: "✓", False: "**differs**"}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(number: float) -> str:
    """A number rounded to one digit, with its power of ten: 6 × 10⁻¹⁴."""
    digit, exponent = f"{number:.0e}".split("e")
    return f"{digit} × 10{str(int(exponent)).translate(RAISED)}"


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, its columns aligned to the right."""
    lines = [head, ["--:"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def entry(identifier: str) -> Entry:
    """One entry of the ledger. Raises KeyError for an unknown identifier."""
    return {one.id: one for one in read_ledger()}[identifier]


def trace_table(identifier: str, result: Result) -> str:
    """A published trace step by step: sample drawn, parameter, both losses."""
    rows = []
    for step, row in enumerate(compare(entry(identifier), result), 1):
        (sample,) = result.history.drawn(step)
        w = f"{result.history.params[step, 0]:.6f}"
        drawn = str(result.features[sample].item())
        epoch = str(result.history.epoch(step))
        rows.append([epoch, drawn, w, row.published, row.reproduced, MARK[row.match]])
    head = ["epoch", "x drawn", "w after", "published loss", "reproduced loss", "equal"]
    return markdown_table(head, rows)


def result_table(identifiers: list[str], result: Result) -> str:
    """The published numbers of some entries beside the reproduced ones."""
    rows = [row for name in identifiers for row in compare(entry(name), result)]
    return markdown_table(
        ["number", "published", "reproduced", "equal"], [*map(cells, rows)]
    )


def cells(row: Comparison) -> list[str]:
    """One row of a table of comparisons; an identifier may break at its dots."""
    name = row.id.replace(".", ".<wbr>")
    code = f'<code class="id">{name}</code>'
    return [code, row.published, row.reproduced, MARK[row.match]]


def ledger_tables(found: dict[str, list[Comparison]]) -> str:
    """All comparisons, each entry under its identifier and its place in the article."""
    parts = []
    for one in read_ledger():
        rows = [cells(row) for row in found[one.id]]
        table = markdown_table(["number", "published", "reproduced", "equal"], rows)
        parts.append(f"## {one.id}\n\nIn the article: {one.place}.\n\n{table}")
    return "\n\n".join(parts)
