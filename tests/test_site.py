"""The build: what it makes of a page, and what it refuses."""

import csv
import json
import re

import nbformat
import pytest

from .conftest import ROOT

FIGURE = """# %% [markdown]
# # A figure

# %%
{options}import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([1, 2], [3, 0.1 + 0.2], label="falling")
ax.set(xlabel="x", ylabel="y")
plt.show()
"""


def test_values_in_prose_come_from_the_kernel(book):
    book.write(
        "page.py", "# %%\nx = 1 / 3\n\n# %% [markdown]\n# A third is `=x:.4f`.\n"
    )
    book.build()
    assert "A third is 0.3333." in book.page("page.html")


def test_values_are_those_of_their_place_on_the_page(book):
    cell, prose = "# %%\nx = {}\n\n", "# %% [markdown]\n# Now `=x`.\n\n"
    book.write("page.py", cell.format(1) + prose + cell.format(2) + prose)
    book.build()
    assert re.findall(r"Now (\d)\.", book.page("page.html")) == ["1", "2"]


def test_published_values_stand_on_both_kinds_of_page(book):
    prose = "The loss is `=published:clean.loss.1`."
    book.write("one.md", prose)
    book.write("other.py", f"# %% [markdown]\n# {prose}\n")
    book.build()
    for page in ("one.html", "other.html"):
        assert "The loss is 2.021600." in book.page(page)


def test_an_import_from_the_package_becomes_its_source(book):
    book.write("page.py", "# %%\nfrom gdbook.data import data_iter\n")
    book.build()
    code = re.sub("<[^>]*>", "", book.page("page.html"))
    for line in (
        "import random",
        "def shuffled(",
        "def minibatches(",
        "def data_iter(",
    ):
        assert code.count(line) == 1
    assert "from gdbook" not in code


def test_what_a_page_has_shown_it_does_not_show_again(book):
    cell = "# %%\nfrom gdbook.data import {}\n\n"
    book.write("page.py", cell.format("shuffled") + cell.format("data_iter"))
    book.build()
    code = re.sub("<[^>]*>", "", book.page("page.html"))
    assert code.count("def shuffled(") == 1


def test_a_figure_is_one_drawing_for_both_schemes_with_caption_and_alternative(book):
    options = "#| fig-cap: Up it *goes*.\n#| fig-alt: A rising line.\n"
    book.write("page.py", FIGURE.format(options=options))
    book.build()
    page = book.page("page.html")
    assert len(re.findall(r"<figure.*?<svg viewBox.*?</figure>", page, re.S)) == 1
    (drawing,) = re.findall(r'<svg viewBox="[^"]*" id="([^"]*)" role="img"', page)
    assert page.count(f'<use href="#{drawing}"/>') == 1
    assert 'aria-label="A rising line."' in page
    assert re.search(r"Up it <em>goes</em>\. <span.*</span></figcaption>", page)
    assert "var(--fig-c0" in page
    assert "#050500" not in page
    assert page.count("<text") > 5
    assert "font-family" not in page  # a figure speaks in the voice of its page


def test_a_thousand_dots_are_one_path_and_all_of_them_are_there(book):
    options = "#| fig-cap: A cloud.\n#| fig-alt: A cloud.\n"
    dots = 'range(1000), range(1000), "."'
    cloud = FIGURE.replace("[1, 2], [3, 0.1 + 0.2]", f"{dots})\nax.plot({dots}")
    book.write("page.py", cloud.format(options=options))
    book.build()
    page = book.page("page.html")
    lines = re.findall(r'<path d="([^"]*)"[^>]*stroke-linecap: round', page)
    counts = [len(re.findall(r"M[\d.]+ [\d.]+h0", dots)) for dots in lines]
    assert counts == [1000, 1000]  # the second line uses the disc of the first
    assert page.count("<use") < 30  # the ticks, and the second view of the drawing


def test_a_figure_has_its_data_beside_the_page_and_not_in_the_notebook(book):
    options = "#| fig-cap: Down it goes.\n#| fig-alt: A falling line.\n"
    book.write("page.py", FIGURE.format(options=options))
    book.build()
    (link,) = re.findall(
        r'class="data"><a href="([^"]*)" download', book.page("page.html")
    )
    head, *rows = csv.reader(book.page(link).splitlines())
    assert head == ["panel", "series", "x", "y"]
    assert rows == [
        ["y over x", "falling", "1", "3.0"],
        ["y over x", "falling", "2", "0.30000000000000004"],
    ]
    assert "text/csv" not in book.page("page.ipynb")


