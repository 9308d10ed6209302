# %% [markdown]
# # Why does the slope not end at least squares?
#
# You will learn
#
# - near which values of $w$ the epochs of the toy with a wrong label end, and how often,
# - why the order of the samples in the last few epochs determines the printed digits,
# - why the mean of these values is not the least-squares slope.
#
# You need: [the toy with a wrong label](../zero/wrong-label.py).

# %%
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x, y = np.array([0.0, 1, 2, 3]), np.array([0, 1, 2, 3.1])
lr, divisor, start, num_epochs = 0.3, 10, 2.0, 30_000
s = 2 * lr / divisor * x**2
best = x @ y / (x @ x)  # the least-squares slope

# %% [markdown]
# ## What does one epoch do to the slope?
#
# The model is $\hat y = xw$, and sample $i$ is the one with $x_i = i$. All samples but
# sample 3, whose label is wrong, are fitted by $w = 1$. A step with sample $i$ replaces
# $w$ by $w - \tfrac{2\eta}{m}\,(x_i w - y_i)\,x_i$, where $\eta$ is the learning rate and
# $m$ the divisor. This multiplies $w$ by $1 - s_i$, where $s_i = 2\eta x_i^2/m$, and adds
# a constant. An epoch takes all four samples in an order $\pi$, so it is again of this
# form:
#
# $$
# w \mapsto a\,w + v_\pi , \qquad a = \prod_{i} (1 - s_i) .
# \tag{1}
# $$
#
# The factor $a$ is the same for all 24 orders. The shift $v_\pi$ depends on the order. An
# epoch applies one of these maps, drawn at random.
# <span class="margin">Such a set of maps is called an *iterated function system*.</span>
# If the same order is repeated for ever, $w$ converges to the fixed point $v_\pi/(1 - a)$.

# %%
orders = list(itertools.permutations(range(4)))


def one_pass(order, w):
    """Take one step with each sample, in the given order."""
    for i in order:
        w = w - 2 * lr / divisor * (x[i] * w - y[i]) * x[i]
    return w


a = np.prod(1 - s)
# rounded, so that shifts that differ by rounding errors only count as equal
shifts = np.array([one_pass(order, 0.0) for order in orders]).round(12)
distinct, times = np.unique(shifts, return_counts=True)
for v, number in zip(distinct, times, strict=True):
    print(f"shift {v:.6f} in {number} orders, fixed point {v / (1 - a):.6f}")

# %% [markdown]
# Only `=len(distinct)` of the 24 shifts differ. The reason: steps with samples 0, 1 and 2
# only multiply $w - 1$ by $1 - s_i$. The step with sample 3 also adds a constant, and each
# later sample $j$ of the epoch multiplies this constant by $1 - s_j$. Since $s_0 = 0$, the
# shift depends only on which of the samples 1 and 2 come after sample 3.
#
# ## Where can the slope end?
#
# The *attractor* of the maps is the set $K$ that all maps together turn into itself:
#
# $$
# \begin{gathered}
# K = \bigcup_\pi \, (a K + v_\pi) , \\
# K \ne \emptyset \text{ closed and bounded} .
# \end{gathered} \tag{2}
# $$
#
# **Statement.** Let $0 \le a < 1$. At most one set $K$ satisfies (2). After $k$ epochs,
# whatever their orders, the distance of $w$ from $K$ is at most $a^k$ times its distance at
# the start.
#
# *Proof.* Let $p$ be the point of $K$ that is nearest to $w$. By (2), $a p + v_\pi$ lies in
# $K$ too, and its distance from $a w + v_\pi$ is $a\,|w - p|$. So each epoch multiplies the
# distance from $K$ by at most $a$. This proves the second part. For the first part let $K'$
# be another such set, and let $D$ be the largest distance of a point of $K'$ from $K$. By
# (2), each point of $K'$ is the image of a point of $K'$, so its distance from $K$ is at most
# $aD$. Hence $D \le aD$, so $D = 0$, and $K' \subseteq K$. With the two exchanged,
# $K \subseteq K'$. $\blacksquare$
#
# To find $K$, take the interval from the least to the greatest fixed point. Apply all maps to
# it, and apply them again:


# %%
def images(intervals):
    """Apply all maps to intervals (low, high); merge those that overlap."""
    merged = []
    for low, high in sorted((a * w + v).tolist() for w in intervals for v in distinct):
        if merged and low <= merged[-1][1]:
            merged[-1][1] = max(high, merged[-1][1])
        else:
            merged.append([low, high])
    return np.array(merged)


