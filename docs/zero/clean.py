# %% [markdown]
# # When can the loss be zero?
#
# You will learn
#
# - when a loss can be exactly zero,
# - why each step of the article's toys is ten times smaller than its learning rate implies,
# - what the difference is between a loss that prints as zero and a loss that is zero.
#
# You need: [one step of SGD](../experiment/sgd.py).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3])
start, lr, num_epochs = 2.0, 0.3, 300
divisor, batch_size = 10, 1

# %% [markdown]
# ## Four samples on a line
#
# The article asks why its loss is not zero. It starts with an example, a *toy*, in which
# the loss can be zero. Four samples $(x_i, y_i)$ lie on the line $y = x$, without noise.
# The model is $\hat y = xw$. Its only parameter starts at $w = 2$, and the true value is
# $w = 1$. This time the loss of a sample has no factor $\tfrac12$:
#
# $$
# \begin{aligned}
# \ell_i(w) &= (x_i w - y_i)^2 , \\
# \ell_i'(w) &= 2 x_i \, (x_i w - y_i) .
# \end{aligned} \tag{1}
# $$
#
# Since $y_i = x_i$, the mean loss of the four samples is
#
# $$
# \begin{aligned}
# L(w) &= \tfrac14 \, (0^2 + 1^2 + 2^2 + 3^2) \, (w - 1)^2 \\
# &= \tfrac72 \, (w - 1)^2 .
# \end{aligned} \tag{2}
# $$
#
# It is zero at $w = 1$ and nowhere else. It can be zero because the samples have no noise
# and the model can represent the function that they come from.
#
# ## The divisor that was left over
#
# Each step draws one sample, so the batch size is $B = 1$. But the article's listing still
# calls `sgd(…, batch_size)` with the variable of the regression before it. The article does
# not state its value. [Batch size 10](../experiment/train.py#exercises) prints its numbers,
# here as in the regression. So the gradient of a single sample is divided by $m = 10$:
#
# $$
# w \leftarrow w - \frac{\eta}{m} \, \ell_i'(w) . \tag{3}
# $$
#
# Each step is ten times smaller than the learning rate $\eta = `=lr`$ implies. All toys of
# the article have this divisor. For this toy, $y_i = x_i$, and (1) and (3) give
#
# $$
# w - 1 \;\leftarrow\; \Bigl( 1 - \frac{2 \eta x_i^2}{m} \Bigr) (w - 1) . \tag{4}
# $$
#
# A step with the sample $x = 3$ multiplies the distance to 1 by
# `=1 - 2 * lr * 3**2 / divisor:.2f`. A step with $x = 0$ does not change $w$.
# %%
#| code-fold: From earlier pages
from gdbook.course import data_iter, setup_seed, sgd, simple_linreg, simple_squared_loss

# %%
setup_seed(SEED)
w = torch.tensor([start], requires_grad=True)

path, losses = [start], []
for _ in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        simple_squared_loss(simple_linreg(X, w), y).sum().backward()
        sgd([w], lr, divisor)
        with torch.no_grad():
            l = simple_squared_loss(simple_linreg(features, w), labels).mean()
        path.append(w.item())
        losses.append(l.item())
print(w, [f"{l:f}" for l in losses[:4]])

# %%
#| code-fold: Check
for before, after, loss in zip(path[:28], path[1:29], losses[:28], strict=True):
    factors = [1 - 2 * lr * x**2 / divisor for x in range(4)]
    assert all(0 < factor <= 1 for factor in factors)
    assert min(abs(after - 1 - factor * (before - 1)) for factor in factors) < 1e-6
    assert abs(loss - 3.5 * (after - 1) ** 2) < 1e-6

# %% [markdown]
# ## The printed losses, step by step
#
# The article prints the mean loss after every step, up to the first step of epoch 8. Here
# are all 29 losses, published and reproduced. The column $x$ is the sample that was drawn.

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import clean_toy
from gdbook.tables import named_table, trace_table

