"""Tables in Markdown, as the pages print them."""

import re
from collections.abc import Sequence

from gdbook.formats import markdown_table

TIMES = ["what", "target", "measured"]  # the head of a table of times and ratios
Row = list[str]


def table(head: Sequence[str], rows: Sequence[Row]) -> str:
    """A table in which a number and its unit stay on one line."""
    text = markdown_table(head, rows, align="--")
    return re.sub(r"(?<=\d) (?=(?:s|ms|kB|GB)\b)", "\N{NO-BREAK SPACE}", text)


def joined(tables: Sequence[str]) -> str:
    """One table of the rows of several that have the same head."""
    rows = [line for one in tables for line in one.split("\n")[2:]]
    return "\n".join([*tables[0].split("\n")[:2], *rows])
