# %% [markdown]
# # When does the slope converge to least squares?
#
# You will learn
#
# - how far from least squares the epochs end with a constant learning rate,
# - how a decreasing learning rate, averaging and a full batch change the bias and the standard
#   deviation of the slope,
# - for which of these methods convergence to least squares can be proved.
#
# You need: [the attractor](attractor.py) of the toy with a wrong label.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x, y = np.array([0.0, 1, 2, 3]), np.array([0, 1, 2, 3.1])
lr, divisor, start, num_epochs, num_runs = 0.3, 10, 2.0, 3000, 6
best = x @ y / (x @ x)

# %% [markdown]
# With a constant learning rate the slope at the end of an epoch depends on the order of the
# samples, so it is a random number. Its *bias* is the difference between its mean and the
# least-squares slope $w^*$. This page compares three changes: a decreasing learning rate,
# averaging, and a full batch.
#
# ## How far from least squares does an epoch end?
#
# The model is $\hat y = xw$. An epoch takes one step with each sample, in any order, and
# divides the gradient by $m$. Let $\eta_k$ be the learning rate of epoch $k$, and
# $c_k = 2\eta_k/m > 0$. Let $r_i = x_i w^* - y_i$ be the residuals of least squares,
# $S = \sum_i x_i^2 > 0$ and $R = \sum_i |x_i r_i|$. Let $e_k$ be the difference $w - w^*$ before
# epoch $k$.
#
# **Statement.** If $c_k S \le 1$, then for every order of the samples
#
# $$
# |e_{k+1}| \le \left(1 - \tfrac12 c_k S\right) |e_k| + c_k^2\, S R .
# \tag{1}
# $$
#
# *Proof.* Write $c$ for $c_k$. A step with sample $i$ subtracts $c\,x_i (x_i w - y_i)$
# from $w$, and $x_i w - y_i = x_i e + r_i$. So it replaces $e$ by
# $(1 - s_i)\,e - c\,x_i r_i$, where $s_i = c\,x_i^2$. An epoch gives
# $e_{k+1} = a\,e_k - \sum_i c\,x_i r_i f_i$, where $a = \prod_i (1 - s_i)$ and $f_i$ is
# the product of $1 - s_j$ over all $j$ that come later than $i$. All $s_j$ lie in
# $[0, 1]$, since their sum is $cS \le 1$.
#
# For all $t$, $1 - t \le \exp(-t)$. For $0 \le t \le 1$, $\exp(-t) \le 1 - \tfrac12 t$,
# because $\exp(-t)$ is convex and the inequality holds at $t = 0$ and $t = 1$. So
# $0 \le a \le \exp(-cS) \le 1 - \tfrac12 cS$. At least squares the derivative of the loss
# is zero: $\sum_i x_i r_i = 0$. So in the sum, $f_i$ may be replaced by $f_i - 1$. Since
# $1 - \prod_j (1 - s_j) \le \sum_j s_j$ (by induction), $|f_i - 1| \le cS$. Therefore the
# absolute value of the sum is at most $c \cdot R \cdot cS$. $\blacksquare$
#
# **A constant learning rate.** If the hypothesis of the statement holds and $c_k = c$
# for all $k$, then (1) gives $\limsup |e_k| \le 2cR = 4\eta R/m$: for every larger
# bound, $|e_k|$ stays below it from some epoch on. So bias and standard deviation are
# in the end at most proportional to $\eta$, written $O(\eta)$.
#
# **A decreasing learning rate.** If
#
# $$
# \eta_k \to 0 \qquad\text{and}\qquad \sum_k \eta_k = \infty ,
# \tag{2}
# $$
#
# then $e_k \to 0$ whatever the orders are: bias and standard deviation both tend to 0.
#
# *Proof.* Let $\varepsilon > 0$. From some epoch on, $c_k \le \varepsilon$ and
# $c_k S \le 1$. Then $c_k^2 S R \le \tfrac12 c_k S \cdot 2\varepsilon R$, and (1) gives
# $|e_{k+1}| - 2\varepsilon R \le (1 - \tfrac12 c_k S)(|e_k| - 2\varepsilon R)$. The
# product of these factors is at most $\exp(-\tfrac12 S \sum_k c_k)$ and tends to 0,
# because $\sum_k c_k$ diverges. Hence $\limsup |e_k| \le 2\varepsilon R$ for every
# $\varepsilon$, so $e_k \to 0$. $\blacksquare$
#
# Robbins and Monro (1951) allow independent random errors in every step. They assume, besides
# $\sum_k \eta_k = \infty$, that $\sum_k \eta_k^2$ is finite. This proof does not need that.
#
# ## How large are bias and standard deviation at a constant learning rate?
#
# An epoch is one of 24 [maps](attractor.py#what-does-one-epoch-do-to-the-slope)
# $w \mapsto aw + v$. With the mean $\bar v$ and the variance $\operatorname{Var} v$ of the
# shifts, the limits of the mean and of the variance of $w$ are
# [known](attractor.py#how-often-is-each-value-visited): $\bar v/(1 - a)$ and
# $\operatorname{Var} v/(1 - a^2)$.

