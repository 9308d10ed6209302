# %% [markdown]
# # Why not the least-squares slope?
#
# At the end of this page you know all values that the toy with a wrong label can end at,
# how likely each is, why their mean is not the least-squares slope, and where
# `=published:wrong_label.w` and `=published:bias.w` lie among them.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x, y = np.array([0.0, 1, 2, 3]), np.array([0, 1, 2, 3.1])
lr, divisor, num_epochs = 0.3, 10, 30_000
pull = 2 * lr / divisor

# %% [markdown]
# ## Twenty-four maps, one contraction
#
# Each step multiplies *w* by a number and adds another one. So does a pass of four steps:
# $w \mapsto a w + v$. The contraction *a* is the same in all 24 orders, the shift *v* is
# not. Every epoch applies one of these maps, drawn at random.
# <span class="margin">Such a system is called an *iterated function system*.</span>

# %%
orders = list(itertools.permutations(range(4)))


def through(X: np.ndarray, order: tuple[int, ...], w: np.ndarray) -> np.ndarray:
    """Pass through single samples in an order; X (4, p), w (p,)."""
    for i in order:
        w = w - pull * (X[i] @ w - y[i]) * X[i]
    return w


X = x[:, None]
shifts = np.array([through(X, order, np.zeros(1))[0] for order in orders]).round(12)
ends_at_1 = np.array([through(X, order, np.ones(1))[0] for order in orders])
a = (ends_at_1 - shifts).mean()
distinct, times = np.unique(shifts, return_counts=True)
print("contractions", np.unique((ends_at_1 - shifts).round(9)))
for shift, number in zip(distinct, times, strict=True):
    print(f"shift {shift:.6f} in {number} orders, repeated: to {shift / (1 - a):.6f}")

# %% [markdown]
# Of the 24 shifts only `=len(distinct)` differ. The sample 0 does nothing, and the samples 1
# and 2 ask for the same slope; all that counts is which of these two come after the
# sample 3 and undo part of what it did.
#
# ## Where can the slope end?
#
# Whatever the start, the ends of the epochs come ever closer to one set, the *attractor*:
# all maps together turn it into itself. Its ends are where the two outermost maps lead when
# they are repeated. Apply all maps to the range between, and again:


# %%
def images(intervals: np.ndarray) -> np.ndarray:
    """Intervals that all maps together make of intervals, (k, 2), overlaps merged."""
    ends = (a * intervals[:, None] + distinct[:, None]).reshape(-1, 2)
    ends = ends[ends[:, 0].argsort()]
    reach = np.maximum.accumulate(ends[:, 1])
    gaps = np.append(True, ends[1:, 0] > reach[:-1])
    return np.column_stack([ends[gaps, 0], reach[np.append(gaps[1:], True)]])


where = np.array([[distinct.min(), distinct.max()]]) / (1 - a)
for epochs in range(3):
    text = " and ".join(f"{low:.6f} to {high:.6f}" for low, high in where)
    print(f"after {epochs} more epochs: {text}")
    where = images(where)

# %% [markdown]
# The second application changes nothing: the attractor is exactly two intervals, with
# a hole between them. How likely each place is follows from the maps too, and so do mean
# and variance: one more epoch multiplies them by *a* and *a*² and adds those of the
# shift, and must leave them as they were. The root of the variance, the standard
# deviation, is called the *spread* here. The run of the article beside them:

# %%
#| code-fold: From the pages before
from gdbook.data import setup_seed, shuffled

# %%
setup_seed(SEED)
drawn = [shuffled(len(x)) for _ in range(num_epochs)]
features, labels, w, ends = x.tolist(), y.tolist(), 2.0, []
for order in drawn:
    for i in order:
        w = w - pull * (features[i] * w - labels[i]) * features[i]
    ends.append(w)

mean, spread = shifts.mean() / (1 - a), (shifts.var() / (1 - a**2)) ** 0.5
best, late = x @ y / (x @ x), np.array(ends[20:])
print("           mean     spread    least     greatest")
print(f"predicted  {mean:.6f} {spread:.6f}  {where[0, 0]:.6f}  {where[-1, 1]:.6f}")
ran = late.mean(), late.std(), late.min(), late.max()
print("run        {:.6f} {:.6f}  {:.6f}  {:.6f}".format(*ran))
print(f"the end    {w:.6f}, {(w - mean) / spread:+.2f} spreads from the mean")
print(f"least squares {best:.6f}")

# %%
#| echo: false
from gdbook.ledger import published, read_ledger
from gdbook.theory.attractor import (
    after_orders,
    attractor,
    epoch_maps,
    extremes,
    shuffling_bias,
    stationary_covariance,
    stationary_mean,
)

