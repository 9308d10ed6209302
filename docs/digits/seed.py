# %% [markdown]
# # Which seed shuffled the samples?
#
# You will learn
#
# - how the printed losses show which sample each step used,
# - how far the rounding of the printed losses allows this,
# - which seed of Python's `random` gives the article's order of the samples.
#
# You need: [the toy with clean labels](../zero/clean.py). It fits $\hat y = xw$ to the four
# samples $x = y = 0, 1, 2, 3$ and starts at $w = 2$. Each step uses one sample and the loss
# $(xw - y)^2$. Its gradient is divided by 10, the batch size that was left over from the
# regression. You also need [what a seed is](../experiment/randomness.py).

# %%
import random
from collections.abc import Iterator
from itertools import pairwise

import matplotlib.pyplot as plt

lr, divisor = 0.3, 10
samples = [0, 1, 2, 3]

# %% [markdown]
# The article's listing seeds torch only. The order of the samples comes from Python's
# `random.shuffle`. Was `random` seeded too, and with which seed? The printed losses
# contain the answer.
#
# ## How does one step change the loss?
#
# Let $e = w - 1$ be the difference between the parameter and the solution. For a sample
# with $y = x$ the loss is $x^2 e^2$ and its derivative is $2 x^2 e$. A step with learning
# rate $\eta$ and divisor $m$ gives
#
# $$
# e_{\text{new}} = \Bigl(1 - \frac{2 \eta x^2}{m}\Bigr)\, e . \tag{1}
# $$
#
# The article prints the mean loss over all four samples:
#
# $$
# L = \frac14 \sum_{x = 0}^{3} x^2 e^2 = \frac72\, e^2 . \tag{2}
# $$
#
# From (1) and (2), a step on the sample $x$ multiplies the printed loss by a factor that
# depends on $x$ alone:
#
# $$
# \frac{L_{\text{new}}}{L} = q_x , \qquad
# q_x = \Bigl(1 - \frac{2 \eta x^2}{m}\Bigr)^2 . \tag{3}
# $$


# %%
def mean_loss(w: float) -> float:
    """Mean of the loss (xw − y)² over the four samples."""
    return sum((x * w - x) ** 2 for x in samples) / len(samples)


factors = {x: (1 - 2 * lr * x**2 / divisor) ** 2 for x in samples}
print({x: round(factor, 4) for x, factor in factors.items()})


# %%
#| code-fold: Check
for x in samples:
    stepped = 2 - lr * 2 * x * (x * 2 - x) / divisor  # one step from w = 2
    assert abs(mean_loss(stepped) / mean_loss(2) - factors[x]) < 1e-12

# %% [markdown]
# The four factors differ. So the quotient of two successive losses tells which sample the
# step between them used.
#
# ## Which sample did each step use?
#
# The article printed these losses in its first five epochs, which have four steps each:

# %%
printed = """
2.021600 2.021600 0.427771 0.377978
0.333982 0.333982 0.070670 0.040819
0.008637 0.004989 0.004408 0.004408
0.003895 0.002250 0.000476 0.000476
0.000476 0.000101 0.000089 0.000051"""
losses = [float(text) for text in printed.split()]

# %%
#| echo: false
from gdbook.ledger import published, read_ledger

ledger = published(read_ledger())
assert printed.split() == [ledger[f"clean.loss.{k + 1}"] for k in range(len(losses))]

# %% [markdown]
# Before the first step $e = 1$, so by (2) the loss is `=mean_loss(2)`.

# %%
#| code-fold: Code of the figure
#| fig-cap: Each quotient of successive printed losses lies at one of the four factors of (3). The dashed lines are these factors.
#| fig-alt: Twenty points, the quotients of the losses after and before each step. Four dashed horizontal lines are named x equal to 0, 1, 2 and 3. Five points lie at each line.
from gdbook.figures.seed import step_quotients

trace = [mean_loss(2), *losses]
quotients = [new / old for old, new in pairwise(trace)]
step_quotients(quotients, factors, epoch=len(samples))
plt.show()

# %% [markdown]
# The losses are rounded to six decimals. A printed loss $\ell$ stands for a loss between
# ${\ell - u}$ and ${\ell + u}$, where $u$ is half a unit of the sixth decimal. So a step from
# the printed loss $\ell$ to $\ell_{\text{new}}$ can have used the sample $x$ only if
#
# $$
# \frac{\ell_{\text{new}} - u}{\ell + u} \le q_x \le \frac{\ell_{\text{new}} + u}{\ell - u} .
# \tag{4}
# $$

# %%
half_unit = 0.5e-6


def possible_samples(old: float, new: float) -> list[int]:
    """The samples whose factor is possible between two printed losses, by (4)."""
    low = (new - half_unit) / (old + half_unit)
    high = (new + half_unit) / (old - half_unit)
    return [x for x, factor in factors.items() if low <= factor <= high]


possible = [possible_samples(old, new) for old, new in pairwise(trace)]
drawn = [x for (x,) in possible]  # fails unless every step has exactly one
epochs = [drawn[k : k + 4] for k in range(0, len(drawn), 4)]
print(*epochs, sep="\n")

# %%
#| code-fold: Check
assert all(sorted(epoch) == samples for epoch in epochs)
nearest = [min(samples, key=lambda x: abs(q - factors[x])) for q in quotients]
assert nearest == drawn
farthest = max(abs(q - factors[x]) for q, x in zip(quotients, drawn, strict=True))
closest = min(abs(a - b) for a, b in pairwise(sorted(factors.values())))
assert farthest < 0.01
assert closest > 0.1

