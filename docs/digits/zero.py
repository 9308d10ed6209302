# %% [markdown]
# # When is a loss exactly zero?
#
# You will learn
#
# - from which epoch on the loss of the clean toy prints as `0.000000` although it is not 0,
# - in which step this loss becomes exactly 0 in float32, and why,
# - why with a small learning rate it never becomes exactly 0.
#
# You need: [the clean toy](../zero/clean.py).

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x = np.array([0.0, 1, 2, 3])  # features, and labels too: the data lie on y = x
start, lr, divisor, num_epochs = 2.0, 0.3, 10, 17

# %% [markdown]
# ## When does the loss print as zero?
#
# The clean toy has $n = 4$ samples with $y_i = x_i$ and the model $\hat y = xw$, so $w = 1$
# fits all samples. A step with the sample $x_i$ replaces $w$ by
# $w - \tfrac{2\eta}{m}\,(x_i w - x_i)\,x_i$, where $\eta$ is the learning rate and $m$ the
# divisor. So it multiplies the distance $w - 1$ by $1 - s_i$, where
# $s_i = 2\eta x_i^2/m$ is the *share* of the distance that the step removes. An epoch uses
# every sample once, so in any order it multiplies the distance by $a = \prod_i (1 - s_i)$.
# In real numbers, without rounding, the mean loss after $k$ epochs from the start $w_0$ is
#
# $$
# \begin{aligned}
# L_k &= \frac1n \sum_i (x_i w - x_i)^2 = a^{2k} L_0 , \\
# L_0 &= \frac{(w_0 - 1)^2}{n} \sum_i x_i^2 .
# \end{aligned} \tag{1}
# $$
#
# With six decimals, a loss below $5 \times 10^{-7}$ prints as `0.000000`. Solve
# $a^{2k} L_0 < 5 \times 10^{-7}$ for $k$:

# %%
s = 2 * lr / divisor * x**2
a, first_loss = math.prod(1 - s), np.mean(x**2) * (start - 1) ** 2
shown = math.ceil(math.log(5e-7 / first_loss) / math.log(a**2))
for epoch in (1, 2, shown - 1, shown):
    print(f"epoch {epoch}: loss {first_loss * a ** (2 * epoch):f}")

# %%
#| echo: false
from gdbook.experiments import clean_toy
from gdbook.ledger import published, read_ledger
from gdbook.theory.zero import (
    epoch_contraction,
    epochs_to_print_zero,
    fitting_slopes,
    float_orders,
    stalled_ulps,
)
from gdbook.theory.zero import float_step as checked_step

# what the page writes out is what the tests hold
assert math.isclose(a, epoch_contraction(x, lr, divisor))
assert shown == epochs_to_print_zero(x, start - 1, lr, divisor)
ledger = published(read_ledger())
trace = [ledger[f"clean.loss.{k}"] for k in range(1, 30)]
assert f"{first_loss * a**2:f}" == trace[3]
assert f"{first_loss * a**4:f}" == trace[7]
assert f"{first_loss * a ** (2 * shown - 2):f}" == trace[4 * shown - 5] != "0.000000"
assert trace[-1] == "0.000000"

# %% [markdown]
# The article printed `=published:clean.loss.4` after epoch 1, `=published:clean.loss.8`
# after epoch 2, `=published:clean.loss.28` after epoch `=shown - 1`, and its first
# `=published:clean.loss.29` in epoch `=shown`. No factor $1 - s_i$ is 0, so by (1) the
# loss is never exactly 0. In float32 it does become 0.
#
# ## When is it exactly zero?
#
# The distance from one float32 number to the next larger one is a *unit in the last place*,
# or *ulp*. From 1 to 2 it is $u = 2^{-23}$. All $w$ of this run lie from 1 to 2, so each is
# $1 + ku$ with an integer $k \ge 0$. The result of every operation is rounded to the nearest
# float32 number:

# %%
ULP = 2.0**-23


