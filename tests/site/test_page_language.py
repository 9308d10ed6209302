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
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from gdbook.site import execute
from gdbook.site.source import PERCENT

from ..pages.runner import run_blocks
from ..pages.test_pages import shown
from .conftest import Book

EXAMPLES = int(os.environ.get("GDBOOK_EXAMPLES", "600"))
PAGES = EXAMPLES // 60  # with kernels
Strategy = st.SearchStrategy
Sent = tuple[list[dict], str]
SAME = settings(derandomize=True, database=None, deadline=None,
                suppress_health_check=[*HealthCheck])  # fmt: skip

ODD = "\0\1\2\3\b\x0b\x0c\r\x1b\x1c\x7f\x85\xa0é漢𝔘\u0301\u200b\u2028\u202e\ufeff\ud800"
PROSE = [
    "a", "word", " ", " ", "  ", "    ", "\n", "\n", "\n\n", "# ", "## ", "- ", "1. ",
    "> ", "---\n", "***", "+++", "===\n", "*", "**", "_", "`", "``", "```", "`` `a ``",
    "```python\n", "~~~", "$x^2$", "$$\n\\frac{1}{2}\n$$", "$`=x`$", "\\(", "\\)", "\\*",
    "&", "&lt;", "&#0;", "<", ">", "<b>", "</b>", "<!-- a -->", "<br/>", "(", ")", "]",
    "`=x`", "`=x:.2f`", "`=f('a:b'):>4`", '`=d["a"]`', "`=published:clean.w`", "`=",
    "`=bench:table`", "`=version:mkdocs`", "[a](page.md)", "[a](https://a.example)",
    "[*a* `b`](#c)", "[a", "![a](a.svg)", "[^1]", "\n[^1]: a\n", "{: #a }", "{ .a }", "|",
    "\n\n| a | b |\n|--|--|\n| c | `=x` |\n\n", "\n/// details | A\n", "\n///\n", "%%",
    "\n<codecell>\n", "\nIn[3]:\n", "\n!!! note\n    a\n", '=== "A"\n', '<span class="margin">', "</span>", "coding: a",
    '\n<div markdown="1">\n', "\n</div>\n", "title: a\n", "*[a]: b\n", "\n: a\n",
]  # fmt: skip
BAD_PROSE = [
    "$", "$$", "\\", "\\frac{1}", "\\begin{align}", "\\nosuch", "\\text{", "\\[", "\\]",
    "`=`", "`=1 +`", "`=published:no`", "`=version:", "[a](http://[)", "[a](", "<!--",
    "<![", "<?", "</", "<a ", '<div data-wait="7"></div>', "![](a.svg)", "$\\href{a}{b}$",
    "---\ntitle: 1\n---\n", "---\ntitle: [\n---\n", "---\na",
]  # fmt: skip
CODE = [
    "x = 1", "x", "print('a', x)", "s = 'a\tb  '  ", "import math", "# a", "x;", "'é漢'",
    's = """a\n\n  # %% b\n\tc  """', "from gdbook.sgd import sgd", "", "del x", "\n\n",
    "from gdbook.optimizers import SameOrder  # a", "from gdbook.course import sgd",
    "if x:\n\ty = 1\n", "# %matplotlib inline\n# !ls", "@f\nclass A: ...", "y = 7 \\\n % 4",
    "def f(x):\n    return f'{x!r:>{9}}'", "'\\N{BULLET}'", "print('\'\'\n%%\n'\'\')",
    "# coding: latin-1", "from gdbook.data import (\n    shuffled)", "for _ in []: _",
]  # fmt: skip
BAD_CODE = [
    "from gdbook import sgd", "from . import a", "import gdbook.sgd", "display(x)", "'\\d'",
    "from gdbook.data import no_such", "#| echo: true", "%time", "!ls", "x?", "await x",
    "from __future__ import annotations", "-" * 9999 + "1", "return", "exit()", "(", "  x",
    "from gdbook.data import *", "x; from gdbook.data import shuffled",
]  # fmt: skip
OPTIONS = [
    "#| echo: false", "#| echo: true", "#| code-fold: true", "#| code-fold: A `b` <i>",
    "#| fig-data: false", "#| timeout: 9", "#|", "#| widget: gd-step lr=0.5",
]  # fmt: skip
BAD_OPTIONS = [
    "#| fig-cap: A `=x` $y$ [a](b.md).", "#| fig-alt: A.", "#| fig-cap: [A., B]",
    '#| fig-cap: "\\09\\0"', "#| fig-cap: |\n#|   A\n#|   B", "#| fig-alt: []",
    "#| fig-cap: !a b", "#| fig-cap: &a [*a]", "#| fig-alt: '", "#| widget: a b",
    "#| timeout: -1", "#| echo: 0", "#| no: 1", "#| a", "#| [", "#|fig-cap: \\", "#| ? a",
]  # fmt: skip
PLACED = re.compile(r"page\.\w+, (cell|line) \d+\b")
# what is found in the whole page, or before there are cells
PAGE_ONLY = re.compile(
    r"page\.\w+: (wanted a UTF-8 file|wanted a Jupyter notebook|formula '|an image "
    r"without|title: wanted text|description: wanted text|Markdown cannot read it|"
    r"code or outputs are lost)",
)


