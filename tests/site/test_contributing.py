"""What CONTRIBUTING.md says to write, built as it says."""

import re

import pytest

from gdbook.site.outputs import CHARACTERS, LINES, OUTPUTS
from gdbook.site.source import OPTIONS

from ..conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def file_of(block: str) -> str:
    """The name of the file under which the words above a block say to save it."""
    before = TEXT.partition(block)[0]
    return re.findall(r"`docs/([\w/.]+)`", before)[-1]


@pytest.fixture
def start(book):
    """A small book that has the page before it."""
    book.write("why/minus.md", "# What does a step do?\n")
    return book


@pytest.fixture
def page() -> str:
    """The minimal page, as it stands there; its link leads to a page of Markdown."""
    return blocks("python")[0].replace("minus.py", "minus.md")


def test_the_minimal_page_is_built_and_gets_a_line_in_the_menu(start, page):
    uri = file_of(blocks("python")[0])
    start.write(uri, page)
    (line,) = blocks("yaml")
    title, _, named = line.strip(" -\n").partition(": ")
    assert named == uri
    start.settings(nav=[{"Home": "index.md"}, {"Before": "why/minus.md"}, {title: uri}])
    assert "WARNING" not in start.build()
    html = start.page(uri.replace(".py", ".html"))
    assert "How often must a distance be halved?" in html
    assert "10 halvings" in html
    assert "at most 0.001 from the halving\n10 on" in html
    assert ">Halving<" in re.sub(r"\s+", "", start.page("index.html"))


def test_all_of_its_cells_make_one_page(start, page):
    start.write("why/all.py", "\n".join([page, *blocks("python")[1:]]))
    assert "WARNING" not in start.build()
    html = start.page("why/all.html")
    assert "The distance is then 0.000977." in html
    assert html.count("<figure") == 2
    assert "<gd-step" in html
    assert html.count("<summary>Solution") == 1
    assert "14" in html.partition("<summary>Solution")[2]


def test_a_minimal_page_that_is_wrong_is_refused(start, page):
    start.write("why/halving.py", page.replace("math.ceil", "math.floor"))
    assert "AssertionError" in start.refusal()


def test_every_option_of_a_cell_has_a_row():
    rows = re.findall(r"^\| `([\w-]+)` \|", TEXT.partition("### Options")[2], re.M)
    assert rows == [*OPTIONS]


def test_the_limits_of_outputs_are_those_of_the_build():
    limits = f"behind {LINES:,} lines or {CHARACTERS:,} characters, and a cell behind"
    assert f"{limits} {OUTPUTS} outputs" in TEXT


def test_every_file_that_it_names_is_there():
    new = {
        "docs/why/halving.py",
        "docs/why/halving.zh.md",
        "docs/assets/widgets/halving.js",
    }
    named = {*re.findall(r"(?:docs|gdbook|tests|bench)/[\w./-]*\w", TEXT)} - new
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
