"""Outputs, values and code come onto the page as they are."""

import base64
import html
import re

import pytest
from bs4 import BeautifulSoup

HEAD = "# %% [markdown]\n# # Page\n\n# %%\n"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA"
    "60e6kgAAAABJRU5ErkJggg=="
)


def soup(book, uri="page.html"):
    return BeautifulSoup(book.page(uri), "html.parser")


def code_of(page):
    return [block.get_text() for block in page.select(".language-python code")]


def test_code_is_shown_to_the_last_character(book):
    code = 'text = "a\tb"   \nif text:  \n\n\tprint(repr(text))'
    book.write("page.py", f"{HEAD}{code}\n\n# %%\n#| code-fold: Folded\n{code}\n")
    book.build()
    assert code_of(soup(book)) == [f"{code}\n"] * 2
    assert "'a\\tb'" in book.page("page.html")
    assert soup(book).select_one("details.code summary").get_text() == "Folded"


def test_output_is_shown_as_a_terminal_shows_it(book):
    code = (
        r'print("10%\r100%", "ab\bc", "\x1b[31mred\x1b[0m")' + '\nprint("<b>&amp;")\n'
    )
    book.write("page.py", HEAD + code)
    book.build()
    shown = soup(book).select_one("pre.output").get_text()
    assert shown == "100% ac red\n<b>&amp;"


def test_a_nul_is_refused_with_page_and_cell(book):
    book.write("page.py", HEAD + r'print("a\0b")' + "\n")
    assert "page.py, cell 2" in book.refusal()


def test_a_print_of_nothing_leaves_no_box(book):
    book.write("page.py", HEAD + 'print("")\n')
    book.build()
    assert not soup(book).select("pre.output")