where = np.array([[distinct[0], distinct[-1]]]) / (1 - a)
for times_applied in range(3):
    text = " and ".join(f"{low:.6f} to {high:.6f}" for low, high in where)
    print(f"maps applied {times_applied} times: {text}")
    where = images(where)

# %% [markdown]
# The second application changes nothing, so the two intervals satisfy (2): by the
# statement, they are the attractor. Between them is a gap. With independent random orders $w$ comes arbitrarily
# near to each of their points with probability 1: by (2), some sequence of $k$ orders
# maps the whole attractor to a part with this point and $a^k$ times the length, and every
# sequence occurs.
#
# ## How often is each value visited?
#
# Call the values of $w$ at the ends of the epochs the *visited points*. Let the orders be
# independent and equally likely. If $w$ has the mean $\mu_k$ and the variance $\sigma_k^2$
# after $k$ epochs, then by (1) $\mu_{k+1} = a\mu_k + \bar v$ and
# $\sigma_{k+1}^2 = a^2\sigma_k^2 + \operatorname{Var} v$, where $\bar v$ and
# $\operatorname{Var} v$ are the mean and the variance of the 24 shifts. Since $0 \le a < 1$,
# both converge:
#
# $$
# \mu_k \to \mu = \frac{\bar v}{1 - a} , \qquad
# \sigma_k^2 \to \sigma^2 = \frac{\operatorname{Var} v}{1 - a^2} .
# \tag{3}
# $$
#
# The average over many late epochs of one run tends to $\mu$ too, as
# [the next page](settle.py#what-does-averaging-do) shows. Compare (3) with one run, in the
# article's orders:

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed
from gdbook.data import shuffled

# %%
setup_seed(SEED)
drawn, w, visited = [shuffled(len(x)) for _ in range(num_epochs)], start, []
for order in drawn:
    w = one_pass(order, w)
    visited.append(w)

mean, deviation = shifts.mean() / (1 - a), (shifts.var() / (1 - a**2)) ** 0.5
late = np.array(visited[20:])
print("            mean     deviation  least     greatest")
print(f"predicted   {mean:.6f} {deviation:.6f}   {where[0, 0]:.6f}  {where[1, 1]:.6f}")
seen = late.mean(), late.std(), late.min(), late.max()
print("simulation  {:.6f} {:.6f}   {:.6f}  {:.6f}".format(*seen))
print(f"at the end  {w:.6f}; least squares {best:.6f}")

# %%
#| code-fold: Check
assert abs(late.mean() - mean) < 4 * deviation * ((1 + a) / (1 - a) / len(late)) ** 0.5
assert abs(late.std() / deviation - 1) < 1e-2
inside = [(low - 1e-9 < late) & (late < high + 1e-9) for low, high in where]
assert np.logical_or(*inside).all()
assert where[0, 0] < best < where[0, 1] < mean < where[1, 0] < w < where[1, 1]

# %% [markdown]
# The probabilities of the bars in the figure follow from the maps too: apply all maps eight
# times to the mean, and multiply the probabilities of the maps that lead to a point.

# %%
#| code-fold: Code of the figure
#| fig-cap: "Where the slope is at the end of an epoch. Bars: predicted. Dots: `=len(late):,` epochs of the simulation. The mean lies in the gap, where none of them ends."
#| fig-alt: Share of epochs against the slope w. Two separate groups of bars, from `=where[0, 0]:.4f` to `=where[0, 1]:.4f` and from `=where[1, 0]:.4f` to `=where[1, 1]:.4f`, with nothing between them. Dots of the simulation lie near the tops of the bars. Vertical lines mark least squares at `=best:.4f` in the left group, the mean at `=mean:.4f` in the gap, and the published value at `=w:.4f` in the right group.
from gdbook.figures.attractor import shares_of_visits

points, chances = np.array([mean]), np.ones(1)
for _ in range(8):
    points = (a * points[:, None] + distinct).ravel()
    chances = (chances[:, None] * times / 24).ravel()
edges = np.linspace(where[0, 0], where[-1, 1] + 1e-9, 64)
bars = np.histogram(points, edges, weights=chances)[0]
dots = np.histogram(late, edges)[0] / len(late)
marks = {"least squares": best, "mean": mean, "published": w}
shares_of_visits(edges, bars, dots, marks)
plt.show()

# %% [markdown]
# ## Which epochs determine the printed digits?
#
# The published `=published:wrong_label.w` is one point of the right interval. By (1), two
# runs with the same last $k$ orders differ at the end by $a^k$ times their difference before
# these epochs, with $a$ = `=a:.4f`. How large must $k$ be to determine four decimals?

