# %% [markdown]
# # Gradient Descent to the Last Digit

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
# A short article trains a linear regression and four very small models by gradient descent.
# It prints `=published:count` numbers and leaves two questions open: why is the loss not
# zero, and why does a step go against the gradient? This book runs the experiments again,
# reproduces **`=matched` of `=len(rows)` numbers to their last printed digit**, and answers
# both questions.
#
# **For whom?** For readers of *Dive into Deep Learning* who know its chapter on linear
# regression, with mini-batch SGD and autograd, and one year of calculus.
#
# **In which order?** Each page builds on the one before it. Begin with
# [1 · The experiment](experiment/randomness.py). Then
# [2 · Why is the loss not zero?](zero/clean.py) and
# [3 · Why minus the gradient?](why/minus.py) answer the two questions.
# [4 · Where the digits come from](digits/errors.py) is for those who want to know more.
#
# **How to run it?** Install four packages with the command at the
# <a href="#run-it-yourself">end of this page</a>. Then copy the blocks of a page, in order,
# into a notebook. Or download the page: the links are at its end. Or download
# [all notebooks as one zip](notebooks.zip).
#
# [Start with the experiment](experiment/randomness.py){ .md-button .md-button--primary }
# [See the numbers](reference/ledger.py){ .md-button }
#
# ## An experiment to play with
#
# Four samples lie on the line $y = x$, and the model $\hat y = xw$ starts at $w = 2$. Which
# of the first steps do not change the loss? Press *Play*, or move the slider one step at a
# time. The table below the curve shows each loss as this page computes it, beside the loss
# that the article printed.

# %%
#| echo: false
#| widget: gd-replay experiment=clean step=0
#| fig-cap: The first 29 losses print as the article printed them. A step on the sample with $x = 0$ does not change the loss.
#| fig-alt: A parabola of the mean loss over w with its minimum at w equal to 1. Points of the descent begin at the upper right, at w equal to 2, and approach the minimum.
path = toy.history.params[:30, 0].astype(float)
grid = np.linspace(0.6, 2.05, 200)
descent_on_curve(grid, 3.5 * (grid - 1) ** 2, path, 3.5 * (path - 1) ** 2)
plt.show()

# %%
#| echo: false
drawn = [toy.features[toy.history.drawn(step)[0]].item() for step in range(1, 30)]
unchanged = [path[step] == path[step - 1] for step in range(1, 30)]
assert [x == 0 for x in drawn] == unchanged

# %% [markdown]
# ## What the four parts teach
#
# 1. [The experiment](experiment/randomness.py): how a linear regression is trained by
#    mini-batch stochastic gradient descent, down to the last digit that it prints. Data,
#    model, loss, one step, and the whole training, one idea a page.
# 2. [Why is the loss not zero?](zero/clean.py) Clean data, a wrong label, a bias and a
#    non-linearity: the four small models. [The answer](zero/answer.py) says how large each
#    cause is.
# 3. [Why minus the gradient?](why/minus.py) The proof that the article leaves out: Taylor's
#    formula, the steepest direction, and how long a step may be.
# 4. [Where the digits come from](digits/errors.py): label noise, rounding, the order of the
#    samples, and the seed that drew it. This part uses eigenvalues and some statistics.
#
# [Notation](reference/notation.md) explains the symbols and terms, with the terms in Chinese.
# Every number on these pages was computed when the pages were built. Every block of code
# runs as you copy it, in the order of the page.
