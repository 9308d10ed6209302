# %% [markdown]
# # What is there to learn from?
#
# At the end of this page you know how the article's data are made, what the scatter plot
# of them shows, and why most of what looks like noise in it is none.

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20
true_w, true_b = torch.tensor([2, -3.4]), 4.2
sigma, num_examples = 0.01, 1000

# %% [markdown]
# ## Data whose truth is known
#
# Each sample has two features, drawn from a standard normal distribution. Its label is
# a weighted sum of them, plus a constant, plus a little noise:
#
# $$
# \mathbf y = \mathbf X \mathbf w + b + \boldsymbol\varepsilon ,
# \qquad \varepsilon_i \sim \mathcal N(0, \sigma^2) .
# $$
#
# The article sets $\mathbf w = (`=true_w[0]:.0f`, `=true_w[1]:.1f`)$, $b = `=true_b`$ and
# $\sigma = `=sigma`$, and draws `=num_examples:,` samples. Because the truth is known, the
# errors of an estimate can be measured later.

# %%
from gdbook.data import setup_seed, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
print(features.shape, labels.shape)
print("first sample:", features[0], labels[0])

# %% [markdown]
# `labels` is a column, of shape (n, 1), so that it matches what the model will predict.
#
# ## The cloud and its width
#
# The article plots the labels against the second feature, the one with index 1.

# %%
#| code-fold: Code of the figure
#| fig-cap: Labels fall by `=-true_w[1]:.1f` for each unit of feature 1. The width of the cloud is not noise, it is the other feature.
#| fig-alt: Scatter plot of a thousand labels against feature 1. A broad cloud falls from the upper left to the lower right around a straight line.
from gdbook.figures.regression import label_scatter

label_scatter(features[:, 1].numpy(), labels[:, 0].numpy(), true_w[1].item())
plt.show()

# %% [markdown]
# Subtract what feature 1 contributes, and look at how wide the rest is. Then
# subtract feature 0 as well.

# %%
rest = labels[:, 0] - true_w[1] * features[:, 1]
noise = rest - true_w[0] * features[:, 0] - true_b
print(f"without feature 1: standard deviation {rest.std():.4f}")
print(f"without both:      standard deviation {noise.std():.4f}")

# %% [markdown]
# The cloud has a standard deviation of about `=rest.std():.2f`: the weight of feature 0,
# which is `=true_w[0]:.0f`, times the standard deviation of that feature. The noise that
# no model can explain has one of `=noise.std():.4f`: about
# `=round((rest.std() / noise.std()).item(), -1):.0f` times less, and invisible in the plot.
#
# ## What was found
#
# - The labels are a known linear function of two features plus noise with
#   $\sigma = `=sigma`$.
# - The scatter plot shows one feature; its width is the work of the other one.
# - The noise is small but not zero. It returns as the smallest loss that
#   [training](train.py) can reach.
#
# Next: [how wrong is a guess?](model.py)
