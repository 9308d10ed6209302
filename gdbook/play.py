"""What a page needs to show a figure to play with (docs/assets/play).

A figure is an element such as <gd-replay>. Its script, and core.js before it, must be
on the page; whatever stands inside the element is shown until they have run.
"""

import html
import json
import re

from gdbook.ledger import Entry, read_ledger

STEPS_PER_EPOCH = 4
EPOCHS = {"clean": 300, "wrong_label": 30_000, "bias": 30_000, "non_linearity": 300}
FIELDS = {
    "loss of each step": "loss",
    "final loss": "loss",
    "final w": "tensor",
    "w error": "error",
}
ELEMENTS = ("gd-replay", "gd-downhill", "gd-taylor", "gd-step", "gd-cloud")

Row = tuple[int, str, str]


def published() -> dict[str, list[Row]]:
    """Every number that the article printed about a toy: step, value's name, digits.

    The names are those of the values in <gd-replay>.
    """
    toys = {experiment: list[Row]() for experiment in EPOCHS}
    for entry in read_ledger():
        if entry.experiment in toys:
            toys[entry.experiment] += rows_of(entry)
    return toys


def rows_of(entry: Entry) -> list[Row]:
    """Place the numbers of an entry: a trace from step 1 on, a result at the last."""
    last = EPOCHS[entry.experiment] * STEPS_PER_EPOCH
    first = 1 if entry.field == "loss of each step" else last
    name = FIELDS[entry.field]
    return [(k, name, digits) for k, digits in enumerate(entry.published, first)]


def element(name: str, fallback: str, **settings: str | float) -> str:
    """Write a figure as HTML, with what is shown in its place without JavaScript.

    Settings are its attributes. The figures of the toys get the published digits too.
    Raises ValueError for an unknown name or an empty fallback.
    """
    if name not in ELEMENTS or not fallback.strip():
        raise ValueError(f"wanted one of {ELEMENTS} and a fallback, got {name!r}")
    attributes = "".join(
        f' {key}="{html.escape(str(value))}"' for key, value in settings.items()
    )
    data = ""
    if name in ("gd-replay", "gd-cloud"):
        digits = json.dumps(published(), separators=(",", ":")).replace("<", r"\u003c")
        data = f'<script type="application/json">{digits}</script>'
    return f"<{name}{attributes}>{data}{fallback}</{name}>"


def slim(script: str) -> str:
    """Take comment lines, indentation and most line ends off a script: the served form.

    Comments must stand on lines of their own, and no text of the script may depend on
    how its lines begin and end.
    """
    script = re.sub(r"^\s*//.*\n", "", script, flags=re.MULTILINE)
    return re.sub(r"(?<=[,;{(\[])\n", "", re.sub(r"\n\s+", "\n", script))
