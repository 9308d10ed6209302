"""The reference: entries from docstrings, the pages that use them, links to them."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from .conftest import Book

PAGE = """# %% [markdown]
# # What does `sgd` do?
#
# [About `sgd`](index.md): first `sgd`, then `sgd`; `gdbook.theory.zero.float_step`. The
# seed comes from `gdbook.course.setup_seed`, and `lr` is a number.

# %%
from gdbook.course import sgd
"""
HIDDEN = """
# %%
#| echo: false
from gdbook.theory.zero import epochs_to_print_zero as when
from gdbook.course import setup_seed
"""


REFERENCE = "# Functions\n\n::: gdbook\n\n# Theory\n\n::: gdbook.theory.zero\n"


@pytest.fixture(scope="module")
def listed(tmp_path_factory) -> Book:
    """A small book with a reference, built once."""
    book = Book(tmp_path_factory.mktemp("listed"))
    book.write("reference/api.md", REFERENCE)
    book.write("page.py", PAGE + HIDDEN)
    book.build()
    return book


@pytest.fixture(scope="module")
def reference(listed) -> BeautifulSoup:
    """The page with the entries."""
    return BeautifulSoup(listed.page("reference/api.html"), "html.parser")


def links(soup: BeautifulSoup) -> list[tuple[str, str]]:
    """What the code that is a link says, and where it leads."""
    return [(one.text, str(one["href"])) for one in soup.select("article a:has(code)")]


def entry(soup: BeautifulSoup, name: str) -> str:
    """The text of an entry, up to the next heading."""
    heading = soup.find(id=name)
    parts = []
    for one in heading.find_next_siblings():
        if one.name in ("h1", "h2", "h3", "h4"):
            break
        parts.append(one.get_text())
    return "\n".join(parts)


def test_an_entry_has_signature_docstring_and_the_pages_that_use_it(reference):
    step = entry(reference, "gdbook.theory.zero.float_step")
    assert "    w: np.ndarray,\n    x: float,\n" in step
    assert "each operation rounded to float32" in step
    assert not reference.find(id="gdbook.experiments._toy")
    assert "Used on" not in step
    names = ["course.sgd", "data.setup_seed", "theory.zero.epochs_to_print_zero"]
    for name in names:  # shown; passed on by another module; hidden, and renamed
        assert entry(reference, f"gdbook.{name}").endswith(
            "Used on: What does sgd do?"
        ), name
    used = reference.find(id="gdbook.course.sgd").find_next("p", class_="used").a
    assert used["href"] == "../page.html"


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("sgd.History", "History(\n    orders: np.ndarray,\n    params: np.ndarray,\n"),
        ("sgd.History.epoch", "epoch(step: int) -> int\n"),
        ("sgd.History.steps_per_epoch", "steps_per_epoch -> int\n"),
        ("sgd.DivergenceError", "DivergenceError(step: int, loss: float)\n"),
        ("optimizers.buffers", "buffers(update: Update) -> int\n"),
    ],
)
def test_a_signature_is_what_one_writes_to_call_it(name, call, reference):
    assert entry(reference, f"gdbook.{name}").strip().startswith(call)


def test_a_package_lists_its_modules_with_links(reference):
    items = reference.find(id="gdbook").find_next("ul").find_all("li")
    assert items[0].get_text() == (
        "gdbook.course: the experiment in the few lines that the pages show"
    )
    assert items[0].a["href"] == "#gdbook.course"


def test_docstrings_are_text_and_no_markdown(reference):
    shown = entry(reference, "gdbook.theory.zero.epochs_to_print_zero")
    assert "first prints as 0" in shown
    assert "mean(x²)·(w − w*)²" in shown
    assert not reference.select("article em")
    seed = reference.find(id="gdbook.data.setup_seed")
    code = seed.find_next("code", string="random")
    assert code.parent["class"] == ["docstring"]  # in the font of code, as all are
    assert not re.search("[η²ŷᵀ∑]", " ".join(
        one.get_text() for one in reference.select("article p:not(.docstring)")
    ))  # fmt: skip


def test_code_that_names_an_entry_links_to_it_once_and_not_in_headings(listed):
    soup = BeautifulSoup(listed.page("page.html"), "html.parser")
    zero = "gdbook.theory.zero.float_step"
    assert links(soup) == [
        ("About sgd", "index.html"),
        ("sgd", "reference/api.html#gdbook.course.sgd"),
        (zero, f"reference/api.html#{zero}"),
        ("gdbook.course.setup_seed", "reference/api.html#gdbook.data.setup_seed"),
    ]


def test_a_book_without_a_reference_has_no_such_links(book):
    book.write("page.py", PAGE)
    book.build()
    soup = BeautifulSoup(book.page("page.html"), "html.parser")
    assert links(soup) == [("About sgd", "index.html")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("`gdbook.theory.zero.gone`", "other.md: there is no gdbook.theory.zero.gone"),
        ("::: gdbook.gone", "other.md: got `::: gdbook.gone`, wanted a package or"),
    ],
)
def test_what_does_not_exist_is_refused_with_its_page(text, message, book):
    book.write("reference/api.md", REFERENCE)
    book.write("other.md", f"# Other\n\n{text}\n")
    assert message in book.refusal()


def test_signatures_are_not_searched_and_names_are(listed):
    found = json.loads(listed.page("search/search_index.json"))["docs"]
    texts = {one["location"].partition("#")[2]: one for one in found}
    one = texts["gdbook.theory.zero.float_step"]
    assert "float_step" in one["title"]
    assert "np.ndarray" not in one["text"]
