"""Random pages: each builds and then runs as copied, or is refused with its place.

The first half runs no code: all of the build but the kernel and the templates, with what
a kernel might send. The second half builds a few random pages and runs what readers take
from them. GDBOOK_EXAMPLES=5000 tries that many pages in the first half.
"""

import json
import logging
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from gdbook.site import execute
from gdbook.site.source import PERCENT

from ..pages.runner import run_blocks
from .conftest import Book

EXAMPLES = int(os.environ.get("GDBOOK_EXAMPLES", "600"))
SAME = settings(derandomize=True, database=None, deadline=None,
                suppress_health_check=[*HealthCheck])  # fmt: skip

ODD = (
    "\0\1\2\3\t\b\x0b\x0c\r\x1b\x1c\x7f\x85\xa0é漢𝔘\u0301\u200b\u2028\u202e\ufeff\ud800"
)
PROSE = [
    "a", "word", " ", "  ", "    ", "\n", "\n\n", "# ", "## ", "- ", "1. ", "> ", "---\n",
    "*", "**", "_", "`", "``", "```", "```python\n", "~~~", "$", "$$", "$x^2$", "\\", "{",
    "$`=x`$", "\\frac{1}{2}", "\\text{", "}", "\\(", "\\)", "\\[", "\\]", "\\begin{align}",
    "\\end{align}", "\\nosuch", "\\href{a}{b}", "&", "`=x`", "`=x:.2f`", "`=`", "`=1 +`",
    "`=f('a:b'):>4`", "`=d[\"a\"]`", "`=published:clean.w`", "`=published:no`", "`=version:",
    "`=bench:table`", "=", ":", "[a](page.md)", "[a](https://a.example)", "[a](http://[)",
    "[a](", "[a", "]", "(", ")", "![a](a.svg)", "![](a.svg)", "[^1]", "[^1]: a", "{: #a }",
    "{ .a }", "|", "| a | b |\n|--|--|\n| c | `=x` |", "/// details | A\n", "///\n", "!!! a\n",
    '=== "A"\n', '<span class="margin">', "</span>", '<div markdown="1">', "</div>", "<b>",
    "<!--", "-->", "<![", "<?", "</", "<a ", ">", "&lt;", "&#0;", "title: ", "%%", "coding: a",
    '<div data-wait="7"></div>', "***", "+++", "===\n", "*[a]: b\n", ": a",
]  # fmt: skip
CODE = [
    "x = 1", "x", "print('a', x)", "s = 'a\tb  '  ", 's = """a\n\n  # %% b\n\tc  """',
    "from gdbook.sgd import sgd", "from gdbook.optimizers import SameOrder  # a",
    "from gdbook.data import (shuffled,\n    no_such)", "import gdbook.sgd", "import math",
    "from gdbook.course import sgd", "from gdbook import sgd", "from . import a", "display(x)",
    "if x:\n\ty = 1\n", "# a", "# %matplotlib inline", "#| echo: true", "", "%time", "!ls", "x?",
    "await x", "def f(x):\n    return f'{x!r:>{9}}'", "@f\nclass A: ...", "x = 7 \\\n % 4", "(",
    "from __future__ import annotations", "# coding: latin-1", "'é漢'", "'\\N{BULLET}'", "x;",
    "-" * 9999 + "1", "return", "'\\d'", "_", "del x", "exit()", "print('''\n%%\n''')",
]  # fmt: skip
OPTIONS = [
    "#| echo: false", "#| echo: no", "#| echo: 0", "#| code-fold: true", "#| code-fold: A `b` <i>",
    "#| fig-cap: A `=x` $y$ [a](b.md).", "#| fig-alt: A.", "#| fig-cap: [A., B]", "#| fig-alt: []",
    '#| fig-cap: "\\09\\0"', "#| fig-data: false", "#| widget: gd-step lr=0.5", "#| widget: a b",
    "#| timeout: 9", "#| timeout: -1", "#| no: 1", "#|", "#| a", "#| [", "#|fig-cap: \\", "#| ? a",
    "#| fig-cap: |\n#|   A\n#|   B", "#| fig-cap: !a b", "#| fig-cap: &a [*a]", "#| fig-alt: '",
]  # fmt: skip
PLACED = re.compile(r"page\.\w+, (cell|line) \d+\b")
# what is found in the whole page, or before there are cells
PAGE_ONLY = re.compile(
    r"page\.\w+: (wanted a UTF-8 file|wanted a Jupyter notebook|formula '|an image "
    r"without|title: wanted text|description: wanted text|Markdown cannot read it)",
)