def float_step(w, x, lr):
    """One step with the sample (x, x), each operation rounded to float32."""
    w, x, lr, m = (np.float32(number) for number in (w, x, lr, divisor))
    return w - lr * (2 * (x * w - x) * x) / m


# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed
from gdbook.data import shuffled

# %%
setup_seed(SEED)
drawn = [i for _ in range(num_epochs) for i in shuffled(len(x))]
path = [np.float32(start)]
for i in drawn:
    path.append(float_step(path[-1], x[i], lr))
w = np.array(path)
losses = [float(np.mean((x * number - x) ** 2)) for number in w]
exact = losses.index(0)
before = round((w[exact - 1] - 1) / ULP)
print(f"step {exact - 1}: w = 1 + {before} ulp, loss {losses[exact - 1]:.1e}")
print(f"step {exact}, with x = {x[drawn[exact - 1]]:.0f}: loss {losses[exact]}")

# %%
#| code-fold: Check
assert before == 1
assert not any(losses[exact:])
assert all(losses[:exact])
assert w.min() == 1
assert w.max() == 2
assert f"{losses[exact - 1]:f}" == "0.000000"

# %%
#| echo: false
assert (clean_toy(by_hand=True).history.params[: len(w), 0] == w).all()

# %%
#| code-fold: Code of the figure
#| fig-cap: "The distance $w - 1$ in units in the last place. Line: real numbers. Dots: float32. In step `=exact` the distance becomes 0 in float32, but not in real numbers."
#| fig-alt: Distance of w from 1 against the step on a logarithmic axis. Dots of the run in float32 follow a staircase of real numbers over seven powers of ten, from 8 million units at the start to one unit at step `=exact - 1`. A vertical dashed line at step `=exact` marks where the distance becomes zero. A horizontal dashed line at about `=math.sqrt(0.5e-6 / 3.5) / ULP:,.0f` units marks where the loss begins to print as zero.
from gdbook.figures.toys import distance_in_units

real = (start - 1) * np.cumprod([1.0, *(1 - s[i] for i in drawn)])
prints_zero = math.sqrt(5e-7 / np.mean(x**2))
distance_in_units(real / ULP, (w.astype(float) - 1) / ULP, prints_zero / ULP)
plt.show()

# %% [markdown]
# The loss prints as zero from epoch `=shown` on. It is exactly zero from step `=exact` on,
# in epoch `=(exact - 1) // 4 + 1`.
#
# ## Why does rounding remove the last unit?
#
# If a float32 number between 1 and 2 is changed by less than half a unit, the result is
# rounded back to the same number. At $w = 1 + ku$ a step with the share $s$ changes $w$ by
# about $sku$. Let the distance be one unit, $k = 1$:

# %%
near = np.float32(1 + ULP)
for number, share in zip(x, s, strict=True):
    moved = float_step(near, number, lr) != near
    print(f"x = {number:.0f}: s = {share:.2f}, w", "moves" if moved else "stays")