def test_a_table_of_something_else_is_no_figure_data(book):
    book.write("page.py", "# %%\nclass Thing:\n    pass\n\n\nThing()\n")
    book.build()
    assert not [*(book.folder / "site").rglob("*.csv")]


def test_formulas_carry_mathml_and_no_script(book):
    book.write("page.md", "An inline $a^2$ and\n\n$$\n\\frac{1}{2}\n$$\n")
    book.build()
    page = book.page("page.html")
    assert page.count("<math>") + page.count("<math ") == 2
    assert page.count('class="katex-html"') == 2
    assert not re.search(r"<script[^>]*katex", page)


def test_hidden_code_runs_but_is_neither_shown_nor_downloaded(book):
    hidden = "# %%\n#| echo: false\nfrom gdbook import linear\n\nsecret = 7\n"
    shown = "\n# %% [markdown]\n# Seven is `=secret`.\n\n# %%\nprint('shown')\n"
    book.write("page.py", hidden + shown)
    book.build()
    page = book.page("page.html")
    assert "Seven is 7." in page
    for text in (page, book.page("page.ipynb"), book.page("page.py")):
        assert "secret" not in text


def test_cells_in_another_language_wait_for_their_own_build(book):
    other = '# %% [markdown] tags=["zh"]\n# 中文\n\n'
    book.write("page.py", other + "# %% [markdown]\n# English\n")
    book.build()
    assert "中文" not in book.page("page.html")
    assert "English" in book.page("page.html")


def test_downloads_are_valid_and_numbered_in_order(book):
    book.write("page.py", "# %% [markdown]\n# Hello\n\n# %%\nprint(1)\n\n# %%\n1 + 1\n")
    book.build()
    notebook = nbformat.reads(book.page("page.ipynb"), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2]
    assert code[0].outputs[0].text == "1\n"
    assert "print(1)" in book.page("page.py")


def test_a_note_keeps_its_words_and_loses_its_margin_when_taken_away(book):
    note = '<span class="margin">An *aside*, see [home](index.md).</span>'
    book.write("page.py", f"# %% [markdown]\n# Text. {note}\n\n# %%\nprint(1)\n")
    book.build()
    aside = '<span class="margin">An <em>aside</em>, see <a href="index.html">home</a>.'
    assert aside in book.page("page.html")
    assert "# Text. An *aside*, see home." in book.page("page.py")


@pytest.mark.parametrize(
    ("uri", "text", "words"),
    [
        (
            "a.py",
            "# %%\nprint(1)\n\n# %%\n1 / 0\n",
            ["a.py, cell 2", "ZeroDivisionError"],
        ),
        ("a.py", "# %%\nif\n", ["a.py, cell 1", "invalid syntax"]),
        ("a.py", "# %% [markdown]\n# Is `=nothing`\n", ["a.py, cell 1", "nothing"]),
        ("a.py", "# %% [markdown]\n# Is `=1 +`\n", ["a.py, cell 1", "1 +"]),
        ("a.md", "Is `=published:no.such`", ["a.md", "no.such", "clean.loss.1"]),
        ("a.py", "# %% [markdown]\n# `=published:x`\n", ["a.py, cell 1", "'x'"]),
        ("a.md", "Is `=version:no-such-package`", ["a.md", "no-such-package"]),
        ("a.md", "Is `=x:.4f`", ["a.md", "x:.4f", "kernel"]),
        ("a.md", "[there](missing.md)", ["a.md", "missing.md"]),
        ("a.md", "[there](index.md#nowhere)", ["a.md", "#nowhere"]),
        ("a.py", "# %% [markdown]\n# [x](index.md#nowhere)\n", ["a.py", "#nowhere"]),
        ("a.md", "A formula $\\frac{1}$.", ["a.md", "\\\\frac{1}", "ParseError"]),
        ("a.md", "A formula $\\nosuch$.", ["a.md", "nosuch"]),
        ("a.md", "![](assets/x.png)", ["a.md", "alternative"]),
        (
            "a.py",
            FIGURE.format(options=""),
            ["a.py, cell 2", "no fig-cap and no fig-alt"],
        ),
        (
            "a.py",
            FIGURE.format(options="#| fig-cap: Up.\n"),
            ["a.py, cell 2", "has no fig-alt"],
        ),
        ("a.py", "# %%\n#| color: red\nx = 1\n", ["a.py, cell 1", "color", "fig-cap"]),
        ("a.py", "# %%\nfrom gdbook.sgd import no_such\n", ["a.py, cell 1", "no_such"]),
        ("a.py", "# %%\nfrom gdbook.no import x\n", ["a.py, cell 1", "gdbook.no"]),
        ("a.py", "# %%\nimport gdbook.sgd\n", ["a.py, cell 1", "wanted `from gdbook"]),
        (
            "a.py",
            "# %%\nimport sys\n\nsys.stderr.write('careful')\n",
            ["a.py, cell 1", "careful"],
        ),
    ],
    ids=lambda value: None if isinstance(value, list) else value.replace("\n", " "),
)
def test_a_mistake_stops_the_build_and_is_named_with_its_place(
    uri, text, words, refuses, book
):
    (book.folder / "docs" / "assets" / "x.png").write_bytes(b"")
    refuses(uri, text, *words)


