# %% [markdown]
# # What does one step do?
#
# You will learn
#
# - how one step of mini-batch stochastic gradient descent (SGD) changes the parameters,
# - why the update runs under `torch.no_grad()`, and why the gradients must be cleared,
# - what a last, smaller mini-batch does to a step that divides by `batch_size`,
# - how far the gradient of a mini-batch is from the gradient of all samples.

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
lr, batch_size = 0.0003, 10

# %%
#| code-fold: From earlier pages
from gdbook.course import linreg, setup_seed, squared_loss, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

# %% [markdown]
# ## A mini-batch
#
# One pass over all `=num_examples:,` samples is an *epoch*. At its start the samples are
# shuffled and divided into *mini-batches* of `=batch_size`. A step uses one mini-batch.

# %%
from gdbook.course import data_iter

X, y = next(data_iter(batch_size, features, labels))
print(X.shape, y.shape)

# %% [markdown]
# ## The gradient by formula and by autograd
#
# Sample $i$ has the loss $\ell_i = \frac12 (\hat y_i - y_i)^2$ and the prediction
# $\hat y_i = \mathbf x_i^\top \mathbf w + b$. By the chain rule its loss has the gradients
# $(\hat y_i - y_i)\, \mathbf x_i$ and $\hat y_i - y_i$. Their sums over a mini-batch of $B$
# samples are
#
# $$
# \begin{aligned}
# \frac{\partial}{\partial \mathbf w} \sum_{i=1}^{B} \ell_i
#   &= \mathbf X^\top (\hat{\mathbf y} - \mathbf y) , \\
# \frac{\partial}{\partial b} \sum_{i=1}^{B} \ell_i
#   &= \sum_{i=1}^{B} (\hat y_i - y_i) .
# \end{aligned} \tag{1}
# $$
#
# The next cell computes them by (1) and by *autograd*. Autograd records each operation on
# `w` and `b`. Then `backward` applies the chain rule and stores the gradients in `w.grad`
# and `b.grad`.

# %%
l = squared_loss(linreg(X, w, b), y)
l.sum().backward()

residual = (linreg(X, w, b) - y).detach()
print("by hand: ", (X.T @ residual).flatten(), residual.sum())
print("autograd:", w.grad.flatten(), b.grad)

# %%
#| code-fold: Check
torch.testing.assert_close(w.grad, X.T @ residual)
torch.testing.assert_close(b.grad, residual.sum().reshape(1))

# %% [markdown]
# ## The learning rate
#
# Let $\boldsymbol\theta = (w_0, w_1, b)^\top$ be the vector of all parameters and
# $\mathbf g_i = \partial \ell_i / \partial \boldsymbol\theta$. A step moves the parameters
# against the gradient (1) of the *sum* of the losses, with the *learning rate* $\eta$ and a
# *divisor* $m$. In `sgd` the divisor is the argument `batch_size`.
#
# $$
# \boldsymbol\theta \leftarrow
#   \boldsymbol\theta - \frac{\eta}{m} \sum_{i=1}^{B} \mathbf g_i \tag{2}
# $$
#
# With $m = B$ this is a step against the gradient of the mean loss of the mini-batch.

# %%
from gdbook.course import sgd

old = l.detach().mean()
sgd([w, b], lr, batch_size)
new = squared_loss(linreg(X, w, b), y).detach().mean()
print(f"loss of this mini-batch before {old:f}, after {new:f}")

# %% [markdown]
# One step lowers the loss of its own mini-batch by `=(1 - new / old) * 100:.2f` percent.
# Part 3 shows [how long a step may be](../why/how-long.py).
#
# ## Why `no_grad`?
#
# The update is no part of the loss, so autograd must not record it. A parameter is a *leaf*
# for autograd: a tensor that no recorded operation has computed. If the update were
# recorded, the parameter would no longer be a leaf. Without `no_grad`, torch raises an error:

# %%
squared_loss(linreg(X, w, b), y).sum().backward()
try:
    w -= lr * w.grad / batch_size