def test_an_output_without_end_is_cut(book):
    book.write("page.py", HEAD + "for i in range(10**6):\n    print(i)\n")
    book.build()
    shown = soup(book).select_one("pre.output").get_text().splitlines()
    assert shown[999] == "999"
    assert shown[1000].startswith("… cut here: 1,000,000 lines")
    assert len(book.page("page.ipynb")) < 100_000


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("class A:\n    pass\nA()", "A object at 0x"),
        ("class A:\n    def _repr_html_(self):\n        return 1 / 0\nA()",
         "ZeroDivisionError"),
        ("import sys\nsys.stderr.write('careful')", "careful"),
        ("1 / 0", "ZeroDivisionError"),
        ("from IPython.display import publish_display_data as p\np({'text/html': 1})",
         "text/html"),
        ("from IPython.display import publish_display_data as p\n"
         "p({'application/x-odd': 'text'})", "application/x-odd"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_an_error_with_page_cell_and_cause(code, cause, book):
    book.write("page.py", f"{HEAD}#| echo: false\n{code}\n")
    message = book.refusal()
    assert "page.py, cell 2" in message
    assert cause in message


def test_an_image_is_shown_with_its_text_alternative(book):
    code = f"""#| fig-cap: One *pixel*.
#| fig-alt: A pixel.
import base64

class Pixel:
    def _repr_png_(self):
        return base64.b64decode("{PNG}")

    def __repr__(self):
        return "a pixel"

Pixel()
"""
    book.write("page.py", HEAD + code)
    book.build()
    image = soup(book).select_one("figure img")
    assert image["alt"] == "A pixel."
    assert image["src"].startswith("data:image/png;base64,iVBOR")
    assert soup(book).select_one("figcaption em").get_text() == "pixel"


def test_a_drawing_that_is_not_of_matplotlib_is_shown_as_an_image(book):
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="10" id="a"><path/></svg>'
    code = f"""#| fig-cap: A square.
#| fig-alt: A square.
from IPython.display import SVG

SVG('{drawing}')
"""
    book.write("page.py", HEAD + code)
    book.build()
    image = soup(book).select_one("figure img")
    assert image["alt"] == "A square."
    form, coded = image["src"].split(",")
    assert form == "data:image/svg+xml;base64"
    assert base64.b64decode(coded).decode() == drawing


TWO = """#| fig-cap: [The first., The second.]
#| fig-alt: [Up., Down.]
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
plt.plot([2, 1])
plt.show()
"""


def test_two_figures_of_a_cell_have_each_their_own(book):
    book.write("page.py", f"{HEAD}{TWO}\n# %%\n{TWO}")
    book.build()
    page = soup(book)
    figures = page.select("figure")
    assert [figure["id"] for figure in figures] == [f"figure-{n}" for n in (1, 2, 3, 4)]
    captions = [figure.figcaption.get_text().strip() for figure in figures]
    assert [text[:10] for text in captions] == ["The first.", "The second"] * 2
    assert [f.svg["aria-label"] for f in figures] == ["Up.", "Down."] * 2
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len({*ids})
    tables = [book.page(link["href"]) for link in page.select("figure .data a")]
    assert [table.splitlines()[1].split(",")[-1] for table in tables] == ["1", "2"] * 2
    for figure in figures:
        target = figure.select_one(".stage button")["popovertarget"]
        drawing = figure.select_one(f"#{target} use")["href"]
        assert figure.select_one(f".stage {drawing}")


@pytest.mark.parametrize(
    ("options", "shows", "words"),
    [
        ("fig-cap: A.\n#| fig-alt: A.", 0, ["0 figures", "1 fig-cap", "plt.show()"]),
        ("fig-cap: A.\n#| fig-alt: A.", 2, ["2 figures", "1 fig-cap"]),
        ("fig-cap: A.", 1, ["1 figures", "0 fig-alt"]),
        ("fig-alt: A.", 1, ["1 figures", "0 fig-cap"]),
    ],
)
def test_captions_and_figures_are_counted(options, shows, words, book):
    drawn = "plt.plot([1, 2])\nplt.show()\n" * shows
    code = f"#| {options}\nimport matplotlib.pyplot as plt\n\n{drawn}"
    book.write("page.py", HEAD + code)
    message = book.refusal()
    for word in ["page.py, cell 2", *words]:
        assert word in message


IMAGE = """#| fig-cap: An image.
#| fig-alt: An image.
import matplotlib.pyplot as plt

plt.imshow([[1, 2], [3, 4]])
plt.show()
"""


def test_a_figure_that_is_no_table_says_that_it_offers_none(book):
    book.write("page.py", HEAD + IMAGE)
    message = book.refusal()
    for word in ("page.py, cell 2", "AxesImage", "fig-data: false"):
        assert word in message
    book.write("page.py", f"{HEAD}#| fig-data: false\n{IMAGE}")
    book.build()
    assert soup(book).select("figure svg")
    assert not soup(book).select("figure .data")
    assert not [*book.site.rglob("*.csv")]


def test_values_are_text_wherever_they_stand(book):
    code = 'x, y = "1.", "*a* | <b> & `c` $d$ _e_ [f](g)"\n'
    table = "# | a | b |\n# |--|--|\n# | `=y` | 2 |\n"
    prose = f"# `=x` begins.\n#\n# In prose: `=y`.\n#\n{table}"
    book.write("page.py", f"{HEAD}{code}\n# %% [markdown]\n{prose}")
    book.build()
    page = soup(book)
    assert not page.select("article ol, article em, article b, article table a")
    for block in page.select(".highlight"):
        block.decompose()
    text = page.article.get_text()
    assert "1. begins." in text
    assert text.count("*a* | <b> & `c` $d$ _e_ [f](g)") == 2
    assert len(page.select("tbody td")) == 2


def test_values_are_those_of_their_place_on_the_page(book):
    cell, prose = "# %%\nx = {}\n\n", "# %% [markdown]\n# Now `=x`.\n\n"
    book.write("page.py", cell.format(1) + prose + cell.format(2) + prose)
    book.build()
    assert re.findall(r"Now (\d)\.", soup(book).article.get_text()) == ["1", "2"]


def test_every_expression_of_python_can_be_a_value(book):
    code = "d = {'a': 'A', 'b': 'B'}\n"
    prose = (
        "# `={x for x in [7]}`, `=d[\"a\"] + d['b']`, `=3.14159:.2f`, `=d['a']:>3`.\n"
    )
    book.write("page.py", f"{HEAD}{code}\n# %% [markdown]\n{prose}")
    book.build()
    assert "{7}, AB, 3.14,   A." in html.unescape(soup(book).article.get_text())


@pytest.mark.parametrize("expression", ["1/0", "nothing", 'print("x")', "None"])
def test_a_value_that_fails_is_an_error_with_page_and_expression(expression, book):
    book.write("page.py", f"{HEAD}x = 1\n\n# %% [markdown]\n# Is `={expression}`.\n")
    message = book.refusal()
    assert "page.py, cell 3" in message
    assert f"`={expression}`" in message
    assert "publish" not in message


def test_values_of_the_ledger_stand_on_both_kinds_of_page(book):
    prose = "The loss is `=published:clean.loss.1`."
    book.write("one.md", prose)
    book.write("other.py", f"# %% [markdown]\n# {prose}\n")
    book.build()
    for page in ("one.html", "other.html"):
        assert "The loss is 2.021600." in html.unescape(book.page(page))


def test_an_import_from_the_package_becomes_its_source(book):
    book.write("page.py", "# %%\nfrom gdbook.optimizers import SameOrder\n")
    book.build()
    (code,) = code_of(soup(book))
    lines = "import random", "def shuffled(", "class SameOrder("
    for line in lines:
        assert code.count(line) == 1
    assert "from gdbook" not in code