# %%
orders = np.array(list(itertools.permutations(range(4))))


def one_pass(w, orders, lr):
    """Take each row of orders through the samples, for many runs w at once."""
    for i in orders.T:
        w = w - 2 * lr / divisor * (x[i] * w - y[i]) * x[i]
    return w


def maps(lr):
    """Factor a and shifts v of an epoch, w -> a w + v, for all 24 orders."""
    v = one_pass(np.zeros(24), orders, lr)
    return (one_pass(np.ones(24), orders, lr) - v).mean(), v


print("    lr      bias  deviation")
for eta in (0.3, 0.15, 0.075, 0.0375):
    a, v = maps(eta)
    deviation = (v.var() / (1 - a**2)) ** 0.5
    print(f"{eta:.4f}  {v.mean() / (1 - a) - best:.6f}  {deviation:.6f}")

# %% [markdown]
# Half of the learning rate gives about half of the bias. The standard deviation decreases
# faster than (1) guarantees: exercise 2 derives that it is nearly proportional to
# $\eta^{3/2}$ for small $\eta$.
#
# ## What does a decreasing learning rate do?
#
# Let $\eta_k = \eta/(1 + k/50)$ for $k = 0, 1, \dots$. The sum of $1/(50 + k)$
# diverges, so (2) holds. Let the orders of the epochs be independent, and each order
# equally likely. Then the mean and the variance after each epoch follow from those
# before it: $\mu_{k+1} = a\mu_k + \bar v$ and
# $\sigma_{k+1}^2 = a^2\sigma_k^2 + \operatorname{Var} v$, where $a$ and $v$ are those
# of the learning rate $\eta_k$.


# %%
def descend(lrs, num_runs):
    """Slopes of many runs after each epoch, (epochs + 1, runs), in random orders."""
    rng, path = np.random.default_rng(SEED), [np.full(num_runs, start)]
    for eta in lrs:
        drawn = rng.permuted(np.tile(np.arange(4), (num_runs, 1)), axis=1)
        path.append(one_pass(path[-1], drawn, eta))
    return np.array(path)


def moments(lrs):
    """Predicted mean and standard deviation of the slope after each epoch."""
    path = [(start, 0.0)]
    for a, v in map(maps, lrs):
        mean, variance = path[-1]
        path.append((a * mean + v.mean(), a**2 * variance + v.var()))
    mean, variance = np.array(path).T
    return mean, variance**0.5


