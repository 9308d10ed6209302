# %% [markdown]
# # Which numbers were published, and do they come out?
#
# All `=published:count` numbers that the article printed, each beside the number that this
# build computed. They are compared as text: there is no tolerance.

# %%
#| echo: false
import platform

from IPython.display import Markdown

from gdbook.ledger import read_ledger
from gdbook.reproduce import reproduce
from gdbook.tables import ledger_tables

found = {}
for part in reproduce(read_ledger(), by_hand=True):
    found.update(part)
rows = [row for entry in found.values() for row in entry]
matched = sum(row.match for row in rows)
python = platform.python_version()

# %% [markdown]
# **`=matched` of `=len(rows)` match to their last printed digit.** Verified with torch
# `=version:torch` and NumPy `=version:numpy` on Python `=python`, on the CPU. Here the
# gradients come from the formulas; `python -m gdbook reproduce` does it the article's
# way, with autograd, and the tests hold the two against each other.
#
# Losses are printed as the article printed them, with six decimals; tensors as torch
# prints them.

# %%
#| echo: false
Markdown(ledger_tables(found))
