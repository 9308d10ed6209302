"""Random pages, for tests of the page language: parts that a page is made of.

`pages` have everything in any order and in the wrong place too; `running` ones can run.
"""

import json

from hypothesis import strategies as st

Strategy = st.SearchStrategy
Cells = list[tuple[str, str]]  # pairs of kind and source

ODD = "\0\1\2\3\b\x0b\x0c\r\x1b\x1c\x7f\x85\xa0é漢𝔘\u0301\u200b\u2028\u202e\ufeff\ud800"
PROSE = [
    "a", "word", " ", " ", "  ", "    ", "\n", "\n", "\n\n", "# ", "## ", "- ", "1. ",
    "> ", "---\n", "***", "+++", "===\n", "*", "**", "_", "`", "``", "```", "`` `a ``",
    "```python\n", "~~~", "$x^2$", "\n\n$$\nx\n$$\n\n", "$`=x`$", "\\(", "\\)",
    "\\*", "&", "&lt;", "&#0;", "<", ">", "<b>", "</b>", "<!-- a -->", "<br/>", "(",
    ")", "]", "`=x`", "`=x:.2f`", "`=f('a:b'):>4`", '`=d["a"]`', "`=published:clean.w`",
    "`=", "`=bench:table`", "`=version:mkdocs`", "[a](page.md)",
    "[a](https://a.example)", "[*a* `b`](#c)", "[a", "![a](a.svg)", "[^1]",
    "\n[^1]: a\n", "{: #a }", "{ .a }", "|", "\n\n| a | b |\n|--|--|\n| c | `=x` |\n\n",
    "\n/// details | A\n", "\n///\n", "%%", "\n<codecell>\n", "\nIn[3]:\n",
    "\n!!! a\n    a\n", '=== "A"\n', '<span class="margin">', "</span>", "coding: a",
    '\n<div markdown="1">\n', "\n</div>\n", "title: a\n", "*[a]: b\n", "\n: a\n",
]  # fmt: skip
BAD_PROSE = [
    "$", "$$", "\\", "\\frac{1}", "\\begin{align}", "\\nosuch", "\\text{", "\\[", "\\]",
    "`=`", "`=1 +`", "`=published:no`", "`=version:", "[a](http://[)", "[a](", "<!--",
    "<![", "<?", "</", "<a ", '<div data-wait="7"></div>', "![](a.svg)",
    "$\\href{a}{b}$", "---\ntitle: 1\n---\n", "---\ntitle: [\n---\n", "---\na",
]  # fmt: skip
CODE = [
    "x = 1", "x", "print('a', x)", "s = 'a\tb  '  ", "import math", "# a", "x;", "'é'",
    's = """a\n\n  # %% b\n\tc  """', "from gdbook.sgd import sgd", "", "del x", "\n\n",
    "from gdbook.optimizers import SameOrder  # a", "from gdbook.course import sgd",
    "if x:\n\ty = 1\n", "# %matplotlib inline\n# !ls", "@f\nclass A: ...",
    "y = 7 \\\n % 4", "def f(x):\n    return f'{x!r:>{9}}'", "'\\N{BULLET}'",
    "print('\'\'\n%%\n'\'\')", "# coding: latin-1",
    "from gdbook.data import (\n    shuffled)", "for _ in []: _",
]  # fmt: skip
BAD_CODE = [
    "from gdbook import sgd", "from . import a", "import gdbook.sgd", "display(x)",
    "'\\d'", "from gdbook.data import no_such", "#| echo: true", "%time", "!ls", "x?",
    "await x", "from __future__ import annotations", "-" * 9999 + "1", "return",
    "exit()", "(", "  x", "from gdbook.data import *",
    "x; from gdbook.data import shuffled",
]  # fmt: skip
OPTIONS = [
    "#| echo: false", "#| echo: true", "#| code-fold: true", "#| code-fold: A `b` <i>",
    "#| fig-data: false", "#| timeout: 9", "#|", "#| widget: gd-step lr=0.5",
]  # fmt: skip
BAD_OPTIONS = [
    "#| fig-cap: A `=x` $y$ [a](b.md).", "#| fig-alt: A.", "#| fig-cap: [A., B]",
    '#| fig-cap: "\\09\\0"', "#| fig-cap: |\n#|   A\n#|   B", "#| fig-alt: []",
    "#| fig-cap: !a b", "#| fig-cap: &a [*a]", "#| fig-alt: '", "#| widget: a b",
    "#| timeout: -1", "#| echo: 0", "#| no: 1", "#| a", "#| [", "#|fig-cap: \\",
    "#| ? a",
]  # fmt: skip


