# %% [markdown]
# # Where do the last digits come from?
#
# At the end of this page you know which part of each result of the regression is noise
# in the labels and which is a descent that was stopped early, and how to predict all
# four printed numbers without running the descent.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
true_w, true_b = torch.tensor([2, -3.4]), 4.2
sigma, num_examples = 0.01, 1000
lr, num_epochs, batch_size, num_runs = 0.0003, 300, 10, 200

# %% [markdown]
# After `=num_epochs` epochs the article printed the loss
# `=published:regression.loss` and the errors `=published:regression.w_error.1`,
# `=published:regression.w_error.2` and `=published:regression.b_error`. The data, the first
# parameters and the step size are known before the first step. They are enough.
#
# Part 3 needs one matrix, the *Hessian* $\mathbf H = \mathbf X^\top \mathbf X / n$: the
# second derivatives of the mean loss. Its eigenvalues are the curvatures of the loss along
# its axes. If you meet them here for the first time, read [part 4](../why/minus.py) first.

# %%
#| code-fold: From the pages before
from gdbook.data import setup_seed, shuffled, synthetic_data

# %%
setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
start = np.append(torch.normal(0, 0.01, (2, 1)).double(), 0)
truth = np.array([2, -3.4, true_b])

X = np.column_stack([features.double(), np.ones(num_examples)])
y = labels[:, 0].double().numpy()
H, best = X.T @ X / num_examples, np.linalg.lstsq(X, y)[0]

# %% [markdown]
# ## The loss: a floor and an excess
#
# Three fitted parameters leave a share $(n - 3)/n$ of the noise. So the least possible mean
# loss, the *floor*, is expected to be that share of $\sigma^2/2$; the labels of one data set
# can make it a little larger or smaller.
# What lies above the floor, the *excess*, depends on where the descent stops. Its mean path
# is known: $t$ steps multiply the distance from least squares by
# $(\mathbf I - \eta \mathbf H)^t$.

# %%
#| code-fold: The mean path as a function
from gdbook.theory.floor import mean_path

