"""One way to run a page: its cells in order, as a notebook does.

`run_page` runs a page of docs/ here, with the sources that it quotes. As a program, in
a Python of its own (`run_blocks`), this file runs blocks as readers copy them: there
gdbook cannot be imported, so that nothing here may import it at the top.
"""

import ast
import contextlib
import io
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

DOCS = Path(__file__).parents[2] / "docs"


def run_block(code: str, place: str, names: dict[str, Any]) -> str:
    """Run a block of code; what it printed, the value of a last expression included."""
    body, printed = ast.parse(code).body, io.StringIO()
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), place, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)
            if value is not None and not hasattr(value, "_repr_latex_"):
                print(repr(value))
    return printed.getvalue().rstrip()


@dataclass(frozen=True)
class Ran:
    """A cell that has run: its source, what it printed, the names after it."""

    source: str
    printed: str
    names: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A page that has run, hidden cells too, and the figures that it showed, as SVG."""

    cells: list[Ran]
    figures: list[str]

    @property
    def end(self) -> SimpleNamespace:
        """The names after the last cell, and the figures under the name `figures`."""
        return SimpleNamespace(**self.cells[-1].names, figures=self.figures)

    def cell(self, text: str) -> Ran:
        """The one cell whose source contains a text."""
        (found,) = [cell for cell in self.cells if text in cell.source]
        return found

    def after(self, text: str) -> dict[str, Any]:
        """The names after the one cell that contains a text."""
        return self.cell(text).names

    def printed(self, text: str) -> str:
        """What the one cell that contains a text printed."""
        return self.cell(text).printed


@cache
def run_page(uri: str) -> Page:
    """Run a page, once in a session. Tests must not change the names that they get."""
    return run_edited(uri, lambda source: source)


def run_edited(uri: str, edit: Callable[[str], str]) -> Page:
    """Run a page whose cells, each the source of one, are edited before."""
    import matplotlib
    from matplotlib import pyplot as plt

    from gdbook.site.figure_svg import svg
    from gdbook.site.kernel import STYLE
    from gdbook.site.source import read_page
    from gdbook.site.source_quotes import Quotations

    matplotlib.use("agg")
    page, names, quotations = Page([], []), {"__name__": "__main__"}, Quotations()

    def show() -> None:
        page.figures.append(svg(plt.gcf()))
        plt.close("all")

    with patch.object(plt, "show", show), plt.style.context(STYLE):
        for cell in read_page(DOCS / uri, uri):
            if cell.kind == "code":
                cell = type(cell)("code", edit(cell.source), cell.place, cell.options)
                code = quotations.expand(cell) if cell.shown else cell.source
                printed = run_block(code, cell.place, names)
                page.cells.append(Ran(cell.source, printed, dict(names)))
    plt.close("all")
    return page


def edited(uri: str, old: str, new: str) -> Page:
    """Run a page in which one text is replaced, wherever it stands in the code."""
    from gdbook.site.source import read_page

    cells = read_page(DOCS / uri, uri)
    assert any(old in cell.source for cell in cells if cell.kind == "code")
    return run_edited(uri, lambda code: code.replace(old, new))


def numbers(text: str) -> list[float]:
    """All numbers in a text, in order."""
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text)]


def run_blocks(blocks: list[str], folder: Path) -> list[str]:
    """What each block prints in a fresh Python that has no gdbook, run in a folder."""
    call = [sys.executable, "-I", __file__]
    streams = {"input": json.dumps(blocks), "capture_output": True, "text": True}
    done = subprocess.run(call, cwd=folder, **streams)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Closed:
    """An importer that refuses gdbook."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Leave every other name to the importers that follow."""
        if name.split(".")[0] == "gdbook":
            raise ImportError("readers do not have gdbook")


def main() -> None:
    """Run the blocks on the standard input; print what each printed, as JSON."""
    sys.meta_path.insert(0, Closed())
    import matplotlib

    matplotlib.use("agg")
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = [run_block(code, "block", names) for code in json.load(sys.stdin)]
    json.dump(printed, sys.stdout)


if __name__ == "__main__":
    main()
