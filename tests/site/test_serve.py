"""`mkdocs serve` while somebody edits: it survives every mistake, and recovers."""

import re
import shutil

import pytest

from ..conftest import ROOT
from .server import Server

GOOD = "# %%\nx = {}\n\n# %% [markdown]\n# # Page\n#\n# Now `=x`.\n"
MISTAKES = {
    "a failing cell": "# %%\n1 / 0\n",
    "an unknown value": "# %% [markdown]\n# Is `=nothing`\n",
    "an unknown ledger name": "# %% [markdown]\n# Is `=published:nothing`\n",
    "a broken link": "# %% [markdown]\n# [x](missing.md)\n",
    "a broken anchor": "# %% [markdown]\n# [x](index.md#nowhere)\n",
    "a bad formula": "# %% [markdown]\n# $\\frac{1}$\n",
    "a caption without a figure": "# %%\n#| fig-cap: A.\n#| fig-alt: A.\nx = 1\n",
    "an unknown option": "# %%\n#| echo: flase\nx = 1\n",
}


@pytest.fixture
def serve(book):
    """Serves the book, and ends the server with the test."""
    started = []

    def start():
        started.append(Server(book.folder))
        started[0].wait_for("Serving on")
        return started[0]

    yield start
    for server in started:
        server.stop()


def test_serve_survives_every_mistake_and_recovers_when_it_is_corrected(serve, book):
    book.write("page.py", GOOD.format(0))
    server = serve()
    assert "Now 0." in server.page()
    for number, (mistake, text) in enumerate(MISTAKES.items(), 1):
        book.write("page.py", text)
        said = server.wait_for("An error happened during the rebuild")
        assert "page.py" in said, mistake
        book.write("page.py", GOOD.format(number))
        server.wait_for("Reloading browsers")
        assert f"Now {number}." in server.page(), mistake


def without_policy(page: str) -> str:
    """A page without the sources of scripts in its content security policy."""
    return re.sub(r"script-src [^;]*;", "", page, count=1)


def test_after_edits_serve_shows_what_a_build_from_nothing_writes(serve, book):
    server = serve()
    for formula in ("a", "b"):
        book.write("other.md", f"# Other\n\n${formula}^2$ at [home](index.md)\n")
        server.wait_for("Reloading browsers")
    book.remove_cache()
    book.build(site_url=f"http://{server.address}/")
    served = without_policy(server.page("other.html")).split('<script id="__config"')[0]
    # then comes a script of serve's, which the policy allows while serving
    assert without_policy(book.page("other.html")).startswith(served)
    assert "katex-html" in served
    index = "search/search_index.json"
    assert server.page(index) == book.page(index)


def test_a_code_edit_runs_that_page_only_and_a_prose_edit_none(serve, book):
    book.write("other.py", GOOD.format(7))
    book.write("page.py", GOOD.format(1))
    server = serve()
    book.write("page.py", GOOD.format(1).replace("Now", "Today"))
    assert "running" not in server.wait_for("Reloading browsers")
    assert "Today 1." in server.page()
    book.write("page.py", GOOD.format(2))
    said = server.wait_for("Reloading browsers")
    assert "running page.py" in said
    assert "running other.py" not in said


def test_serve_sees_a_change_in_the_package(serve, book):
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "gdbook", book.folder / "gdbook", ignore=ignore)
    settings = book.folder / "mkdocs.yml"
    text = settings.read_text().replace(f"{ROOT.as_posix()}/", "")
    settings.write_text(text + "watch: [gdbook]\n")
    extra = book.folder / "gdbook" / "extra.py"
    extra.write_text("NUMBER = 41\n")
    book.write("quotes.py", "# %%\nfrom gdbook.extra import NUMBER\n\nprint(NUMBER)\n")
    hidden = "# %%\n#| echo: false\nfrom gdbook.extra import NUMBER\n\n"
    book.write("page.py", hidden + "# %% [markdown]\n# # Page\n#\n# Is `=NUMBER`.\n")
    book.write("other.py", GOOD.format(7))
    server = serve()
    assert "Is 41." in server.page()
    extra.write_text("NUMBER = 42\n")
    said = server.wait_for("Reloading browsers")
    assert "Is 42." in server.page()
    assert ">42</pre>" in server.page("quotes.html")
    assert "running other.py" not in said
