"""A mistake stops the build, and is named with its page and cell."""

import pytest

PROSE = "# %% [markdown]\n# "
FIGURE = "import matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()\n"


@pytest.mark.parametrize(
    ("uri", "text", "words"),
    [
        ("a.py", "# %%\nprint(1)\n\n# %%\n1 / 0\n", ["cell 2", "ZeroDivisionError"]),
        ("a.py", "# %%\nif\n", ["cell 1", "invalid syntax"]),
        ("a.py", "# %% [markdown]\n# Is `=nothing`\n", ["cell 1", "nothing"]),
        ("a.py", "# %% [markdown]\n# Is `=1 +`\n", ["cell 1", "1 +"]),
        ("a.py", "# %% [markdown]\n# `=published:x`\n", ["cell 1", "'x'"]),
        ("a.py", "# %% [markdown]\n# [x](index.md#nowhere)\n", ["#nowhere"]),
        ("a.py", f"# %%\n{FIGURE}", ["cell 1", "1 figures", "0 fig-cap"]),
        ("a.py", f"# %%\n#| fig-cap: A.\n{FIGURE}", ["cell 1", "0 fig-alt"]),
        ("a.py", "# %%\n#| color: red\nx = 1\n", ["cell 1", "color", "fig-cap"]),
        ("a.py", "# %%\n#| fig-cap: 3\nx = 1\n", ["cell 1", "fig-cap", "3"]),
        ("a.py", "# %%\nfrom gdbook.sgd import no_such\n", ["cell 1", "no_such"]),
        ("a.py", "# %%\nfrom gdbook.no import x\n", ["cell 1", "gdbook.no"]),
        ("a.py", "# %%\nimport gdbook.sgd\n", ["cell 1", "from gdbook"]),
        ("a.py", "# %%\nx = 5; from gdbook.data import shuffled\n", ["cell 1"]),
        ("a.py", "# %%\nawait x\n", ["cell 1", "await"]),
        ("a.py", "# %%\n#| widget: gd-none\n#| fig-cap: A.\n#| fig-alt: A.\n" + FIGURE,
         ["cell 1", "gd-none"]),
        ("a.md", "Is `=published:no.such`", ["no.such", "clean.loss.1"]),
        ("a.md", "Is `=version:no-such-package`", ["no-such-package"]),
        ("a.md", "Is `=x:.4f`", ["x:.4f"]),
        ("a.md", "[there](missing.md)", ["missing.md"]),
        ("a.md", "[there](index.md#nowhere)", ["#nowhere"]),
        ("a.md", "A formula $\\frac{1}$.", [r"\\frac{1}", "ParseError"]),
        ("a.md", "A formula $\\nosuch$.", ["nosuch"]),
        ("a.md", "![](x.png)", ["alternative"]),
        ("a.py", f"{PROSE}$x$\n\n{PROSE}> $$\n# > x\n# > \\nosuch\n# > $$\n",
         ["cell 2", "nosuch"]),
        ("a.py", f"# %%\nx = 1\n\n{PROSE}$\\nosuch_`=x`$\n", ["cell 2", "nosuch_1"]),
        ("a.py", f"{PROSE}![A.](x.png)\n\n{PROSE}![](y.png)\n", ["cell 2", "y.png"]),
        ("a.md", "[a](http://[)", ["Markdown cannot read it", "ValueError"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(uri, text, words, book):
    book.write("x.png", b"")
    book.write(uri, text)
    message = book.refusal()
    for word in [uri, *words]:
        assert word in message
    assert "gdbook/site" not in message
