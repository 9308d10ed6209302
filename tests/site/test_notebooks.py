"""mkdocs-jupyter's part, and ours: notebook pages run once and are published."""

import json
import re

import nbformat
import pytest
from jupytext import reads, writes

PAGE = """# %%
x = 5

# %% [markdown]
# # Page
#
# Five is `=x`.

# %%
print("out")
"""


@pytest.mark.parametrize("suffix", ["py", "ipynb"])
def test_a_notebook_page_runs_and_is_published(suffix, book):
    source = writes(reads(PAGE, "py:percent"), suffix if suffix == "ipynb" else "py")
    book.write(f"part/page.{suffix}", source)
    book.build()
    page = book.page("part/page.html")
    assert "Five is 5." in page
    assert '<pre class="output" tabindex="0">out</pre>' in page
    notebook = nbformat.reads(book.page("part/page.ipynb"), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2]
    assert code[1].outputs[0].text == "out\n"
    assert "x = 5" in book.page("part/page.py")
    links = re.findall(r'href="([^"]*)" download', page)
    assert links == ["page.ipynb", "page.py", "../notebooks.zip"]


def test_outputs_stored_in_a_notebook_are_not_published(book):
    notebook = reads(PAGE, "py:percent")
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="stale")]
    book.write("page.ipynb", writes(notebook, "ipynb"))
    book.build()
    assert "stale" not in book.page("page.html") + book.page("page.ipynb")


def test_the_published_notebook_is_the_page_with_its_values(book):
    book.write("page.py", PAGE)
    book.build()
    cells = json.loads(book.page("page.ipynb"))["cells"]
    assert "Five is 5." in cells[1]["source"]


def test_a_page_without_code_offers_no_downloads(book):
    book.write("page.py", "# %%\n#| echo: false\nx = 5\n\n# %% [markdown]\n# `=x`\n")
    book.build()
    assert " download" not in book.page("page.html")
    assert not (book.site / "page.py").exists()


def test_hidden_code_runs_but_is_neither_shown_nor_published(book):
    hidden = "# %%\n#| echo: false\nfrom gdbook import linear\n\nsecret = 7\n"
    shown = "\n# %% [markdown]\n# Seven is `=secret`.\n\n# %%\nprint('shown')\n"
    book.write("page.py", hidden + shown)
    book.build()
    assert "Seven is 7." in book.page("page.html")
    for file in ("page.html", "page.ipynb", "page.py"):
        assert "secret" not in book.page(file), file