def joined(good: list, bad: list = (), most: int = 12) -> Strategy:
    """Some good parts in any order; one part in twenty is bad, or odd characters."""
    odd = st.text(st.sampled_from(ODD) | st.characters(), min_size=1, max_size=2)
    wrong = st.sampled_from(bad) | odd if bad else odd
    one = st.integers(0, 19).flatmap(lambda n: st.sampled_from(good) if n else wrong)
    return st.lists(one, max_size=most).map("".join)


def cells() -> Strategy:
    """Cells as pairs of kind and source."""
    option = st.sampled_from([f"{one}\n" for one in [*OPTIONS, *BAD_OPTIONS]])
    options = st.lists(option, min_size=1, max_size=2).map("".join)
    head = st.integers(0, 3).flatmap(lambda n: st.just("") if n else options)
    body = st.lists(joined(CODE, BAD_CODE, most=1), min_size=1, max_size=3)
    source = st.tuples(head, body.map("\n".join)).map("".join)
    prose = st.tuples(st.just("markdown"), joined(PROSE, BAD_PROSE))
    return st.lists(prose | st.tuples(st.just("code"), source), max_size=5)


def percent(cells: Cells) -> str:
    """Cells as a percent script."""
    text = ""
    for kind, source in cells:
        if kind == "markdown":
            prose = "".join(f"# {line}\n" for line in source.split("\n"))
            text += f"# %% [markdown]\n{prose}\n"
        else:
            text += f"# %%\n{source}\n\n"
    return text


def notebook(cells: Cells) -> str:
    """Cells as a notebook."""
    written = []
    for number, (kind, source) in enumerate(cells):
        cell = {"id": f"cell-{number}", "cell_type": kind, "metadata": {}}
        code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        written.append(cell | code | {"source": source})
    whole = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def pages() -> Strategy:
    """Names and bytes of pages: in order, and with everything in the wrong place."""
    marks = ["\n", "# %%\n", "\n# %%", "\n# %% [markdown]\n", ' tags=["a"]', " tags=3"]
    anything = joined([*PROSE, *CODE, *OPTIONS, *marks, '{"cells": [', '"source": '])
    prose = joined([part for part in PROSE if "`=" not in part], BAD_PROSE)
    page = st.one_of(
        st.tuples(st.just("page.py"), cells().map(percent)),
        st.tuples(st.just("page.ipynb"), cells().map(notebook)),
        st.tuples(st.just("page.md"), prose),
        st.tuples(st.sampled_from(["page.py", "page.ipynb", "page.md"]), anything),
    )
    end = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    start = st.sampled_from([b""] * 9 + [b"\xef\xbb\xbf", b"\xff"])
    return st.tuples(page, end, start).map(as_bytes)


def as_bytes(made: tuple[tuple[str, str], str, bytes]) -> tuple[str, bytes]:
    """A name and a text with its ends of lines and its first bytes, as a file."""
    (uri, text), end, start = made
    text = text.replace("\n", end).encode("utf-8", "surrogatepass")
    return uri, start + text


