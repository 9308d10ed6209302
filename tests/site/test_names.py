"""Names, encodings and addresses that people have."""

import json
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

CODE = "# %% [markdown]\n# # Page\n\n# %%\nprint('Ä 中')\n"
FIGURE = """
# %%
#| fig-cap: A line.
#| fig-alt: A line.
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
"""


def test_a_byte_order_mark_is_accepted(book):
    book.write("page.py", b"\xef\xbb\xbf" + CODE.encode())
    book.write("text.md", b"\xef\xbb\xbf# Text\n")
    book.build()
    assert "<h1" in book.page("page.html")
    assert "Ä 中" in book.page("page.html")
    assert "\ufeff" not in book.page("page.py") + book.page("page.html")


@pytest.mark.parametrize("uri", ["page.py", "page.ipynb", "page.md"])
def test_a_page_that_is_not_utf8_is_an_error_that_names_it(uri, book):
    book.write(uri, CODE.encode("utf-16"))
    assert uri in book.refusal()


@pytest.mark.parametrize("directories", [True, False])
@pytest.mark.parametrize("name", ["page", "a#b", "what?", "50%", "ein Blatt", "中文"])
def test_downloads_are_found_whatever_the_page_is_called(name, directories, book):
    include = ["*.py", "*.ipynb"]
    notebooks = {"include": include, "include_source": True, "cache": False}
    plugins = {"search": {}, "mkdocs-jupyter": notebooks}  # without the offline plugin
    book.settings(use_directory_urls=directories, plugins=plugins)
    book.write(f"part/{name}.py", CODE + FIGURE)
    book.build()
    (path,) = (p for p in (book.site / "part").rglob("*.html"))
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    links = [str(link["href"]) for link in page.select("a[download]")]
    assert len(links) == 4
    for link in links:
        parts = urlsplit(link)
        assert not parts.query
        assert not parts.fragment
        assert (path.parent / unquote(parts.path)).is_file(), link


def test_a_credits_page_that_is_missing_is_named(book):
    book.settings(extra={"credits": "reference/article.md"})
    assert "reference/article.md" in book.refusal()
    book.write("reference/article.md", "# Article\n")
    book.build()
    page = BeautifulSoup(book.page("reference/article.html"), "html.parser")
    assert page.select_one(".credit a")["href"] in ("article.html", "./article.html")


def test_two_headings_in_han_have_ids_of_their_own(book):
    book.write("page.md", "# Page\n\n## 梯度下降\n\n## 学习率\n")
    book.build()
    page = BeautifulSoup(book.page("page.html"), "html.parser")
    assert [h["id"] for h in page.select("h2")] == ["梯度下降", "学习率"]


def test_a_formula_in_a_title_is_readable_everywhere(book):
    nav = [{"Home": "index.md"}, {"Why $\\eta$": "page.md"}, {"$x^2$": ["other.md"]}]
    book.settings(nav=nav)
    book.write("page.md", "# Page\n")
    book.write("other.md", "---\ntitle: Is $\\lambda_1$ large?\n---\n\n# Other\n")
    book.build()
    for uri, title in (("page.html", "Why η"), ("other.html", "Is λ₁ large?")):
        page = BeautifulSoup(book.page(uri), "html.parser")
        assert page.title.get_text().startswith(title)
        menu = page.select_one(".md-nav--primary").get_text()
        assert all(name in menu for name in ("Why η", "Is λ₁ large?", "x²"))
        assert "$" not in page.get_text()
    for bad in ({"nav": [{"$\\no$": "index.md"}, "page.md", "other.md"]}, {}):
        book.settings(**bad)
        book.write("page.md", "---\ntitle: $\\no$\n---\n")
        place = "mkdocs.yml: nav: '" if bad else "page.md: title: "
        assert place in book.refusal()


def test_a_formula_in_a_heading_is_readable_everywhere(book):
    text = "# What is $\\eta$?\n\n## Why $\\frac{1}{2}$\n"
    book.write(
        "page.py",
        "".join(
            f"# {x}\n".replace("# \n", "#\n")
            for x in ["%% [markdown]", *text.splitlines()]
        ),
    )
    book.write("other.md", text)
    book.build()
    for uri in ("page.html", "other.html"):
        page = BeautifulSoup(book.page(uri), "html.parser")
        assert page.title.get_text().startswith("What is η?")
        menu = page.select_one(".md-nav--primary").get_text()
        assert "What is η?" in menu
        assert "Why 1/2" in page.select_one(".md-nav--secondary").get_text()
        assert r"\(" not in page.get_text()
        assert page.h1.select(".katex-html")
    found = json.loads(book.page("search/search_index.json"))["docs"]
    titles = {entry["title"] for entry in found}
    assert {"What is η?", "Why 1/2"} <= titles
    assert not any(r"\(" in title for title in titles)
