# %% [markdown]
# # How large should a step be?
#
# At the end of this page you know how many steps every step size costs, on the
# regression and on the toys, where the descent begins to diverge, and how far the
# article's step size was from the best.

# %%
from bisect import bisect_left
from functools import partial
from itertools import permutations

import matplotlib.pyplot as plt
import numpy as np

SEED, lr, tolerance = 20, 0.0003, 1e-6

# %%
#| code-fold: From the pages before
import torch

from gdbook.data import setup_seed, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
start = np.append(torch.normal(0, 0.01, (2, 1)).double().numpy(), 0)
X, y = np.c_[features.double().numpy(), np.ones(1000)], labels[:, 0].double().numpy()
H, minimiser = X.T @ X / 1000, np.linalg.lstsq(X, y, rcond=None)[0]

# %% [markdown]
# ## Where it begins to diverge
#
# The loss of the regression is a bowl around its least-squares solution. Along each axis
# of the bowl, a step on all samples multiplies the distance from it by $1 - \eta \lambda$, with
# the curvature $\lambda$ of that axis. While the product is below 1 the distance keeps its sign.
# At 1 it is gone in one step. Between 1 and 2 it changes its sign at every step, and
# shrinks all the same. Divergence starts at 2, on the steepest axis first.

# %%
from gdbook.theory.basics import critical_lr
from gdbook.theory.step_size import best_lr

curvatures = np.linalg.eigvalsh(H)
critical, best = critical_lr(curvatures[-1]), best_lr(H)
print("curvatures", curvatures.round(4))
print(f"critical step size {critical:.5f}")
print(f"best step size {best:.5f}")

# %% [markdown]
# At the best step size the flattest and the steepest axis shrink alike. The mean path
# predicts the distance after 100 steps; the run stands beside it, at half of the critical
# step size, where the product is 1, and around the limit:

# %%
from gdbook.theory.floor import mean_path

off, origin = start - minimiser, np.zeros(3)
for share in (0.5, 0.9, 0.99, 1.01):
    predicted, run = mean_path(off, origin, H, share * critical, 100), off
    for _ in range(100):
        run = run - share * critical * H @ run
    ends = [np.linalg.norm(end) for end in (predicted, run)]
    print("{:4}: distance {:.1e}; run {:.1e}".format(share, *ends))

# %% [markdown]
# ## The price of a step size
#
# How many steps until the distance to the solution is a millionth of what it was? The
# mean path says it without running the descent. Below the critical step size the
# distance only falls, so that a bisection finds the step.

# %%
#| code-fold: How the steps of a run are counted
from gdbook.theory.step_size import first_below


# %%
def predicted_steps(eta: float) -> float:
    """Count the steps to a millionth; infinite where the descent diverges."""

    def arrived(t: int) -> bool:
        left = np.linalg.norm(mean_path(off, origin, H, eta, t))
        return bool(left <= tolerance * np.linalg.norm(off))

    return bisect_left(range(10**6), True, key=arrived) if eta < critical else np.inf


falling = critical - (critical - best) * np.geomspace(0.7, 0.003, 12)
lrs = np.concatenate([np.geomspace(lr, best, 25), falling, [1.01 * critical]])
predicted = np.array([predicted_steps(eta) for eta in lrs])

# %% [markdown]
# The run descends with all step sizes at once, one in each row of `w`:

# %%
eta, pull, w = lrs[:, None], X.T @ y / 1000, np.tile(start, (len(lrs), 1))
measured = first_below(
    lambda w: w - eta * (w @ H - pull), w, minimiser, tolerance, 60_000
)
print(f"equal at {np.sum(predicted == measured)} of {len(lrs)} step sizes")
print(f"article's: {predicted[0]:,.0f} steps; run {measured[0]:,.0f}")
print(f"best: {predicted[24]:.0f} steps; run {measured[24]:.0f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "Steps that the regression needs, predicted (line) and run (points). For short steps, doubling one halves the price. Beyond the best step size, `=best:.2f`, the price climbs, and at `=critical:.5f` it is infinite."
#| fig-alt: Steps needed over the step size, both on logarithmic axes. A straight line falls from nearly fifty thousand steps at the article's step size to six at the best one and then turns up steeply along a dashed vertical line. The points of the run lie on the line.
from gdbook.figures.step_size import needed_over_lr

fig = needed_over_lr(lrs, predicted, measured, [critical], "steps")
fig.axes[0].set_xscale("log")
plt.show()

# %% [markdown]
# With all samples in every step, the article's step size needs `=predicted[0]:,.0f` steps and
# the best one `=predicted[24]:.0f`. In mini-batches a longer step also leaves more noise.
#
# ## In mini-batches

# %%
#| echo: false
from gdbook.theory.step_size import (
    batch_mean_square_radius,
    contraction,
    measured_batch_epochs,
)

assert contraction(H, best * np.array([0.99, 1, 1.01])).argmin() == 1


def batch_limit(size: int) -> float:
    """Step size, in steps of 1/100,000, from which on the mean square grows."""
    grid = range(200_000)
    return (
        bisect_left(grid, 1, key=lambda k: batch_mean_square_radius(X, k / 1e5, size))
        / 1e5
    )


def distance(t: int) -> float:
    """Share of the distance that is left after t steps with the article's step size."""
    left = np.linalg.norm(mean_path(off, origin, H, lr, t))
    return float(left / np.linalg.norm(off))


limits = {size: batch_limit(size) for size in (1, 10, 100, 1000)}
hundredth = bisect_left(range(30_000), -0.01, key=lambda t: -distance(t)) / 100
(epochs,) = measured_batch_epochs(X, y, start, np.array([lr]), 10, 0.01, 300, SEED)

# %% [markdown]
# While steps are short, steps on 10 samples each do what as many steps on all samples do:
# at the article's step size a hundredth of the distance is left after `=hundredth:.1f` epochs
# of `=1000 // 10` steps; in a run it was epoch `=epochs:.0f`.
#
# But few samples can bend the loss more sharply than all of them together. With batches
# drawn afresh, no sample twice in one batch, the mean square of the distance settles only
# below a critical step size of its own: `=limits[100]:.3f` for 100 samples,
# `=limits[10]:.3f` for 10, `=limits[1]:.3f` for a single one. The run beside it: of 500
# descents on 10 samples, how many are farther away after 60 steps than at the start? The
# labels are without noise, so that the distance can go to zero.

# %%
rng, tried = np.random.default_rng(SEED), np.array([1, 1.4, 1.8, 2.2])
w, samples = np.tile(off, (4, 500, 1)), np.tile(np.arange(1000), (500, 1))
for _ in range(60):
    batch = X[rng.permuted(samples, axis=1)[:, :10]]  # the same for all step sizes
    w = w - tried[:, None, None] / 10 * np.einsum("rbi,rbj,erj->eri", batch, batch, w)
for eta, square in zip(tried, np.sum(w**2, axis=2) / (off @ off), strict=True):
    print(f"{eta:.1f}: {np.mean(square > 1):4.0%}; mean square {square.mean():.0e}")

# %% [markdown]
# ## The toys
#
# The clean toy has one parameter. A pass over its samples multiplies the distance by
# $\prod_i (1 - 2 \eta x_i^2 / m)$ in any order, with the left-over divisor 10 for $m$.
# Where that lies between −1 and 1 the toy converges, [up to exact limits](divisor.py).
# The labels do not enter: with a wrong label the limits are the same.

# %%
x, divisor, toy_lr = np.arange(4.0), 10, 0.3


def factor(etas: np.ndarray) -> np.ndarray:
    """What a pass leaves of the distance, without its sign."""
    return np.abs(np.prod(1 - 2 * etas[:, None] / divisor * x**2, axis=1))


fine = np.linspace(0, 6, 600_001)
limits_toy = fine[:-1][np.diff(factor(fine) < 1)][1:]  # the first change is at 0
print("critical step sizes", limits_toy.round(4))

low, high = np.linspace(0.01, 2.03, 40), np.linspace(4.775, 5.18, 40)
etas = np.sort(np.concatenate([low, high, [toy_lr, 2.1, 4.7]]))
left = factor(etas)
foretold = np.full(len(etas), np.inf)
foretold[left < 1] = np.ceil(np.log(tolerance) / np.log(left[left < 1]))


# %%
def advance(rows: np.ndarray, etas: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Take a pass in random order, with every step size at once; off (k, p)."""
    for row in rng.permutation(rows):
        off = off - 2 * etas[:, None] / divisor * np.outer(off @ row, row)
    return off


one_pass, ones = partial(advance, x[:, None], etas), np.ones((len(etas), 1))
counted = first_below(one_pass, ones, np.zeros(1), tolerance, 2000)
print(f"equal at {np.sum(foretold == counted)} of {len(etas)} step sizes")

# %%
#| code-fold: Code of the figure
#| fig-cap: Epochs that the clean toy needs, predicted (line) and run (points). A descent on all samples does not have the second window.
#| fig-alt: Epochs needed over the step size from 0 to about 5. A curve falls from hundreds to three, rises a little, falls again and climbs along a dashed line near 2. A second valley lies between two dashed lines around 5. Points lie on both.
needed_over_lr(etas, foretold, counted, limits_toy, "epochs")
plt.show()

# %% [markdown]
# In the second window single samples throw the parameter far out, and the others bring it
# back within the same pass. The article's `=toy_lr` lies in the first. With the divisor
# that its code meant, 1 instead of 10, all limits are a tenth, and `=toy_lr` lies
# outside.
#
# The toy with a bias has two parameters, and the order matters. A pass in a given order is
# a matrix `A`; instead of one factor there is the mean of `np.kron(A, A)` over all 24
# orders, which says [what a pass does](divisor.py#with-a-bias-the-order-matters) to the mean
# square of the distance.

# %%
plane, square = np.c_[x, np.ones(4)], np.array([1.0, 0, 0, 0])


def mean_square(eta: float) -> np.ndarray:
    """Mean of kron(A, A) over all orders of a pass, (4, 4)."""
    steps = [np.eye(2) - 2 * eta / divisor * np.outer(row, row) for row in plane]
    passes = [np.linalg.multi_dot(order) for order in permutations(steps)]
    return np.mean([np.kron(A, A) for A in passes], axis=0)


def predicted_epochs(eta: float) -> int:
    """Count the epochs until the root of the mean square is a millionth."""
    power = partial(np.linalg.matrix_power, mean_square(eta))
    left = range(10**5)
    return bisect_left(
        left, -(tolerance**2), key=lambda t: -(power(t) @ square)[[0, 3]].sum()
    )


# %%
def radius(k: int) -> float:
    """Factor by which the mean square grows each pass, at the step size k/100,000."""
    return np.abs(np.linalg.eigvals(mean_square(k / 1e5))).max()


limit = bisect_left(range(300_000), 1, key=radius, lo=1) / 1e5
wide = np.sort(np.append(np.linspace(0.05, limit - 0.004, 22), toy_lr))
foretold = np.array([predicted_epochs(eta) for eta in wide])
one_pass, ones = partial(advance, plane, wide), np.tile([1.0, 0], (len(wide), 1))
runs = [first_below(one_pass, ones, np.zeros(2), tolerance, 2000) for _ in range(5)]
at = list(wide).index(toy_lr)
print(f"critical {limit:.4f}")
print(f"article's: {foretold[at]}; runs", *(int(run[at]) for run in runs))

# %%
#| echo: false
from gdbook.theory.attractor import epoch_maps, mean_square_path

squares = mean_square_path(epoch_maps(plane, x, toy_lr, divisor), np.array([1, 0]), 999)
assert foretold[at] == (squares <= tolerance**2).argmax()

# %%
#| code-fold: Code of the figure
#| fig-cap: Epochs that the toy with a bias needs, predicted from the mean square (line) and in five runs (points). Close to the limit a few bad orders dominate the mean, and most runs do better.
#| fig-alt: Epochs needed over the step size from 0 to 2. The line falls from a thousand to about thirty and climbs towards a dashed line just below 2. Points lie on the line at small step sizes and below it near the limit.
needed_over_lr(wide, foretold, np.transpose(runs), [limit], "epochs")
plt.show()

# %% [markdown]
# ## What was found
#
# - On the regression the descent diverges from `=critical:.5f` on, where the step size
#   times the largest curvature is 2; 1 is not the limit.
# - The predicted number of steps was the measured one at every step size. With all samples
#   in every step, the best one needs about
#   `=round(predicted[0] / predicted[24], -3):,.0f` times fewer steps than the article's.
# - The clean toy converges up to `=limits_toy[0]:.4f`, and once more between
#   `=limits_toy[1]:.4f` and `=limits_toy[2]:.4f`; the toy with a bias, in the mean square,
#   up to `=limit:.4f`.
#
# Next: [what does torch do in your place?](by-torch.py)