# %%
lrs = lr / (1 + np.arange(num_epochs) / 50)
runs, (means, spreads) = descend(lrs, num_runs), moments(lrs)
for epoch in (50, 500, num_epochs):
    off = runs[epoch] - best
    print(f"epoch {epoch:4}: predicted {means[epoch] - best:.6f}", end=" ")
    print(f"± {spreads[epoch]:.6f}, runs {off.min():.6f} to {off.max():.6f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "A decreasing learning rate: `=num_runs` runs, their predicted mean, and two standard deviations to both sides. Bias and standard deviation both tend to 0."
#| fig-alt: Difference of w from least squares in thousandths against the epoch on a logarithmic axis. At the left, a wide band and jagged lines of runs. To the right the band becomes narrower and ends near zero.
from gdbook.figures.settle import band_and_runs

some = np.unique(np.geomspace(5, num_epochs, 70).astype(int))
band_and_runs(some, means[some] - best, spreads[some], runs[some] - best)
plt.show()

# %% [markdown]
# The numbers after ± are standard deviations. After `=num_epochs:,` epochs the standard
# deviation is `=1e6 * spreads[-1]:.0f` millionths and the bias
# `=1e6 * (means[-1] - best):.0f` millionths.
#
# ## What does averaging do?
#
# Keep the learning rate constant, and take the average of $w$ over the ends of $N$
# epochs, so late that the mean $\mu$ and the variance $\sigma^2$ have reached their
# limits. Let the orders be independent. An epoch multiplies the deviation from the mean
# by $a$ and adds a random number that does not depend on it. So the values of $w$ that
# are $k$ epochs apart have the covariance $a^k\sigma^2$. The average has the mean $\mu$,
# and its variance is $\frac{1}{N^2}\sum_{i,j=1}^N a^{|i-j|}\sigma^2$, which is
#
# $$
# \begin{aligned}
# & \frac{\sigma^2}{N}\left(\frac{1 + a}{1 - a} - \frac{2a\,(1 - a^N)}{N (1 - a)^2}\right) \\
# & \approx \frac{\sigma^2}{N} \cdot \frac{1 + a}{1 - a} \quad\text{for large } N .
# \end{aligned}
# \tag{3}
# $$
#
# The standard deviation tends to 0 like $1/\sqrt N$. The bias $\mu - w^*$ does not depend
# on $N$.

# %%
kept = descend(np.full(num_epochs + 20, lr), 1000)[21:]
N = np.arange(1, num_epochs + 1)
averages = np.cumsum(kept, axis=0) / N[:, None]

a, v = maps(lr)
mean, variance = v.mean() / (1 - a), v.var() / (1 - a**2)
factor = (1 + a) / (1 - a) - 2 * a * (1 - a**N) / (N * (1 - a) ** 2)
band = (variance / N * factor) ** 0.5
print(f"predicted  {mean - best:.6f} ± {band[-1]:.6f} from least squares")
off = averages[-1] - best
print(f"1,000 runs {off.mean():.6f} ± {off.std():.6f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "The average over all late epochs so far. Its standard deviation tends to 0, its bias stays: the average tends to the mean, which is not least squares."
#| fig-alt: Difference of the running average from least squares in thousandths against the number of epochs on a logarithmic axis. The lines of six runs narrow with the band around a constant mean of about `=1000 * (mean - best):.1f` thousandths. The dashed line of least squares at zero lies below the band at the right.
some = np.unique(np.geomspace(5, num_epochs, 70).astype(int)) - 1
level = np.full(len(some), mean - best)
band_and_runs(some + 1, level, band[some], averages[some, :num_runs] - best)
plt.show()

# %% [markdown]
# ## What does a full batch do?
#
# Use the gradient of the mean loss of all $n$ samples in each step. Then the order does
# not matter. The second derivative of this loss is $\lambda = \tfrac2n \sum_i x_i^2$, and
# a step with the learning rate $\eta$ gives
#
# $$
# e_{k+1} = (1 - \eta\lambda)\, e_k .
# \tag{4}
# $$
#
# Nothing in it is random, and $e_k \to 0$ for each start if and only if
# $0 < \eta < 2/\lambda$. The article's learning rate `=lr` is above this limit, which is
# `=2 / (2 * np.mean(x**2)):.4f`. Use another one: to first order in $\eta$, an epoch of steps
# with single samples and the divisor $m$ moves $w$ as far as one full-batch step with the
# learning rate $n\eta/m$ = `=len(x) * lr / divisor:.2f`.

# %%
step, w, path = len(x) * lr / divisor, start, []
for _ in range(20):
    w = w - step * 2 * np.mean((x * w - y) * x)
    path.append(abs(w - best))
print(f"predicted factor {1 - step * 2 * np.mean(x**2):.4f}")
print(f"measured factor  {path[1] / path[0]:.4f}")
print("distance after 5, 10, 15 steps:", *[f"{path[t - 1]:.0e}" for t in (5, 10, 15)])

# %% [markdown]
# ## Summary
#
# | method | standard deviation | bias |
# |:--|:--|:--|
# | constant learning rate | stays, $O(\eta)$ | stays, $O(\eta)$ |
# | decreasing learning rate with (2) | tends to 0 | tends to 0 |
# | average of $N$ late epochs, constant learning rate | tends to 0 like $1/\sqrt N$ | stays |
# | full batch, $0 < \eta < 2/\lambda$ | none | tends to 0 |
#
# - The slope converges to least squares with a decreasing learning rate that satisfies (2), and with
#   a full batch if $0 < \eta < 2/\lambda$.
# - With a constant learning rate and single samples, the bias stays, with and without averaging.
# - After `=num_epochs:,` epochs with a decreasing learning rate, the bias is
#   `=1e6 * (means[-1] - best):.0f` millionths. With averaging it is
#   `=1e6 * (mean - best):.0f` millionths.
#
# ## Exercises
#
# **1.** Let the learning rate decrease faster, $\eta_k = \eta/(1 + k/5)^2$. Does $w$ converge
# to least squares? Which condition in (2) fails?
#
# /// details | Hint
# Add up the learning rates. What is the product of all the factors $a$?
# ///
#
# /// details | Solution
#
# The sum of these learning rates is finite, so the second condition in (2) fails. Each
# factor $a$ is positive and at least $1 - c_k S$, so their product is not 0. A share of
# the distance at the start remains for ever:
# %%
fast = lr / (1 + np.arange(num_epochs) / 5) ** 2
fast_means, fast_spreads = moments(fast)
for epoch in (30, 300, num_epochs):
    print(
        f"epoch {epoch:4}: {fast_means[epoch] - best:.6f} ± {fast_spreads[epoch]:.6f}"
    )
print(f"product of all factors {np.prod([maps(eta)[0] for eta in fast]):.6f}")


# %% [markdown]
# The slope converges, but not to least squares: the mean ends more than 50 standard
# deviations away from it.
#
# ///
#
# **2.** Let the learning rate $\eta$ be constant and $c = 2\eta/m$. Derive the standard deviation
# $\sigma$ to lowest order in $\eta$ if each epoch is shuffled. How does it change if each of the
# four samples of an epoch is drawn independently, with replacement?
#
# /// details | Hint
# Take the sum in the proof of (1), with $f_i$ to first order in $c$. Then use
# $\sigma^2 = \operatorname{Var} v/(1 - a^2)$.
# ///
#
# /// details | Solution
#
# The differences $e_k$ have the same standard deviation as $w$. An epoch replaces $e$ by
# $a e - c \sum_i x_i r_i f_i$, with $f_i = 1 - c \sum_{j \text{ after } i} x_j^2 + O(c^2)$. Since
# $\sum_i x_i r_i = 0$, the shift is $c^2 U_\pi + O(c^3)$ with
#
# $$ U_\pi = \sum_i x_i r_i \sum_{j \text{ after } i} x_j^2 , $$
#
# which depends on the order $\pi$. So the variance of the shift is
# $c^4 \operatorname{Var} U + O(c^5)$. With $1 - a^2 = 2cS + O(c^2)$ it follows that
#
# $$ \sigma = c^{3/2} \sqrt{\operatorname{Var} U / (2S)}\; \bigl(1 + O(c)\bigr) . $$
#
# With replacement, a step replaces $e$ by $(1 - c x_i^2)\, e - c x_i r_i$ with a random $i$ that
# does not depend on $e$. Without terms of higher order, the mean square $\sigma^2$ of $e$ stays the same
# if $2c\, \sigma^2\, \frac14 S = c^2\, \frac14 \sum_i x_i^2 r_i^2$. So $\sigma$ is proportional to
# $\eta^{1/2}$. We compare both with 20,000 runs after 400 epochs:
# %%
def spread_of(eta, replace):
    """Standard deviation over many runs after 400 epochs of four steps each."""
    rng, w = np.random.default_rng(SEED), np.full(20_000, best)
    for _ in range(400):
        if replace:
            drawn = rng.integers(4, size=(len(w), 4))
        else:
            drawn = orders[rng.integers(24, size=len(w))]
        w = one_pass(w, drawn, eta)
    return w.std()


eta, S, xr = 0.02, x @ x, x * (x * best - y)
c = 2 * eta / divisor
U = [sum(xr[o[k]] * (x[o[k + 1 :]] ** 2).sum() for k in range(4)) for o in orders]
sizes = {
    False: c**1.5 * (np.var(U) / (2 * S)) ** 0.5,
    True: c**0.5 * (xr @ xr / (2 * S)) ** 0.5,
}
for replace, sigma in sizes.items():
    measured = spread_of(eta, replace)
    print(f"replacement {replace}: predicted {sigma:.6f}, measured {measured:.6f}")

# %% [markdown]
# At this small learning rate, shuffling makes the standard deviation more than ten times
# smaller.
#
# ///

# %%
#| echo: false
from gdbook.theory.attractor import average_covariance, epoch_maps, shuffling_bias
from gdbook.theory.settle import (
    decaying_lrs,
    full_batch,
    predicted_moments,
    running_average,
    trajectories,
)

X = x[:, None]
assert np.allclose(lrs, decaying_lrs(lr, num_epochs, half_after=50), rtol=1e-15)
same = trajectories(X, y, [start], lrs, divisor, num_runs, SEED)[:, :, 0]
assert np.allclose(same, runs, rtol=0, atol=1e-12)
exact_means, exact_covs = predicted_moments(X, y, [start], lrs, divisor)
assert np.allclose(exact_means[:, 0], means, rtol=0, atol=1e-12)
assert np.allclose(exact_covs[:, 0, 0], spreads**2, rtol=1e-6, atol=1e-18)
bias_now = shuffling_bias(X, y, lrs[-1], divisor)[0]
averaged = average_covariance(epoch_maps(X, y, lr, divisor), num_epochs).item()
assert np.isclose(averaged, band[-1] ** 2, rtol=1e-3)
assert np.allclose(running_average(kept[:, :2]), averages[:, :2], rtol=0, atol=1e-12)
distances = np.abs(full_batch(X, y, [start], step, 20)[1:, 0] - best)
assert np.allclose(distances, path, rtol=0, atol=1e-14)

# %% [markdown]
# Next: [how many new samples decide?](samples.py)
