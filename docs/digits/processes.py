# %% [markdown]
# # Can several processes share a step?
#
# You will learn
#
# - how several processes compute one step of mini-batch SGD together,
# - why this step is the same in mathematics, but not in its last bits,
# - whether the printed digits stay those of the article,
# - how time and traffic grow with the number of processes,
# - how the same script runs on several machines.
#
# You need: [one step by hand](../experiment/sgd.py), [what it costs](cost.py) and
# [how a float32 is rounded](zero.py).

# %%
import math
import random

import numpy as np
import torch

num_examples, batch_size, num_epochs = 1000, 10, 300  # the article's regression

# %% [markdown]
# ## What do the processes add up?
#
# A *process* is a running program with a memory of its own. The number of processes
# that work together is the *world size* $p$. Each process has a *rank*
# $k = 0, \dots, p - 1$.
#
# Write $\mathbf x_i$ for the features of sample $i$ with a 1 behind them, so that the last
# component of $\mathbf w$ is the bias. Let $r_i = \mathbf x_i^\top \mathbf w - y_i$ be the
# residual. The gradient of the summed loss $\sum \frac12 r_i^2$ of a mini-batch $S$ is a sum over
# its samples. Cut $S$ into disjoint *shares* $S_0, \dots, S_{p - 1}$, one for each process. Then
#
# $$
# \mathbf g = \sum_{i \in S} r_i\, \mathbf x_i
# = \sum_{k=0}^{p - 1} \mathbf g_k , \qquad
# \mathbf g_k = \sum_{i \in S_k} r_i\, \mathbf x_i . \tag{1}
# $$
#
# The process of rank $k$ computes $\mathbf g_k$. An *all-reduce* then adds the vectors of
# all processes and gives each process the sum. Each process divides it by the size $B$ of
# the whole mini-batch and takes the same step. So all processes keep the same parameters.
# They send gradients only, no samples and no parameters.
#
# ## What does the script look like?
#
# Each process draws the same data and the same order of the samples, from the article's
# seed:

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data  # noqa: F401
from gdbook.data import shuffled  # noqa: F401

# %%
from gdbook.theory.processes import article_data, batches

X, y, start = article_data()

# %% [markdown]
# The function `by_hand` is the descent, as one process computes it. The process of rank $k$
# takes every $p$-th sample of a mini-batch, beginning at number $k$, where the first sample has
# the number 0. The sums are written with `sum`, which adds these few numbers one after the other.
# `torch.from_numpy` shares the memory of `g`, so `all_reduce` writes the sum of all processes
# into `g`.
#
# The function `run` connects the processes. torch calls this connection a *process group*. *gloo*
# is the library with which torch connects processes on CPUs. A process that waits for another one
# longer than the timeout stops with an error.

# %%
from gdbook.theory.processes import by_hand, run  # noqa: F401

# %% [markdown]
# Save the four blocks above, the folded one too, as `descent.py`, and add the line
# `run(by_hand, 10)`, for ten epochs. The command `torchrun`, which is installed with torch, starts the processes and gives each
# its rank and the world size. Four processes on one machine:
#
# ```sh
# torchrun --standalone --nproc-per-node=4 descent.py
# ```
#
# The build of this book starts no processes. The command `python -m bench processes` of the
# book's repository runs the same functions and records the results. It stops with an error if the
# processes of a run print different parameters. This is the record (`=bench:processes versions`)
# after ten epochs:
#
# `=bench:processes`
#
# So the processes of each run agreed in all digits. But the run of two processes differs from
# the run of one in the last digits. The run of four processes has the same parameters as the run
# of one after these ten epochs. At other steps it had different ones, as a simulation below shows.
#
# ## Why are the bits not the same?
#
# Equation (1) holds for real numbers. A float32 number has 24 binary digits, and each addition
# rounds its result to 24 digits. This addition is commutative, $a + b = b + a$. But it is not
# *associative*, that is, $(a + b) + c$ can differ from $a + (b + c)$. One counterexample is
# enough:

# %%
a, b, c = np.float32(1), np.float32(2**-24), np.float32(2**-24)
print("(a + b) + c =", (a + b) + c)
print("a + (b + c) =", a + (b + c))

# %%
#| code-fold: Check
assert (a + b) + c == 1
assert a + (b + c) == 1 + np.spacing(a) == 1 + 2.0**-23

