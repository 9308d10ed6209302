"""What the build makes of all pages: the zip of notebooks, the pictures of links."""

import time
import zipfile

import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_hex
from matplotlib.image import imread

CODE = "# %% [markdown]\n# # Page\n\n# %%\nprint('Ä 中')\n"
FIGURE = """# %% [markdown]
# # Is $1 < 2$ & "so"?

# %%
#| fig-cap: A bar.
#| fig-alt: The "bar" is `=1 + 1` < 3 high.
import matplotlib.pyplot as plt

plt.figure(figsize=(4, 2))
plt.fill_between([0, 1], [2, 2], label="bar")
plt.axis("off")
plt.show()
"""
ADDRESS = "https://example.org/book/"


def test_the_zip_holds_exactly_the_published_notebooks(book):
    book.write("index.md", "# Home\n\n[All](notebooks.zip)\n")
    book.write("b.py", CODE)
    book.write("part/c.py", CODE)
    book.write("hidden.py", "# %%\n#| echo: false\nx = 5\n\n# %% [markdown]\n# `=x`\n")
    book.build(strict=True)
    with zipfile.ZipFile(book.site / "notebooks.zip") as archive:
        assert archive.testzip() is None
        packed = {name: archive.read(name) for name in archive.namelist()}
    published = {n: data for n, data in book.files().items() if n.endswith(".ipynb")}
    assert packed == published
    assert list(packed) == ["b.ipynb", "part/c.ipynb"]
    for page, link in [("index", "notebooks.zip"), ("part/c", "../notebooks.zip")]:
        box = BeautifulSoup(book.page(f"{page}.html"), "html.parser").select_one(".run")
        assert box.select_one(f'a[href="{link}"][download]'), page


def test_the_zip_is_the_same_in_another_build_at_another_time(book, monkeypatch):
    book.write("page.py", CODE)
    book.write("part/page.py", CODE)
    book.build()
    first = (book.site / "notebooks.zip").read_bytes()
    later = time.localtime(2e9)
    monkeypatch.setattr("time.localtime", lambda *_: later)
    book.build()
    assert (book.site / "notebooks.zip").read_bytes() == first


def test_a_file_that_the_build_would_replace_is_named(book):
    book.write("page.py", CODE)
    book.write("notebooks.zip", b"mine")
    assert "notebooks.zip: the build makes a file of this name" in book.refusal()


def test_without_code_there_is_no_zip_and_no_link_to_one(book):
    book.build()
    assert not (book.site / "notebooks.zip").exists()
    assert "notebooks.zip" not in book.page("index.html")


def said(book, page: str) -> dict[str, str]:
    """What a page says to those who show a link to it."""
    metas = BeautifulSoup(book.page(page), "html.parser").select("meta")
    return {meta.get("property") or meta.get("name"): meta.get("content")
            for meta in metas}  # fmt: skip


@pytest.fixture
def published(book, monkeypatch):
    """A small book with an address."""
    monkeypatch.setenv("SITE_URL", ADDRESS)
    book.write("part/code.py", FIGURE)
    book.write("words.md", "# Words\n")
    return book


def test_a_page_with_a_figure_has_its_picture(published):
    published.build(strict=True)
    tags = said(published, "part/code.html")
    assert tags["og:title"] == 'Is 1 < 2 & "so"?'
    assert tags["og:image"] == f"{ADDRESS}assets/previews/part/code.png"
    assert tags["og:image:alt"] == 'The "bar" is 2 < 3 high.'
    assert tags["twitter:card"] == "summary_large_image"
    assert [tags["og:image:width"], tags["og:image:height"]] == ["1200", "630"]
    picture = imread(published.site / "assets/previews/part/code.png")
    assert picture.shape == (630, 1200, 4)
    # of the light scheme in docs/assets/book.css: paper, first colour, text
    colours = [to_hex(colour) for colour in (picture[5, 5], picture[400, 600])]
    assert colours == ["#ffffff", "#0b62b5"]
    title = picture[60:110, 60:400].reshape(-1, 4)
    assert "#1f2328" in map(to_hex, title)


def test_a_page_without_a_figure_has_the_picture_of_the_home_page(published):
    published.build()
    assert "og:image" not in said(published, "words.html")
    (published.folder / "docs" / "index.md").unlink()
    published.write("index.py", FIGURE)
    published.build()
    home = said(published, "index.html")
    assert home["og:image"] == f"{ADDRESS}assets/previews/index.png"
    words = said(published, "words.html")
    same = ("og:image", "og:image:alt", "twitter:card")
    assert [words[name] for name in same] == [home[name] for name in same]
    assert said(published, "part/code.html")["og:image"].endswith("part/code.png")


def test_without_an_address_there_are_no_pictures(published, monkeypatch):
    monkeypatch.delenv("SITE_URL")
    published.build()
    assert not [name for name in published.files() if "previews" in name]
    assert "og:image" not in said(published, "part/code.html")