IMPORT = "# %%\n#| echo: false\nfrom gdbook.extra import NUMBER\n\n"
IMPORTING = IMPORT + "# %% [markdown]\n# Is `=NUMBER`.\n"
QUOTING = "# %%\nfrom gdbook.extra import NUMBER\n\nprint(NUMBER)\n"


@pytest.mark.parametrize("page", [IMPORTING, QUOTING], ids=["imports", "quotes"])
def test_a_change_in_the_package_leaves_no_stale_number(page, book):
    extra = book.folder / "gdbook" / "extra.py"
    deep = book.folder / "gdbook" / "deep.py"
    deep.write_text("VALUE = 111\n")
    extra.write_text("from gdbook.deep import VALUE\n\nNUMBER = VALUE + 1\n")
    book.write("page.py", page)
    book.write("bystander.py", "# %%\nprint('untouched')\n")
    book.build()
    assert "112" in book.page("page.html")
    deep.write_text("VALUE = 221\n")
    said = book.build()
    assert "222" in book.page("page.html")
    assert "112" not in book.page("page.html")
    assert "ran page.py" in said
    assert "ran bystander.py" not in said


def test_prose_is_edited_without_running_and_code_runs_one_page(book):
    page = "# %%\nprint('{}')\n\n# %% [markdown]\n# {}\n"
    book.write("one.py", page.format("code", "Before."))
    book.write("other.py", page.format("else", "Bystander."))
    assert book.build().count("INFO    -  ran ") == 2
    book.write("one.py", page.format("code", "After."))
    assert "INFO    -  ran " not in book.build()
    assert "After." in book.page("one.html")
    found = book.page("search/search_index.json")
    assert [text in found for text in ("After.", "Bystander.")] == [True, True]
    assert "Before." not in found
    book.write("one.py", page.format("new code", "After."))
    said = book.build()
    assert "ran one.py" in said
    assert "ran other.py" not in said
    assert "new code" in book.page("one.html")


def test_a_value_newly_asked_for_runs_the_page(book):
    page = "# %%\nx = 5\n\n# %% [markdown]\n# Now {}.\n"
    book.write("one.py", page.format("`=x`"))
    book.build()
    book.write("one.py", page.format("`=x + 1`"))
    book.build()
    assert "Now 6." in book.page("one.html")


def test_builds_from_nothing_and_from_what_was_remembered_are_the_same_bytes(book):
    options = "#| fig-cap: It is `=2 + 2`.\n#| fig-alt: A rising line.\n"
    book.write(
        "page.py", FIGURE.format(options=options) + "\n# %%\nprint({1, 2, 'a'})\n"
    )
    book.write("formula.md", "$a^2$ and `=published:clean.w`")
    built = []
    for forget in (False, True, False):
        book.build()
        files = (path for path in (book.folder / "site").rglob("*") if path.is_file())
        built.append({p.name: p.read_bytes() for p in files if "sitemap" not in p.name})
        for remembered in (book.folder / ".cache").rglob("*.json"):
            if forget:
                remembered.unlink()
    from_nothing, remembered, from_nothing_again = built
    assert from_nothing == remembered == from_nothing_again
    assert len(from_nothing) > 10


def test_the_bench_table_is_that_of_the_last_run(site):
    table = json.loads((ROOT / "tests" / "bench.json").read_text("utf-8"))["table"]
    page = (site / "reference" / "build.html").read_text("utf-8")
    first_row = table.splitlines()[2].strip("| ").split(" | ")
    for cell in first_row:
        assert cell in page
