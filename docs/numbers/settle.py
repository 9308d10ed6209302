# %% [markdown]
# # What makes it settle?
#
# At the end of this page you know three ways to make the toy with a wrong label come to
# rest, which of them come to rest at least squares, and how near they are after how many
# epochs.

# %%
import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x, y = np.array([0.0, 1, 2, 3]), np.array([0, 1, 2, 3.1])
X, start = x[:, None], [2.0]
lr, divisor, num_epochs, num_runs = 0.3, 10, 3000, 6
best = np.linalg.lstsq(X, y)[0]

# %% [markdown]
# With a constant step the slope [never rests](cloud.py): the order of every pass moves it.
# That has two effects. The ends of the epochs have a *spread*, a standard deviation, and
# their mean has a *bias*, its distance from least squares. A remedy may cure one of them,
# or both.
#
# ## A step that decays
#
# For small steps the bias is proportional to $\eta$. The spread comes from the differences
# between orders and shrinks faster, like $\eta^{3/2}$. So let the step shrink: slowly enough
# that the steps still add up to any distance (Robbins and Monro, 1951).

# %%
#| code-fold: Many runs at once, and their exact moments
from gdbook.theory.attractor import epoch_maps
from gdbook.theory.settle import predicted_moments, trajectories

# %%
lrs = lr / (1 + np.arange(num_epochs) / 50)
runs = trajectories(X, y, start, lrs, divisor, num_runs, SEED)
means, covs = predicted_moments(X, y, start, lrs, divisor)
for epoch in (50, 500, num_epochs):
    off, width = means[epoch] - best, covs[epoch] ** 0.5
    measured = runs[epoch, :, 0] - best
    print(f"epoch {epoch:4}: predicted {off.item():.6f} ± {width.item():.6f},", end=" ")
    print(f"runs {measured.min():.6f} to {measured.max():.6f} from least squares")

# %%
#| code-fold: Code of the figure
#| fig-cap: "A decaying step: `=num_runs` runs, and the predicted mean with two spreads to both sides. Bias and spread both go."
#| fig-alt: Distance of w from least squares in thousandths against the epoch on a logarithmic axis. At the start of the picture a band reaches from about −2 to 7 thousandths, with jagged lines of runs in it; to the right it narrows around its mean and ends close to zero.
from gdbook.figures.settle import band_and_runs

some = np.unique(np.geomspace(5, num_epochs, 70).astype(int))
spread = covs[some, 0, 0] ** 0.5
band_and_runs(some, means[some, 0] - best, spread, runs[some, :, 0] - best)
plt.show()

# %%
#| echo: false
from gdbook.theory.attractor import shuffling_bias
from gdbook.theory.settle import decaying_lrs

assert np.array_equal(lrs, decaying_lrs(lr, num_epochs, half_after=50))
covs1, bias1 = (covs[-1] ** 0.5).item(), (means[-1] - best).item()
bias_now = shuffling_bias(X, y, lrs[-1], divisor)[0]

# %% [markdown]
# After `=num_epochs:,` epochs the spread is `=1e6 * covs1:.0f` millionths and the bias
# `=1e6 * bias1:.0f`: what is left is bias, not noise. A constant step as small as the last
# one, `=lrs[-1]:.4f`, would have a bias of `=1e6 * bias_now:.0f` millionths.
#
# ## Averaging the iterates
#
# Or keep the step, and take the average over the ends of all epochs so far. An average of
# independent values has their variance divided by their number. But each epoch keeps the
# share $a$ of what the one before it was, and for such values the variance of the average
# is $(1 + a)/(1 - a)$ times as large.

# %%
from gdbook.theory.settle import running_average

constant = np.full(num_epochs + 20, lr)
kept = trajectories(X, y, start, constant, divisor, num_runs, SEED)[21:, :, 0]
count = np.arange(1, num_epochs + 1)
averages = running_average(kept)

maps = epoch_maps(X, y, lr, divisor)
a, shifts = maps.A[0].item(), maps.c[:, 0]
mean = shifts.mean() / (1 - a)
band = np.sqrt(shifts.var() / (1 - a**2) * (1 + a) / (1 - a) / count)
off = averages[-1] - best
print(f"predicted {(mean - best).item():.6f} ± {band[-1]:.6f} from least squares")
print("runs     ", *[f"{number:.6f}" for number in off])

many = trajectories(X, y, start, constant, divisor, 1000, SEED)[21:, :, 0].mean(axis=0)
print(f"1,000 runs {(many - best).mean():.6f} ± {many.std():.6f}")

# %%
#| echo: false
from gdbook.theory.attractor import average_covariance

assert np.isclose(average_covariance(maps, num_epochs).item(), band[-1].item() ** 2)