# %%
shift_of = dict(zip(orders, shifts.tolist(), strict=True))
margin = 0.5e-4 - abs(w - round(w, 4))  # a smaller change of w is rounded away
enough = math.ceil(math.log(margin / np.ptp(where)) / math.log(a))
for k in (1, 2, enough, 12):
    predicted = mean
    for order in drawn[-k:]:
        predicted = a * predicted + shift_of[tuple(order)]
    print(f"from the mean through the last {k:2} orders: {predicted:.6f}")

# %% [markdown]
# The last `=enough` orders determine four decimals, whichever point of the attractor $w$ was
# at before them. The rounding errors of float32, in which the article's code runs, are too
# small to change these digits.
#
# ## Why is the mean not least squares?
#
# A sample with $x_i \ne 0$ is fitted exactly by the slope $y_i/x_i$. The least-squares
# slope is the mean of these slopes with the weights $x_i^2/\sum_j x_j^2$. The mean $\mu$
# in (3) has other weights. A step with sample $i$ adds $s_i\,y_i/x_i$ to $w$, and each
# later sample $j$ of the epoch multiplies this by $1 - s_j$. Let $f_i$ be the product of
# these factors, and $\bar f_i$ its mean over all orders. Then
# $\bar v = \sum_i s_i \bar f_i\,y_i/x_i$, and by (3)
#
# $$
# \mu = \sum_{i:\ x_i \ne 0} q_i\,\frac{y_i}{x_i} , \qquad q_i = \frac{s_i \bar f_i}{1 - a} .
# \tag{4}
# $$
#
# The weights $q_i$ have the sum 1: if all slopes $y_i/x_i$ were 1, then $w = 1$ would be the
# fixed point of every map, and $\mu = 1$.

# %%
weights = np.zeros(4)  # the weight of sample 0 is 0, since its s is 0
for i in (1, 2, 3):
    later = [list(order[order.index(i) + 1 :]) for order in orders]
    weights[i] = s[i] * np.mean([np.prod(1 - s[js]) for js in later]) / (1 - a)
slopes = y[1:] / x[1:]
print("least squares", (x**2 / (x @ x)).round(4), f"slope {best:.6f}")
print("the mean     ", weights.round(4), f"slope {weights[1:] @ slopes:.6f}")

# %% [markdown]
# Least squares has weights proportional to $s_i$. In (4) the factor $\bar f_i$ is largest
# for sample 3, because the smallest factor, $1 - s_3$, is never in $f_3$. So the weight
# of sample 3, whose label is wrong, is `=weights[3]:.4f` instead of `=9 / 14:.4f`, and
# the mean is `=mean - best:.6f` above least squares.
#
# ## Change the run
#
# Does the mean of the visited points approach least squares if the descent runs longer?
# And if the learning rate is smaller? In the figure, *Epochs* is the number of epochs,
# *Label at x = 3* the wrong label, *Learning rate* $\eta$ and *Divisor* $m$; *Seed*
# determines the orders. The table compares the visited points (seen) with the attractor
# and its mean (predicted).

# %%
#| echo: false
#| widget: gd-attractor epochs=500
#| fig-cap: "After the first few epochs the visited points lie in the two intervals of the attractor (shaded), also in the long run. Their mean stays away from least squares."
#| fig-alt: Slope w at the end of an epoch against the epoch, for the first 120 epochs. Points from the second epoch on lie in two shaded bands with a gap between them. A line marks the mean in the gap, another one least squares in the lower band. With scripts on, controls below change the number of epochs, the label, the learning rate, the divisor and the seed.
from gdbook.figures.attractor import visits_over_epochs

levels = {"mean": mean, "least squares": best}
visits_over_epochs(np.array(visited[:120]), where, levels)
plt.show()

# %% [markdown]
# With more epochs the seen mean approaches the predicted one, and not least squares. With a
# smaller learning rate the predicted mean moves towards least squares, and the attractor
# becomes shorter.
#
# ## Summary
#
# - An epoch is one of 24 maps $w \mapsto aw + v_\pi$. Their attractor is two intervals, from
#   `=where[0, 0]:.4f` to `=where[0, 1]:.4f` and from `=where[1, 0]:.4f` to
#   `=where[1, 1]:.4f`. The published slope lies in the second.
# - The visited points have the mean `=mean:.6f` and the standard deviation
#   `=deviation:.6f`. The last `=enough` orders determine the four printed decimals.
# - The mean is `=mean - best:.4f` above least squares, because the wrong label has a larger
#   weight in it.
#
# ## Exercises
#
# **1.** Leave out the shuffling: every epoch takes the samples in the order 0, 1, 2, 3.
# To which value does $w$ converge? Predict it from (1), then run it. Which order leads to the
# least value?
#
# /// details | Hint
# If a map is repeated for ever, $w$ converges to its fixed point.
# ///
#
# /// details | Solution
#
# The fixed point of $w \mapsto aw + v$ is $v/(1 - a)$.
# %%
for order in ((0, 1, 2, 3), (3, 0, 1, 2)):
    w_fixed = start
    for _ in range(40):
        w_fixed = one_pass(order, w_fixed)
    print(order, f"predicted {shift_of[order] / (1 - a):.6f}, run {w_fixed:.6f}")

