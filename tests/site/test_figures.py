"""A figure is one drawing for both schemes, with its caption, alternative and data."""

import csv
import re

from bs4 import BeautifulSoup

FIGURE = """# %% [markdown]
# # A figure

# %%
#| fig-cap: Up it *goes*.
#| fig-alt: A rising line.
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([1, 2], [3, 0.1 + 0.2], label="falling")
ax.set(xlabel="x", ylabel="y")
plt.show()
"""


def test_a_figure_is_one_drawing_with_caption_and_alternative(book):
    book.write("page.py", FIGURE)
    book.build()
    page = BeautifulSoup(book.page("page.html"), "html.parser")
    (figure,) = page.select("figure")
    drawing, enlarged = figure.select("svg")
    assert drawing["aria-label"] == "A rising line."
    assert enlarged.use["href"] == f"#{drawing['id']}"
    assert figure.figcaption.em.get_text() == "goes"
    text = str(drawing)
    assert "var(--fig-c0" in text
    assert "#050500" not in text
    assert len(drawing.select("text")) > 5
    assert "font-family" not in text  # a figure is set in the font of its page


def test_a_figure_has_its_data_beside_the_page_and_not_in_the_notebook(book):
    book.write("page.py", FIGURE)
    book.build()
    page = BeautifulSoup(book.page("page.html"), "html.parser")
    link = page.select_one("figcaption .data a[download]")["href"]
    head, *rows = csv.reader(book.page(link).splitlines())
    assert head == ["panel", "series", "x", "y"]
    assert rows == [
        ["y over x", "falling", "1", "3.0"],
        ["y over x", "falling", "2", "0.30000000000000004"],
    ]
    assert "text/csv" not in book.page("page.ipynb")
    assert "image/svg+xml" in book.page("page.ipynb")


def test_a_thousand_markers_are_few_elements(book):
    dots = 'range(1000), range(1000), "."'
    text = FIGURE.replace("[1, 2], [3, 0.1 + 0.2]", f"{dots})\nax.plot({dots}")
    book.write("page.py", text)
    book.build()
    page = book.page("page.html")
    paths = re.findall(r'<path d="M([^"]*)" style="fill: none; marker: ', page)
    assert [len(points.split()) // 2 for points in paths] == [1000, 1000]
    assert page.count("<use") < 30  # the ticks, and the second view of the drawing


def test_formulas_carry_mathml_and_no_script_draws_them(book):
    book.write("page.md", "An inline $a^2$ and\n\n$$\n\\frac{1}{2}\n$$\n")
    book.build()
    page = BeautifulSoup(book.page("page.html"), "html.parser")
    assert len(page.select("math")) == len(page.select(".katex-html")) == 2
    scripts = [str(script.get("src", "")) for script in page.select("script")]
    assert [one for one in scripts if "katex" in one] == [
        "assets/katex/copy-tex.min.js"
    ]


def test_a_note_keeps_its_words_and_loses_its_margin_in_a_download(book):
    note = '<span class="margin">An *aside*, see [home](index.md).</span>'
    book.write("page.py", f"# %% [markdown]\n# Text. {note}\n\n# %%\nprint(1)\n")
    book.build()
    aside = '<span class="margin">An <em>aside</em>, see <a href="index.html">home</a>.'
    assert aside in book.page("page.html")
    assert "# Text. An *aside*, see home." in book.page("page.py")
