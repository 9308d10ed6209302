# %% [markdown]
# # Does a bias help?
#
# At the end of this page you know what a bias can do about a wrong label, and what it
# cannot.

# %%
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
lr, num_epochs, divisor = 0.3, 30_000, 10

# %% [markdown]
# ## A line that need not pass through the origin
#
# Perhaps the data are fine and the model is too small. The article gives it one more
# parameter, a bias: $\hat y = xw + b$. The loss of one sample has now two derivatives,
#
# $$
# \frac{\partial}{\partial w} (xw + b - y)^2 = 2x\,(xw + b - y) , \qquad
# \frac{\partial}{\partial b} (xw + b - y)^2 = 2\,(xw + b - y) ,
# $$
#
# and the sample $x = 0$, which said nothing before, speaks about $b$.

# %%
from gdbook.data import setup_seed, shuffled
from gdbook.experiments import bias_value_and_grad

setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
w, b = np.float32(2), np.float32(0)
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        _, (slope_w, slope_b) = bias_value_and_grad(x[i], y[i], w, b)
        w, b = w - eta * slope_w / m, b - eta * slope_b / m
loss = np.mean((x * w + b - y) ** 2)
print(f"epoch {num_epochs}, loss {loss:f}, w {w:.4f}, b {b:.4f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label_bias
from gdbook.tables import result_table

toy = wrong_label_bias(by_hand=True)
assert toy.history.params[-1].tolist() == [w, b]
Markdown(result_table(["bias.loss", "bias.w", "bias.w_error"], toy))

# %% [markdown]
# ## What the second parameter buys
#
# Four samples, two parameters: still more conditions than unknowns. Least squares says
# how far down a straight line can go.

# %%
from gdbook.linear import design_matrix, least_squares

X = design_matrix(features)
best = least_squares(X, labels)
left = labels - (X @ best)[:, 0]
least = left.square().mean().item()
print(f"best line: w {best[0, 0]:.4f}, b {best[1, 0]:.4f}, loss {least:f}")
print("left over:", [f"{number:+.3f}" for number in left.tolist()])

# %% [markdown]
# The best line has the loss `=least:f`; the run ended at `=loss:f`. Neither is zero, and
# neither can be: the leftover errors go `=", ".join("+" if e > 0 else "−" for e in left)`,
# and a straight line, which changes its sign once at most, cannot remove them. The bias
# shares the error out a little better; it cannot take it away.
#
# ## What was found
#
# - A bias lowers the least possible loss a little, to `=least:f`. It does not
#   make it zero.
# - More parameters help when they let the model do what the data do. A shift is not
#   what these data do.
#
# Next: [does a non-linearity help?](non-linearity.py)