# %% [markdown]
# In the first order no sample comes after sample 3, and $w$ converges to the greatest
# point of the attractor. In the second order samples 1 and 2 both come after it: this is
# the least point.
#
# ///
#
# **2.** Let $\eta < m/18$, so that $0 < a < 1$. For which of these learning rates does
# the attractor have a gap?
#
# /// details | Hint
# For the distance $w - 1$ only the step with sample 3 adds a constant. So the four shifts
# are proportional to $1$, $1 - s_1$, $1 - s_2$ and $(1 - s_1)(1 - s_2)$. Compare their
# differences with $a$ times the length of the interval from the least to the greatest
# fixed point.
# ///
#
# /// details | Solution
#
# Let $c = 2\eta/m$, so $s_1 = c$, $s_2 = 4c$ and $s_3 = 9c < 1$. In units of the greatest
# shift of $w - 1$, the interval has the length $(5c - 4c^2)/(1 - a)$, and its four images
# have $a$ times this length. The shifts in the middle differ by $s_2 - s_1 = 3c$, other
# neighbours by at most $c$. The two images in the middle do not meet if $3c$ is larger
# than the length of an image, that is, if $3(1 - a) > a\,(5 - 4c)$, or $a\,(8 - 4c) < 3$
# with $a = (1 - c)(1 - 4c)(1 - 9c)$. Otherwise neighbouring images of the interval meet,
# and the attractor is the whole interval: since $a\,(5 - 4c) \ge 3(1 - a)$, an image is
# at least $3c$ long.
# %%
from numpy.polynomial import Polynomial

c = Polynomial([0, 1])
gap = 3 - (1 - c) * (1 - 4 * c) * (1 - 9 * c) * (8 - 4 * c)
(c_limit,) = [r.real for r in gap.roots() if abs(r.imag) < 1e-9 and 0 < r.real < 1 / 9]
assert gap(0) < 0 < gap(2 * lr / divisor)
print(f"gap from a learning rate of {c_limit * divisor / 2:.4f} to {divisor / 18:.4f}")

# %% [markdown]
# The article's learning rate lies between these limits.
#
# ///
#
# **3.** With $n$ samples, the mean $\bar f_i$ in (4) is one over $n!$ orders. Show that
# $\bar f_i = \int_0^1 \prod_{j \ne i} (1 - u s_j)\, du$.
#
# /// details | Hint
# Let every sample come at an independent time, uniformly distributed in $[0, 1]$.
# ///
#
# /// details | Solution
#
# By symmetry, independent uniform times put the samples into each order with the same
# probability. If sample $i$ comes at time $1 - u$, each other sample comes later with
# probability $u$, independently of the others. So the expected value of its factor,
# $1 - s_j$ if it comes later and 1 if not, is $1 - u s_j$, and that of $f_i$ is the
# product. The time $1 - u$ is uniformly distributed, and so is $u$: the mean over $u$ is
# the integral. $\blacksquare$
#
# ///
#
# **4.** (For experts.) In the toy with a bias $b$, an epoch is
# $\mathbf w \mapsto \mathbf A_\pi \mathbf w + \mathbf v_\pi$ with $\mathbf w = (w, b)$,
# and the 24 matrices are not all equal. Compute the mean of the visited points. How
# near does the article's run come to least squares? How near can the descent come?
#
# /// details | Hint
# The mean solves $\boldsymbol\mu = \bar{\mathbf A}\boldsymbol\mu + \bar{\mathbf v}$,
# where the bars are means over the orders. For the last question go backwards from least
# squares with the inverse maps. After each epoch keep the points that are nearest to the
# mean, with each direction measured in standard deviations.
# ///
#
# /// details | Solution
#
# First the 24 maps, their mean, and the visited points of the article's orders:
# %%
plane = np.column_stack([x, np.ones(4)])
target = np.linalg.lstsq(plane, y)[0]
steps = np.eye(2) - 2 * lr / divisor * plane[:, :, None] * plane[:, None, :]
adds = 2 * lr / divisor * plane * y[:, None]
A, v2 = np.tile(np.eye(2), (24, 1, 1)), np.zeros((24, 2))
for i in np.array(orders).T:
    A, v2 = steps[i] @ A, np.einsum("kab,kb->ka", steps[i], v2) + adds[i]