# what the page writes out is what the tests hold
ledger, maps = published(read_ledger()), epoch_maps(X, y, lr, divisor)
assert np.allclose(maps.c[:, 0], shifts, rtol=0, atol=1e-11)
assert np.allclose(maps.A, a, rtol=0, atol=1e-11)
assert f"{w:.4f}" == ledger["wrong_label.w"]
assert np.allclose(extremes(maps), (where[0, 0], where[-1, 1]), rtol=0, atol=1e-11)
assert np.isclose(stationary_mean(maps).item(), mean, rtol=0, atol=1e-11)
assert np.isclose(stationary_covariance(maps).item(), spread**2, rtol=1e-8)

# %%
#| code-fold: Code of the figure
#| fig-cap: "Where the slope is at the end of an epoch. Bars: predicted. Dots: `=len(late):,` epochs of the run. The mean lies in the hole, where the slope itself never is."
#| fig-alt: Share of epochs against the slope w. Two separate groups of bars, from `=where[0, 0]:.4f` to `=where[0, 1]:.4f` and from `=where[1, 0]:.4f` to `=where[1, 1]:.4f`. The highest bars are near the middle of each group. Dots of the run lie on the tops of the bars. Vertical lines mark least squares at `=best:.4f` in the left group, the mean at `=mean:.4f` in the hole, and the published value near the right end.
from gdbook.figures.attractor import cloud_on_a_line

points, chances = np.array([mean]), np.ones(1)
for _ in range(8):
    points = (a * points[:, None] + distinct).ravel()
    chances = (chances[:, None] * times / 24).ravel()
edges = np.linspace(where[0, 0], where[-1, 1] + 1e-9, 64)
bars = np.histogram(points, edges, weights=chances)[0]
dots = np.histogram(late, edges)[0] / len(late)
marks = {"least squares": best, "mean": mean, "published": w}
cloud_on_a_line(edges, bars, dots, marks)
plt.show()

# %% [markdown]
# The published `=published:wrong_label.w` is a point near the right end. Which point it is
# the last few orders decide. An epoch shrinks every difference to a third, so all that was
# before is soon too small to change the fourth decimal:

# %%
margin = 0.5e-4 - abs(w - round(w, 4))
enough = int(np.ceil(np.log(margin / np.abs(where - mean).max()) / np.log(a)))
shift_of = dict(zip(orders, shifts, strict=True))
for k in (1, 2, enough, 12):
    predicted = mean
    for order in drawn[-k:]:
        predicted = a * predicted + shift_of[tuple(order)]
    print(f"from the mean through the last {k:2} orders: {predicted:.6f}")
print(f"{enough} are enough for four decimals, from wherever w was before")

# %% [markdown]
# ## Why is the mean not least squares?
#
# Samples 1 and 2 ask for the slope 1, sample 3 for a third of `=labels[3]`. Least squares
# weighs these wishes with the squares of the features. In a pass, the samples that come
# later undo part of what a sample did, and samples with a large *x* undo more. Let sample
# *i* be drawn at a random time. Each other sample *j* comes later with chance *u*, and then
# leaves the share 1 − *s*<sub>*j*</sub> of what *i* did, with *s* = 2*ηx*²/*m*. Averaged over
# *u*, the wish of sample *i* has the weight
#
# $$
# q_i = \frac{s_i}{1 - a} \int_0^1 \prod_{j \ne i} (1 - u s_j)\, du .
# $$

# %%
#| code-fold: Weights of the samples in the mean
from gdbook.theory.attractor import slope_weights

# %%
weights, wishes = slope_weights(x, lr, divisor), np.append(0, y[1:] / x[1:])
print("least squares ", (x**2 / (x @ x)).round(4), f"slope {best:.6f}")
print("passes        ", weights.round(4), f"slope {weights @ wishes:.6f}")

# %%
#| echo: false
from gdbook.theory.attractor import toy_rounding_spread

# float32, in which the article ran, rounds too little to be printed
assert 8 * toy_rounding_spread(maps, np.array([ends[-1]]))[0] < margin
replayed = after_orders(maps, drawn[-12:], np.array([mean]))[0]
assert np.isclose(replayed, predicted, rtol=0, atol=1e-11)
first_order = shuffling_bias(X, y, lr, divisor)[0]
assert np.isclose(weights @ wishes, mean, rtol=0, atol=1e-11)
kinds = attractor(maps, 8)
assert np.isclose(kinds[0] @ kinds[1], points @ chances, rtol=0, atol=1e-9)

# %% [markdown]
# A sample is undone by the others but never by itself, since a pass draws it once. So the
# sample with the largest *x*, 3, is never undone by its own factor, which is the strongest,
# and its wish, the wrong one, counts for more. The mean is `=mean - best:.6f` above least
# squares, of which `=first_order:.6f` are the part proportional to the step size: it is a property
# of the descent, not of the data.
#
# ## The same in the plane
#
# With a bias the maps have matrices $\mathbf A$ in the place of *a*, and the 24 of them
# differ. Mean and covariance must again reproduce themselves. That gives a linear
# system for the mean, and with [Kronecker products](divisor.py#with-a-bias-the-order-matters)
# one for the covariance.