# %% [markdown]
# Only the sample with $x = 3$ (sample 3) has a share above one half, and only this sample
# moves $w$. Therefore the step from $1 + u$ to 1 is one with sample 3. At $w = 1$ all
# residuals are exactly 0, and no later step moves $w$.
#
# ## Why does a small learning rate stall?
#
# The descent *stalls* if no sample moves $w$ any more although the loss is not 0. This
# happens near 1 if all shares are well below one half.
#
# **Statement.** Let $w = 1 + ku$ with $1 \le k < 1/(3u)$, and let $s = 18\eta/m$ be the
# share of sample 3, with $0 < s < 1$. Neglect the rounding of the products in the step after
# the residual; it changes $s$ by a relative error of a few $u$. Then a step with sample 3
# leaves $w$ unchanged if
#
# $$
# k < \frac{1}{2s} - \frac13 ,
# \tag{2}
# $$
#
# and it changes $w$ if $k > \frac{1}{2s} + \frac13$.
#
# *Proof.* The prediction $3w = 3 + 3ku$ lies between 3 and 4, where float32 numbers are $2u$
# apart. So rounding changes it by some $\delta$ with $|\delta| \le u$. The residual is
# $3ku + \delta$; as a multiple of $2u$ up to 1 it is a float32 number, so the subtraction of
# the label 3 is exact. The step is
# $\tfrac{2\eta}{m} \cdot 3 \cdot (3ku + \delta) = s\,(k + \tfrac{\delta}{3u})\,u$. It lies
# from $s\,(k - \tfrac13)\,u$ to $s\,(k + \tfrac13)\,u$. Under (2) it is smaller than
# $\tfrac12 u$, so $w$ is rounded back. If $k > \frac{1}{2s} + \frac13$, it is larger than
# $\tfrac12 u$, and $w$ changes. $\blacksquare$
#
# The predictions of samples 1 and 2 are exact and their shares are smaller, so under (2)
# they leave $w$ unchanged too. The cell prints the two limits
# $\frac{1}{2s} \mp \frac13$, the largest $k$ at which no sample moves $w$ (found by
# trial), and the $k$ at the end of a descent that is long enough to stall.


# %%
def stalled_at(lr):
    """Largest k such that no sample changes w = 1 + k ulp."""
    ks = np.arange(200)
    near = (1 + ks * ULP).astype(np.float32)
    moved = np.any([float_step(near, number, lr) != near for number in x], axis=0)
    return ks[~moved].max()


