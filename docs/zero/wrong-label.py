# %% [markdown]
# # What does one wrong label do?
#
# You will learn
#
# - why one wrong label keeps the loss above zero for every value of the parameter,
# - what the least possible loss is,
# - why the parameter does not converge, however long the run is.
#
# You need: [the clean toy](clean.py).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
start, lr, num_epochs, divisor = 2.0, 0.3, 30_000, 10

# %% [markdown]
# ## One label off the line
#
# The last label is now `=labels[3]:.1f` instead of 3. The model is still $\hat y = xw$. Its
# mean loss,
#
# $$
# L(w) = \frac14 \sum_{i=1}^{4} (x_i w - y_i)^2 , \tag{1}
# $$
#
# is zero only if all four squares are zero. The sample $x = 1$ needs $w = 1$, and the sample
# $x = 3$ needs $w = `=labels[3]:.1f` / 3$. No value of $w$ fits all four samples, so
# $L(w) > 0$ for every $w$. The article runs `=num_epochs:,` epochs of single samples, with
# the divisor 10 that was [left over](clean.py#the-divisor-that-was-left-over). We compute the
# gradient [by formula](clean.py#the-same-run-by-formula).
# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed
from gdbook.data import shuffled

# %%
setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
path = [np.float32(start)]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        slope = 2 * (x[i] * path[-1] - y[i]) * x[i]
        path.append(path[-1] - eta * slope / m)
