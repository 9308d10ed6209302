"""REPOSITORY links each page to its source, and pages with code to Colab."""

import re

PAGE = "# %% [markdown]\n# # Code\n\n# %%\n1 + 1\n"


def links(text: str) -> list[str]:
    """The addresses at other hosts that a page links."""
    return re.findall(r'href="(https://(?:github|colab)[^"]*)"', text)


def test_a_repository_is_linked_from_every_page(book, monkeypatch):
    monkeypatch.setenv("REPOSITORY", "edith/editor")
    book.write("part/code.py", PAGE)
    book.write("words.md", "# Words\n")
    book.build()
    home = "https://github.com/edith/editor"
    assert links(book.page("words.html")) == [
        f"{home}/blob/main/docs/words.md",
        f"{home}/edit/main/docs/words.md",
    ]
    assert links(book.page("part/code.html")) == [
        f"{home}/blob/main/docs/part/code.py",
        f"{home}/edit/main/docs/part/code.py",
        "https://colab.research.google.com/github/edith/editor"
        "/blob/gh-pages/part/code.ipynb",
    ]
    assert (book.site / "part" / "code.ipynb").exists()
    assert 'data-md-component="source"' not in book.page("words.html")
    assert links(book.page("404.html")) == []


def test_without_a_repository_no_page_links_one(book, monkeypatch):
    monkeypatch.delenv("REPOSITORY", raising=False)
    book.write("code.py", PAGE)
    book.build()
    assert links(book.page("code.html")) == []
    assert links(book.page("index.html")) == []
