# %%
#| echo: false
import matplotlib.pyplot as plt
import numpy as np

from gdbook.experiments import clean_toy
from gdbook.figures.toys import descent_on_curve
from gdbook.ledger import read_ledger
from gdbook.reproduce import reproduce

rows = [
    row
    for part in reproduce(read_ledger(), by_hand=True)
    for comparisons in part.values()
    for row in comparisons
]
matched = sum(row.match for row in rows)
assert matched == len(rows), "the home page says that all of them match"
toy = clean_toy(by_hand=True)

# %% [markdown]
# # Gradient Descent to the Last Digit
#
# A short article runs a small experiment with gradient descent and prints
# `=published:count` numbers. This book runs it again, reproduces **`=matched` of
# `=len(rows)` to their last printed digit**, and proves what the article leaves open.
# You leave knowing four things: how the experiment works; why its loss is not zero;
# where its last digits come from; and why a step goes against the gradient, and how long
# it may be.
#
# [Start with the experiment](experiment/randomness.py){ .md-button .md-button--primary }
# [See the numbers](reference/ledger.py){ .md-button }

# %%
#| echo: false
#| widget: gd-replay experiment=clean step=8
#| fig-cap: Each computed loss equals the published one, and the steps end at w = 1.
#| fig-alt: A parabola of the mean loss over w with its lowest point at w equal to 1. Points of the descent start at the upper right and crowd together at the bottom.
path = toy.history.params[:30, 0].astype(float)
grid = np.linspace(0.6, 2.05, 200)
descent_on_curve(grid, 3.5 * (grid - 1) ** 2, path, 3.5 * (path - 1) ** 2)
plt.show()

# %% [markdown]
# ## The four parts
#
# **[1 · The experiment.](experiment/randomness.py)** A linear regression by mini-batch
# stochastic gradient descent, as in *Dive into Deep Learning*, section 3.2, one idea a
# page.
#
# **[2 · Why is the loss not zero?](zero/clean.py)** Four samples, one wrong label, a bias
# and a jump: the article's first question, tried on its own toys.
#
# **[3 · Why these numbers?](numbers/errors.py)** Where the published digits come from:
# which part is noise in the labels, which is a descent stopped early, and which is the
# order of the samples. For readers who know eigenvalues; part 4 does not need part 3.
#
# **[4 · Why minus the gradient?](why/minus.py)** The proof that the article leaves out,
# for readers with one year of calculus.
#
# Every number on these pages was computed when they were built, and every block of code
# runs as you copy it, in page order, in a Python with torch, NumPy, matplotlib and SymPy.