# %%
plane = np.column_stack([x, np.ones(4)])
v = np.array([through(plane, order, np.zeros(2)) for order in orders])
ends_at_units = [
    [through(plane, order, unit) for unit in np.eye(2)] for order in orders
]
A = np.transpose(ends_at_units - v[:, None], (0, 2, 1))

centre = np.linalg.solve(np.eye(2) - A.mean(axis=0), v.mean(axis=0))
d = A @ centre + v - centre
squares = np.mean([np.kron(M, M) for M in A], axis=0)
cov = np.linalg.solve(np.eye(4) - squares, (d.T @ d / 24).ravel()).reshape(2, 2)
target = np.linalg.lstsq(plane, y)[0]

# %% [markdown]
# The run beside them:

# %%
setup_seed(SEED)
w, b, rows = 2.0, 0.0, []
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        r = features[i] * w + b - labels[i]
        w, b = w - pull * r * features[i], b - pull * r
    rows.append((w, b))
run = np.array(rows[300:])
for name, pair in {
    "mean, predicted": centre,
    "mean, run": run.mean(axis=0),
    "spread, predicted": np.diag(cov) ** 0.5,
    "spread, run": run.std(axis=0),
    "least squares": target,
    "the end": run[-1],
}.items():
    print(f"{name:18} w {pair[0]:.6f}  b {pair[1]:+.6f}")

# %%
#| echo: false
from gdbook.theory.attractor import directions, hull, support

plane_maps = epoch_maps(plane, y, lr, divisor)
assert np.allclose(plane_maps.A, A)
assert np.allclose(stationary_mean(plane_maps), centre, rtol=1e-12)
assert np.allclose(stationary_covariance(plane_maps), cov, rtol=1e-9)

assert f"{w:.4f}" == ledger["bias.w"]
corners = hull(plane_maps, 120, 200)
corners = corners[np.append(True, np.abs(np.diff(corners, axis=0)).max(1) > 1e-9)]
bound = support(plane_maps)
reach = ((run - centre) @ directions(len(bound)).T).max(axis=0)
assert (reach <= bound).all()
inner = ((corners - centre) @ directions(len(bound)).T).max(axis=0)

# %%
#| echo: false
#| fig-cap: "Slope and bias at the end of every 75th epoch of the run. The outline is the hull of all points that the 24 maps can reach. Least squares lies outside of the cloud, and the mean where the run hardly ever is."
#| fig-alt: Bias against slope. A cloud of points, long and narrow, rising to the right, fills an outlined polygon from slope `=corners[:, 0].min():.3f` to `=corners[:, 0].max():.3f`. The mean at slope `=centre[0]:.4f` lies in its middle; least squares at slope `=target[0]:.3f` and bias `=target[1]:.3f` lies to the left and above of it; the published end lies in the right part.
from gdbook.figures.attractor import cloud_in_the_plane

marks = {"least squares": target, "mean": centre, "published": run[-1]}
cloud_in_the_plane(run[::75], corners, marks)
plt.show()

# %% [markdown]
# The outline is wide because it leaves room for orders that come many times in a row, as
# they almost never do. A second computation (in the package: `gdbook.theory.attractor.support`) bounds
# the cloud from outside, in `=len(bound)` directions; it differs from the outline by at most
# `=1e6 * (bound - inner).max():.0f` millionths, and no epoch of the run lies beyond it. The published
# `=published:bias.w` is inside, `=(w - centre[0]) / cov[0, 0] ** 0.5:.2f` spreads above the
# mean of *w*.
#
# ## Watch the cloud fill up

# %%
#| echo: false
#| widget: gd-cloud epochs=500
#| fig-cap: "After the first few, all epochs end inside the predicted range, around the predicted mean and not around least squares, however long the run. Change the label, the step, the divisor or the seed."
#| fig-alt: Share of epochs against the slope w at their ends. Two separate groups of bars with dots of the run on their tops, the highest near the middle of each group. Vertical lines mark least squares in the left group, the mean in the hole between the groups, and the published value near the right end. With scripts on, controls below change the label, the step, the divisor, the seed and the number of epochs.
cloud_on_a_line(
    edges, bars, dots, {"least squares": best, "mean": mean, "published": late[-1]}
)
plt.show()

# %% [markdown]
# ## What was found
#
# - The published slope is one point of two intervals, from `=where[0, 0]:.4f` to
#   `=where[0, 1]:.4f` and from `=where[1, 0]:.4f` to `=where[1, 1]:.4f`, with the mean
#   `=mean:.6f` and the spread `=spread:.6f`. The last orders chose it.
# - The mean is `=mean - best:.4f` above least squares, because a pass undoes every sample by
#   the others and none by itself.
#
# Next: [what makes it settle?](settle.py)