def joined(good: list, bad: list = (), between: str = "", most: int = 12) -> Strategy:
    """Some good parts in any order; one part in twenty is bad, or odd characters."""
    odd = st.text(st.sampled_from(ODD) | st.characters(), min_size=1, max_size=2)
    wrong = st.sampled_from(bad) | odd if bad else odd
    one = st.integers(0, 19).flatmap(lambda n: st.sampled_from(good) if n else wrong)
    return st.lists(one, max_size=most).map(between.join)


def cells() -> Strategy:
    """Cells as pairs of kind and source."""
    head = joined([f"{option}\n" for option in OPTIONS], BAD_OPTIONS, most=2)
    code = st.tuples(st.just("") | head, joined(CODE, BAD_CODE, "\n", 4))
    prose = st.tuples(st.just("markdown"), joined(PROSE, BAD_PROSE))
    code = st.tuples(st.just("code"), code.map("".join))
    return st.lists(prose | code, max_size=5)


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


def pages() -> Strategy:
    """Names and bytes of pages: in order, and with everything in the wrong place."""
    marks = ["\n", "# %%\n", "\n# %%", "\n# %% [markdown]\n", ' tags=["a"]', " tags=3"]
    anything = joined([*PROSE, *CODE, *OPTIONS, *marks, '{"cells": [', '"source": '])
    prose = joined([part for part in PROSE if "`=" not in part], BAD_PROSE)
    page = st.one_of(
        st.tuples(st.just("page.py"), cells().map(percent)),
        st.tuples(st.just("page.ipynb"), cells().map(notebook)),
        st.tuples(st.just("page.md"), prose),
        st.tuples(st.sampled_from(["page.py", "page.ipynb", "page.md"]), anything),
    )
    end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    start = st.sampled_from([b""] * 9 + [b"\xef\xbb\xbf", b"\xff"])
    return st.tuples(page, end, start).map(as_bytes)


def as_bytes(made: tuple[tuple[str, str], str, bytes]) -> tuple[str, bytes]:
    (uri, text), end, start = made
    text = text.replace("\n", end).encode("utf-8", "surrogatepass")
    return uri, start + text


def outputs() -> Strategy:
    """What a kernel might send for a cell."""
    good = ["a", " ", "\n", "\n\n", "<b>", "&", "`=x`", "1", "\r", "\b", "\x1b[1m", "# "]
    text = joined(good, ["<A at 0x7f00aa>", "$", "</div>"])
    stream = {"output_type": st.just("stream"), "text": text}
    stream |= {"name": st.sampled_from(["stdout"] * 9 + ["stderr"])}
    plain = st.fixed_dictionaries({"text/plain": text})
    html = st.fixed_dictionaries({"text/html": st.just("<b>a</b>")})
    forms = st.sampled_from(["text/markdown", "text/latex", "text/x"])
    data = st.tuples(plain, html | st.dictionaries(forms, text, max_size=1))
    shown = {"output_type": st.just("display_data"), "metadata": st.just({})}
    shown |= {"data": data.map(lambda two: two[0] | two[1])}
    each = st.fixed_dictionaries(stream) | st.fixed_dictionaries(shown)
    return st.lists(each, max_size=2)


def value() -> Strategy:
    """What the value of an expression might be."""
    good = ["1", "1.5", "-", "%", ",", "a", "*", "|", "<b>", "&", "`", "&", "]"]
    return joined(good, ["$", "\\", "None", "%% a"])