toy = clean_toy(by_hand=True)
assert toy.history.params[:, 0].tolist() == path
Markdown(trace_table("clean.loss", toy))

# %% [markdown]
# A row with $x = 0$ repeats the loss of the row before it. A row with $x = 3$ divides the
# loss by `=1 / (1 - 2 * lr * 3**2 / divisor) ** 2:.1f`, up to rounding: by (2), the loss changes
# with the square of the factor in (4). After 300 epochs the article prints the parameter
# and its error:

# %%
#| echo: false
names = {"clean.w": "$w$", "clean.w_error": "error, $1 - w$"}
Markdown(named_table(names, toy))

# %% [markdown]
# ## Step by step
#
# The figure repeats the run. *Step* takes one step, *Play* takes them one after another,
# and *End* goes to the last step of the 300 epochs. The slider *Step* covers the first 64
# steps. On the left are the mean loss, the loss of the sample drawn, and the values of $w$
# in the last 64 steps. On the right are the mean loss and the distance $|w - 1|$, on a
# logarithmic axis. *Label at x = 3*, *Learning rate*, *Divisor* and *Seed* change the run.
# The article has no numbers for a changed run.
#
# Three questions: which samples move $w$ far? Does $w$ ever go below 1? In which step does
# it become exactly 1?

# %%
#| code-fold: Code of the figure
#| widget: gd-replay experiment=clean step=0
#| fig-cap: The mean loss is a parabola in $w$, and it is zero at $w = 1$. The steps with the same sample become shorter as $w$ comes closer to 1.
#| fig-alt: A parabola of the mean loss over w with its lowest point at w equal to 1. The points of the descent start at the upper right, at w equal to 2, and come down the right side to the lowest point.
from gdbook.figures.toys import descent_on_curve

grid = np.linspace(0.6, 2.05, 200)
descent_on_curve(
    grid, 3.5 * (grid - 1) ** 2, np.array(path[:29]), np.array([3.5, *losses[:28]])
)
plt.show()

# %% [markdown]
# By (4), the sample $x = 3$ moves $w$ by `=2 * lr * 9 / divisor * 100:.0f` percent of its
# distance to 1, $x = 2$ by `=2 * lr * 4 / divisor * 100:.0f` percent, $x = 1$ by
# `=2 * lr / divisor * 100:.0f` percent, and $x = 0$ not at all. All four factors in (4) are
# positive, so $w - 1$ keeps its sign: $w$ stays above 1 until float32 rounds it to 1.

# %%
#| code-fold: Check
from itertools import pairwise

shares = {x: 2 * lr * x**2 / divisor for x in (1, 2, 3)}
lengths = {x: [] for x in shares}
for before, after in pairwise(path[:29]):
    for x, share in shares.items():
        if abs(before - after - share * (before - 1)) < 1e-6:
            lengths[x].append(before - after)
for steps in lengths.values():
    assert len(steps) > 1
    assert steps == sorted(steps, reverse=True)

# %% [markdown]
# ## Zero, printed and exact
#
# Six printed decimals show `=published:clean.loss.29` for every loss below half a
# millionth. That is not yet zero. Four steps are one epoch, so step $k$ belongs to epoch
# $k / 4$, rounded up:

# %%
printed_zero = [f"{l:f}" for l in losses].index("0.000000") + 1
print("prints as zero from step", printed_zero, "of epoch", (printed_zero + 3) // 4)

# %%
#| code-fold: Check
exact = losses.index(0) + 1
assert losses[printed_zero - 1] > 0
assert exact > 2 * printed_zero
assert all(l > 0 for l in losses[: exact - 1])
assert not any(losses[exact - 1 :])
assert all(v > 1 for v in path[:exact])
assert set(path[exact:]) == {1.0}

# %% [markdown]
# The article says that its loss converges to 0 in epoch 8. That is a statement about six
# decimals. In real numbers the loss is positive after every step, since no factor in (4) is
# zero. In float32 it does become exactly zero, because $w$ is rounded to 1 in the end.
# But this takes more than twice as many steps as a loss that prints as zero. [Zero in
# floating point](../digits/zero.py) derives in which step it happens.
#
# ## The same run by formula
#
# Each of the next two pages takes 120,000 steps. With autograd this is slow: in every step
# torch builds a graph for a few numbers. Formula (1) needs no graph. In the last
# [measurement](../reference/build.md) the article's loop took `=bench:toy by hand` times as
# long as the formula. In NumPy's float32 the formula gives the same numbers, bit for bit:

# %%
from gdbook.data import shuffled

setup_seed(SEED)
x, y = features.float().numpy(), labels.float().numpy()
eta, m = np.float32(lr), np.float32(divisor)
by_hand = [np.float32(start)]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        slope = 2 * (x[i] * by_hand[-1] - y[i]) * x[i]
        by_hand.append(by_hand[-1] - eta * slope / m)
print("the same, bit for bit:", by_hand == path)

# %% [markdown]
# ## Summary
#
# - The loss can be zero where the samples have no noise and the model can represent the
#   function that they come from.
# - The article's toys divide the gradient of one sample by 10, a batch size left over from
#   the regression.
# - A loss that prints as zero need not be zero. In float32 this one becomes exactly zero,
#   but many steps later.
#
# ## Exercises
#
# **1.** The first step draws $x = 2$. Compute the loss after it without a program, and
# compare it with the first row of the table.
#
# /// details | Hint
# (4) gives the new distance to 1, and (2) gives the loss.
# ///
#
# /// details | Solution
# %%
distance = (1 - 2 * 0.3 * 2**2 / 10) * (2 - 1)
print(f"distance {distance:.2f}, loss {3.5 * distance**2:f}")

# %% [markdown]
# This is the published `=published:clean.loss.1`.
#
# ///
#
# **2.** Change the seed. Which of the printed losses can change, and which cannot? Prove it.
#
# /// details | Hint
# Multiply the factors in (4) of a whole epoch.
# ///
#
# /// details | Solution
#
# The losses within an epoch can change, the losses at the ends of epochs cannot. An epoch
# uses each of the four samples once. By (4) it multiplies $w - 1$ by the product of the
# four factors, and a product does not depend on the order. By (2) the loss at the end of
# an epoch does not depend on it either. $\blacksquare$
#
# This is a proof for real numbers. In float32 the rounding depends on the order. The first
# eight losses with four seeds:
# %%
for seed in range(4):
    setup_seed(seed)
    v, trace = np.float32(start), []
    for _ in range(2):
        for i in shuffled(len(x)):
            v = v - eta * (2 * (x[i] * v - y[i]) * x[i]) / m
            trace.append(f"{3.5 * (v - 1) ** 2:f}")
    print(*trace)

# %% [markdown]
# Columns 4 and 8, the ends of the epochs, do not change. In column 6 the first and the last
# row differ by one in the last decimal, although both have used the same samples equally
# often. That is the rounding.
#
# ///
#
# **3.** Would the toy converge with the divisor that belongs to it, $m = B = 1$?
#
# /// details | Hint
# By how much does an epoch multiply the distance $w - 1$?
# ///
#
# /// details | Solution
# %%
for m_tried in (10, 1):
    factors = [1 - 2 * lr * x_i**2 / m_tried for x_i in range(4)]
    print(f"m = {m_tried}: an epoch multiplies the distance by {np.prod(factors):.3f}")

# %% [markdown]
# No. With $m = 1$ each epoch multiplies the distance by more than 2, so the parameter
# diverges, unless it starts at 1. With the learning rate of the article, this toy converges
# only because of the divisor that was left over.
# [Step size and divisor](../digits/step-size.py) says which divisors are large enough.
#
# ///
#
# Next: [what does one wrong label do?](wrong-label.py)
