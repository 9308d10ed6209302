# %% [markdown]
# # What does one wrong label do?
#
# At the end of this page you know why one wrong label keeps the loss above zero for ever,
# and why the parameter does not even come to rest.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
lr, num_epochs, divisor = 0.3, 30_000, 10

# %% [markdown]
# ## One label off the line
#
# The last label now says `=labels[3]:.1f` where 3 was meant. No straight line through the
# origin passes through all four samples any more: two of them ask for $w = 1$, the last one
# for $w = `=labels[3]:.1f`/3$. Whatever $w$ is, one of them pays.

# %%
from gdbook.data import setup_seed, shuffled
from gdbook.experiments import simple_value_and_grad

setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
path = [np.float32(2)]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        _, (slope,) = simple_value_and_grad(x[i], y[i], path[-1])
        path.append(path[-1] - eta * slope / m)
w = np.array(path)
loss = np.mean((x * w[-1] - y) ** 2)
print(f"epoch {num_epochs}, loss {loss:f}, w {w[-1]:.4f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label
from gdbook.tables import result_table

toy = wrong_label(by_hand=True)
assert (toy.history.params[:, 0] == w).all()
names = ["wrong_label.loss", "wrong_label.w", "wrong_label.w_error"]
Markdown(result_table(names, toy))

# %% [markdown]
# After `=num_epochs:,` epochs the loss is `=loss:f`, and that is what the article
# printed.
#
# ## Is that the least possible loss?
#
# The least-squares slope is known without any descent: $w^* = \sum x_i y_i / \sum x_i^2$.

# %%
from gdbook.linear import least_squares

best = least_squares(features.reshape(-1, 1), labels).item()
least = np.mean((x * best - y) ** 2)
print(f"least squares: w {best:.4f}, loss {least:f}")

# %% [markdown]
# The run ended beside the best slope, at `=w[-1]:.4f` instead of `=best:.4f`, with
# `=(loss / least - 1) * 100:.0f` percent more loss than it had to pay. It did not stop
# too early. It never stops:

# %%
#| code-fold: Code of the figure
#| fig-cap: After `=num_epochs:,` epochs the parameter still jumps from step to step. Each sample pulls it towards a slope of its own.
#| fig-alt: The parameter w over the last sixty steps. It jumps up and down around the dashed line of the least-squares slope and does not settle.
from gdbook.figures.toys import restless_path

restless_path(np.arange(-60, 1), w[-61:], best)
plt.show()

# %% [markdown]
# At the best slope the four gradients add up to zero. But each step uses only one of
# them, and only the gradient of $x = 0$ is zero. So a step on any other sample leaves
# the best slope again. Looked at after each epoch, $w$ wanders within a band:

# %%
ends = w[4 * 100 :: 4]
print(f"ends of epochs 100 to {num_epochs}: from {ends.min():.4f} to {ends.max():.4f}")

# %% [markdown]
# The published `=published:wrong_label.w` is one point of that band; one more epoch would
# have printed another. [Which values are possible, and how likely each is](../numbers/cloud.py)
# can be computed.
#
# ## What was found
#
# - With one wrong label no slope has the loss zero; the least possible one is
#   `=least:f`.
# - A constant step on single samples does not settle there. It goes on moving around it.
#
# Next: [does a bias help?](bias.py)
