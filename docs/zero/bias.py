# %% [markdown]
# # Does a bias help?
#
# You will learn
#
# - how far a bias lowers the least possible loss,
# - why no straight line has the loss zero on these samples,
# - what the signs of the residuals show about a model.
#
# You need: [a wrong label](wrong-label.py).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
start, lr, num_epochs, divisor = 2.0, 0.3, 30_000, 10

# %% [markdown]
# ## A line that need not pass through the origin
#
# Perhaps the labels are right and the model has too few parameters. The article gives it a
# second one, a bias: $\hat y = xw + b$. The loss of a sample has two partial derivatives:
#
# $$
# \begin{aligned}
# \frac{\partial}{\partial w} (xw + b - y)^2 &= 2x\,(xw + b - y) , \\[10pt]
# \frac{\partial}{\partial b} (xw + b - y)^2 &= 2\,(xw + b - y) .
# \end{aligned} \tag{1}
# $$
#
# Without a bias the sample $x = 0$ had the gradient zero. Now it contributes to the
# derivative with respect to $b$. The run starts at $w = 2$ and $b = 0$. (The article does not
# state where $b$ starts. A run from $b = 1$ ends at the same parameters.)
# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed
from gdbook.data import shuffled

# %%
setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
w, b = np.float32(start), np.float32(0)
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        twice = 2 * (x[i] * w + b - y[i])
        w, b = w - eta * (twice * x[i]) / m, b - eta * twice / m