for small in (0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
    end = np.float32(start)
    for _ in range(int(12 / small)):  # without rounding, w - 1 < exp(-33)
        for i in shuffled(len(x)):
            end = float_step(end, x[i], small)
    units, bound = round((end - 1) / ULP), 1 / (2 * 18 * small / divisor)
    print(f"lr {small:4}: limits {bound - 1 / 3:5.2f}, {bound + 1 / 3:5.2f};", end=" ")
    print(f"largest k {stalled_at(small):2}, run {units:2}")
    assert units == stalled_at(small)

# %% [markdown]
# The largest $k$ is at most the upper limit, and the next $k$ is at least the lower one. All
# these losses print as zero, but only the first, with the article's learning rate `=lr`, is
# exactly zero.

# %%
#| code-fold: Check
rates = np.array([0.3, 0.2, 0.1, 0.05, 0.02, 0.01])
stalls = np.array([stalled_at(small) for small in rates])
assert (stalls <= divisor / (36 * rates) + 1 / 3).all()
assert (stalls + 1 >= divisor / (36 * rates) - 1 / 3).all()
assert [f"{np.mean(x**2) * (k * ULP) ** 2:f}" for k in stalls] == ["0.000000"] * 6
assert stalls[0] == 0 < stalls[1:].min()

# %%
#| echo: false
assert [stalled_ulps(x, small, divisor) for small in rates] == stalls.tolist()
some = np.random.default_rng(0).normal(1, 1, 1000).astype(np.float32)
for small in (0.3, 0.1):
    assert (
        float_step(some, 3, small) == checked_step(some, 3, 3, small, divisor)
    ).all()

# %% [markdown]
# ## Summary
#
# - An epoch multiplies the loss of the clean toy by `=a**2:.4f`. The loss prints as zero
#   from epoch `=shown` on.
# - In float32 it is exactly zero from step `=exact` on, in epoch `=(exact - 1) // 4 + 1`. At
#   $w = 1 + u$ the step with sample 3 is larger than half a unit; the others are rounded
#   away.
# - With a small learning rate all steps near 1 are rounded away. The descent stalls about
#   $1/(2s)$ units above 1, where $s$ is the share of sample 3.
#
# ## Exercises
#
# **1.** For which learning rates does a step with sample 3 move $w = 1 + u$? The divisor is
# `=divisor`, and $0 < s < 1$.
#
# /// details | Hint
# Round the prediction $3w$. If a number lies in the middle between two float32 numbers, it is
# rounded to the one whose last binary digit is 0.
# ///
#
# /// details | Solution
#
# At $k = 1$ the statement says nothing if $s$ is between $\tfrac38$ and $\tfrac34$. The
# prediction $3 + 3u$ lies in the middle between the float32 numbers $3 + 2u$ and
# $3 + 4u$. The last digit of the second is 0, because $(3 + 4u)/(2u)$ is even. So
# $\delta = u$, the step is $\tfrac43 s u$, and it moves $w$ if $\tfrac43 s > \tfrac12$,
# that is, if $s > \tfrac38$ or $\eta > m/48$.
# %%
for small in (divisor / 48 * 0.999, divisor / 48 * 1.001):
    moved = float_step(near, 3, small) != near
    print(f"lr {small:.4f}: w", "moves" if moved else "stays")

# %% [markdown]
# ///
#
# **2.** In exact arithmetic the order of the samples does not matter. Does it in float32?
# Collect all values that $w$ can have after each epoch, for all 24 orders in each epoch.
#
# /// details | Hint
# After each epoch keep only the values that differ. There are far fewer than $24^k$.
# ///
#
# /// details | Solution
#
# %%
from itertools import permutations

ends = [np.array([start], np.float32)]
for _ in range(num_epochs):
    reached = []
    for order in permutations(x):
        w_end = ends[-1]
        for number in order:
            w_end = float_step(w_end, number, lr)
        reached.append(w_end)
    ends.append(np.unique(reached))
for epoch in (1, 2, 8, 14, 15, 16, 17):
    units = ((ends[epoch] - 1) / ULP).astype(int)
    print(f"after epoch {epoch:2}: w - 1 in ulp:", *units)
certain = next(k for k, values in enumerate(ends) if (values == 1).all())
print(f"exactly 1 in every order from epoch {certain} on")

# %% [markdown]
# At the end of an epoch at most `=max(len(values) for values in ends)` values are possible.
# In all orders $w$ becomes exactly 1 in the same epoch as in the article's order.
#
# ///
#
# **3.** Let the labels be $y = tx$, rounded to float32, for another number $t$. Is there
# a float32 number $w$ for which the loss is exactly zero? Try $t$ = 1, `1.25`, `0.7`,
# `0.1`, `1.1` and `1.3`.
#
# /// details | Hint
# All four products $xw$, rounded, must be the rounded labels. For $x = 3$ only the
# neighbours of $y/x$ are possible.
# ///
#
# /// details | Solution
#
# For $x = 3$ the product $xw$ must be within half a unit of $y$. A unit of $y$ is at most
# four units of $w$, so $w$ is within one unit of $y/3$, up to rounding. Eight neighbours
# on each side are more than enough.
# %%
x32 = x.astype(np.float32)
for t in (1, 1.25, 0.7, 0.1, 1.1, 1.3):
    y32 = (t * x).astype(np.float32)
    middle = y32[3] / x32[3]
    nearby = middle + np.arange(-8, 9, dtype=np.float32) * np.spacing(middle)
    fits = (np.outer(nearby, x32) == y32).all(axis=1)
    print(f"y = {t:4} x: {fits.sum()} values of w with a loss of zero")

# %% [markdown]
# For the last two values of $t$ no float32 number $w$ has the loss zero, although the
# only errors of the labels are their own rounding errors. Even if such a $w$ exists, the
# descent need not reach it: for $t$ = `0.1` it stalls one unit beside it, in every order
# of the samples.

# %%
#| echo: false
assert [len(fitting_slopes(x, t * x)) for t in (1, 1.25, 0.7, 0.1, 1.1, 1.3)] == [
    1,
    1,
    1,
    1,
    0,
    0,
]
every = float_orders(x, x, start, lr, divisor, num_epochs)
assert all((one == two).all() for one, two in zip(ends, every, strict=True))

# %% [markdown]
# ///
#
# Next: [how large should a step be?](step-size.py)
