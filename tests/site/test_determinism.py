"""The same sources give the same bytes, wherever and by whomever they are built."""

from ..determinism import differing

PAGE = """# %% [markdown]
# # Page with $x^2$

# %%
import locale
import os
import time

values = [0.1] * 7
1
len([name for name in dir() if name == "mine"])

# %% [markdown]
# The sum is `=sum(values):.17g`, and the time zone is `=time.tzname[0]`.

# %%
print(list({"a", "b", "c", "d", "e"}), time.strftime("%H", time.localtime(0)))
print(locale.setlocale(locale.LC_ALL, ""), os.listdir("."), os.listdir(".."))

# %%
#| fig-cap: A line up to `=max(values)`.
#| fig-alt: A rising line.
import matplotlib.pyplot as plt

plt.plot(values, [n**2 for n in range(7)], label="$n^2$")
plt.legend()
plt.show()
"""


def test_two_builds_from_nothing_give_the_same_bytes(book, tmp_path_factory):
    book.write("part/page.py", PAGE)
    book.write("words.md", "# Words\n\n$a^2$ and `=published:clean.w`.\n")
    assert differing(book.folder, tmp_path_factory.mktemp("builds")) == []


def test_a_page_that_differs_from_build_to_build_is_found(book, tmp_path_factory):
    book.write("page.py", "# %%\nimport time\n\nprint(time.time_ns())\n")
    found = differing(book.folder, tmp_path_factory.mktemp("builds"))
    assert found == ["notebooks.zip", "page.html", "page.ipynb"]
