# %% [markdown]
# # How wrong is a guess?
#
# At the end of this page you know the model, the loss that scores it, where the
# parameters start, and which mistake of shapes would go unnoticed if nobody checked.

# %%
#| code-fold: From the pages before
import torch

from gdbook.data import setup_seed, synthetic_data

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)

# %% [markdown]
# ## The model
#
# The model has the form of the truth. It knows neither the weights nor the constant,
# the *bias*:
#
# $$
# \hat{\mathbf y} = \mathbf X \mathbf w + b .
# $$

# %% [markdown]
# ## The loss
#
# The loss of a sample is half the square of its error. The half cancels the 2 that
# differentiation brings: <span class="margin">The toys of [part 2](../zero/clean.py) leave
# the half out. Their gradients are twice as long.</span>
#
# $$
# \ell_i = \tfrac12 (\hat y_i - y_i)^2 , \qquad
# \frac{\partial \ell_i}{\partial \hat y_i} = \hat y_i - y_i .
# $$
# %%
from gdbook.linear import linreg, squared_loss

# %% [markdown]
# The shape check at the top of `squared_loss` is needed. If `y_hat` has shape (n, 1) and
# `y` has shape (n,), subtracting them silently gives an n × n table, and training aims at
# the mean label. The function says it instead:

# %%
try:
    squared_loss(torch.zeros(1000, 1), labels[:, 0])
except ValueError as error:
    print(error)

# %% [markdown]
# ## Where the parameters start
#
# The weights start as small random numbers, the bias at zero. They are drawn after the
# data, from the same stream of random numbers, so the order of the calls matters.

# %%
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
print(w, b)

# %% [markdown]
# The article notes the same in a comment: `=published:regression.initial_w.1` and
# `=published:regression.initial_w.2` for the weights, `=published:regression.initial_b` for
# the bias. These are the first three numbers reproduced.

# %%
with torch.no_grad():
    start = squared_loss(linreg(features, w, b), labels).mean()
print(f"{start:f}")

# %% [markdown]
# A guess of almost nothing costs a mean loss of `=start:.2f`. Half the mean square of the
# labels is nearly the same, `=(labels**2).mean() / 2:.2f`, since the first weights are not
# quite zero.
#
# ## What was found
#
# - Model and truth have the same form; three numbers are to be found.
# - The loss is half a squared error, and it starts at `=start:.2f`.
#
# Next: [what does one step do?](sgd.py)