# %% [markdown]
# The distance of 1 from the next larger float32 number is $2^{-23}$. So $1 + 2^{-24}$ lies in the
# middle between two float32 numbers. Such a tie is rounded to the number whose last binary digit
# is 0, and that is 1. This happens twice in $(a + b) + c$. In the other order, $b + c = 2^{-23}$ and
# $1 + 2^{-23}$ are float32 numbers, so nothing is rounded.
#
# One process adds ten products one after the other. Two processes add five products each, and
# then their two sums. This puts the brackets in other places, so roundings can differ.
#
# With four processes, three more additions add the four vectors $\mathbf g_k$, and their order
# matters too. gloo adds in a *ring*: each process sends to the next lower rank, and rank 0 sends to
# rank $p - 1$. One process begins the sum of a component. Each of the others receives the sum
# so far, adds its own number, and sends the result on. In the recorded runs with $p = 4$, rank 3
# begins the sums of both weights, and rank 0 begins the sum of the bias. We found this order by
# trial: it gives the recorded numbers. Another version of torch can use another order.
#
# With this order one process can compute the same sums as $p$ processes. (The argument `factor`
# is 1 until the section on `DistributedDataParallel`.)


# %%
def simulate(p: int, factor: np.ndarray | int = 1) -> np.ndarray:
    """The parameters after each step of p processes, computed by one."""
    ring = (np.array([-1, -1, 0]) - np.arange(p)[:, None]) % p  # ranks, in their order
    rows = p * math.ceil(batch_size / p)  # the last ones stay 0: they change no sum
    terms, path = np.zeros((rows, 3), np.float32), [start]
    for batch in batches(num_epochs):
        w, features = path[-1], X[batch]
        r = (features * w).sum(axis=1) - y[batch]
        terms[:batch_size] = r[:, None] * features * factor
        parts = terms.reshape(-1, p, 3).sum(axis=0)  # row k: the sum of rank k
        g = parts[ring, [0, 1, 2]].sum(axis=0)
        path.append(w - np.float32(0.0003) * g / np.float32(10))
    return np.array(path)


paths = {p: simulate(p) for p in (1, 2, 4)}
for p in (2, 4):
    gap = np.abs(paths[p] - paths[1]).max(axis=1)
    steps = np.flatnonzero(gap)
    print(f"p = {p}: other parameters after {len(steps)} steps,", end=" ")
    print(f"from {steps[0]} to {steps[-1]},\n  largest difference {gap.max():.1e}")

# %%
#| code-fold: Check
for p in (2, 4):
    gap = np.abs(paths[p] - paths[1])
    assert gap.max() <= 2.0**-22
    assert 0 < np.flatnonzero(gap.any(axis=1)).max() < len(gap) / 2
assert np.spacing(np.float32(2)) == 2.0**-22

# %% [markdown]
# The simulation gives the parameters of the table bit by bit, if torch draws the same data.
# (On other processors the last bits of its random numbers can differ.) Compared with
# one process, the parameters differ by at most $2^{-22}$, the distance between neighbouring
# float32 numbers from 2 to 4. In the second half of the run all parameters are equal. There are
# two reasons:
#
# - Another order of the additions changes $\mathbf g$ by about $10^{-7}$ times the size of its
#   terms. The step multiplies $\mathbf g$ by $\eta / B = 3 \cdot 10^{-5}$. Late in the run the
#   residuals are small, so this change is much less than the distance between neighbouring float32
#   numbers near $\mathbf w$. Then $\mathbf w$ minus the step is usually rounded to the same
#   number.
# - In exact arithmetic, two runs with the same mini-batches cannot move apart, because the
#   loss is convex and the learning rate is small. As soon as roundings give both runs the same
#   parameters, both take the next step from the same point.
#
# ## Are the printed digits the same?

# %%
true = np.array([2, -3.4, 4.2])


def printed(w: np.ndarray) -> str:
    """The errors and the mean loss with the article's decimals."""
    loss = np.mean((X.astype(float) @ w - y) ** 2) / 2
    return " ".join(f"{error:.4f}" for error in true - w) + f" loss {loss:.6f}"


for p, path in paths.items():
    print(f"p = {p}: w, b {path[-1]}\n  errors {printed(path[-1])}")

# %%
#| echo: false
from gdbook.ledger import published, read_ledger

ledger = published(read_ledger())
names = ["w_error.1", "w_error.2", "b_error", "loss"]
article = "{} {} {} loss {}".format(*(ledger[f"regression.{name}"] for name in names))
assert {printed(path[-1]) for path in paths.values()} == {article}

# %%
#| code-fold: Check
assert (paths[1][-1] == paths[2][-1]).all()
assert (paths[1][-1] == paths[4][-1]).all()