def result(text: str) -> dict:
    """A text as the output of an expression."""
    data = {"text/plain": repr(text)}
    return {"output_type": "execute_result", "metadata": {}, "data": data}


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
        page = Page(None, files.get_file_from_path(uri), config)
        about = {"page": page, "config": config, "files": files}
        events.on_pre_page(**about)
        page.read_source(config)
        page.markdown = events.on_page_markdown(page.markdown, **about)
        page.render(config, files)
        page.content = events.on_page_content(page.content, **about)
        html = events.on_post_page(page.content, page=page, config=config)
        html.encode()  # MkDocs would replace what cannot be encoded
        return BeautifulSoup(html, "html.parser")

    def taken(self, name: str) -> str:
        """A download of the page."""
        return self.book.page(name)


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
    except PluginError as error:
        return str(error)
    assert not page.select(".arithmatex")
    blocks = blocks_of(page)
    run = iter(stages.code)
    assert all(block in run for block in blocks)  # in this order
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
        ("page.ipynb", notebook([("code", "x\rimport gdbook")]), [], "got `import gdbook`"),
        ("page.ipynb", notebook([("code", "'\ud800'")]), [], "contains '\\ud800'"),
        ("page.ipynb", notebook([("code", "'\x0c'")]), [], "contains '\\x0c'"),
        ("page.ipynb", notebook([("code", 3)]), [], "wanted a Jupyter notebook"),
        ("page.ipynb", notebook([("markdown", "%%"), X]), [], ""),
        ("page.ipynb", notebook([("markdown", "In[3]:"), X]), [], ""),
        ("page.py", percent([("markdown", "coding: a"), X]), [], ""),
        ("page.py", percent([X, ("code", "from __future__ import division")]), [],
         "cell 2: line 1: got `from __future__ import division`; a script"),
        ("page.py", percent([("code", "-" * 10**5 + "1")]), [], "Error"),
        ("page.py", percent([("markdown", f"`={'-' * 10**5}1`")]), [], "wanted a Python"),
        ("page.py", "# %%\nx = 1\n\n\n\n\n", [], ""),
        ("page.py", "# %%\n\n# %%\nx = 1\n", [], ""),
        ("page.py", percent([("markdown", "$x^2${: #a }")]), [], ""),
        ("page.py", percent([("markdown", "---\ntitle: 1\n---")]), [], "title: wanted text"),
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


RUNS = [
    "x += 1", "x", "x, (x,), 'a'", "[n * n for n in range(40)]", "{'b': x, 'a': {1.5: None}}",
    "{3, 1, 2}", "int", "f'{x!r:>{9}}' '\"'", "'a\\nb\\\\'", "1e-7", "None", "x == 3", "...", "[n for n in dir() if n[:2] != '__']",
    's = """a\tb  \n\n  # %% b\n\tc"""  \nprint(s)', "print('<b>&amp;</b>', '$x$', '`=x`')",
    "if x:\n\tprint('a')\n\n\tprint('b')", "for _ in range(2):\n    print(_)", "y = 7 \\\n% 4\ny",
    "class A:\n    def __repr__(self):\n        return f'{x}\\n</pre>'\n\n\nA()", "# a\n# !ls",
    "@staticmethod\ndef f(a=1):\n    return f'{a!r:>{9}}'\n\n\nprint(f('a'), f())",
    "from gdbook.data import shuffled  # a\n\nsorted(shuffled(x))",
    "from math import pi\n\nround(pi, 3)",
    "from gdbook.theory.basics import (\n    critical_lr,\n)\n\ncritical_lr(x)", "print('''\n# %% [markdown]\n''')",
]  # fmt: skip
SAYS = [
    "# A `=x` $x^2$", "A `=x:.2f`, $`=x`/3$ and `=published:clean.w`.", "- `=x`\n- b\n\n1. c",
    "| a | `=x` |\n|--|--|\n| $x$ | `` `a `` |", "/// details | A\nB `=x`.", "coding: a\n\n%% b",
    "<b>a</b> &amp; [b](../index.md){ .c } *d*\n\n$$\nx = `=x`\n$$", "> ```text\n> $x$ `=x`\n> ```",
]  # fmt: skip
FIGURE = """#| fig-cap: A `=x` $x$ & [b](../index.md).
#| fig-alt: "A \\"b\\" <c>"
import matplotlib.pyplot as plt

plt.plot([x, 2], label="a")
plt.show()
x"""


def running() -> Strategy:
    """Cells that run, after one that binds x."""
    letters = st.characters(exclude_categories=["C", "Zl", "Zp"])
    said = st.text(letters, max_size=9).filter(str.strip).map(lambda text: f"print({text!r})")
    code = st.lists(st.sampled_from(RUNS) | said, min_size=1, max_size=3)
    source = st.tuples(st.sampled_from(["", "", "#| code-fold: A `b`\n"]),
                       code.map("\n\n".join)).map("".join)  # fmt: skip
    hidden = st.just("#| echo: false\nhidden = !echo a\ndel hidden")
    prose = st.lists(st.sampled_from(SAYS), min_size=1, max_size=3)
    first = ("code", "x = 3")
    return st.lists(
        st.tuples(st.just("code"), source | source | st.just(FIGURE) | hidden)
        | st.tuples(st.just("markdown"), prose.map("\n\n".join)),
        min_size=3, max_size=7,
    ).map(lambda cells: [first, *cells])  # fmt: skip


@pytest.fixture(scope="module")
def random_book(tmp_path_factory) -> Book:
    """A book of random pages, percent scripts and notebooks by turns."""
    found: list[list[tuple[str, str]]] = []

    @settings(SAME, max_examples=PAGES, phases=[Phase.generate])
    @given(running())
    def collect(page: list[tuple[str, str]]) -> None:
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
