"""A notebook page that has run: its cells, and what each of them gave."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from gdbook.site import inline_values
from gdbook.site.execute import Program, outputs_of
from gdbook.site.source import Cell, read_page
from gdbook.site.source_quotes import PACKAGE, Quotations

TEXTS = ("fig-cap", "fig-alt")  # options that are prose: values may stand in them


@dataclass(frozen=True, eq=False)  # so that what is made of it can be cached
class Finished:
    """A cell with its outputs; source and options have the kernel's values in them."""

    cell: Cell
    outputs: list[dict]


def run_page(path: Path, uri: str) -> tuple[Finished, ...]:
    """Read a notebook page, quote, run, and put the values into its prose."""
    kinds = ("*.py", "*.toml", "*.mplstyle")
    package = [file for kind in kinds for file in sorted(PACKAGE.rglob(kind))]
    sources = [path, inline_values.BENCH, *package]
    return run_as_of(path, uri, tuple(file.stat().st_mtime_ns for file in sources))


@cache
def run_as_of(path: Path, uri: str, changed: tuple[int, ...]) -> tuple[Finished, ...]:
    """What run_page does; again only when a file has changed that a page may depend on.

    While a book is served, most pages stay as they were from build to build.
    """
    cells = prepare(read_page(path, uri))
    steps = [step for cell in cells for step in program_of(cell)]
    outputs = iter(outputs_of(steps))
    return tuple(finish(cell, outputs) for cell in cells)


def prepare(cells: list[Cell]) -> list[Cell]:
    """Look up what the build knows, and quote what shown code imports from gdbook."""
    quotations = Quotations()
    ready = []
    for cell in cells:
        if cell.kind == "markdown":
            cell = replace(cell, source=inline_values.look_up(cell.source, cell.place))
        elif cell.shown:
            cell = replace(cell, source=quotations.expand(cell))
        texts = {
            key: inline_values.look_up(cell.options[key], cell.place)
            for key in captions(cell)
        }
        ready.append(replace(cell, options=cell.options | texts))
    return ready


def captions(cell: Cell) -> list[str]:
    """The names of a cell's options that are prose."""
    return [key for key in TEXTS if key in cell.options]


def program_of(cell: Cell) -> Program:
    """What a kernel runs for one cell: its code, then the expressions in its prose."""
    texts = [cell.options[key] for key in captions(cell)]
    if cell.kind == "markdown":
        texts.append(cell.source)
    asked = inline_values.program(
        inline_values.expressions("\n".join(texts), cell.place)
    )
    code = [cell.source] if cell.kind == "code" else []
    return [(source, cell.place) for source in [*code, *filter(None, [asked])]]


def finish(cell: Cell, outputs: Iterator[list[dict]]) -> Finished:
    """Take a cell's outputs off the front of all outputs, and put its values in."""
    own = next(outputs) if cell.kind == "code" else []
    if len(program_of(cell)) == (cell.kind == "code"):
        return Finished(cell, own)
    (shown,) = next(outputs)
    found = shown["data"][inline_values.MIME]
    texts = {
        key: inline_values.put_in(cell.options[key], found) for key in captions(cell)
    }
    source = (
        inline_values.put_in(cell.source, found)
        if cell.kind == "markdown"
        else cell.source
    )
    return Finished(replace(cell, source=source, options=cell.options | texts), own)