# %%
steps = num_epochs * (num_examples // batch_size)
end = mean_path(start, best, H, lr, steps)

freedom = num_examples - len(best)
usual = sigma**2 / 2 * freedom / num_examples
spread = usual * math.sqrt(2 / freedom)
floor = ((X @ best - y) ** 2).mean() / 2
excess = ((X @ (end - best)) ** 2).mean() / 2
print(f"floor, expected      {usual:.8f} ± {spread:.8f}, prints {usual:.6f}")
print(f"floor of these data  {floor:.8f}, prints {floor:.6f}")
print(f"excess               {excess:.8f}")
print(f"together             {floor + excess:.8f}, prints {floor + excess:.6f}")

# %% [markdown]
# The noise alone sets `=100 * floor / (floor + excess):.1f` percent of the loss. But the
# last digit needs both parts: with an average floor it would print `=usual + excess:.6f`,
# with the floor alone `=floor:.6f`.
#
# ## The errors: noise and unfinished
#
# Each error (truth minus end) is again a sum of two parts. The *noise* part is truth minus
# least squares: the noise of the labels causes it. The *unfinished* part is least squares
# minus end: the descent had not yet done it.

# %%
noise, unfinished = truth - best, best - end
print("     noise       unfinished  together    prints")
for name, s, u in zip(["w0", "w1", "b "], noise, unfinished, strict=True):
    print(f"{name}   {s:+.6f}   {u:+.6f}   {s + u:+.6f}   {s + u:+.4f}")

# %% [markdown]
# Most people expect the errors to be noise, as the loss is. They are not: almost all of
# each error is descent that was not yet done. In the smallest of the three the
# unfinished part is `=np.abs(unfinished / noise).min():.0f` times the noise part.
# <span class="margin">The last digits differ from the [table of part
# 1](../experiment/train.py), since that run rounds to float32.</span> Here are the four predictions beside what the article printed, and beside its
# run in float32:

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import linear_regression
from gdbook.reproduce import compare
from gdbook.tables import MARK, entry, markdown_table
from gdbook.theory.floor import (
    epochs_until_statistical,
    excess_loss,
    expected_floor,
    floor_spread,
    split_error,
)

# what the page writes out is what the tests hold
parts = split_error(truth, best, end)
assert np.array_equal(parts, (noise, unfinished))
assert math.isclose(usual, expected_floor(sigma, num_examples, len(best)))
assert math.isclose(spread, floor_spread(sigma, num_examples, len(best)))
assert math.isclose(excess, excess_loss(end, best, H), rel_tol=1e-9)

result = linear_regression(by_hand=True)
ids = ["regression.loss", "regression.w_error", "regression.b_error"]
ran = [row for name in ids for row in compare(entry(name), result)]
predictions = {
    "loss": floor + excess,
    **dict(zip(["error of w0", "error of w1", "error of b"], truth - end, strict=True)),
}
rows = []
for row, (name, value) in zip(ran, predictions.items(), strict=True):
    text = f"{value:.{len(row.published.partition('.')[2])}f}"
    equal = MARK[text == row.published == row.reproduced]
    rows.append([name, text, row.reproduced, row.published, equal])
Markdown(markdown_table(["result", "predicted", "run", "published", "equal"], rows))

# %% [markdown]
# ## How many epochs until the noise is the larger part?
#
# The unfinished part shrinks by about
# `=100 * (1 - np.exp(-lr * steps / num_epochs * np.trace(H) / 3)):.0f` percent an epoch. The
# noise part stays. So there is an epoch in which they change places.

# %%
per_epoch = num_examples // batch_size
path = mean_path(start, best, H, lr, per_epoch * np.arange(451))

excesses = (((path - best) @ X.T) ** 2).mean(axis=1) / 2
needed = (np.abs(path - best) < np.abs(noise)).argmax(axis=0)
loss_needed = (excesses < floor).argmax()
print(f"predicted: errors from epoch {needed} on, the loss from {loss_needed}")

# %% [markdown]
# The run beside it: the article's batches in the article's order, in float64, and half
# as many epochs again.

# %%
setup_seed(SEED)
run = [start]
for _ in range(450):
    w = run[-1]
    for drawn in np.reshape(shuffled(num_examples), (-1, batch_size)):
        w = w - lr / batch_size * ((X[drawn] @ w - y[drawn]) @ X[drawn])
    run.append(w)
run = np.array(run)

losses = ((run @ X.T - y) ** 2).mean(axis=1) / 2
measured = (np.abs(run - best) < np.abs(noise)).argmax(axis=0)
loss_measured = (losses - floor < floor).argmax()
print(f"measured:  errors from epoch {measured} on, the loss from {loss_measured}")

# %% [markdown]
# Where the two differ by an epoch, it is the order of the samples that shifts the run.

# %%
#| code-fold: Code of the figure
#| fig-cap: "At epoch `=num_epochs` the loss has long been noise, and the errors are still descent. Lines: predicted. Dots: the run."
#| fig-alt: Unfinished part divided by noise part, against the epoch, on a logarithmic axis. Four straight falling lines with the dots of the run on them. The line of the loss crosses 1 near epoch `=loss_needed`, those of the three errors between epochs `=needed.min()` and `=needed.max()`. A vertical line marks epoch `=num_epochs`, between the two.
from gdbook.figures.regression import parts_against_epoch

predicted = np.c_[excesses / floor, np.abs((path - best) / noise)]
ratios = np.c_[losses / floor - 1, np.abs((run - best) / noise)]
parts_against_epoch(predicted, ratios, [loss_needed, *needed], num_epochs)
plt.show()

# %% [markdown]
# ## A lucky data set
#
# The errors show so little noise partly because this data set is a lucky one. Least squares
# usually misses the truth by about its standard errors. How likely is it to miss by as little
# as here? The squared misses, freed of their correlation and summed in units of the standard
# errors, follow $\chi^2$ with three degrees of freedom.

# %%
usual_miss = sigma * np.sqrt(np.diag(np.linalg.inv(X.T @ X)))
q = noise @ (X.T @ X) @ noise / sigma**2
chance = math.erf(math.sqrt(q / 2)) - math.sqrt(2 * q / math.pi) * math.exp(-q / 2)
print("standard errors ", *[f" {number:.6f}" for number in usual_miss])
print("noise parts     ", *[f"{number:+.6f}" for number in noise])
print(f"one data set in {1 / chance:,.0f} misses by so little")

# %% [markdown]
# On a usual data set the two parts of an error would have been of similar size at epoch
# `=num_epochs`. The unfinished part would have been the same as here.
#
# ## Are the digits luck?
#
# The descent draws its batches at random, and rounds. A predicted digit is only worth
# something if neither can change it. At least squares the pulls of all samples sum to
# zero. A pass that uses every sample once adds them all up: whatever one batch did,
# the others undo, except for a small remainder. Batches that are drawn afresh do not have this.
# After a single pass from least squares, `=num_runs` runs of each kind:


# %%
def deviation(batches: np.ndarray) -> np.ndarray:
    """Deviation of the end over many runs; batches (runs, steps, batch_size)."""
    w = np.tile(best, (len(batches), 1))
    for drawn in batches.transpose(1, 0, 2):
        r = (X[drawn] @ w[:, :, None])[:, :, 0] - y[drawn]
        w = w - lr / batch_size * (r[:, None, :] @ X[drawn])[:, 0]
    return w.std(axis=0)


rng = np.random.default_rng(SEED)
samples = np.tile(np.arange(num_examples), (num_runs, 1))
shuffles = rng.permuted(samples, axis=1).reshape(num_runs, -1, batch_size)
draws = rng.choice(num_examples, shuffles.shape)
print("shuffled     ", *[f"{number:.1e}" for number in deviation(shuffles)])
print("drawn afresh ", *[f"{number:.1e}" for number in deviation(draws)])

# %% [markdown]
# Now predicted for the end of epoch `=num_epochs`: how far each error is from printing
# another digit, and the deviations that could take it there:

# %%
#| echo: false
from gdbook.theory.floor import (
    replaced_spread,
    rounding_margin,
    rounding_spread,
    shuffled_mean,
    shuffled_spread,
    standard_errors,
)

assert np.allclose(usual_miss, standard_errors(X, sigma), rtol=1e-12, atol=0)

until = epochs_until_statistical(truth, best, start, H, lr, per_epoch)
assert needed.tolist() == until.tolist()
how = (X, y, lr, batch_size)
order = shuffled_spread(*how, num_epochs)
rounding = rounding_spread(end, H, lr, steps)
exact = shuffled_mean(start, *how, num_epochs)
margin = rounding_margin(truth - end, 4) - np.abs(exact - end)
table = {
    "distance to the next printed digit": margin,
    "deviation caused by the order": order,
    "… by float32 rounding": rounding,
    "… by batches drawn afresh": replaced_spread(*how, steps),
}
cells = [[name, *(f"{1e6 * v:.2g}" for v in row)] for name, row in table.items()]
Markdown(markdown_table(["millionths", "w0", "w1", "b"], cells))

# %% [markdown]
# Every distance is wider than
# `=math.floor((margin / np.hypot(order, rounding)).min())` deviations of order and rounding
# together: another order would all but certainly print the same errors. Had the batches been
# drawn afresh, the distance would be about one deviation, and the digits would be luck. The
# float64 run ended within `=(np.abs(run[num_epochs] - exact) / order).max():.1f` deviations by
# order from its predicted mean.
#
# ## What was found
#
# - Loss `=floor + excess:.6f`: a floor of `=1e6 * floor:.1f` millionths that the labels set,
#   and an excess of `=1e6 * excess:.1f` millionths that the descent left.
# - Errors `=(truth - end)[0]:.4f`, `=(truth - end)[1]:.4f`, `=(truth - end)[2]:.4f`: unfinished
#   descent, all three. Only from epochs `=needed[0]`, `=needed[1]` and `=needed[2]` on
#   the noise is the larger part.
# - The digits are no luck, because a shuffled pass uses every sample once.
#
# Next: [when is a loss really zero?](zero.py)
