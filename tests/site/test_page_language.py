"""Random pages: each builds and then runs as copied, or is refused with its place.

Most pass through the build without kernel and templates, with what a kernel might send.
A few are built and run. GDBOOK_EXAMPLES=5000 tries more of both, for some minutes.
"""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from gdbook.site import execute
from gdbook.site.source import PERCENT

from ..pages.runner import run_blocks
from ..pages.test_pages import shown
from .conftest import Book
from .random_pages import (
    Cells,
    notebook,
    outputs,
    pages,
    percent,
    result,
    running,
    value,
)

EXAMPLES = int(os.environ.get("GDBOOK_EXAMPLES", "500"))
PAGES = EXAMPLES // 60  # with kernels
Sent = tuple[list[dict], str]
SAME = settings(suppress_health_check=[*HealthCheck])

PLACED = re.compile(r"page\.\w+, (cell|line) \d+\b")
# what is found in the whole page, or before there are cells
PAGE_ONLY = re.compile(
    r"page\.\w+: (wanted a UTF-8 file|wanted a Jupyter notebook|"
    r"title: wanted text|description: wanted text|Markdown cannot read it|"
    r"code or outputs are lost)",
)


class Stages:
    """What a build does with one page, without a kernel and without templates."""

    def __init__(self, folder: Path) -> None:
        self.book = Book(folder)
        (folder / "bench").mkdir()
        (folder / "bench" / "results.json").write_text('{"table": "| a |\\n|--|\\n"}')
        self.config = load_config(str(folder / "mkdocs.yml"))
        self.code: list[str] = []  # what a kernel would have run last

    def build(self, uri: str, text: bytes, sent: Sent) -> BeautifulSoup:
        """Pass a page through the events of MkDocs; return its content.

        sent: the outputs of each cell and the value of each expression.
        """
        self.book.write(uri, text)
        (self.book.site / "page.py").unlink(missing_ok=True)
        self.code = []

        def run_all(programs: dict[str, execute.Program], _: object) -> dict:
            self.code = [step.code for step in programs.get(uri, ())]
            outputs, value = sent
            return {
                uri: [[result(value)] if "`=" in step.place else outputs
                      for step in program]
                for uri, program in programs.items()
            }  # fmt: skip

        config, events = self.config, self.config.plugins
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(execute, "run_all", run_all)
            events.on_config(config)
            file = File(uri, config.docs_dir, config.site_dir, False,
                        inclusion=InclusionLevel.INCLUDED)  # fmt: skip
            files = events.on_files(Files([file]), config=config)
        files.copy_static_files()
        page = Page(None, files.get_file_from_path(uri), config)
        about = {"page": page, "config": config, "files": files}
        events.on_pre_page(**about)
        page.read_source(config)
        page.markdown = events.on_page_markdown(page.markdown, **about)
        try:
            page.render(config, files)
        except Exception as error:  # as MkDocs does
            events.on_build_error(error=error)
            raise
        page.content = events.on_page_content(page.content, **about)
        html = events.on_post_page(page.content, page=page, config=config)
        html.encode()  # MkDocs would replace what cannot be encoded
        return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def stages(tmp_path_factory) -> Iterator[Stages]:
    found = Stages(tmp_path_factory.mktemp("stages"))
    log = logging.getLogger("mkdocs")
    log.setLevel(logging.CRITICAL)
    yield found
    log.setLevel(logging.NOTSET)
    found.config.plugins.on_shutdown()


def blocks_of(page: BeautifulSoup) -> list[str]:
    """The code of a page's cells as its copy button takes it."""
    return [
        code.get_text().removesuffix("\n")
        for code in page.select(".cell .language-python code")
    ]


def code_of(cells: list) -> list[str]:
    """The code of a notebook's code cells."""
    return [cell.source for cell in cells if cell.cell_type == "code"]


def check_downloads(blocks: list[str], book: Book, folder: str = ".") -> None:
    """Assert that notebook and script hold the blocks of a page."""
    taken = nbformat.reads(book.page(f"{folder}/page.ipynb"), as_version=4)
    nbformat.validate(taken)
    assert code_of(taken.cells) == blocks
    script = book.page(f"{folder}/page.py")
    compile(script.encode(), "page.py", "exec", dont_inherit=True)
    read = code_of(jupytext.reads(script, fmt=PERCENT).cells)
    assert [code.strip("\n") for code in read] == [code.strip("\n") for code in blocks]


def refused(stages: Stages, uri: str, text: bytes, sent: Sent) -> str:
    """Build a page and check what readers can take, or return why it is refused."""
    try:
        page = stages.build(uri, text, sent)
    except (PluginError, Abort) as error:
        return str(error)
    assert not page.select(".arithmatex")
    blocks = blocks_of(page)
    run = iter(stages.code)
    assert all(block in run for block in blocks)  # in this order
    assert (stages.book.site / "page.py").exists() == bool(blocks)
    if blocks:
        check_downloads(blocks, stages.book)
    return ""


@settings(SAME, max_examples=EXAMPLES)
@given(page=pages(), sent=st.tuples(outputs(), value()))
def test_a_page_is_built_or_refused_with_its_place(stages, page, sent):
    uri, text = page
    if message := refused(stages, uri, text, sent):
        assert message.startswith(uri)
        assert PLACED.match(message) or PAGE_ONLY.match(message) or uri == "page.md"
        assert "gdbook/site" not in message


