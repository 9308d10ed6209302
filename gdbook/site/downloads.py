"""What readers can take from a notebook page: a notebook, a script, the figures' data.

Notebook and script hold what the page shows, with gdbook's functions quoted: they run
without gdbook.
"""

import io
import json
import re
import zipfile

from mkdocs.exceptions import PluginError

from gdbook.site.inline_values import put_in
from gdbook.site.kernel import CSV, NO_TABLE
from gdbook.site.notebook import Page, RunCell
from gdbook.site.spans import spans

SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:"  # of a link that works from anywhere
LABEL = r"(?<![!\\\]])\[(?P<label>(?:\\.|[^\[\]\\]|\[[^\[\]]*\])+)\]"
TARGET = r"(?:<[^<>\n]*>|(?:[^()]|\([^()]*\))*)"
ATTRIBUTES = r"(?:\{(?=[:. #])[^{}\n]*\})?"
LINK = re.compile(rf"{LABEL}\((?!\s*<?{SCHEME}){TARGET}\){ATTRIBUTES}")
MARGIN = re.compile(r'<span class="margin">(.*?)</span>', re.DOTALL)
FOLD = re.compile(r"^///+(?: details \| (.*))?$\n?", re.MULTILINE)
# prose that jupytext would take for the start of a cell, up to where a \ prevents it
START = re.compile(r"^\s*(?:(?=%%|<codecell>)|In(?=\[[\d ]*\]:?\s*$))")
KEPT = re.compile(r"\0(\d+)\0")


def has_code(page: Page) -> bool:
    """Whether a page has code for its readers."""
    return any(done.cell.shown for done in page)


def files(page: Page, stem: str) -> dict[str, str]:
    """What stands beside a page, its notebook excepted: names, and their texts."""
    code = {f"{stem}.py": script(page)} if has_code(page) else {}
    return code | tables(page, stem)


def notebook(page: Page) -> str:
    """The page as an executed notebook, in the form of nbformat 4."""
    cells: list[dict] = []
    for done in page:
        if done.cell.kind == "markdown":
            cells.append(markdown_cell(prose(done.cell.source, done)))
        elif done.cell.shown:
            count = sum(cell["cell_type"] == "code" for cell in cells) + 1
            cells.append(code_cell(done, count))
        captions = done.cell.options.get("fig-cap", ())
        cells += [markdown_cell(prose(text, done)) for text in captions]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book: dict = {"cells": cells, "metadata": {"kernelspec": kernel}}
    book |= {"nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def bundle(files: dict[str, bytes]) -> bytes:
    """Files as one zip: by name, and with one date, so that the bytes stay the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name)  # its date is the first of 1980
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # on any system
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def markdown_cell(text: str) -> dict:
    """A cell of prose."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code_cell(done: RunCell, count: int) -> dict:
    """A cell of code with its outputs, numbered where notebooks want a number."""
    outputs = [dict(output) for output in done.outputs]
    for output in outputs:
        if "execution_count" in output:
            output["execution_count"] = count
        if "data" in output:
            data = output["data"].items()
            kept = {form: one for form, one in data if form not in (CSV, NO_TABLE)}
            output["data"] = kept
    cell = {"cell_type": "code", "metadata": {}, "source": done.cell.source}
    return cell | {"outputs": outputs, "execution_count": count}


def script(page: Page) -> str:
    """The page as a script in percent format, prose as comments."""
    parts = []
    for done in page:
        if done.cell.kind == "markdown":
            lines = prose(done.cell.source, done).splitlines()
            safe = (START.sub(r"\g<0>\\", line) for line in lines)
            text = "\n".join(f"# {line}".rstrip() for line in safe)
            parts.append(f"# %% [markdown]\n{text}")
        elif done.cell.shown:
            parts.append(f"# %%\n{done.cell.source}")
    # without the first line, Python reads one from prose such as "Huffman coding: a"
    return "# -*- coding: utf-8 -*-\n" + "\n\n".join(parts) + "\n"


def prose(text: str, done: RunCell) -> str:
    """Prose with its values, without its links to other pages, margin and folds.

    In a notebook a fold cannot go on behind a cell; its summary becomes a bold line.
    """
    opened = FOLD.sub(lambda m: f"**{m[1]}**\n" if m[1] else "", text)
    return without_page_links(put_in(opened, done.values, plain=True))


def without_page_links(text: str) -> str:
    """Prose without its links to other pages, and without its margin; the words stay.

    Code, TeX, images, and links with a scheme, such as https, stay as they are.
    """
    parts = spans(text)
    # no page contains NUL, so what is kept cannot be taken for a part of a link
    prose = "".join(
        span.text if span.kind == "text" else f"\0{number}\0"
        for number, span in enumerate(parts)
    )
    prose = MARGIN.sub(r"\1", LINK.sub(r"\g<label>", prose))
    return KEPT.sub(lambda match: parts[int(match[1])].text, prose)


def tables(page: Page, stem: str) -> dict[str, str]:
    """The data of a page's figures: names of files, and what they hold."""
    figures = [(output, done) for done in page for output in done.figures]
    found = {
        f"{stem}-figure-{number}.csv": table_of(output, done)
        for number, (output, done) in enumerate(figures, 1)
    }
    return {name: table for name, table in found.items() if table is not None}


def table_of(figure: dict, done: RunCell) -> str | None:
    """The data of a figure as CSV, or None where the cell says `fig-data: false`.

    Raises PluginError with page and cell for a figure that cannot be told as a table,
    unless the cell says so.
    """
    data = figure["data"]
    if not done.cell.options.get("fig-data", True):
        return None
    if NO_TABLE in data:
        option = "`#| fig-data: false` offers none"
        raise PluginError(f"{done.cell.place}: {data[NO_TABLE]}; {option}")
    return data.get(CSV)
