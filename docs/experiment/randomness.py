# %% [markdown]
# # Why does a second run print the same numbers?
#
# You will learn
#
# - what a seed does,
# - which two generators of random numbers the experiment uses,
# - what happens if one of the two is not seeded.
#
# The *experiment* of this book is the one of [the article](../reference/article.md): a linear
# regression, and then four small models.

# %%
import random

import torch

SEED = 20

# %% [markdown]
# ## What is a seed?
#
# A generator of random numbers is a computation. It keeps a *state* $s$. Each call
# computes a number $r$ from the state and replaces the state by the next one. The *seed*
# determines the first state:
#
# $$
# \begin{aligned}
# s_0 &= h(\text{seed}) , \\
# r_k &= g(s_k) , \qquad s_{k+1} = f(s_k) .
# \end{aligned} \tag{1}
# $$
#
# The functions $f$, $g$ and $h$ are fixed. So the same seed, followed by the same calls,
# gives the same numbers.
# <span class="margin">This holds as long as the library stays the same. Another version
# may use other functions.</span>

# %%
digits = []
for seed in (SEED, SEED, SEED + 1):
    random.seed(seed)
    digits.append([random.randint(0, 9) for _ in range(8)])
    print(seed, digits[-1])

# %%
#| code-fold: Check
assert digits[0] == digits[1] != digits[2]

# %% [markdown]
# The first two lines are equal. The third line has another seed, and other numbers.
#
# ## Where does the experiment use random numbers?
#
# The experiment uses two generators:
#
# | what is drawn | when | generator |
# |:--|:--|:--|
# | the features, the noise in the labels | once, at the start | torch |
# | the first weights | once, after the data | torch |
# | the order of the samples | in every epoch | Python's `random` |
#
# The function `draw` uses each of them once. It draws a number with torch and an order
# of four samples with `random`:


# %%
def draw() -> tuple[float, list[int]]:
    """Draw a number with torch and an order with random."""
    number = torch.normal(0, 1, (1,)).item()
    order = list(range(4))
    random.shuffle(order)
    return round(number, 4), order


# %% [markdown]
# ## What happens if one seed is missing?
#
# Each generator has its own state. A seed for torch does not change the state of
# `random`, which continues from the state that it happens to have. The first line below
# stands for everything that ran before.

# %%
random.seed(1)
only_torch = []
for _ in range(2):
    torch.manual_seed(SEED)
    only_torch.append(draw())
print(*only_torch, sep="\n")

# %% [markdown]
# The two runs draw the same number and different orders. They would have the same data
# and the same first weights, and would use the samples in different orders.
#
# Now seed `random` alone. Again the first line stands for everything that ran before:

# %%
torch.manual_seed(1)
only_random = []
for _ in range(2):
    random.seed(SEED)
    only_random.append(draw())
print(*only_random, sep="\n")

# %% [markdown]
# This time the orders are the same and the numbers are different.

# %%
#| code-fold: Check
(number_1, order_1), (number_2, order_2) = only_torch
assert number_1 == number_2
assert order_1 != order_2
(number_1, order_1), (number_2, order_2) = only_random
assert number_1 != number_2
assert order_1 == order_2

# %% [markdown]
# ## Seed both
#
# The function `setup_seed` sets both seeds.
# <span class="margin">The article's function of this name also seeds the GPU.
# `torch.manual_seed` includes that.</span>

# %%
from gdbook.course import setup_seed

both = []
for _ in range(2):
    setup_seed(SEED)
    both.append(draw())
print(*both, sep="\n")

# %%
#| code-fold: Check
assert both[0] == both[1]

# %% [markdown]
# Now a second run repeats everything. Every experiment of this book starts with
# `setup_seed(20)`.
#
# The article's listing seeds torch, but not `random`. Its printed losses show the order of the samples,
# and of the first 300,000 seeds of `random` only 20 gives this order.
# [Which seed shuffled the samples?](../digits/seed.py) shows how this is found. That page
# needs part 2.
#
# ## Summary
#
# - A seed determines the first state of one generator. The same seed and the same calls
#   give the same numbers.
# - torch draws the data and the first weights. Python's `random` draws the order of the
#   samples.
# - A seed for one generator does not change the other. Seed both.
#
# ## Exercises
#
# **1.** Seed torch with 20 and `random` with 21. Which of the two results of `draw()`
# remain as in the last output?
#
# /// details | Hint
# Each result depends on the state of one generator only.
# ///
#
# /// details | Solution

# %%
torch.manual_seed(20)
random.seed(21)
print(draw(), "instead of", both[0])

# %% [markdown]
# The number remains, because it depends on torch alone. The order is another one.
#
# ///
#
# **2.** After `setup_seed(20)`, somebody adds a line that draws one number with torch and
# throws it away. What does `draw()` return after that?
#
# /// details | Hint
# By (1), every call replaces the state.
# ///
#
# /// details | Solution

# %%
setup_seed(SEED)
torch.normal(0, 1, (1,))
print(draw(), "instead of", both[0])

# %% [markdown]
# The number is another one, because torch's generator is one call ahead. The order
# remains. To repeat a run, keep the calls and their order, not only the seeds.
#
# ///
#
# **3.** Replace `random.shuffle` by `torch.randperm(4)`. How many seeds are needed then?
# Does the same seed give the same order as before?
#
# /// details | Hint
# Which generator draws the order now?
# ///
#
# /// details | Solution

# %%
for _ in range(2):
    torch.manual_seed(SEED)
    number = torch.normal(0, 1, (1,)).item()
    print(round(number, 4), torch.randperm(4).tolist())

# %% [markdown]
# One seed is enough, because torch draws both. The order differs from the one above:
# it comes from another generator.
#
# ///
#
# **4.** The state of a computer's generator has finitely many possible values, say $M$.
# Prove that the numbers of (1) repeat: there are $i < j \le M$ with $r_{i+k} = r_{j+k}$
# for all $k \ge 0$.
#
# /// details | Hint
# Look at the states $s_0, s_1, \dots, s_M$.
# ///
#
# /// details | Solution
#
# The states $s_0, \dots, s_M$ are $M + 1$ values out of $M$ possible ones. So two of
# them are equal: $s_i = s_j$ with $i < j \le M$. Applying $f$ to both sides $k$ times
# gives $s_{i+k} = s_{j+k}$, and $r = g(s)$ gives $r_{i+k} = r_{j+k}$. $\blacksquare$
#
# A small generator with $M = 16$ states, $f(s) = (5 s + 3) \bmod 16$ and $g(s) = s$:

# %%
states = [SEED % 16]
while len(states) < 20:
    states.append((5 * states[-1] + 3) % 16)
print(states, "repeats after", states.index(states[0], 1))

# %% [markdown]
# According to Python's documentation, `random` has a period of $2^{19937} - 1$.
#
# ///
#
# Next: [what is there to learn from?](data.py)
