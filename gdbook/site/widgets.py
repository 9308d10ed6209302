"""Widgets: interactive figures, elements such as <gd-replay> (docs/assets/widgets).

A cell asks for one by its option `widget`. Its static figure stands inside the element
and is shown until the scripts have run: core.js, then the one of the element's name. A
page gets the scripts of the widgets that it has, and no others.
"""

import html
import json
from collections.abc import Iterable

from mkdocs.exceptions import PluginError

from gdbook.ledger import Entry, read_ledger

ELEMENTS = ("gd-replay", "gd-downhill", "gd-taylor", "gd-step", "gd-attractor")
WITH_DIGITS = ("gd-replay", "gd-attractor")  # the widgets of the toys
STEPS_PER_EPOCH = 4
EPOCHS = {"clean": 300, "wrong_label": 30_000, "bias": 30_000, "non_linearity": 300}
FIELDS = {
    "loss of each step": "loss",
    "final loss": "loss",
    "final w": "tensor",
    "w error": "error",
}

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
    """Write a widget as HTML, with what is shown in its place without JavaScript.

    Settings are its attributes. The widgets of the toys get the published digits too.
    Raises ValueError for an unknown name or an empty fallback.
    """
    if name not in ELEMENTS or not fallback.strip():
        raise ValueError(f"wanted one of {ELEMENTS} and a fallback, got {name!r}")
    attributes = "".join(
        f' {key}="{html.escape(str(value))}"' for key, value in settings.items()
    )
    data = ""
    if name in WITH_DIGITS:
        digits = json.dumps(published(), separators=(",", ":")).replace("<", r"\u003c")
        data = f'<script type="application/json">{digits}</script>'
    return f"<{name}{attributes}>{data}{fallback}</{name}>"


def from_option(option: str, fallback: str, place: str) -> str:
    """Write the widget of an option such as `gd-replay experiment=clean`.

    Raises PluginError, with page and cell, when there is no such widget.
    """
    name, *settings = option.split()
    try:
        return element(name, fallback, **dict(one.split("=") for one in settings))
    except (TypeError, ValueError) as error:
        raise PluginError(f"{place}: `widget: {option}`: {error}") from None


def scripts_of(outputs: Iterable[str]) -> list[str]:
    """The names of the scripts that the outputs of a page need, in their order."""
    text = "".join(outputs)
    names = [name for name in ELEMENTS if f"<{name}" in text]
    own = [f"{name.removeprefix('gd-')}.js" for name in names]
    return ["core.js", *own] if names else []