# %%
#| code-fold: Code of the figure
#| fig-cap: "The average of all epochs so far. The spread goes. The bias stays: the average comes to rest at the mean, and that is not least squares."
#| fig-alt: Distance of the running average from least squares in thousandths against the number of epochs on a logarithmic axis. The lines of the runs narrow with the band around a constant mean of about `=1000 * (mean - best).item():.1f` thousandths, well above the dashed line of least squares at zero.
some = np.unique(np.geomspace(5, num_epochs, 70).astype(int)) - 1
level = np.full(len(some), mean - best)
band_and_runs(some + 1, level, band[some], averages[some] - best)
plt.show()

# %% [markdown]
# One of the six runs is `=np.abs((averages[-1] - mean) / band[-1]).max():.1f` deviations off.
# That is rare: of the 1,000 runs `=np.sum(np.abs(many - mean) > 3 * band[-1])` are off by more
# than three, and all together they have the predicted mean and deviation. Averaging removes
# what differs from epoch to epoch. The bias is what they have in common.
#
# ## A full batch
#
# Or use all four samples in each step. Then no order is left that could matter: the
# run is one fixed map, and its only fixed point is least squares. The article's step
# `=lr` would be too long [for a full batch](divisor.py). One pass pulls as much as a
# full-batch step of $n \eta / m$, which is `=len(x) * lr / divisor:.2f`.


# %%
from gdbook.theory.settle import full_batch

step = len(x) * lr / divisor
path = full_batch(X, y, start, step, 20)
factor = 1 - step * 2 * np.mean(x**2)
off = np.abs(path[:, 0] - best)
print(f"predicted factor a step {factor:.4f}, measured {off[1] / off[0]:.4f}")
print("distance after 5, 10, 15 steps", *[f"{off[t]:.0e}" for t in (5, 10, 15)])

# %% [markdown]
# ## With a bias, too
#
# The toy with a bias has two curvatures. Along the smaller one a step of the same size
# does much less. So its full batch needs more steps, and its step must decay more slowly:
# here to one half in 100 epochs instead of 50.

# %%
plane, corner = np.column_stack([x, np.ones(4)]), [2.0, 0.0]
target = np.linalg.lstsq(plane, y)[0]
factors = 1 - step * np.linalg.eigvalsh(2 * plane.T @ plane / 4)

full = full_batch(plane, y, corner, step, 20)
lrs = lr / (1 + np.arange(num_epochs) / 100)
runs = trajectories(plane, y, corner, lrs, divisor, num_runs, SEED)
means, covs = predicted_moments(plane, y, corner, lrs, divisor)

left = np.linalg.norm(full - target, axis=1)
print(f"full batch: predicted {factors.max():.4f} a step, run {left[9] / left[8]:.4f}")
off, width = means[-1] - target, np.sqrt(np.diag(covs[-1]))
ran = runs[-1] - target
for k, name in enumerate("wb"):
    print(f"decaying, {name}: predicted {off[k]:+.6f} ± {width[k]:.6f}, runs", end="")
    print(f" {ran[:, k].min():+.6f} to {ran[:, k].max():+.6f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "The toy with a bias, decaying step: the slope `w` of `=num_runs` runs in the predicted band."
#| fig-alt: Distance of the slope from least squares in thousandths against the epoch on a logarithmic axis. A wide band with jagged lines in it at the left narrows towards zero at the right.
some = np.unique(np.geomspace(60, num_epochs, 60).astype(int))
spread = covs[some, 0, 0] ** 0.5
band_and_runs(some, means[some, 0] - target[0], spread, runs[some, :, 0] - target[0])
plt.show()

# %%
#| code-fold: Code of the figure
#| fig-cap: "Full batches go straight to least squares, each at its own rate. Lines: predicted. Dots: the runs."
#| fig-alt: Distance from least squares against the step on a logarithmic axis. Two straight falling lines with dots on them, a steep one for the toy without a bias and a flatter one for the toy with a bias.
from gdbook.figures.settle import straight_down

both = np.column_stack([np.abs(path[:, 0] - best), left[:21]])[:16]
straight_down(both, {"slope alone": factor, "slope and bias": factors.max()})
plt.show()

# %% [markdown]
# ## What was found
#
# - A decaying step removes the spread and the bias: `=1e6 * covs1:.0f` and
#   `=1e6 * bias1:.0f` millionths are left after `=num_epochs:,` epochs of the slope alone.
# - Averaging removes the spread and keeps the bias, `=(mean - best).item():.4f`.
# - A full batch has neither, and goes straight to least squares.
#
# Next: [how many new samples would decide?](model-or-data.py)