# %% [markdown]
# All three runs end at the same float32 numbers. The recorded processes did the same, in
# `=num_epochs * num_examples // batch_size:,` steps each:
#
# `=bench:processes end`
#
# Their errors and their loss are those that the article printed:
# `=published:regression.w_error.1`, `=published:regression.w_error.2`,
# `=published:regression.b_error` and `=published:regression.loss`.
#
# Equal bits at the end are not certain for other data. But a difference of $2^{-22}$
# changes the fourth decimal of an error only if the error is that close to a number at which
# the rounding to four decimals changes. [An earlier page](errors.py#does-the-order-of-the-samples-matter)
# computes how far the three errors are from such numbers.
#
# ## How do time and traffic grow?
#
# For a ring, a vector is cut into $p$ pieces, some of which may be empty. In each of $p - 1$
# rounds every process sends one piece to the next process, which adds its own numbers. Then each
# process has the sum of one piece. In $p - 1$ more rounds each process sends on the sums, until
# every process has all of them. In a round, all processes together send each piece once, that is,
# the whole vector. For $d$ features the gradient has $d + 1$ numbers of 4 bytes each. So in one step
# the processes send
#
# $$
# 2 (p - 1) \cdot 4 (d + 1) \tag{2}
# $$
#
# bytes. With $d = 2$ these are `=2 * (2 - 1) * 4 * 3` bytes for two processes and
# `=2 * (4 - 1) * 4 * 3` for four. This number does not depend on the batch size. gloo adds
# some bytes to each message.
#
# Even a short message takes some time. The table shows the recorded time of an all-reduce for
# vectors of several lengths, divided by the time in which one process computes the article's step.
# The machine had `=bench:processes cores` cores:
#
# `=bench:processes time`
#
# These numbers are all larger than 1: each all-reduce takes longer than the step. So on this
# machine it takes longer to share the article's step than to compute it in one process. By the
# [count of operations](cost.py), a process with five samples in place of ten saves
# `=4 * 5 * 2 + 2 * 5` operations. In general a process saves about $4Bd\,(1 - 1/p)$ operations.
# The number of bytes does not grow with $B$. So it can save time to share a step with a large $B$.
#
# ## What does `DistributedDataParallel` do?
#
# `DistributedDataParallel` wraps a module of torch, for example `torch.nn.Linear`, and is called like
# it. When `backward` has computed the gradient, `DistributedDataParallel` divides it by $p$ and does
# the all-reduce. So every process gets the mean of the gradients of all processes. If the loss of
# each process is the mean of $\frac12 r_i^2$ over its own share, this gradient is
#
# $$
# \frac1p \sum_{k=0}^{p - 1} \frac{1}{\lvert S_k \rvert} \sum_{i \in S_k} r_i\, \mathbf x_i . \tag{3}
# $$

# %%
import torch.distributed.nn

from gdbook.theory.processes import by_ddp  # noqa: F401

# %% [markdown]
# In `descent.py`, replace the last line by this block and the line `run(by_ddp, 10)`. When `run`
# closes the process group, no other object may still use it. Otherwise a process can hang, or
# stop with an error when it ends. A model of `DistributedDataParallel` uses the process group. So it
# exists only inside `by_ddp`, and is gone when this function returns. The module
# `torch.distributed.nn` keeps the process group that is open when it is imported. The first model
# imports this module. So the block imports it earlier, when no process group is open yet. The
# record after ten epochs:
#
# `=bench:processes ddp`
#
# If all shares have the same size, then $p \lvert S_k \rvert = B$, and (3) is $\mathbf g / B$.
# So two processes take the same steps as before, up to rounding. Ten samples for four
# processes give shares of 3, 3, 2 and 2. Then (3) gives a sample the factor
# $1 / (p \lvert S_k \rvert)$ in place of $1/B$, and the steps are different. The next cell
# simulates them, up to rounding:

# %%
sizes = [len(range(batch_size)[k::4]) for k in range(4)]
factor = np.float32([batch_size / (4 * sizes[i % 4]) for i in range(batch_size)])
unequal = simulate(4, factor[:, None])
print("factors, compared with 1/B:", *sorted({*factor.round(4)}))
print("10 epochs: ", unequal[1000])
print("300 epochs:", unequal[-1])
print("errors", printed(unequal[-1]))

# %%
#| code-fold: Check
assert sizes == [3, 3, 2, 2]
assert abs(factor.mean() - 1) < 1e-6
assert np.abs(unequal[1000] - paths[4][1000])[:2].max() > 1e-3  # the weights
assert printed(unequal[-1]) == printed(paths[1][-1])

