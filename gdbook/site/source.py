"""A page's source as a list of cells, whichever of the two kinds of file it is."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError

from gdbook.site.cache import remember

LANGUAGE = "en"
OTHER_LANGUAGES = {"zh"}  # cells tagged with one of these wait for their own build
# the names are Quarto's; `play` is ours: the figure to play with around a static one
OPTIONS = {"fig-cap", "fig-alt", "echo", "code-fold", "play"}


@dataclass(frozen=True)
class Cell:
    """One cell. `options` are the `#| key: value` lines at the top of its code."""

    kind: str  # "markdown" or "code"
    source: str
    place: str  # for messages: page and cell, or page alone
    options: dict = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether readers see the code. What they do not see may import gdbook."""
        return self.kind == "code" and self.options.get("echo", True)


def is_notebook(uri: str) -> bool:
    """Whether a file below docs/ is a notebook page: a percent script."""
    return uri.endswith(".py")


def read_page(path: Path, uri: str) -> list[Cell]:
    """Read a page. A Markdown page is a single Markdown cell."""
    text = path.read_text(encoding="utf-8")
    if not is_notebook(uri):
        return [Cell("markdown", text, uri)]
    raw = remember("cells", [text], lambda: split(text))
    return [
        read_cell(kind, source, f"{uri}, cell {number}")
        for number, (kind, source, tags) in enumerate(raw, 1)
        if not set(tags) & OTHER_LANGUAGES
    ]


def split(text: str) -> list[list]:
    """The cells of a percent script: kind, source and tags of each."""
    import jupytext  # its import takes a third of a second

    cells = jupytext.reads(text, fmt="py:percent").cells
    return [[c.cell_type, c.source, c.metadata.get("tags", [])] for c in cells]


def read_cell(kind: str, source: str, place: str) -> Cell:
    """Take the options off the top of a code cell."""
    if kind != "code":
        return Cell("markdown", source, place)
    head = re.match(r"(?:#\|.*\n?)*", source)
    assert head is not None  # it matches nothing at the least
    if not head[0]:
        return Cell("code", source, place)
    lines = [line[2:] for line in head[0].splitlines()]
    try:
        options = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        raise PluginError(f"{place}: its options are not YAML: {error}") from None
    if unknown := sorted(set(options) - OPTIONS):
        known = ", ".join(sorted(OPTIONS))
        raise PluginError(f"{place}: unknown options {unknown}; known are {known}")
    return Cell("code", source[head.end() :], place, options)
