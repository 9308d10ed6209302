# %% [markdown]
# # Does a non-linearity help?
#
# At the end of this page you know how a jump in the prediction brings the loss to zero,
# what the jump acts on, and why zero lies on the edge of a cliff.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
lr, num_epochs, divisor = 0.3, 300, 10

# %% [markdown]
# ## A jump
#
# If no straight line fits, the model may bend. The article lets it jump: a prediction of
# 3 or more is lifted by a tenth.

# %%
from gdbook.linear import simple_linreg, simple_non_linearity

print(simple_non_linearity(simple_linreg(features, torch.tensor([1.0]))))

# %% [markdown]
# At $w = 1$ the predictions are exactly the labels: 0, 1, 2 and `=labels[3]:.1f`. The lift
# is constant on both sides of the jump, so it has no slope of its own, and the
# derivative of the loss keeps its form, $2x(\hat y - y)$.

# %%
from gdbook.data import setup_seed, shuffled
from gdbook.experiments import non_linear_value_and_grad

setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
path = [np.float32(2)]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        _, (slope,) = non_linear_value_and_grad(x[i], y[i], path[-1])
        path.append(path[-1] - eta * slope / m)
w = np.array(path)
print(f"after {num_epochs} epochs w is {w[-1]}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label_non_linearity
from gdbook.tables import trace_table

toy = wrong_label_non_linearity(by_hand=True)
assert (toy.history.params[:, 0] == w).all()
Markdown(trace_table("non_linearity.loss", toy))

# %% [markdown]
# ## What the jump acts on
#
# Look closely at the condition: it asks whether the *prediction* is 3 or more, not
# whether $x$ is. While $w$ is still large, more than one sample is lifted.

# %%
for value in [2.0, 1.6, 1.4, 1.0, 0.99]:
    y_hat = simple_linreg(features, torch.tensor([value]))
    lifted = [int(x) for x in features[y_hat >= 3]]
    print(f"w = {value}: lifted at x = {lifted}")

# %% [markdown]
# At the start, with $w = 2$, the sample $x = 2$ is lifted too, away from its label. That
# is why the first loss is `=published:non_linearity.loss.1` here and
# `=published:clean.loss.1` [without the jump](clean.py). Below $w = 3/2$ it falls back. And
# below $w = 1$ the sample $x = 3$ falls as well, and with it the whole fit.


# %%
def mean_loss(w: np.ndarray) -> np.ndarray:
    """Mean loss of the four samples for each of many parameters, shape (k,)."""
    y_hat = w[:, None] * x
    return np.mean((np.where(y_hat >= 3, y_hat + 0.1, y_hat) - y) ** 2, axis=1)


edge = np.array([1 - 1e-6, 1])
print([f"{l:.6f}" for l in mean_loss(edge)])

# %%
#| code-fold: Code of the figure
#| fig-cap: The loss jumps where a prediction crosses 3. Its only zero, at w = 1, is the upper edge of the jump at 1.
#| fig-alt: Mean loss over w, from below 1 to beyond 3/2. A parabola with two jumps, a large one at w equal to 1 and a smaller one at 3/2. Points of the descent run down the right side to the edge at 1.
from gdbook.figures.toys import descent_on_curve

grid = np.linspace(0.9, 1.7, 1601)
near = w[(w < 1.7) & (w > 0)][:40].astype(float)
descent_on_curve(grid, mean_loss(grid), near, mean_loss(near))
plt.show()

# %% [markdown]
# Just below 1 the loss is `=mean_loss(edge)[0]:f`, at 1 it is `=mean_loss(edge)[1]:f`. The
# descent comes from above, $w = 2$, and shrinks its distance to 1 without ever changing
# its sign, so it never steps over the edge. Started below, it would see a label of
# `=labels[3]:.1f` without the lift and climb towards `=labels[3]:.1f`/3, past the edge, into
# the fit.
#
# ## What was found
#
# - With the jump the loss is zero at $w = 1$ and nowhere else.
# - The jump acts on the prediction. The model is "lifted from $x = 3$ on" only while $w$
#   is between 1 and 3/2.
#
# Next: [is the data wrong, or the model?](data-or-model.py)