# %% [markdown]
# After ten epochs at least one weight differs by more than $10^{-3}$ from that of `by_hand` with
# four processes. At the end the printed digits are the same. One reason is that in a random
# order each sample is equally likely to get each of the ten places, and the mean of the
# ten factors is 1. So for given parameters the expected value of the step is the same.
# The random deviations from it are too small at the end to change a printed digit of
# these results.
#
# ## How does it run on several machines?
#
# The script needs no change. For two machines with two processes each, run the same command on
# both. `HOST` is the name of one of the two. Its port 29500 must be free, and
# the machines must be able to reach each other:
#
# ```sh
# torchrun --nnodes=2 --nproc-per-node=2 --rdzv-backend=c10d \
#     --rdzv-endpoint=HOST:29500 descent.py
# ```
#
# At this address the processes agree on their ranks. All machines need the same versions of Python,
# NumPy and torch, and processors of one kind: each process draws the data by itself, and
# different data in different processes would not be noticed.
#
# ## Summary
#
# - The processes add the gradients of their shares. The rest of the step is the same in each.
# - The step is the same in mathematics. Its bits can differ, because floating-point
#   addition is not associative. The printed digits of the regression stay the same.
# - In a ring, $p$ processes together send $2 (p - 1)$ times the gradient in a step. Even a short
#   message takes time, so the article's step is faster in one process.
# - `DistributedDataParallel` takes the mean of the processes' gradients. For shares of
#   different sizes this is another step.
#
# ## Exercises
#
# **1.** What do `by_hand` and `by_ddp` compute with 20 processes?
#
# /// details | Hint
# Ten of the processes have no sample. What is the sum of no terms? By which number is the sum of
# all gradients divided?
# ///
#
# /// details | Solution
#
# The sum of no numbers is 0. So `by_hand` takes the same step as before, up to rounding. In
# `by_ddp` the loss of a process without samples is the mean of no numbers. This is not defined, and
# torch returns nan. But the processes send gradients only, and this gradient has no terms, so it
# is 0:

# %%
nothing = torch.from_numpy(X[:10][15::20])  # the share of rank 15
idle = torch.nn.Linear(3, 1, bias=False)
no_loss = torch.nn.functional.mse_loss(idle(nothing), nothing[:, :1]) / 2
no_loss.backward()
print("sum     ", nothing.numpy().sum(axis=0))
print("loss    ", no_loss.item())
print("gradient", idle.weight.grad)

# %% [markdown]
# The other ten processes have one sample each. The sum of their gradients is $\mathbf g$, and
# `DistributedDataParallel` divides it by $p = 20$, not by $B = 10$. So from the same parameters,
# each step of `by_ddp` is half of the step of `by_hand`.
#
# ///
#
# **2.** All processes seed Python's `random` with 20. What would go wrong if each process had
# a seed of its own for the order of the samples?
#
# /// details | Hint
# Which samples does a step use then, and how often?
# ///
#
# /// details | Solution
#
# The processes would take their shares from different mini-batches. The gradient would still have
# `=batch_size` terms, and all processes would keep the same parameters. But a sample could be used
# several times in an epoch, or not at all. The next cell counts this for two processes:

# %%
counts = np.zeros(num_examples, int)
for rank in range(2):
    order = random.Random(rank).sample(range(num_examples), num_examples)
    for i in range(0, num_examples, batch_size):
        counts[order[i : i + batch_size][rank::2]] += 1
print("samples used 0, 1, 2 times:", np.bincount(counts))

# %% [markdown]
# So an epoch would no longer use every sample once.
#
# ///
#
# **3.** Multiply the loss of process $k$ by a number, so that (3) is $\mathbf g / B$ whatever
# the sizes of the shares are.
#
# /// details | Hint
# Which factor does a sample have in $\mathbf g / B$?
# ///
#
# /// details | Solution
#
# In (3) a sample of $S_k$ has the factor $1/(p \lvert S_k \rvert)$. It must be $1/B$. So
# multiply the loss by $p \lvert S_k \rvert / B$. For one mini-batch:

# %%
terms = (X[:10] @ start - y[:10])[:, None] * X[:10]
shares = [terms[k::4] for k in range(4)]
print("whole   ", terms.mean(axis=0))
print("plain   ", np.mean([s.mean(axis=0) for s in shares], axis=0))
weighted = [4 * len(s) / 10 * s.mean(axis=0) for s in shares]
print("weighted", np.mean(weighted, axis=0))

# %%
#| code-fold: Check
assert math.isnan(no_loss.item())
assert not idle.weight.grad.any()
assert np.allclose(np.mean(weighted, axis=0), terms.mean(axis=0), rtol=1e-5)
plain = np.mean([s.mean(axis=0) for s in shares], axis=0)
assert not np.allclose(plain, terms.mean(axis=0), rtol=0.01)
assert counts.sum() == num_examples
assert counts.min() == 0
assert counts.max() == 2

# %% [markdown]
# ///
#
# Next: [which seed shuffled the samples?](seed.py)
