# %% [markdown]
# # What is there to learn from?
#
# You will learn
#
# - how the article's data are made,
# - what the scatter plot of the labels shows,
# - why most of the scatter in it is not noise.

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20
true_w, true_b = torch.tensor([2, -3.4]), 4.2
sigma, num_examples = 0.01, 1000

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed

setup_seed(SEED)

# %% [markdown]
# ## How are the data made?
#
# The data are *synthetic*: a program draws them from a rule that we know. Each sample has
# two features. Both are drawn from the standard normal distribution. The label is a
# weighted sum of the features, plus a constant, plus noise:
#
# $$
# \begin{aligned}
# \mathbf y &= \mathbf X \mathbf w + b + \boldsymbol\varepsilon , \\
# x_{ij} &\sim \mathcal N(0, 1) , \qquad \varepsilon_i \sim \mathcal N(0, \sigma^2) .
# \end{aligned} \tag{1}
# $$
#
# All draws are independent. Row $i$ of $\mathbf X$ holds the features of sample $i$. The
# article sets $\mathbf w = (`=true_w[0]:.0f`, `=true_w[1]:.1f`)^\top$, $b = `=true_b`$ and
# $\sigma = `=sigma`$, and draws $n = `=num_examples`$ samples. Because these values are
# known, the errors of an estimate can be measured later.

# %%
from gdbook.course import synthetic_data

features, labels = synthetic_data(true_w, true_b, num_examples)
print(features.shape, labels.shape)
print("first sample:", features[0], labels[0])

# %% [markdown]
# The labels are a column, of shape $(n, 1)$, because the model of
# [the next page](model.py) predicts a column. That page shows what happens if the two
# shapes differ.
#
# ## What does the scatter plot show?
#
# The article plots the labels against the second feature. Python counts from 0, so this
# is feature 1, and its weight is $w_1 = `=true_w[1]:.1f`$.

# %%
#| code-fold: Code of the figure
#| fig-cap: The labels fall along the line. They scatter around it with a standard deviation of `=(labels[:, 0] - true_w[1] * features[:, 1]).std():.2f`.
#| fig-alt: Scatter plot of a thousand labels against feature 1. The points fall from the upper left to the lower right, in a broad band around a straight line.
from gdbook.figures.regression import label_scatter

label_scatter(features[:, 1].numpy(), labels[:, 0].numpy(), true_w[1].item())
plt.show()

# %% [markdown]
# The points scatter widely around the line. Is this the noise
# $\boldsymbol\varepsilon$?
#
# ## Where does the scatter come from?
#
# By (1), the label minus the contribution of feature 1 is
# $w_0 x_{i0} + b + \varepsilon_i$. The two random terms are independent, so their
# variances add up. The feature has variance 1:
#
# $$
# \operatorname{Var}(y_i - w_1 x_{i1}) = w_0^2 + \sigma^2 . \tag{2}
# $$
#
# The first term comes from feature 0, which the plot does not show. The second term is
# the noise. To see both, subtract the contribution of feature 1 from the labels, then
# that of feature 0 too:

# %%
rest = labels[:, 0] - true_w[1] * features[:, 1]
noise = rest - true_w[0] * features[:, 0] - true_b
print(f"without feature 1: standard deviation {rest.std():.4f}")
print(f"without both:      standard deviation {noise.std():.4f}")

# %% [markdown]
# The scatter around the line has a standard deviation of about `=rest.std():.2f`. It
# comes almost only from feature 0. The noise alone has a standard deviation of
# `=noise.std():.4f`, smaller by a factor of about `=round((rest.std() / noise.std()).item(), -1):.0f`.
# In a plot of this size the noise moves no point by more than one pixel.

# %%
#| code-fold: Check
error = (2 * (num_examples - 1)) ** -0.5  # relative, of a standard deviation
assert abs(rest.std() / (true_w[0] ** 2 + sigma**2) ** 0.5 - 1) < 3 * error
assert abs(noise.std() / sigma - 1) < 3 * error
height = 3.4 * 72 * 2  # pixels of the figure, at two for each point
assert noise.abs().max() / (labels.max() - labels.min()) * height < 1

# %% [markdown]
# ## Summary
#
# - The labels are a known linear function of two features, plus noise with
#   $\sigma = `=sigma`$.
# - The scatter plot shows one feature. The scatter around its line comes from the other
#   feature.
# - The noise is small, but not zero. Because of it no weights and no bias give the loss zero.
#   The page on [training](train.py) shows what is left.
#
# ## Exercises
#
# **1.** Draw the data with $\sigma = 1$ instead. What is the standard deviation of the
# labels without the contribution of feature 1?
#
# /// details | Hint
# Use (2).
# ///
#
# /// details | Solution

# %%
setup_seed(SEED)
X = torch.normal(0, 1, (num_examples, 2))
y = X @ true_w + true_b + torch.normal(0, 1, (num_examples,))
print(f"measured {(y - true_w[1] * X[:, 1]).std():.3f}, by (2) {5**0.5:.3f}")

# %% [markdown]
# Equation (2) gives $\sqrt{w_0^2 + \sigma^2} = \sqrt{4 + 1}$. The measured value differs
# a little, because the sample is finite.
#
# ///
#
# **2.** Fit a line to the scatter plot by least squares, with feature 1 as the only
# feature. How near is its slope to $w_1$? Why is it not equal to $w_1$, although feature 0
# is independent of feature 1?
#
# /// details | Hint
# The slope is the covariance of label and feature 1, divided by the variance of feature 1.
# ///
#
# /// details | Solution

# %%
covariance = torch.cov(torch.column_stack([features, labels]).T)
slope = covariance[1, 2] / covariance[1, 1]
shift = true_w[0] * covariance[0, 1] / covariance[1, 1]
print(f"slope {slope:.3f}, difference from w1 {slope - true_w[1]:.3f}")
print(f"w0 times the slope of feature 0 over feature 1: {shift:.3f}")

# %% [markdown]
# Independent features have covariance zero, but the covariance of
# `=num_examples:,` drawn pairs is not exactly zero. The line attributes a small part of the
# contribution of feature 0 to feature 1. The noise adds almost nothing to this.
#
# ///
#
# **3.** Prove that (1) gives $\operatorname{Var}(y_i) = \lVert \mathbf w \rVert^2 + \sigma^2$,
# where $\lVert \mathbf w \rVert$ is the Euclidean norm. Which share of the variance of the
# labels is noise?
#
# /// details | Hint
# The variance of a sum of independent terms is the sum of their variances, and
# $\operatorname{Var}(cz) = c^2 \operatorname{Var}(z)$.
# ///
#
# /// details | Solution
#
# A constant does not change a variance. The terms $w_0 x_{i0}$, $w_1 x_{i1}$ and
# $\varepsilon_i$ are independent. So
# $\operatorname{Var}(y_i) = w_0^2 \cdot 1 + w_1^2 \cdot 1 + \sigma^2
# = \lVert \mathbf w \rVert^2 + \sigma^2$. $\blacksquare$

# %%
variance = (true_w**2).sum().item() + sigma**2
print(f"predicted {variance:.2f}, measured {labels.var():.2f}")
print(f"share of the noise: {sigma**2 / variance:.1e}")

# %% [markdown]
# Less than a hundred-thousandth of the variance of the labels is noise.
#
# ///
#
# Next: [how wrong is a prediction?](model.py)