def joined(parts: list[str], separator: str = "", most: int = 12) -> st.SearchStrategy:
    """Some of the parts in any order, odd characters here and there."""
    odd = st.text(st.sampled_from(ODD) | st.characters(), min_size=1, max_size=2)
    one = st.integers(0, 15).flatmap(
        lambda n: odd if n == 0 else st.sampled_from(parts)
    )
    return st.lists(one, max_size=most).map(separator.join)


def cells() -> st.SearchStrategy:
    """Cells as pairs of kind and source."""
    head = st.lists(st.sampled_from(OPTIONS), max_size=3).map(lambda o: [*o, ""])
    code = st.tuples(head.map("\n".join), joined(CODE, "\n", 5)).map("".join)
    prose = st.tuples(st.just("markdown"), joined(PROSE))
    return st.lists(prose | st.tuples(st.just("code"), code), max_size=5)


def percent(cells: list[tuple[str, str]]) -> str:
    """Cells as a percent script."""
    text = ""
    for kind, source in cells:
        lines = source.split("\n")
        if kind == "markdown":
            text += (
                "# %% [markdown]\n" + "".join(f"# {line}\n" for line in lines) + "\n"
            )
        else:
            text += f"# %%\n{source}\n\n"
    return text


def notebook(cells: list[tuple[str, str]]) -> str:
    """Cells as a notebook."""
    written = []
    for number, (kind, source) in enumerate(cells):
        cell = {"id": f"cell-{number}", "cell_type": kind, "metadata": {}}
        code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        written.append(cell | code | {"source": source})
    whole = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def pages() -> st.SearchStrategy:
    """Names and bytes of pages: in order, and with everything in the wrong place."""
    anything = [*PROSE, *CODE, *OPTIONS, "# %%\n", "\n# %%", ' tags=["a"]\n', " tags=3\n",
                "\n# %% [markdown]\n", '{"cells": [', '"source": ']  # fmt: skip
    end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    text = st.one_of(
        st.tuples(st.just("page.py"), cells().map(percent)),
        st.tuples(st.just("page.ipynb"), cells().map(notebook)),
        st.tuples(st.just("page.md"), joined(PROSE)),
        st.tuples(
            st.sampled_from(["page.py", "page.ipynb", "page.md"]), joined(anything)
        ),
    )
    mark = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff"])
    return st.builds(
        lambda page, end, mark: (page[0], mark + encoded(page[1].replace("\n", end))),
        text, end, mark,
    )  # fmt: skip


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def outputs() -> st.SearchStrategy:
    """What a kernel might send for a cell."""
    text = joined(
        ["a", " ", "\n", "<b>", "&", "$x$", "`=x`", "<A at 0x7f00aa>", "\r", "\b"]
    )
    stream = st.fixed_dictionaries({
        "output_type": st.just("stream"), "text": text,
        "name": st.sampled_from(["stdout", "stdout", "stdout", "stderr"]),
    })  # fmt: skip
    forms = st.sampled_from(
        ["text/plain", "text/html", "text/markdown", "text/latex", "x/y"]
    )
    shown = st.fixed_dictionaries({
        "output_type": st.just("display_data"), "metadata": st.just({}),
        "data": st.dictionaries(forms, text, max_size=2),
    })  # fmt: skip
    return st.lists(stream | shown, max_size=2)