centre = np.linalg.solve(np.eye(2) - A.mean(axis=0), v2.mean(axis=0))

wb, run, number_of = np.array([2.0, 0.0]), [], {o: k for k, o in enumerate(orders)}
for order in drawn:
    wb = A[number_of[tuple(order)]] @ wb + v2[number_of[tuple(order)]]
    run.append(wb)
run = np.array(run[300:])
print(f"mean predicted w {centre[0]:.5f}, b {centre[1]:.5f}")
print("mean seen      w {:.5f}, b {:.5f}".format(*run.mean(axis=0)))
away = np.hypot(*(run - target).T).min()
print(f"distance of least squares from the visited points: {away:.5f}")

# %% [markdown]
# Then go backwards from least squares for 100 epochs, and take the orders that were found
# forwards again, from the published end:

# %%
root = np.linalg.inv(np.linalg.cholesky(np.cov(run.T)))
inverse, places, found = np.linalg.inv(A), target[None], [()]
for _ in range(100):
    back = np.einsum("kab,jkb->jka", inverse, places[:, None] - v2).reshape(-1, 2)
    nearest = np.argsort(np.hypot(*(root @ (back - centre).T)))[:300]
    found = [(k % 24, *found[k // 24]) for k in nearest]
    places = back[nearest]
ends = np.tile(run[-1], (len(found), 1))
for k in np.array(found).T:
    ends = np.einsum("jab,jb->ja", A[k], ends) + v2[k]
nearest = np.hypot(*(ends - target).T).argmin()
near = np.hypot(*(ends[nearest] - target))
print(
    f"{len(found[nearest])} orders lead to within a hundred-thousandth: {near < 1e-5}"
)

# %%
#| code-fold: Code of the figure
#| fig-cap: "Slope and bias at the end of every 75th epoch. The visited points form two groups. Neither the mean nor least squares is near one of them, although a sequence of orders leads from the published end almost to least squares."
#| fig-alt: Bias b against slope w. The visited points form two groups, one at the lower left and one at the upper right, with an empty strip between them. The mean lies in the strip. Least squares lies above the left group, away from all points. The published end lies in the right group.
from gdbook.figures.attractor import visits_in_the_plane

visits_in_the_plane(
    run[::75], {"least squares": target, "mean": centre, "published": run[-1]}
)
plt.show()

# %% [markdown]
# No visited point of `=num_epochs - 300:,` epochs is within a thousandth of least
# squares. But a sequence of 100 orders leads to within a hundred-thousandth of it: such
# points are possible, and have a small probability.

# %%
#| echo: false
from gdbook.ledger import published, read_ledger
from gdbook.theory.attractor import (
    after_orders,
    attractor,
    epoch_maps,
    extremes,
    slope_weights,
    stationary_covariance,
    stationary_mean,
    toy_rounding_spread,
)

# what the page writes out is what the tests hold
maps = epoch_maps(x[:, None], y, lr, divisor)
assert np.allclose(maps.c[:, 0], shifts, rtol=0, atol=1e-11)
assert np.allclose(maps.A, a, rtol=0, atol=1e-11)
assert f"{w:.4f}" == published(read_ledger())["wrong_label.w"]
assert np.allclose(extremes(maps), (where[0, 0], where[-1, 1]), rtol=0, atol=1e-11)
assert np.isclose(stationary_mean(maps).item(), mean, rtol=0, atol=1e-11)
assert np.isclose(stationary_covariance(maps).item(), deviation**2, rtol=1e-8)
kinds = attractor(maps, 8)
assert np.isclose(kinds[0] @ kinds[1], points @ chances, rtol=0, atol=1e-9)
# float32, in which the article ran, rounds too little to be printed
assert 8 * toy_rounding_spread(maps, late[-1:])[0] < margin
replayed = after_orders(maps, drawn[-12:], np.array([mean]))[0]
assert np.isclose(replayed, predicted, rtol=0, atol=1e-11)
assert np.allclose(weights, slope_weights(x, lr, divisor), rtol=0, atol=1e-14)
assert np.abs(A - A[0]).max() > 0.01  # exercise 4: not all equal

# %% [markdown]
# ///
#
# Next: [when does the slope converge to least squares?](settle.py)