# %% [markdown]
# For each of the `=len(drawn)` steps, exactly one sample is possible. Inequality (4) neglects the
# rounding errors of the article's float32 computation. This does not change the result: every quotient
# is within one hundredth of the factor of its sample, and two factors differ by at least one tenth.
#
# Each line contains each of the four samples once, as it must after a shuffle. Inequality (4) does not
# demand this. If every step drew one of the four samples with equal probability, all five lines would
# be like that once in about `=round((4**4 / 24) ** 5, -3):,.0f` cases.
#
# ## Which seed gives this order?
#
# Now shuffle four samples as the experiment does, once in each epoch, for one seed after
# the other. Keep the seeds that give the five orders above.


# %%
def orders(seed: int) -> Iterator[list[int]]:
    """The order of the samples in epoch 1, 2, …, with a seed of Python's random."""
    random.seed(seed)
    while True:
        order = list(samples)
        random.shuffle(order)
        yield order


def matches(seed: int) -> bool:
    """Whether a seed gives the order of the samples that was read off."""
    return all(a == b for a, b in zip(epochs, orders(seed), strict=False))


tried = 300_000
found = [seed for seed in range(tried) if matches(seed)]
print(found)

# %%
#| code-fold: Check
assert found == [20]

# %% [markdown]
# Of the first `=tried:,` seeds, exactly one gives the article's order: `=found[0]`. This is
# also the seed that the listing gives to torch. So with the line `random.seed(20)` the listing shuffles
# as the article's program did.
#
# ## Can this be an accident?
#
# There are $24^5 = `=24**5:,`$ sequences of five orders. If a seed gave each of them with
# the same probability, the expected number of matches among `=tried:,` seeds would be
# `=tried / 24**5:.2f`. So an accidental match is unlikely, but not impossible.
#
# A stronger argument is that the other numbers did not take part in the search. With
# both seeds set to `=found[0]`, all `=published:count` published numbers
# [are reproduced](../reference/ledger.py). Two of the experiments each shuffle the
# samples 30,000 times.
#
# We do not know where the article's program set the second seed. Its numbers are those of a
# program that sets it before every experiment.
#
# ## Summary
#
# - A step on the sample $x$ multiplies the mean loss of this toy by a factor that depends
#   on $x$ alone. The four factors differ.
# - Two successive printed losses determine the sample of the step between them, as long as
#   rounding leaves one factor possible. This holds for the first `=len(drawn)` steps.
# - Of the first `=tried:,` seeds of `random`, only `=found[0]` gives the order that was
#   read off.
#
# ## Exercises
#
# **1.** In epoch 6 the article printed the losses in the cell below. Read off the order of
# the samples. The search did not use it: does the seed `=found[0]` predict it?
#
# /// details | Hint
# The last loss before epoch 6 is the last one of `losses`. `possible_samples` does the rest.
# ///
#
# /// details | Solution

# %%
epoch_6 = [0.000045, 0.000026, 0.000026, 0.000006]
print([possible_samples(old, new) for old, new in pairwise([losses[-1], *epoch_6])])
print([order for order, _ in zip(orders(20), range(6), strict=False)][-1])

# %%
#| echo: false
assert [f"{l:f}" for l in epoch_6] == [ledger[f"clean.loss.{k}"] for k in range(21, 25)]

# %% [markdown]
# In each step of epoch 6 one sample is possible, and the seed gives the same order.
#
# ///
#
# **2.** In epoch 7 the article printed the losses in the cell below. Which samples are
# possible in each step? Which orders of the four samples remain?
#
# /// details | Hint
# An order contains each sample once. Go through all 24 permutations.
# ///
#
# /// details | Solution

# %%
from itertools import permutations

epoch_7 = [0.000006, 0.000005, 0.000001, 0.000001]
allowed = [possible_samples(old, new) for old, new in pairwise([epoch_6[-1], *epoch_7])]
print(allowed)
for order in permutations(samples):
    if all(x in step for x, step in zip(order, allowed, strict=True)):
        print(order)

# %%
#| echo: false
assert [f"{l:f}" for l in epoch_7] == [ledger[f"clean.loss.{k}"] for k in range(25, 29)]

# %% [markdown]
# The printed losses have only one digit left. Rounding now allows several samples in three of
# the four steps, and two orders of the samples remain.
#
# ///
#
# **3.** Let $a = 2\eta/m$. For which $a > 0$ do two different samples have the same factor
# $q_x$? Prove that the four factors differ if $a < 2/13$.
#
# /// details | Hint
# $(1 - a x^2)^2 = (1 - a z^2)^2$ means that the two brackets are equal or opposite.
# ///
#
# /// details | Solution
#
# Let $x \ne z$ be two of the samples. The brackets $1 - ax^2$ and $1 - az^2$ are equal
# only if $x^2 = z^2$, which is not the case. They are opposite if and only if
# $a (x^2 + z^2) = 2$. So two samples have the same factor if and only if
# $a = 2/(x^2 + z^2)$. The sum $x^2 + z^2$ is at most $2^2 + 3^2 = 13$, so this $a$ is at
# least $2/13$. For $a < 2/13$ all four factors differ. $\blacksquare$

# %%
from fractions import Fraction
from itertools import combinations

equal_at = {(x, z): Fraction(2, x**2 + z**2) for x, z in combinations(samples, 2)}
for (x, z), a in equal_at.items():
    assert (1 - a * x**2) ** 2 == (1 - a * z**2) ** 2
print("smallest:", min(equal_at.values()), " here:", 2 * lr / divisor)

# %% [markdown]
# Here $a$ is less than half of $2/13$.
#
# ///
#
# Next: [which numbers are reproduced?](../reference/ledger.py)
