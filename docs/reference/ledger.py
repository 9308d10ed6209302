# %% [markdown]
# # Which numbers were published, and do they come out?
#
# The article printed `=published:count` numbers. Each stands here beside the number that
# this build computed. The two are compared as text, so there is no tolerance.

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
# **`=matched` of `=len(rows)` numbers are equal to their last printed digit.** This build
# ran on the CPU, with torch `=version:torch`, NumPy `=version:numpy` and Python `=python`.
#
# Losses are printed as the article printed them, with six decimals. Tensors are printed by
# torch. Here the gradients are computed by formulas. In a copy of the book's sources, the command
#
#     python -m gdbook reproduce
#
# computes them with autograd, as the article did, and compares all numbers again. With
# `--only` it takes an identifier from the last column: `--only clean.w` checks one number.
#
# ## Where were they verified?
#
# `make platforms` computes the numbers on the machine on which it runs, and keeps the rows of
# other machines. Each row counts the numbers that come out as published. By formula,
# all `=published:count` numbers are compared. By autograd, those of the three
# experiments with 300 epochs are compared. The *capability* is the set of vector
# instructions that torch uses on the CPU. Other instructions and other numbers of
# threads can add in another order, and so round differently.
#
# `=bench:platforms`

# %%
#| echo: false
pages = {
    "regression": "## Linear regression\n\nRun on [Training](../experiment/train.py).",
    "clean": "## Clean data\n\nRun on [Clean data](../zero/clean.py).",
    "wrong_label": "## A wrong label\n\nRun on [A wrong label](../zero/wrong-label.py).",
    "bias": "## A bias\n\nRun on [A bias](../zero/bias.py).",
    "non_linearity": "## A non-linearity\n\n"
    "Run on [A non-linearity](../zero/non-linearity.py).",
}
assert {*pages} == {entry.experiment for entry in read_ledger()}
Markdown(ledger_tables(found, pages))
