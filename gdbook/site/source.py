"""A page's source as a list of cells: a percent script, a notebook, or Markdown."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from mkdocs.exceptions import PluginError

# comments that look like magics stay comments
PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
SUFFIXES = (".py", ".ipynb")  # of notebook pages
# NUL, and surrogates, which UTF-8 cannot encode
NO_TEXT = re.compile("[\0\ud800-\udfff]")
# jupytext takes each of these for the end of a line
SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# what compile raises; the last two for code that is nested too deeply
NOT_CODE = (SyntaxError, ValueError, RecursionError, MemoryError)
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is ten times as fast
# The types of each option, and what is wanted in words. fig-cap, fig-alt, echo and
# code-fold are Quarto's; the others are this site's.
OPTIONS: dict[str, tuple[tuple[type, ...], str]] = {
    "fig-cap": ((str,), "text, or a list with a text for each figure"),
    "fig-alt": ((str,), "text, or a list with a text for each figure"),
    "fig-data": ((bool,), "true or false"),
    "echo": ((bool,), "true or false"),
    "code-fold": ((bool, str), "true, false, or the text of a summary"),
    "widget": ((str,), "text"),
    "timeout": ((int, float), "a positive number of seconds"),
}
CAPTIONS = ("fig-cap", "fig-alt")  # the options that hold words


@dataclass(frozen=True)
class Cell:
    """One cell. `options` are the `#| key: value` lines at the top of its code."""

    kind: str  # "markdown" or "code"
    source: str
    place: str  # for messages: page and cell, or page alone
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether readers see code. Hidden code may import gdbook."""
        has_code = self.kind == "code" and self.source.strip()
        return bool(has_code and self.options.get("echo", True))

    @property
    def prose(self) -> str:
        """Its words, in which values may stand: Markdown, or captions."""
        if self.kind == "markdown":
            return self.source
        return "\n".join(t for name in CAPTIONS for t in self.options.get(name, ()))


def is_notebook(uri: str) -> bool:
    """Whether a file below docs/ is a notebook page: a percent script or a notebook."""
    return Path(uri).suffix in SUFFIXES


def read_page(path: Path, uri: str) -> tuple[Cell, ...]:
    """Read a page without stored outputs; a Markdown page is a single Markdown cell.

    Raises PluginError, with page and cell where there is one, for what no page may be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # a byte order mark is allowed
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError(f"{uri}: wanted a UTF-8 file: {error}") from None
    return split(text, uri) if is_notebook(uri) else (Cell("markdown", text, uri),)


@lru_cache(maxsize=256)  # while a book is served, most pages stay as they are
def split(text: str, uri: str) -> tuple[Cell, ...]:
    """The cells of a percent script or of a notebook."""
    import jupytext  # its import takes a third of a second
    import nbformat

    if uri.endswith(".py") and (found := SEPARATORS.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        raise PluginError(f"{uri}, line {line}: wanted {found[0]!r} as an escape")
    try:
        if uri.endswith(".py"):
            notebook = jupytext.reads(text, fmt=PERCENT)
        else:  # of any version
            notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # there are as many kinds as ways to damage a notebook
        raise PluginError(f"{uri}: wanted a Jupyter notebook, got {error!r}") from None
    return tuple(
        read_cell(cell, f"{uri}, cell {number}")
        for number, cell in enumerate(notebook.cells, 1)
    )


def read_cell(cell: Any, place: str) -> Cell:
    """Check a cell in the form of nbformat, and take the options off its code."""
    kind = cell.cell_type
    source = re.sub("\r\n?", "\n", cell.source)  # as Python reads the ends of lines
    if kind not in ("markdown", "code"):
        raise PluginError(f"{place}: wanted a Markdown or a code cell, got {kind!r}")
    if names := ", ".join(cell.get("attachments", [])):
        raise PluginError(f"{place}: wanted image files, got the attachments {names}")
    if found := NO_TEXT.search(source):
        raise PluginError(f"{place}: contains {found[0]!r}; wanted it as an escape")
    if kind == "markdown":
        return Cell(kind, source, place)
    if found := SEPARATORS.search(source):
        raise PluginError(f"{place}: contains {found[0]!r}; wanted it as an escape")
    rest = re.sub(r"\A(?:#\|.*\n?)+", "", source)
    if late := re.search(r"^\s*(#\|.*)", rest, re.MULTILINE):
        raise PluginError(f"{place}: wanted `{late[1]}` at the top of the cell")
    options = read_options(source.removesuffix(rest), place)
    return Cell(kind, rest.rstrip("\n"), place, options)


def read_options(head: str, place: str) -> dict[str, Any]:
    """Read options in YAML; captions and text alternatives become tuples."""
    loader = Loader(re.sub(r"^#\|", "", head, flags=re.MULTILINE))
    try:
        if (node := loader.get_single_node()) is None:
            return {}
        options = loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:  # the latter for an impossible date
        raise PluginError(f"{place}: its options are not YAML: {error}") from None
    if not isinstance(options, dict) or len(options) < len(node.value):
        raise PluginError(f"{place}: wanted `#| key: value`, each once, got {head!r}")
    return {key: checked(key, value, place) for key, value in options.items()}


def checked(key: str, value: Any, place: str) -> Any:
    """The value of an option. Raises PluginError unless it has the option's type."""
    if key not in OPTIONS:
        raise PluginError(f"{place}: unknown option {key!r}; known are {[*OPTIONS]}")
    types, wanted = OPTIONS[key]
    of_figures = key in CAPTIONS
    parts = value if of_figures and isinstance(value, list) else [value]
    if not parts or not all(type(one) in types and has_content(one) for one in parts):
        raise PluginError(f"{place}: {key}: wanted {wanted}, got {value!r}")
    return tuple(parts) if of_figures else value


def has_content(value: str | bool | float) -> bool:
    """Whether a text is not blank, and a number finite and positive."""
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, bool) or 0 < value < float("inf")