X = ("code", "x = 1")
SURROGATE = [{"output_type": "stream", "name": "stdout", "text": "\ud800"}]
TEX = [{"output_type": "display_data", "data": {"text/latex": "\ud800"}}]


@pytest.mark.parametrize(
    ("uri", "text", "sent", "reason"),
    [
        ("page.ipynb", notebook([("code", "x\rx")]), [], ""),
        ("page.ipynb", notebook([("code", "x\rimport gdbook")]), [], "line 2: got"),
        ("page.ipynb", notebook([("code", "'\ud800'")]), [], "contains '\\ud800'"),
        ("page.ipynb", notebook([("code", "'\x0c'")]), [], "contains '\\x0c'"),
        ("page.ipynb", notebook([("code", 3)]), [], "wanted a Jupyter notebook"),
        ("page.ipynb", notebook([("markdown", "%%"), X]), [], ""),
        ("page.ipynb", notebook([("markdown", "In[3]:"), X]), [], ""),
        ("page.py", percent([("markdown", "coding: a"), X]), [], ""),
        ("page.py", percent([X, ("code", "from __future__ import division")]), [],
         "cell 2: line 1: got `from __future__ import division`; a script"),
        ("page.py", percent([("code", "-" * 10**5 + "1")]), [], "Error"),
        ("page.py", percent([("code", f"#| echo: false\n{'-' * 10**5}1")]), [], ""),
        ("page.py", percent([("markdown", f"`={'-' * 10**5}1`")]), [], "Python"),
        ("page.py", "# %%\nx = 1\n\n\n\n\n", [], ""),
        ("page.py", "# %%\n\n\n\n\n", [], ""),
        ("page.py", percent([("markdown", "$x^2${: #a }")]), [], ""),
        ("page.py", percent([("markdown", "---\ntitle: 1\n---")]), [], "title: wanted"),
        ("page.py", percent([("markdown", "<![a[")]), [], "Markdown cannot read it"),
        ("page.md", "[a](http://[)", [], "Markdown cannot read it"),
        ("page.md", '<b data-wait="7"></b><div data-wait="7"></div>', [], "are lost"),
        ("page.py", percent([("markdown", "<!--"), X, ("markdown", "-->")]), [],
         "are lost in HTML that is not closed"),
        ("page.py", percent([X, ("markdown", 2 * '<div markdown="1">\n\n'), X]), [],
         "are lost in HTML that is not closed"),
        ("page.py", percent([X]), SURROGATE, "holds the character '\\ud800'"),
        ("page.py", percent([X]), TEX, "holds the character '\\ud800'"),
    ],
)  # fmt: skip
def test_what_random_pages_once_broke(uri, text, sent, reason, stages):
    message = refused(stages, uri, text.encode("utf-8", "surrogatepass"), (sent, "1"))
    assert reason in message if reason else not message


def test_a_value_that_no_file_can_hold_is_refused(stages):
    message = refused(stages, "page.py", b"# %% [markdown]\n# `=x`\n", ([], "\ud800"))
    assert message == "page.py, cell 1: `=x`: wanted text on one line, got '\\ud800'"


@pytest.fixture(scope="module")
def random_book(tmp_path_factory) -> Book:
    """A book of random pages, percent scripts and notebooks by turns."""
    found: list[Cells] = []

    @settings(SAME, max_examples=PAGES, phases=[Phase.generate])
    @given(running())
    def collect(page: Cells) -> None:
        found.append(page)

    collect()
    book = Book(tmp_path_factory.mktemp("random"))
    for number, page in enumerate(found):
        write, suffix = [(percent, "py"), (notebook, "ipynb")][number % 2]
        book.write(f"{number}/page.{suffix}", write(page))
    book.build()
    return book


def run_script(path: Path) -> str:
    """What a script prints in a plain Python."""
    call = [sys.executable, "-I", "-X", "utf8", path.name]
    env = os.environ | {"MPLBACKEND": "agg"}
    done = subprocess.run(call, cwd=path.parent, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_what_is_copied_and_downloaded_runs_and_prints_what_is_shown(random_book):
    folders = sorted(path.parent for path in random_book.site.glob("*/page.html"))
    assert len(folders) == PAGES
    pages = [(path / "page.html").read_text("utf-8") for path in folders]
    found = [shown(BeautifulSoup(page, "html.parser")) for page in pages]
    assert sum(len(blocks) for blocks, _ in found) > 2 * PAGES
    with ThreadPoolExecutor(2) as pool:
        ran = pool.map(run_blocks, [blocks for blocks, _ in found], folders)
        scripts = pool.map(run_script, [folder / "page.py" for folder in folders])
    for folder, page, printed, script in zip(folders, found, ran, scripts, strict=True):
        blocks, expected = page
        assert printed == expected
        name = folder.name
        code = [block.removesuffix("\n") for block in blocks]
        check_downloads(code, random_book, name)
        taken = json.loads(random_book.page(f"{name}/page.ipynb"))["cells"]
        outputs = [out for cell in taken for out in cell.get("outputs", [])]
        assert script == "".join(out.get("text", "") for out in outputs)
