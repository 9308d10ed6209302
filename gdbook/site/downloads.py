"""A notebook page to take away: as an executed notebook and as a script.

Both hold what readers see, with gdbook's functions quoted: they run without gdbook.
"""

import json
import re
from functools import cache

from gdbook.site.markdown import merged, table_name
from gdbook.site.notebook import Finished

CSV = "text/csv"  # the form in which a kernel gives a figure's data
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?://)[^)]*\)(?:\{[^}]*\})?")
MARGIN = re.compile(r'<span class="margin">(.*?)</span>', re.DOTALL)


@cache
def notebook(page: tuple[Finished, ...]) -> str:
    """The page as an executed notebook, in the form of nbformat 4."""
    cells: list[dict] = []
    for done in page:
        if done.cell.kind == "markdown":
            cells.append(markdown_cell(done.cell.source))
        elif done.cell.shown:
            count = sum(cell["cell_type"] == "code" for cell in cells) + 1
            cells.append(code_cell(done, count))
        if caption := done.cell.options.get("fig-cap"):
            cells.append(markdown_cell(caption))
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book: dict = {"cells": cells, "metadata": {"kernelspec": kernel}}
    book |= {"nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def markdown_cell(text: str) -> dict:
    """A cell of prose."""
    return {"cell_type": "markdown", "metadata": {}, "source": away(text)}


def code_cell(done: Finished, count: int) -> dict:
    """A cell of code with its outputs, numbered where notebooks want a number."""
    outputs = merged(done.outputs)
    for output in outputs:
        if "execution_count" in output:
            output["execution_count"] = count
        if "data" in output:
            shown = {form: data for form, data in output["data"].items() if form != CSV}
            output["data"] = shown
    cell = {"cell_type": "code", "metadata": {}, "source": done.cell.source}
    return cell | {"outputs": outputs, "execution_count": count}


@cache
def script(page: tuple[Finished, ...]) -> str:
    """The page as a script in percent format, prose as comments."""
    parts = []
    for done in page:
        if done.cell.kind == "markdown":
            lines = away(done.cell.source).splitlines()
            prose = "\n".join(f"# {line}".rstrip() for line in lines)
            parts.append(f"# %% [markdown]\n{prose}")
        elif done.cell.shown:
            parts.append(f"# %%\n{done.cell.source}")
    return "\n\n".join(parts) + "\n"


def away(text: str) -> str:
    """Prose without its links to other pages and its margin, which stay behind."""
    return MARGIN.sub(r"\1", LINK.sub(r"\1", text))


@cache
def tables(page: tuple[Finished, ...]) -> dict[str, str]:
    """The data of a page's figures: names of files, and what they hold."""
    return {
        table_name(done.cell.place, number): output["data"][CSV]
        for number, done in enumerate(page, 1)
        for output in done.outputs
        if CSV in output.get("data", {})
    }


FORMS = {".ipynb": notebook, ".py": script}