def outputs() -> Strategy:
    """What a kernel might send for a cell."""
    good = ["a", " ", "\n", "\n\n", "<b>", "&", "`=x`", "\r", "\b", "\x1b[1m", "# "]
    text = joined(good, ["<A at 0x7f00aa>", "$", "</div>"])
    stream = {"output_type": st.just("stream"), "text": text}
    stream |= {"name": st.sampled_from(["stdout"] * 9 + ["stderr"])}
    plain = st.fixed_dictionaries({"text/plain": text})
    html = st.fixed_dictionaries({"text/html": st.just("<b>a</b>")})
    forms = st.sampled_from(["text/markdown", "text/latex", "text/x"])
    data = st.tuples(plain, html | st.dictionaries(forms, text, max_size=1))
    shown = {"output_type": st.just("display_data"), "metadata": st.just({})}
    shown |= {"data": data.map(lambda two: two[0] | two[1])}
    each = st.fixed_dictionaries(stream) | st.fixed_dictionaries(shown)
    return st.lists(each, max_size=2)


def value() -> Strategy:
    """What the value of an expression might be."""
    good = ["1", "1.5", "-", "%", ",", "a", "*", "|", "<b>", "&", "`", "&", "]"]
    return joined(good, ["$", "\\", "None", "%% a"])


def result(text: str) -> dict:
    """A text as the output of an expression."""
    data = {"text/plain": repr(text)}
    return {"output_type": "execute_result", "metadata": {}, "data": data}


RUNS = [
    "x += 1", "#| code-fold: A `b`\nx", "x, (x,), 'a'", "[n * n for n in range(40)]",
    "{'b': x, 'a': {1.5: None}}", "{3, 1, 2}", "int", "f'{x!r:>{9}}' '\"'",
    "'a\\nb\\\\'", "1e-7", "None", "x == 3", "...",
    "[n for n in dir() if n[:2] != '__']",
    's = """a\tb  \n\n  # %% b\n\tc"""  \nprint(s)',
    "print('<b>&amp;</b>', '$x$', '`=x`')", "if x:\n\tprint('a')\n\n\tprint('b')",
    "for _ in range(2):\n    print(_)", "y = 7 \\\n% 4\ny",
    "class A:\n    def __repr__(self):\n        return f'{x}\\n</pre>'\n\n\nA()",
    "# a\n# !ls",
    "@staticmethod\ndef f(a=1):\n    return f'{a!r:>{9}}'\n\n\nprint(f('a'), f())",
    "from gdbook.data import shuffled  # a\n\nsorted(shuffled(x))",
    "from math import pi\n\nround(pi, 3)",
    "from gdbook.theory.basics import (\n    critical_lr,\n)\n\ncritical_lr(x)",
    "print('''a\n# %% [markdown]\nb''')",
]  # fmt: skip
SAYS = [
    "# A `=x` $x^2$", "A `=x:.2f`, $`=x`/3$ and `=published:clean.w`.",
    "- `=x`\n- b\n\n1. c", "| a | `=x` |\n|--|--|\n| $x$ | `` `a `` |",
    "/// details | A\nB `=x`.", "coding: a\n\n%% b",
    "<b>a</b> &amp; [b](../index.md){ .c } *d*\n\n$$\nx = `=x`\n$$",
    "> ```text\n> $x$ `=x`\n> ```",
]  # fmt: skip
HIDDEN = "#| echo: false\nhidden = !echo a\ndel hidden"  # it may use IPython
FIGURE = """#| fig-cap: A `=x` $x$ & [b](../index.md).
#| fig-alt: "A \\"b\\" <c>"
import matplotlib.pyplot as plt

plt.plot([x, 2], label="a")
plt.show()
x"""


def running() -> Strategy:
    """Cells that run, after one that binds x: all of RUNS, and some others."""
    letters = st.characters(exclude_categories=["C", "Zl", "Zp"])
    text = st.text(letters, max_size=9).filter(str.strip)
    said = text.map(lambda text: f"x\nprint({text!r})")
    code = st.tuples(st.just("code"), said | st.sampled_from([FIGURE, HIDDEN]))
    prose = st.lists(st.sampled_from(SAYS), min_size=1, max_size=3).map("\n\n".join)
    some = st.lists(
        code | st.tuples(st.just("markdown"), prose), min_size=4, max_size=9
    )
    runs = [("code", source) for source in RUNS]
    cells = some.flatmap(lambda some: st.permutations([*runs, *some]))
    return cells.map(lambda cells: [("code", "x = 3"), *cells])