w = np.array(path)
loss = np.mean((x * w[-1] - y) ** 2)
print(f"epoch {num_epochs}, loss {loss:f}, w {w[-1]:.4f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label
from gdbook.tables import named_table

toy = wrong_label(by_hand=True)
assert (toy.history.params[:, 0] == w).all()
names = {
    "wrong_label.loss": "mean loss",
    "wrong_label.w": "$w$",
    "wrong_label.w_error": "error, $1 - w$",
}
Markdown(named_table(names, toy))

# %% [markdown]
# These are the numbers that the article printed after `=num_epochs:,` epochs.
#
# ## Is that the least possible loss?
#
# The derivative of (1) is $L'(w) = \tfrac12 \sum_i x_i (x_i w - y_i)$. It is zero at the
# *least-squares* value $w^*$. The second derivative is $\tfrac12 \sum_i x_i^2 = 7$ for every
# $w$. So (1) is a parabola with its minimum at $w^*$:
#
# $$
# \begin{aligned}
# w^* &= \Bigl( \sum_i x_i y_i \Bigr) \Big/ \sum_i x_i^2 , \\
# L(w) &= L(w^*) + \tfrac72 \, (w - w^*)^2 .
# \end{aligned} \tag{2}
# $$

# %%
X, Y = features.double().numpy(), labels.double().numpy()
best = (X @ Y) / (X @ X)
least = np.mean((X * best - Y) ** 2)
print(f"least squares: w {best:.4f}, loss {least:f}")

# %%
#| code-fold: Check
for v in (0.0, 1.0, 1.02, 3.0):
    assert np.isclose(np.mean((X * v - Y) ** 2), least + 3.5 * (v - best) ** 2)
assert least > 0

# %% [markdown]
# The least possible loss is `=least:f`, and the run ended at `=loss:f`, which is
# `=(loss / least - 1) * 100:.0f` percent more. The reason is not that the run was too
# short. The parameter does not converge:

# %%
#| code-fold: Code of the figure
#| fig-cap: After `=num_epochs:,` epochs the parameter still moves up and down around the least-squares value.
#| fig-alt: The parameter w over the last sixty steps. It jumps up and down across the dashed line of the least-squares value and does not settle.
from gdbook.figures.toys import restless_path

restless_path(np.arange(-60, 1), w[-61:], best)
plt.show()

# %% [markdown]
# ## Why does the parameter not converge?
#
# A step uses the gradient of one sample. For $x_i = 0$ this gradient is zero, and the step
# does not change $w$. For $x_i \ne 0$ the step is
#
# $$
# w \leftarrow w - \frac{2 \eta x_i^2}{m} \Bigl( w - \frac{y_i}{x_i} \Bigr) . \tag{3}
# $$
#
# This gradient is zero only at $w = y_i / x_i$. At $w^*$ the four gradients add up to zero,
# but only the gradient of $x = 0$ is zero itself. So a step from $w^*$ with any other sample
# leaves $w^*$:

# %%
for x_i, y_i in zip(X, Y, strict=True):
    move = 2 * lr / divisor * x_i * (y_i - x_i * best)
    print(f"x = {x_i:.0f}: w changes by {move:+.5f}")

# %%
#| code-fold: Check
moves = -2 * lr / divisor * X * (X * best - Y)
assert abs(moves.sum()) < 1e-12
assert moves[0] == 0
assert all(moves[1:3] < 0)
assert moves[3] > 0
assert w[-60:].min() < best < w[-60:].max()

# %% [markdown]
# By (3), a step moves $w$ a part $2 \eta x_i^2 / m$ of the way to $y_i / x_i$: the samples
# $x = 1$ and $x = 2$ move it towards 1, the sample $x = 3$ towards `=labels[3] / 3:.4f`. At
# the ends of epochs, $w$ stays within a band. From epoch 100 on:

# %%
ends = w[4 * 100 :: 4]
print(f"ends of epochs: from {ends.min():.4f} to {ends.max():.4f}")
print(f"the last three: {ends[-3]:.4f}, {ends[-2]:.4f}, {ends[-1]:.4f}")

# %%
#| code-fold: Check
assert (w > 1).all()
assert all(0 < 2 * lr * k**2 / divisor < 1 for k in (1, 2, 3))
assert len({f"{v:.4f}" for v in ends[-3:]}) == 3

# %% [markdown]
# The value 1 lies outside of this band. The article says that $w = 1$ is not reached,
# however long one computes. Here is the reason: the parts are
# `=2 * lr / divisor:.2f`, `=2 * lr * 4 / divisor:.2f` and `=2 * lr * 9 / divisor:.2f`, all
# less than 1, and the ratios $y_i / x_i$ with $x_i \ne 0$ are at least 1. So a step from $w > 1$ ends at a
# value $w > 1$, and the run starts at $w = 2$.
#
# The published `=published:wrong_label.w` is one point of the band. The two epochs before it
# ended at other points. [The page on the attractor](../digits/attractor.py) computes which
# points are possible, and how likely each is.
#
# ## Step by step
#
# The figure shows this run near $w = 1$; choose another *View* to see its start. *Step* takes
# one step, *Play* takes them one after another, *End* goes to the last of the 120,000 steps.
# On the left are the mean loss and the loss of the sample drawn. A step with $x \ne 0$ lowers
# the loss of its sample, unless this loss is zero already. But it can raise the mean
# loss. On the right are the mean loss and the distance $|w - 1|$.
#
# Play it until the last step that the slider covers, and watch $|w - 1|$. Then halve the
# *Learning rate* to `=lr / 2:.2f`. Which of the two runs stays in the wider band?

# %%
#| code-fold: Code of the figure
#| widget: gd-replay experiment=wrong_label view=near step=0
#| fig-cap: The minimum of the mean loss is above zero. At the end of the run the steps move around it.
#| fig-alt: A parabola of the mean loss over w, from 1 on. Its lowest point lies above zero. The points of the run lie on both sides of the lowest point.
from gdbook.figures.toys import points_on_curve

grid, late = np.linspace(1, 1.043, 201), w[-64:].astype(float)
points_on_curve(
    grid, least + 3.5 * (grid - best) ** 2, late, least + 3.5 * (late - best) ** 2
)
plt.show()

# %%
#| code-fold: Check
from itertools import pairwise

assert late.min() < best < late.max()
mean_losses = 3.5 * (late - best) ** 2
assert (np.diff(mean_losses) > 0).any()  # some steps raise the mean loss
for before, after in pairwise(late):
    assert any(
        abs(after - before + share * (before - ratio)) < 1e-6
        and (share == 0 or abs(after - ratio) < abs(before - ratio))
        for share, ratio in [(0, 1), (0.06, 1), (0.24, 1), (0.54, 3.1 / 3)]
    )


def band(lr: float) -> float:
    """Width of the band in which 2,000 epochs end, the first 100 left out."""
    setup_seed(SEED)
    v, ends = 2.0, []
    for _ in range(2000):
        for i in shuffled(4):
            v -= 2 * lr / divisor * X[i] * (X[i] * v - Y[i])
        ends.append(v)
    return max(ends[100:]) - min(ends[100:])


assert band(lr / 2) < band(lr)

# %% [markdown]
# With the smaller learning rate, (3) moves $w$ by a smaller part. The band is narrower, but
# the run needs more steps to reach it. The distance $|w - 1|$ does not converge to zero in
# either run.
#
# ## Summary
#
# - With one wrong label, the loss is above zero for every $w$. The least possible loss is
#   `=least:f`.
# - At the least-squares value, only one of the four gradients of single samples is zero. So,
#   with a constant learning rate, steps on single samples do not converge to it: $w$ goes on
#   moving around it.
#
# ## Exercises
#
# **1.** Take full-batch steps, with the gradient of the mean loss (1), instead of steps on
# single samples. Does $w$ converge now, and to which value?
#
# /// details | Hint
# At which $w$ is the gradient of the mean loss zero?
# ///
#
# /// details | Solution
# %%
v = start
for _ in range(100):
    v -= lr / divisor * np.mean(2 * X * (X * v - Y))
print(f"w {v:.6f}, least squares {best:.6f}, loss {np.mean((X * v - Y) ** 2):f}")

# %% [markdown]
# It converges to $w^*$: by (2) the gradient of the mean loss is $7 (w - w^*)$, so each step
# multiplies $w - w^*$ by $1 - 7 \eta / m = `=1 - 7 * lr / divisor:.2f`$. The loss converges to
# the least possible loss, which is not zero.
#
# ///
#
# **2.** Continue the run with a smaller learning rate, so that the final loss exceeds the
# least possible loss by less than a tenth of a percent.
#
# /// details | Hint
# Start at the end of the run above. By (2) the loss exceeds the least one by a multiple of
# $(w - w^*)^2$, and a smaller learning rate makes the band around $w^*$ narrower.
# ///
#
# /// details | Solution
#
# We divide the learning rate by 100. Then 100 epochs move $w$ about as far as one epoch did,
# so we take `=1000:,` of them.
# %%
v, small = float(w[-1]), lr / 100
for _ in range(1000):
    for i in shuffled(4):
        v -= 2 * small / divisor * X[i] * (X[i] * v - Y[i])
print(
    f"{(np.mean((X * v - Y) ** 2) / least - 1) * 100:.4f} percent more than the least"
)

# %% [markdown]
# ///
#
# **3.** Let $(x_1, y_1), \dots, (x_n, y_n)$ be any samples, and $x_i \ne 0$ for at least one
# $i$. Prove: there is a $w$ with $L(w) = 0$ if and only if $y_i = 0$ wherever $x_i = 0$,
# and all ratios $y_i / x_i$ with $x_i \ne 0$ are equal.
#
# /// details | Hint
# A sum of squares is zero only if each of them is zero.
# ///
#
# /// details | Solution
#
# $L(w)$ is a mean of squares, so $L(w) = 0$ if and only if $x_i w = y_i$ for all $i$. For
# $x_i = 0$ this says $y_i = 0$. For $x_i \ne 0$ it says $w = y_i / x_i$, and one $w$ can
# satisfy all these equations if and only if the ratios are equal. $\blacksquare$
#
# ///
#
# Next: [does a bias help?](bias.py)
