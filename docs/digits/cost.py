# %% [markdown]
# # What does a step cost?
#
# You will learn
#
# - how many floating-point operations a step and an epoch take,
# - how these numbers grow with samples, features and batch size,
# - why an epoch with small batches takes longer than its operations explain.
#
# You need: [what one step does](../experiment/sgd.py) and
# [what an epoch is](../experiment/train.py).

# %%
import math

import numpy as np

num_examples, num_features, batch_size = 1000, 2, 10  # the article's regression
num_epochs, lr = 300, 0.0003

# %% [markdown]
# ## How many operations does a step take?
#
# A step of the regression takes a mini-batch $(\mathbf X, \mathbf y)$ of $B$ samples with $d$
# features. It computes the residuals and the gradients, and changes the parameters:
#
# $$
# \begin{aligned}
# \mathbf r &= \mathbf X \mathbf w + b - \mathbf y , \\
# \mathbf w_{\text{new}} &= \mathbf w - \frac{\eta}{m}\, \mathbf X^\top \mathbf r , \\
# b_{\text{new}} &= b - \frac{\eta}{m} \sum_{i=1}^{B} r_i .
# \end{aligned} \tag{1}
# $$
#
# In NumPy it is:

# %%
from gdbook.theory.cost import step_by_hand

# %% [markdown]
# A *floating-point operation* is here one addition, subtraction, multiplication or division
# of two numbers. Count them in (1), in the order in which the function computes it:
#
# - An entry of $\mathbf X \mathbf w$ takes $d$ multiplications and $d - 1$ additions. With
#   $b$ added and $y$ subtracted, a residual takes $2d + 1$ operations. There are $B$ residuals.
# - An entry of $\mathbf X^\top \mathbf r$ takes $B$ multiplications and $B - 1$ additions. There
#   are $d$ entries. The sum of the residuals takes $B - 1$ additions.
# - To multiply by $\eta$, to divide by $m$ and to subtract takes 3 operations for
#   each of the $d + 1$ parameters.
#
# The sum of all three is
#
# $$
# \begin{aligned}
# C(B, d) &= B(2d + 1) + d(2B - 1) \\
# &\quad + (B - 1) + 3(d + 1) \\
# &= 4Bd + 2B + 2d + 2 .
# \end{aligned} \tag{2}
# $$
#
# So for large $B$ and $d$ the number of operations is approximately $4Bd$. Half of it belongs
# to the residuals and half to the gradient.
#
# ## Is the count right?
#
# A number that counts can check (2). The class below behaves like `float` and adds 1
# to a total for each operation. NumPy computes with such numbers if the array has the type
# `object`.


# %%
class Counted(float):
    """A number. The class counts the operations with all such numbers."""

    total = 0


def counting(name: str):
    """The operation of float with this name, which also counts."""

    def operation(self, other):
        Counted.total += 1
        return Counted(getattr(float, name)(self, other))

    return operation


for name in ("add", "sub", "mul", "truediv"):
    setattr(Counted, f"__{name}__", counting(f"__{name}__"))
    setattr(Counted, f"__r{name}__", counting(f"__r{name}__"))


# %%
from gdbook.theory.cost import step_operations


def counted_step(B: int, d: int) -> int:
    """Run a step on random numbers that count; return how many operations it took."""
    rng = np.random.default_rng(20)
    X, y, w = rng.normal(size=(B, d)), rng.normal(size=B), rng.normal(size=d)
    X, y, w = (np.vectorize(Counted, otypes=[object])(a) for a in (X, y, w))
    Counted.total = 0
    step_by_hand(X, y, w, Counted(0), lr, B)
    return Counted.total


print("   B    d   counted   by (2)")
for B, d in [(1, 1), (1, 2), (10, 2), (100, 2), (10, 20), (7, 30)]:
    print(f"{B:4}{d:5}{counted_step(B, d):10}{step_operations(B, d):9}")

# %%
#| code-fold: Check
for B in (1, 2, 3, 10):
    for d in (1, 2, 5):
        assert counted_step(B, d) == step_operations(B, d)
assert step_operations(10, 2) == 4 * 10 * 2 + 2 * 10 + 2 * 2 + 2

