# %% [markdown]
# # Is the data wrong, or the model?
#
# You will learn
#
# - why four samples cannot answer the article's closing question;
# - why a loss of zero is no evidence for a model;
# - which new samples can decide between two models.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

x = np.array([0, 1, 2, 3])
y = np.array([0, 1, 2, 3.1])
lift = y[3] - 3

# %% [markdown]
# ## Two explanations of the same data
#
# The article ends with a question: the loss is not zero, so are the data wrong, or is the
# model wrong? There are two explanations.
#
# - **The label is wrong.** The truth is $y = x$, and somebody wrote `=y[3]` instead of 3.
# - **The model is wrong.** The truth is the *lifted line*: $y = x$ below 3, and
#   $y = x + `=lift:.1f`$ from 3 on. All four labels are right.
#
# The lifted line is the [article's non-linearity](non-linearity.py) with $w = 1$. This model
# adds a tenth to $xw$ wherever $xw \ge 3$, and $xw = x$ for $w = 1$.


# %%
def line(x: np.ndarray) -> np.ndarray:
    """The truth if the label is wrong."""
    return x


def lifted_line(x: np.ndarray) -> np.ndarray:
    """The truth if the model is wrong."""
    return np.where(x >= 3, x + lift, x)


print("residuals of the line:       ", line(x) - y)
print("residuals of the lifted line:", lifted_line(x) - y)

# %% [markdown]
# All residuals of the lifted line are zero, so its loss is zero. That is no evidence for it:
# its jump was placed at 3 and made `=lift:.1f` high *because* the last sample did not fit the
# line. A polynomial with four coefficients fits any four labels at these four places, right or
# wrong (exercise 3).

# %%
#| code-fold: Code of the figure
#| fig-cap: Predictions and labels, minus $x$. The two models are equal below 3 and differ by `=lift:.1f` from 3 on. Only one of the four samples lies there.
#| fig-alt: Prediction minus x, over x from 0 to 5. The line is at zero everywhere. The lifted line coincides with it up to x equal to 3, then it jumps to a tenth and stays there. Three samples lie at zero, the last one at x equal to 3 on the lifted line.
from gdbook.figures.selection import two_models

grid = np.linspace(0, 5, 501)
above = line(grid) - grid, lifted_line(grid) - grid
two_models(grid, *above, np.column_stack([x, y - x]))
plt.show()

# %%
#| code-fold: Check
gap = lifted_line(grid) - line(grid)
assert (gap[grid < 3] == 0).all()
assert np.allclose(gap[grid >= 3], lift)
assert np.sum(x >= 3) == 1
assert np.array_equal(lifted_line(x), y)

# %% [markdown]
# ## Which sample can decide?
#
# Let two models predict $\hat y_1$ and $\hat y_2$ for the same $x$. For every label $y$ their
# squared errors differ by
#
# $$
# \begin{aligned}
# & (\hat y_1 - y)^2 - (\hat y_2 - y)^2 \\
# & \quad = (\hat y_1 - \hat y_2)(\hat y_1 + \hat y_2 - 2y) .
# \end{aligned} \tag{1}
# $$
#
# If the predictions are equal, then the first factor is zero, and (1) is zero for every
# label. Such a sample cannot decide, however accurately it is measured. If the predictions are
# different, then (1) is zero only for the label in the middle between them. Every other label
# is closer to one of the two predictions, and is evidence for that model.

# %%
for new in [2.5, 3.0, 4.0]:
    print(f"x = {new}: line {line(new):.1f}, lifted line {lifted_line(new):.1f}")

# %% [markdown]
# So only new samples, taken where the models differ, can decide. Here that means
# $x \ge 3$. The four old samples are no evidence, since the lifted line was made to fit them.
#
# If one of the models is right and new labels are exact, one new sample at $x = 4$ is enough:
# its label is `=line(4.0):.1f` or `=lifted_line(4.0):.1f`. With noise it is not. Let the noise
# be normal, with a standard deviation as large as the lift. The middle between the predictions
# is then half a standard deviation from the right one, and a label lies beyond it, closer to
# the wrong prediction, with this probability:


# %%
def beyond(z: float) -> float:
    """Probability that a standard normal random number is larger than z."""
    return math.erfc(z / math.sqrt(2)) / 2


print(f"{beyond(0.5):.3f}")

# %% [markdown]
# About `=100 * beyond(0.5):.0f` of 100 such samples are closer to the wrong model.
# [How many samples decide](../digits/samples.py) is computed in part 4.
#
# ## Summary
#
# - The four samples fit two explanations: a wrong label, or a wrong model.
# - A loss of zero on samples that were used to choose the model is no evidence for the model.
# - Only new samples, taken where the models differ, can decide.
#
# ## Exercises
#
# **1.** A new sample has $x = 4$ and a label between `=line(4.0):.1f` and
# `=lifted_line(4.0):.1f`. For which labels does the lifted line have the smaller squared error?
#
# /// details | Hint
# Find the label for which (1) is zero, and look at the sign of (1) on both sides.
# ///
#
# /// details | Solution
#
# (1) is zero in the middle between the two predictions, at
# `=(line(4.0) + lifted_line(4.0)) / 2:.2f`. Above it the lifted line has the smaller error.
# %%
for label in [4.04, 4.06]:
    errors = (line(4.0) - label) ** 2, (lifted_line(4.0) - label) ** 2
    print(f"label {label}: line {errors[0]:.4f}, lifted line {errors[1]:.4f}")

# %% [markdown]
# ///
#
# **2.** Find a third model that has the loss zero on the four samples and has no jump. What
# does it predict at $x = 4$?
#
# /// details | Hint
# Add to $x$ a polynomial that is zero at 0, 1 and 2.
# ///
#
# /// details | Solution
#
# The polynomial $x(x - 1)(x - 2)$ is zero at 0, 1 and 2, and it is 6 at 3. Divide it by 6 and
# multiply it by the lift.


# %%
def cubic(x: np.ndarray) -> np.ndarray:
    """A smooth model without residuals."""
    return x + lift * x * (x - 1) * (x - 2) / 6


print("largest residual:", np.abs(cubic(x) - y).max())
print(f"prediction at 4: {cubic(4.0):.1f}")

# %% [markdown]
# One new sample at $x = 4$ can decide between all three models, because they predict three
# different labels there.
#
# ///
#
# **3.** Prove that for $n$ samples with different $x_i$ there is always a model without
# residuals, whatever the labels are.
#
# /// details | Hint
# Which polynomial is 1 at $x_i$ and 0 at all the other $x_j$?
# ///
#
# /// details | Solution
#
# The polynomial $p_i(x) = \prod_{j \ne i} \frac{x - x_j}{x_i - x_j}$ exists, because no
# denominator is zero. It is 1 at $x_i$ and 0 at every other $x_j$. So
# $\hat y(x) = \sum_i y_i \, p_i(x)$ has the value $y_i$ at each $x_i$. $\blacksquare$
# %%
rng = np.random.default_rng(20)
places, values = np.arange(5.0), rng.normal(size=5)
fit = np.polyfit(places, values, 4)
print(f"largest residual: {np.abs(np.polyval(fit, places) - values).max():.0e}")

# %% [markdown]
# ///
#
# Next: [so why is the loss not zero?](answer.py)