loss = np.mean((x * w + b - y) ** 2)
print(f"epoch {num_epochs}, loss {loss:f}, w {w:.4f}, b {b:.4f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label_bias
from gdbook.tables import named_table

toy = wrong_label_bias(by_hand=True)
assert toy.history.params[-1].tolist() == [w, b]
names = {"bias.loss": "mean loss", "bias.w": "$w$", "bias.w_error": "error, $1 - w$"}
Markdown(named_table(names, toy))

# %% [markdown]
# The article does not print $b$.
#
# ## The least possible loss of a straight line
#
# Four samples give four equations $x_i w + b = y_i$ for two unknowns. Here they have no
# common solution: the samples $x = 0$ and $x = 1$ need $b = 0$ and $w = 1$. Then the prediction
# at $x = 3$ is 3 and not `=labels[3]:.1f`. So the loss is above zero for every straight
# line. [Least squares](../experiment/train.py) gives the least possible loss.

# %%
#| code-fold: From earlier pages
from gdbook.linear import design_matrix, least_squares

# %%
X = design_matrix(features)  # a column x, and a column of ones for the bias
best = least_squares(X, labels)
above = labels - (X @ best)[:, 0]
least = above.square().mean().item()
print(f"best line: w {best[0, 0]:.4f}, b {best[1, 0]:.4f}, loss {least:f}")
print("label minus best line:", [f"{number:+.3f}" for number in above.tolist()])

without = labels - (X[:, :1] @ least_squares(X[:, :1], labels))[:, 0]
least_without = without.square().mean().item()
print(f"best line through the origin: loss {least_without:f}")

# %% [markdown]
# Without a bias the least possible loss is `=least_without:f`; with a bias it is
# `=least:f`. The run ended above it, at `=loss:f`, for the reason that the
# [page before](wrong-label.py#why-does-the-parameter-not-converge) gives: steps on single
# samples, with a constant learning rate.
#
# ## What the signs of the residuals show
#
# The residual of a sample is $\hat y_i - y_i$. The figure shows $y_i - \hat y_i$, which has
# the opposite sign: it is positive where the label lies above the line.

# %%
#| code-fold: Code of the figure
#| fig-cap: The labels lie above, below, below and above the best line. A straight line cannot follow this pattern.
#| fig-alt: Label minus prediction over x for the best straight line. The four values are above zero at x equal to 0, below zero at 1 and at 2, and above zero at 3.
from gdbook.figures.toys import signed_residuals

signed_residuals(x, above.numpy())
plt.show()

# %% [markdown]
# From left to right, $y_i - \hat y_i$ has the signs
# `=", ".join("+" if e > 0 else "−" for e in above)`: it changes its sign twice. This is
# a second proof that no straight line has the loss zero. For another line, with
# $w + \Delta w$ and $b + \Delta b$, to have it, the change $\Delta w \, x_i + \Delta b$ of its
# predictions must equal these four values. But a linear function of $x$ changes its sign at
# most once. $\blacksquare$
#
# The labels lie above the line at both ends, and below it in the middle. A bias shifts the
# line, but it cannot bend it. A model that can bend has a smaller least loss: see exercise 2.

# %%
#| code-fold: Check
assert [e > 0 for e in above] == [True, False, False, True]
assert 0 < least < least_without
assert least < loss

# %% [markdown]
# ## Step by step
#
# The figure repeats the run. Its controls are those of
# [the clean toy](clean.py#step-by-step). On the left is the mean loss as a function of $w$,
# for the bias that the run has at this step. *Play* it: the curve moves with the bias. Which
# of the two parameters comes close to its final value first? Then press *End*, which goes to
# the last of the 120,000 steps, and read off both.

# %%
#| code-fold: Code of the figure
#| widget: gd-replay experiment=bias step=0
#| fig-cap: With the bias of the best line, the mean loss over $w$ has a lower minimum than without a bias. Neither minimum is zero.
#| fig-alt: Two curves of the mean loss over w, one without a bias and one with the best bias. The lowest point of the second lies lower and farther to the right. Both lie above zero.
from gdbook.figures.toys import curves_over_w

grid = np.linspace(1, 1.06, 121)
losses = {
    name: np.mean((np.outer(grid, x) + bias - y) ** 2, axis=1)
    for name, bias in {"no bias": 0, "best bias": best[1, 0].item()}.items()
}
curves_over_w(grid, losses)
plt.show()

# %% [markdown]
# The weight is faster: within 16 epochs $w$ comes close to its final value. At first the
# predictions are too large, and the steps lower both parameters, the bias far below its final
# value `=b:.4f`. Then the bias returns slowly: after 64 steps it is
# `=toy.history.params[64, 1]:.2f`.
#
# The reason is that the mean loss bends much more in some directions than in others. From
# any point, along a direction $(u, v)$ with $u^2 + v^2 = 1$, its second derivative is
#
# $$
# \frac{d^2}{dt^2} L(w + tu, b + tv) = \frac24 \sum_i (u x_i + v)^2 . \tag{2}
# $$

# %%
angles = np.linspace(0, np.pi, 10_001)
u, v = np.cos(angles), np.sin(angles)
bends = np.mean(2 * (np.outer(u, x) + v[:, None]) ** 2, axis=1)
curvatures = bends.min(), bends.max()
flat = bends.argmin()
print(f"second derivatives from {curvatures[0]:.2f} to {curvatures[1]:.2f}")
print(f"the least along ({u[flat]:+.2f}, {v[flat]:+.2f})")

# %% [markdown]
# The largest second derivative is `=curvatures[1] / curvatures[0]:.0f` times the least
# one. In the direction of the least second derivative, which is mostly that of $b$, the
# gradient grows slowly with the distance from the minimizer of the loss. So the steps
# in this direction are short.
#
# ## Summary
#
# - A bias lowers the least possible loss from `=least_without:f` to `=least:f`. It does
#   not make it zero.
# - From left to right, the labels lie above, below, below and above the best line. So no
#   straight line fits all four.
# - A further parameter makes the loss zero only if the model with it can fit all samples. A
#   bias shifts the line, and no shift is enough here.
#
# ## Exercises
#
# **1.** Which single label, changed in which way, would make the loss zero for a straight
# line? Is the answer unique?
#
# /// details | Hint
# Three of the four samples lie on one line. Do other three?
# ///
#
# /// details | Solution
#
# Only the last label can be changed: to 3. If another label is changed, three samples with
# their old labels remain, among them $x = 3$. Let us see whether they lie on one line.
# %%
for left_out in range(4):
    kept = [k for k in range(4) if k != left_out]
    slope, intercept = np.polyfit(x[kept], y[kept].astype(float), 1)
    off = np.abs(slope * x[kept] + intercept - y[kept]).max()
    print(f"without x = {left_out}: largest residual {off:.3f}")

# %% [markdown]
# Only the three samples without $x = 3$ lie on one line, and this line has the value 3 at
# $x = 3$. The answer is unique.
#
# ///
#
# **2.** Add a third parameter: $\hat y = wx + b + cx^2$. What is the least possible loss now?
# And with a fourth one, $\hat y = wx + b + cx^2 + dx^3$?
#
# /// details | Hint
# `np.polyfit(x, y, 2)` gives the least-squares parabola.
# ///
#
# /// details | Solution
# %%
for degree in (1, 2, 3):
    curve = np.polyfit(x.astype(float), y.astype(float), degree)
    least_loss = np.mean((np.polyval(curve, x) - y) ** 2)
    print(f"degree {degree}: least loss {least_loss:.6f}")

# %% [markdown]
# The parabola comes closer than the line, but it does not fit all four samples. Through
# any four samples with different $x_i$ passes a polynomial of degree at most three, so
# its least loss is zero. This says nothing about new samples: see [data or
# model](data-or-model.py).
#
# ///
#
# **3.** Prove: at the least-squares line the values $y_i - \hat y_i$ add up to zero, and so do
# the values $x_i (y_i - \hat y_i)$. Why do the former change their sign at least twice,
# unless all of them are zero?
#
# /// details | Hint
# Set the derivatives of the mean loss to zero. For the last part, choose a linear function
# that has the same signs.
# ///
#
# /// details | Solution
#
# At the minimum both derivatives of the mean loss are zero. By (1) they are
# $-\tfrac12 \sum_i x_i (y_i - \hat y_i)$ and $-\tfrac12 \sum_i (y_i - \hat y_i)$, so both sums
# are zero. Hence $\sum_i (u x_i + v)(y_i - \hat y_i) = 0$ for all numbers $u$ and $v$.
#
# Suppose that not all $y_i - \hat y_i$ are zero, and that their signs change at most once.
# Without a change, take $u = 0$ and $v = \pm 1$. With one change, take $u = \pm 1$, and $v$ so
# that $ux + v$ is zero between the two samples where the sign changes. With the right sign,
# $u x_i + v$ then has the sign of $y_i - \hat y_i$, wherever the latter is not zero. So no term
# of the sum is negative, and at least one is positive. This contradicts that the sum is
# zero. $\blacksquare$
# %%
print(f"{above.sum():.1e}, {(features * above).sum():.1e}")

# %% [markdown]
# ///
#
# Next: [does a non-linearity help?](non-linearity.py)
