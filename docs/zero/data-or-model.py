# %% [markdown]
# # Is the data wrong, or the model?
#
# At the end of this page you know why four samples cannot answer the article's closing
# question, and what would.

# %%
import matplotlib.pyplot as plt
import numpy as np

x = np.array([0, 1, 2, 3])
y = np.array([0, 1, 2, 3.1])
lift = y[3] - 3

# %% [markdown]
# ## Two stories, one data set
#
# The *wrong label* story: the truth is $y = x$, and somebody wrote `=y[3]` for 3. The
# *wrong model* story: the truth is $y = x$ below 3 and $y = x + `=lift:.1f`$ from there on,
# and every label is right. (At $w = 1$ the prediction is $x$, so the article's jump at
# $\hat y = 3$ is a jump at $x = 3$.)


# %%
def line(x: np.ndarray) -> np.ndarray:
    """The truth if the label is wrong."""
    return x


def lifted_line(x: np.ndarray) -> np.ndarray:
    """The truth if the model is wrong."""
    return np.where(x >= 3, x + lift, x)


print("line:        errors", y - line(x))
print("lifted line: errors", y - lifted_line(x))

# %% [markdown]
# The lifted line has no error at all. That is no evidence for it: it has a jump whose
# place and height were chosen after looking at the one sample that did not fit. With
# one such jump for each sample, every data set has the loss zero.

# %%
#| code-fold: Code of the figure
#| fig-cap: The two stories are the same below 3 and differ by `=lift:.1f` from 3 on. Only one of the four samples lies there.
#| fig-alt: Two lines over x from 0 to 5. They coincide up to x equal to 3, then one runs a tenth above the other. Four samples lie on the lower line, the last one on the upper.
from gdbook.figures.selection import two_models

grid = np.linspace(0, 5, 501)
two_models(grid, line(grid), lifted_line(grid), np.column_stack([x, y]))
plt.show()

# %% [markdown]
# ## What would decide
#
# Where two stories predict the same, no measurement can part them. Below 3 they agree
# everywhere. So measure at 3 or above, where they differ by `=lift:.1f`.

# %%
for point in [2.5, 3.0, 4.0]:
    print(f"x = {point}: line {line(point):.1f}, lifted line {lifted_line(point):.1f}")

# %% [markdown]
# One fresh label at $x = 4$ decides it, if labels are as exact as these. With noise of
# the size of the lift it takes several; [how many](../numbers/model-or-data.py) can be
# computed. And the loss on the old four samples, however
# small, does not take part: it was used to choose the story.
#
# ## What was found
#
# - On the samples at hand a loss of zero can be bought with a model that is free enough.
# - "Data or model?" is a question to fresh samples, taken where the answers differ.
#
# Next: [where do the last digits come from?](../numbers/errors.py) The article's second
# question, [why minus the gradient?](../why/minus.py), has a part of its own.