except RuntimeError as error:
    print(error)

# %% [markdown]
# ## Why must the gradients be cleared?
#
# `backward` *adds* to the gradient that is already stored. Without clearing, the second step
# uses the sum of two gradients, the third step the sum of three, and so on. The next cells
# run five epochs with each kind of update:


# %%
def sgd_without_clearing(params, lr, batch_size):
    """Take the step of `sgd`, and keep the gradients."""
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size


def losses(update, num_epochs=5):
    """Yield the mean loss of all samples after each epoch."""
    w, b = torch.zeros(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(num_epochs):
        for X, y in data_iter(batch_size, features, labels):
            squared_loss(linreg(X, w, b), y).sum().backward()
            update([w, b], lr, batch_size)
        yield squared_loss(linreg(features, w, b), labels).mean().item()


cleared, uncleared = list(losses(sgd)), list(losses(sgd_without_clearing))
print("cleared    ", *(f"{loss:6.2f}" for loss in cleared))
print("not cleared", *(f"{loss:6.2f}" for loss in uncleared))

# %% [markdown]
# With clearing, the loss falls in each of the five epochs. Without clearing, it is small
# after the first epoch, and then it rises and falls in turn. Every step still contains the
# old gradients, and they move the parameters past the minimum.

# %%
#| code-fold: Check
assert cleared == sorted(cleared, reverse=True)
assert uncleared[0] < cleared[0] < uncleared[1]
assert uncleared[1] > uncleared[2] < uncleared[3] > uncleared[4]

# %% [markdown]
# ## A last, smaller mini-batch
#
# If the batch size does not divide the number of samples, the last mini-batch of an epoch
# is smaller: it has $B < m$ samples. `sgd` still divides by $m$. With the mean
# $\bar{\mathbf g} = \frac1B \sum_i \mathbf g_i$ of its gradients, the step (2) subtracts
#
# $$
# \frac{\eta}{m} \sum_{i=1}^{B} \mathbf g_i = \frac{B}{m}\, \eta\, \bar{\mathbf g} .
# \tag{3}
# $$

# %%
sizes = [len(y) for X, y in data_iter(30, features, labels)]
print(f"{len(sizes)} mini-batches, the last has {sizes[-1]} samples")
print(f"its step is multiplied by B / m = {sizes[-1] / 30:.3f}")

# %% [markdown]
# By the left side of (3), the gradient of every sample still has the same factor $\eta / m$.
# If the last step divided by its own $B$ instead, its samples would get three times the factor
# of the others. The [mean loss of torch](by-torch.py) does this.
#
# ## How good is the gradient of a mini-batch?
#
# Fix the parameters. Let $\mathbf g = \frac1n \sum_i \mathbf g_i$ be the gradient of the mean
# loss of all $n$ samples, and let
# $v = \frac1n \sum_i \lVert \mathbf g_i - \mathbf g \rVert^2$ be the variance of the gradient
# of a single sample. Draw $B$ samples at random, with or without replacement, and let
# $\bar{\mathbf g}$ be the mean of their gradients. Then
#
# $$
# \mathrm E\, \bar{\mathbf g} = \mathbf g , \tag{4}
# $$
#
# $$
# \mathrm E\, \lVert \bar{\mathbf g} - \mathbf g \rVert^2 = c\, \frac{v}{B} , \tag{5}
# $$
#
# where $c = 1$ with replacement and $c = \frac{n - B}{n - 1}$ without.
#
# The gradient of a mini-batch is *unbiased*: its expected value is the gradient of all
# samples. The expected squared distance between the two is its *variance*. It decreases
# as the batch size grows. Exercise 3 proves (4) and (5). The next cells compare (5) with a
# simulation at $\mathbf w = \mathbf 0$ and $b = 0$. A column of ones in `X` gives the
# derivative with respect to $b$.

# %%
X = torch.cat([features, torch.ones(num_examples, 1)], dim=1).double()
g_i = -labels.double() * X  # the residual is 0 - y
g, n = g_i.mean(dim=0), num_examples
v = ((g_i - g) ** 2).sum(dim=1).mean()


def squared_distances(batch_size, replace, num_draws=500):
    """Squared distances of mini-batch gradients from the gradient of all samples."""
    drawn = torch.multinomial(torch.ones(num_draws, n), batch_size, replace)
    return ((g_i[drawn].mean(dim=1) - g) ** 2).sum(dim=1)


# %%
batch_sizes = [1, 3, 10, 30, 100, 300, 900]
distances = {
    replace: [squared_distances(B, replace) for B in batch_sizes]
    for replace in (True, False)
}
simulated = {key: [one.mean() for one in draws] for key, draws in distances.items()}
curve = torch.logspace(0, 2.999, 200)
predicted = {True: v / curve, False: v / curve * (n - curve) / (n - 1)}

# %%
#| code-fold: Code of the figure
#| fig-cap: The variance of a mini-batch's gradient, by formula (5) (lines) and by simulation (points). Without replacement it is smaller for $B > 1$, and it tends to 0 as the batch size tends to the number of samples.
#| fig-alt: Variance of the gradient against batch size from 1 to 1000, both axes logarithmic. Two lines fall close together from batch size 1 to 100. Then the line without replacement bends down, while the line with replacement stays straight. Points from a simulation are close to both lines.
from gdbook.figures.regression import gradient_variance

gradient_variance(curve, predicted, batch_sizes, simulated)
plt.show()

# %% [markdown]
# With replacement, ten times as many samples divide the variance by ten, and its square
# root, the standard deviation, by only $\sqrt{10} \approx `=10**0.5:.1f`$. For
# $B = `=batch_size`$ the standard deviation is `=(v / batch_size) ** 0.5:.2f`. The gradient
# of all samples has the Euclidean norm `=g.norm():.2f`.
#
# Each mini-batch of a shuffled epoch is, taken alone, a draw without replacement. But the
# mini-batches of one epoch are not independent: at fixed parameters, the sums of their
# gradients add up to exactly $n \mathbf g$.

# %%
#| code-fold: Check
for replace, draws in distances.items():
    for B, drawn in zip(batch_sizes, draws, strict=True):
        wanted = v / B * (1 if replace else (n - B) / (n - 1))
        assert abs(drawn.mean() - wanted) < 4 * drawn.std() / len(drawn) ** 0.5

# %% [markdown]
# ## Summary
#
# - A step uses one mini-batch. Formula (1) and autograd give the same gradient.
# - The update runs under `no_grad`, because it is no part of the loss. It clears the
#   gradients, because `backward` adds to them.
# - `sgd` divides by $m$, also when the last mini-batch is smaller. The article's
#   [next experiment](../zero/clean.py) changes the batch size and keeps the divisor.
# - The gradient of a mini-batch is unbiased. Its variance is $v / B$ with replacement. It is
#   smaller without replacement if $B > 1$.
#
# ## Exercises
#
# **1.** Let `batch_size` be 64, and let $m = 64$. How many mini-batches has an epoch? How many
# samples has the last one? What is $B / m$ for it? Predict the answers, then run `data_iter`.
#
# /// details | Hint
# Divide `=num_examples` by 64, with remainder.
# ///
#
# /// details | Solution
# %%
sizes = [len(y) for _, y in data_iter(64, features, labels)]
print(len(sizes), sizes[-1], sizes[-1] / 64)

# %% [markdown]
# Fifteen full mini-batches use 960 samples, and 40 remain.
#
# ///
#
# **2.** Somebody writes the update without `no_grad`, and not in place:
# `w = w - lr * w.grad / batch_size`. torch raises no error. What is wrong in the next step?
#
# /// details | Hint
# `backward` stores gradients in leaves only. Is the new `w` a leaf?
# ///
#
# /// details | Solution
# %%
updated = w - lr * w.grad / batch_size
print("leaf:", w.is_leaf, "and after the update:", updated.is_leaf)

# %% [markdown]
# A recorded operation has computed the new tensor from the old one. So it is no leaf,
# `backward` leaves its `.grad` empty, and the next update fails.
#
# ///
#
# **3.** Prove (4) and (5).
#
# /// details | Hint
# Let $N_i$ be the number of times that sample $i$ is drawn, so that
# $\bar{\mathbf g} - \mathbf g = \frac1B \sum_i N_i (\mathbf g_i - \mathbf g)$. With
# replacement the $B$ draws are independent. Without, what is the expected value of $N_i N_j$?
# ///
#
# /// details | Solution
#
# Write $\mathbf d_i = \mathbf g_i - \mathbf g$. Then $\sum_i \mathbf d_i = \mathbf 0$ and
# $\sum_i \lVert \mathbf d_i \rVert^2 = n v$.
#
# *Unbiased.* Each draw is sample $i$ with probability $\frac1n$, so
# $\mathrm E N_i = \frac Bn$, in both cases. Therefore
# $\mathrm E (\bar{\mathbf g} - \mathbf g) = \frac1n \sum_i \mathbf d_i = \mathbf 0$.
#
# *With replacement.* $\bar{\mathbf g} - \mathbf g$ is the mean of $B$ independent vectors of
# expected value $\mathbf 0$ and expected squared norm $v$. The expected inner product of two
# independent vectors is the inner product of their expected values, here 0. So
# $\mathrm E \lVert \bar{\mathbf g} - \mathbf g \rVert^2
# = \frac{1}{B^2} \cdot B v = \frac vB$.
#
# *Without replacement*, for $n \ge 2$. $N_i$ is 0 or 1, so $N_i^2 = N_i$ and
# $\mathrm E N_i^2 = \frac Bn$. For $i \ne j$, $\mathrm E N_i N_j$ is the probability $p$ that
# both are drawn. If $i$ is drawn, $j$ is among the other $B - 1$ draws from $n - 1$ samples with
# probability $\frac{B - 1}{n - 1}$. So $p = \frac{B (B - 1)}{n (n - 1)}$. Hence
#
# $$
# \begin{aligned}
# B^2\, \mathrm E \lVert \bar{\mathbf g} - \mathbf g \rVert^2
#   &= \frac Bn \sum_i \lVert \mathbf d_i \rVert^2
#     + p \sum_{i \ne j} \mathbf d_i^\top \mathbf d_j \\
#   &= \Bigl(\frac Bn - p\Bigr) \sum_i \lVert \mathbf d_i \rVert^2 ,
# \end{aligned}
# $$
#
# because $\sum_{i \ne j} \mathbf d_i^\top \mathbf d_j = \lVert \sum_i \mathbf d_i
# \rVert^2 - \sum_i \lVert \mathbf d_i \rVert^2$ and the first term is 0. With
# $\frac Bn - p = \frac{B (n - B)}{n (n - 1)}$ the result follows after division by
# $B^2$. $\blacksquare$
#
# The next cell forms all mini-batches of two out of six samples. It prints the variance of
# their mean gradients divided by $v$, and whether the mean of these is $\mathbf g$.
# Here $v$ and $\mathbf g$ are those of the six samples alone:
# %%
from itertools import combinations, product

few = g_i[:6]
v_few = ((few - few.mean(0)) ** 2).sum(1).mean()
for name, batches in (
    ("with   ", list(product(range(6), repeat=2))),
    ("without", list(combinations(range(6), 2))),
):
    means = few[torch.tensor(batches)].mean(1)
    squares = ((means - few.mean(0)) ** 2).sum(1).mean()
    print(name, f"{squares / v_few:.4f}", torch.allclose(means.mean(0), few.mean(0)))

# %% [markdown]
# The mean gradients are unbiased in both cases. The factor $c / B$ is $\frac12$ with
# replacement and $\frac12 \cdot \frac45 = \frac25$ without.
#
# ///
#
# Next: [how close does training come?](train.py)