# %% [markdown]
# The counts agree. The article's step, $B = 10$ and $d = 2$, takes
# `=step_operations(batch_size, num_features)` operations.
#
# ## How many operations does an epoch take?
#
# An epoch has $\lceil n/B \rceil$ steps, where $\lceil \cdot \rceil$ rounds up. The last
# mini-batch can be smaller than $B$. All mini-batches together have $n$ samples. Add up
# (2) over the steps: the terms with $B$ give $(4d + 2)\,n$, and each step adds $2d + 2$. So
# an epoch takes
#
# $$
# E(n, d, B) = (4d + 2)\, n + (2d + 2) \Bigl\lceil \frac nB \Bigr\rceil \tag{3}
# $$
#
# operations. If $n$ is a multiple of $B$, then (3) is proportional to $n$. The batch size
# appears in the second term only.

# %%
from gdbook.theory.cost import epoch_operations

print("    B   steps   operations")
for B in (1, 10, 30, 100, 1000):
    steps = math.ceil(num_examples / B)
    print(f"{B:5}{steps:8}{epoch_operations(num_examples, num_features, B):13,}")

# %%
#| code-fold: Check
for n, d, B in [(1000, 2, 30), (7, 3, 2), (5, 1, 8), (1000, 2, 10)]:
    sizes = [min(B, n - start) for start in range(0, n, B)]
    assert epoch_operations(n, d, B) == sum(step_operations(size, d) for size in sizes)
smallest, largest = (epoch_operations(1000, 2, B) for B in (1000, 1))

# %% [markdown]
# From batches of 1 to one batch of all `=num_examples:,` samples, the operations of an epoch fall
# by a factor of `=largest / smallest:.2f` only. The number of steps falls by a factor of
# `=num_examples:,`.
#
# ## How long does a step take?
#
# A step takes time even if it has almost nothing to compute: Python interprets its lines,
# and NumPy checks its arguments and makes new arrays. This time is called *overhead*. Let
# the overhead of a step be $\alpha$, and let each operation take a time $\beta$. The model
# of the time of a step is then
#
# $$
# T(B, d) = \alpha + \beta\, C(B, d) . \tag{4}
# $$
#
# The command `python -m bench cost` measures the time of `step_by_hand` in float32 on one
# thread. Times differ between machines, so the table shows ratios: the operations $C$ by (2),
# the measured time and the time by the model (4), each divided by the operations or the
# measured time of the first row. The first and the last row determine $\alpha$ and
# $\beta$. The other rows compare the model with the measurement.
#
# `=bench:cost`
#
# In this measurement $\alpha / \beta$ was about `=bench:cost of a step`: the overhead of a step
# took as long as so many operations. The article's step has only
# `=step_operations(batch_size, num_features)` operations. So by (4), almost all of its time
# is overhead. In this table, the largest factor between a measured time and (4) is
# `=bench:cost error`. Model (4) is a rough one: the time of an operation also depends on
# the shape of the arrays and on where in the memory they are.
#
# ## How long does an epoch take?
#
# By (3) and (4), an epoch takes the time
#
# $$
# \Bigl\lceil \frac nB \Bigr\rceil\, \alpha + \beta\, E(n, d, B) . \tag{5}
# $$
#
# The measured times of epochs with two features, again divided by the first row. The
# operations $E$ are those of (3), and the model is (5) with the same $\alpha$ and $\beta$ as above:
#
# `=bench:cost epoch`
#
# As long as the part with $\alpha$ is much the larger one, the time of an epoch is
# approximately proportional to its number of steps. In the rows with $B \le 100$, the
# measured times differ from this proportion by less than 10 percent. So larger batches
# make an epoch faster, although its operations change much less.
#
# It does not follow that larger batches reach a low loss sooner. With the same learning
# rate, an epoch of fewer steps brings the parameters less far. One
# [epoch of training](../experiment/train.py) on data without noise shows it:

