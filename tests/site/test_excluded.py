"""What MkDocs leaves out is not run."""

import pytest

FAILS = "# %%\nraise RuntimeError('this page must not run')\n"


def test_pages_that_mkdocs_excludes_do_not_run(book):
    book.settings(exclude_docs="drafts/\n")
    book.write(".ipynb_checkpoints/page-checkpoint.py", FAILS)
    book.write("drafts/page.py", FAILS)
    (book.folder / "docs" / ".#page.py").symlink_to("nowhere")
    book.build()
    assert not [*book.site.rglob("*checkpoint*"), *book.site.rglob("page.*")]


def test_a_draft_does_not_run_in_a_build(book):
    book.settings(draft_docs="page.py\n")
    book.write("page.py", FAILS)
    book.build()
    assert not (book.site / "page.html").exists()


def test_a_page_that_is_not_excluded_runs(book):
    book.write("page.py", FAILS)
    assert "this page must not run" in book.refusal()


def test_a_link_that_leads_nowhere_is_an_error_that_names_it(book):
    (book.folder / "docs" / "page.py").symlink_to("nowhere")
    assert "page.py" in book.refusal()


@pytest.mark.parametrize(
    ("one", "other"), [("p.py", "p.md"), ("p.py", "p.ipynb"), ("a/p.md", "a/p.ipynb")]
)
def test_two_pages_at_one_address_are_an_error_that_names_both(one, other, book):
    texts = {".py": "# %%\nx = 1\n", ".md": "# P\n"}
    notebook = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    for uri in (one, other):
        book.write(uri, texts.get(uri[uri.rindex(".") :], notebook))
    message = book.refusal()
    assert one in message
    assert other in message


def test_a_download_does_not_overwrite_a_file_of_the_book(book):
    figure = (
        "#| fig-cap: A line.\n#| fig-alt: A line.\nimport matplotlib.pyplot as plt\n"
    )
    book.write("page.py", f"# %%\n{figure}\nplt.plot([1, 2])\nplt.show()\n")
    book.write("page-figure-1.csv", "mine")
    message = book.refusal()
    assert "page.py" in message
    assert "page-figure-1.csv" in message