def value() -> st.SearchStrategy:
    """What a kernel might send for an expression in prose."""
    text = joined(
        ["1", "1.5", "-", " ", "%", "*", "|", "<b>", "&", "$", "`", "None", "%% a"]
    )
    return text.map(lambda one: [{"output_type": "execute_result", "metadata": {},
                                  "data": {"text/plain": repr(one)}}])  # fmt: skip


class Stages:
    """What a build does with one page, without a kernel and without templates."""

    def __init__(self, folder: Path) -> None:
        self.book = Book(folder)
        self.config = load_config(str(folder / "mkdocs.yml"))
        self.code: list[str] = []  # what a kernel would have run last

    def build(self, uri: str, text: bytes, draw) -> BeautifulSoup:
        """Pass a page through the events of MkDocs; return its content."""
        self.book.write(uri, text)
        self.code = []

        def run_all(programs: dict[str, execute.Program], _: object) -> dict:
            self.code = [step.code for step in programs.get(uri, ())]
            return {
                uri: [
                    draw(value() if "`=" in step.place else outputs())
                    for step in program
                ]
                for uri, program in programs.items()
            }

        config, events = self.config, self.config.plugins
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(execute, "run_all", run_all)
            events.on_config(config)
            file = File(uri, config.docs_dir, config.site_dir, False,
                        inclusion=InclusionLevel.INCLUDED)  # fmt: skip
            files = events.on_files(Files([file]), config=config)
        page = Page(None, files.get_file_from_path(uri), config)
        about = {"page": page, "config": config, "files": files}
        events.on_pre_page(**about)
        page.read_source(config)
        page.markdown = events.on_page_markdown(page.markdown, **about)
        page.render(config, files)
        page.content = events.on_page_content(page.content, **about)
        html = events.on_post_page(page.content, page=page, config=config)
        return BeautifulSoup(encoded_strictly(html), "html.parser")

    def taken(self, name: str) -> str:
        """A download of the page."""
        return self.book.page(name)


def encoded_strictly(html: str) -> bytes:
    """A page as MkDocs writes it, but that nothing may be replaced."""
    return html.encode("utf-8")


@pytest.fixture(scope="module")
def stages(tmp_path_factory) -> Stages:
    logging.getLogger("mkdocs").setLevel(logging.CRITICAL)
    return Stages(tmp_path_factory.mktemp("stages"))


def blocks_of(page: BeautifulSoup) -> list[str]:
    """The code of a page's cells as its copy button takes it."""
    return [
        code.get_text().removesuffix("\n")
        for code in page.select(".cell .language-python code")
    ]


def code_of(cells: list) -> list[str]:
    """The code of a notebook's code cells."""
    return [cell.source for cell in cells if cell.cell_type == "code"]


def check_downloads(blocks: list[str], book: Book) -> None:
    """Assert that notebook and script hold the blocks of a page."""
    taken = nbformat.reads(book.page("page.ipynb"), as_version=4)
    nbformat.validate(taken)
    assert code_of(taken.cells) == blocks
    script = book.page("page.py")
    compile(script.encode(), "page.py", "exec", dont_inherit=True)
    read = code_of(jupytext.reads(script, fmt=PERCENT).cells)
    assert [code.strip("\n") for code in read] == [code.strip("\n") for code in blocks]


@settings(SAME, max_examples=EXAMPLES)
@given(page=pages(), data=st.data())
def test_a_page_is_built_or_refused_with_its_place(stages, page, data):
    uri, text = page
    try:
        built = stages.build(uri, text, data.draw)
    except PluginError as error:
        message = str(error)
        assert PLACED.match(message) or PAGE_ONLY.match(message) or uri == "page.md"
        assert message.startswith(uri)
        assert "gdbook/site" not in message
        return
    assert not built.select(".arithmatex")
    blocks = blocks_of(built)
    run = iter(stages.code)
    assert all(block in run for block in blocks)  # in this order
    if blocks:
        check_downloads(blocks, stages.book)
