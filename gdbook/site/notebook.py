"""A notebook page that has run: its cells, their outputs, the values in its prose."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook.site import inline_values
from gdbook.site.execute import TIMEOUT, Outputs, Program, Step
from gdbook.site.inline_values import Books, Values
from gdbook.site.outputs import normalise
from gdbook.site.source import CAPTIONS, Cell, read_page
from gdbook.site.source_quotes import Quotations

FIGURES = ("image/svg+xml", "image/png")  # the forms that have a caption
MARKDOWN = ("text/markdown", "text/latex")  # those that MkDocs renders with the page


@dataclass(frozen=True)
class RunCell:
    """A cell with what it gave.

    outputs: in nbformat's form. values: the text of each expression in its prose.
    """

    cell: Cell
    outputs: list[dict]
    values: Values

    @property
    def figures(self) -> list[dict]:
        """The outputs that are figures, in order."""
        return [output for output in self.outputs if is_figure(output)]


Page = tuple[RunCell, ...]


def is_figure(output: dict) -> bool:
    """Whether an output is a drawing, which has a caption and a text alternative."""
    return any(form in output.get("data", {}) for form in FIGURES)


def prepare(path: Path, uri: str, quotations: Quotations) -> tuple[Cell, ...]:
    """The cells of a notebook page, gdbook's sources in place of their imports."""
    return tuple(
        replace(cell, source=quotations.expand(cell)) if cell.shown else cell
        for cell in read_page(path, uri)
    )


def program_of(cells: tuple[Cell, ...], books: Books) -> Program:
    """What a kernel runs for a page: code, and the expressions in its prose.

    Raises PluginError with page and cell for a value that no book has.
    """
    for cell in cells:
        inline_values.look_up(cell.prose, books, cell.place)
    return tuple(step for cell in cells for step in steps_of(cell, books))


def steps_of(cell: Cell, books: Books) -> Iterator[Step]:
    """What a kernel runs for one cell."""
    if cell.kind == "code":
        yield Step(cell.source, cell.place, cell.options.get("timeout", TIMEOUT))
    programs = inline_values.programs(cell.prose, books, cell.place)
    for name, code in programs.items():
        yield Step(code, f"{cell.place}: `={name}`")


def finish(cells: tuple[Cell, ...], outputs: Outputs, books: Books) -> Page:
    """The cells with the outputs of their steps, in order.

    Raises PluginError with page and cell for an output that cannot be shown, a value
    that cannot be computed, and a figure without its caption or the other way round.
    """
    rest = iter(outputs)
    return tuple(finish_cell(cell, rest, books) for cell in cells)


def finish_cell(cell: Cell, rest: Iterator[list[dict]], books: Books) -> RunCell:
    """Take the outputs of one cell off the front of the rest."""
    own = normalise(next(rest), cell.place) if cell.kind == "code" else []
    values = inline_values.look_up(cell.prose, books, cell.place)
    for name in inline_values.programs(cell.prose, books, cell.place):
        place = f"{cell.place}: `={name}`"
        values[name] = inline_values.read_value(next(rest), place)
    done = RunCell(cell, own, values)
    check_captions(done)
    return done


def place_of(text: str, page: Page, uri: str) -> str:
    """The cell in whose words or outputs a text stands, or the page; for messages."""
    lines = [line.strip() for line in text.splitlines()]  # in a list they are indented
    for done in page:
        prose = inline_values.put_in(done.cell.prose, done.values)
        data = [output.get("data", {}) for output in done.outputs]
        shown = ["".join(one.get(form, "")) for one in data for form in MARKDOWN]
        if any(all(line in one for line in lines) for one in (prose, *shown)):
            return done.cell.place
    return uri


def check_captions(done: RunCell) -> None:
    """Raise PluginError unless each figure has a caption and a text alternative."""
    drawn = len(done.figures)
    for option in CAPTIONS:
        given = len(done.cell.options.get(option, ()))
        if given != drawn:
            hint = "" if drawn else "; `plt.show()` shows one"
            message = f"shows {drawn} figures and has {given} {option}{hint}"
            raise PluginError(f"{done.cell.place} {message}")