# %%
rng = np.random.default_rng(20)
X = rng.normal(size=(num_examples, num_features))
y = X @ [2, -3.4] + 4.2
for B in (10, 100):
    w, b = np.zeros(num_features), 0.0
    for k in range(0, num_examples, B):
        w, b = step_by_hand(X[k : k + B], y[k : k + B], w, b, lr, B)
    print(f"batch size {B:3}: loss {np.mean((X @ w + b - y) ** 2) / 2:.2f}")

# %%
#| code-fold: Check
losses = []
for B in (10, 20, 100, 1000):
    w, b = np.zeros(num_features), 0.0
    for k in range(0, num_examples, B):
        w, b = step_by_hand(X[k : k + B], y[k : k + B], w, b, lr, B)
    losses.append(np.mean((X @ w + b - y) ** 2))
assert losses == sorted(losses)  # fewer steps, higher loss

# %% [markdown]
# ## Summary
#
# - A step takes $4Bd + 2B + 2d + 2$ operations.
# - An epoch takes $(4d + 2)\, n$ operations, and $2d + 2$ more for each step.
# - By the model, the time of a small step is almost all overhead. The time of an epoch is
#   then approximately proportional to $\lceil n/B \rceil$.
#
# ## Exercises
#
# **1.** How many operations do all 300 epochs of the article's regression take? How long would
# a processor need that does a thousand million operations in a second?
#
# /// details | Hint
# Use (3) with $n = 1000$, $d = 2$ and $B = 10$.
# ///
#
# /// details | Solution

# %%
run = num_epochs * epoch_operations(num_examples, num_features, batch_size)
print(f"{run:,} operations, {1000 * run / 1e9:.2f} ms")

# %% [markdown]
# These are the operations alone. By the measurement above, the overhead of each of the
# `=num_epochs * num_examples // batch_size:,` steps takes as long as about
# `=bench:cost of a step` operations.
#
# ///
#
# **2.** The article's small experiments evaluate the mean loss of all samples after every step.
# How many operations would this take in the regression, compared with a step?
#
# /// details | Hint
# Count the operations of $\frac1n \sum_i \frac12 r_i^2$ as in (2). A square is one
# multiplication.
# ///
#
# /// details | Solution
#
# The residuals take $n(2d + 1)$ operations, the squares $n$ and the halves $n$. The sum takes
# $n - 1$ and the mean 1. Together this is $(2d + 4)\, n$.

# %%
evaluation = (2 * num_features + 4) * num_examples
X, y = np.ones((num_examples, num_features)), np.ones(num_examples)
X, y, w = (np.vectorize(Counted, otypes=[object])(a) for a in (X, y, np.ones(2)))
Counted.total = 0
r = X @ w + Counted(0) - y
(r * r / 2).sum() / num_examples
print(f"{evaluation} operations, counted {Counted.total}")
print(f"{evaluation / step_operations(batch_size, num_features):.0f} times a step")

# %% [markdown]
# If the loss is evaluated only once an epoch, this takes fewer operations than the steps of
# the epoch.

# %%
#| code-fold: Check
assert Counted.total == evaluation
assert evaluation < epoch_operations(num_examples, num_features, batch_size)

# %% [markdown]
#
# ///
#
# **3.** Prove: for all $n$, $d$ and $B$, an epoch with batches of 1 takes at most $5/3$
# times as many operations as an epoch with batches of $B$.
#
# /// details | Hint
# Leave out the second term of $E(n, d, B)$.
# ///
#
# /// details | Solution
#
# By (3), $E(n, d, 1) = (6d + 4)\, n$ and $E(n, d, B) \ge (4d + 2)\, n$. So
#
# $$
# \frac{E(n, d, 1)}{E(n, d, B)} \le \frac{6d + 4}{4d + 2} = \frac32 + \frac{1}{4d + 2}
# \le \frac32 + \frac16 = \frac53 ,
# $$
#
# because $d \ge 1$. $\blacksquare$

# %%
ratios = [
    epoch_operations(n, d, 1) / epoch_operations(n, d, B)
    for n in (1, 10, 1000)
    for d in (1, 2, 50)
    for B in (1, 3, 1000)
]
print(f"largest of some ratios {max(ratios):.4f}, bound {5 / 3:.4f}")

# %% [markdown]
# ///
#
# Next: [can several processes share a step?](processes.py)
