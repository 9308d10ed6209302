# %% [markdown]
# # When can the loss be zero?
#
# At the end of this page you know the smallest experiment whose loss prints as zero, the
# divisor that it inherited by accident, and what "zero" means in it.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3])
lr, num_epochs = 0.3, 300

# %% [markdown]
# ## Four samples on a line
#
# The article asks why its loss is not zero, and answers with a toy. Four samples lie on
# $y = x$ without any noise. The model is $\hat y = xw$, its one parameter starts at 2,
# and the truth is $w = 1$. This time the loss has no half:
#
# $$
# \ell(w) = (xw - y)^2 , \qquad \ell'(w) = 2x\,(xw - y) .
# $$

# %% [markdown]
# Each step draws one sample. But the listing still calls `sgd(…, batch_size)` with the
# batch size of the regression before it. So the gradient of a single sample is divided
# by 10, and every step is a tenth of what the learning rate says.
# %%
#| code-fold: From the pages before
from gdbook.data import data_iter, setup_seed
from gdbook.linear import simple_linreg, simple_squared_loss
from gdbook.sgd import sgd

# %%
setup_seed(SEED)
w = torch.tensor([2.0], requires_grad=True)
divisor, batch_size = 10, 1

path, losses = [2.0], []
for _ in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        simple_squared_loss(simple_linreg(X, w), y).sum().backward()
        sgd([w], lr, divisor)
        with torch.no_grad():
            l = simple_squared_loss(simple_linreg(features, w), labels).mean()
        path.append(w.item())
        losses.append(l.item())
print(w, [f"{l:f}" for l in losses[:4]])

# %% [markdown]
# ## The printed losses, step by step
#
# The article prints the loss after every step, up to the first step of epoch 8. A step
# that draws $x = 0$ changes nothing: a sample there has the slope 0 for every $w$.

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import clean_toy
from gdbook.tables import result_table, trace_table

toy = clean_toy(by_hand=True)
assert toy.history.params[:, 0].tolist() == path
Markdown(trace_table("clean.loss", toy))

# %%
#| echo: false
Markdown(result_table(["clean.w", "clean.w_error"], toy))

# %%
#| code-fold: Code of the figure
#| widget: gd-replay experiment=clean step=8
#| fig-cap: The loss is a parabola in w. Steps shorten as the slope does, and end at the bottom.
#| fig-alt: A parabola of the mean loss over w with its lowest point at w equal to 1. Points of the descent start at the upper right and crowd together at the bottom.
from gdbook.figures.toys import descent_on_curve

grid = np.linspace(0.6, 2.05, 200)
curve = np.mean([(x * grid - x) ** 2 for x in range(4)], axis=0)
descent_on_curve(grid, curve, np.array(path[:29]), np.array([3.5, *losses[:28]]))
plt.show()

# %% [markdown]
# ## By hand, and why that is faster
#
# Autograd builds a graph for every step, walks it backwards and takes it down again: for
# four numbers that is nearly all the work. The formula above needs none of it. In the
# same arithmetic, NumPy's float32, it gives the same numbers, bit for bit:

# %%
from gdbook.data import shuffled
from gdbook.experiments import simple_value_and_grad

setup_seed(SEED)
x, y = features.float().numpy(), labels.float().numpy()
eta, m = np.float32(lr), np.float32(divisor)
w_hand, by_hand = np.float32(2), [2.0]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        _, (slope,) = simple_value_and_grad(x[i], y[i], w_hand)
        w_hand = w_hand - eta * slope / m
        by_hand.append(float(w_hand))
print("the same, bit for bit:", by_hand == path)

# %% [markdown]
# At the last [`make bench`](../reference/build.md#how-fast-it-is) the article's own loop
# took `=bench:toy by hand` times as long as this one.
#
# ## Zero, printed and exact
#
# Six printed decimals show `=published:clean.loss.29` for every loss below half a
# millionth. When is the loss really zero?

# %%
exact = next(step for step, l in enumerate(losses, 1) if l == 0)
print(
    f"loss printed as zero from step {[f'{l:f}' for l in losses].index('0.000000') + 1}"
)
print(f"loss exactly zero from step {exact}, epoch {(exact - 1) // 4 + 1}")

# %% [markdown]
# "Converges to 0 in epoch 8" is a statement about six decimals. In float32 the loss is
# exactly zero from epoch `=(exact - 1) // 4 + 1` on: $w$ has then become 1 to the last
# bit. It can, because the labels 0, 1, 2, 3 and the answer 1 are numbers that float32
# holds exactly.
#
# ## What was found
#
# - Where samples have no noise and the model fits them, the loss can be zero.
# - The steps of this toy were a tenth of what was meant, by a divisor left behind.
# - "Zero" was a matter of printing first, and of float32 later; [part 3](../numbers/zero.py)
#   says why.
#
# Next: [what does one wrong label do?](wrong-label.py)
