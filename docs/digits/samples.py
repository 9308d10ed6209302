# %% [markdown]
# # How many new samples decide?
#
# You will learn
#
# - how much more likely one new sample is, on average, under the right one of two models;
# - a lower and an upper bound for the number of new samples that decide between the models;
# - where to measure, so that fewer samples are enough.
#
# You need: [the two models](../zero/data-or-model.py), and from statistics the normal
# distribution, expected value and standard deviation.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

SEED, sigma, odds = 20, 0.1, 20
x, y = np.arange(4.0), np.array([0, 1, 2, 3.1])
num_samples, num_runs = 600, 8000

# %% [markdown]
# ## What is assumed
#
# 1. One of two models is right: the line $\hat y = x$, or the *lifted line*, which is higher
#    by $a = `=y[3] - 3:.1f`$ from $x = 3$ on.
# 2. A new sample has a place $x$ drawn from 0, 1, 2 and 3, each with the same chance. So the
#    models differ at a share $s = 1/4$ of all samples.
# 3. Its label is $y = \hat y + \varepsilon$, where $\hat y$ is the prediction of the right model
#    and $\varepsilon$ is noise from the normal distribution $\mathcal N(0, \sigma^2)$ with
#    $\sigma = `=sigma`$. All samples are independent.
#
# The four old samples do not determine $\sigma$. We assume that it is as large as the lift.


# %%
def line(x):
    """Predict without the lift."""
    return x


def lifted_line(x):
    """Predict with the lift."""
    return np.where(x >= 3, x + 0.1, x)


# %% [markdown]
# ## How likely is one label?
#
# Let $p_1$ and $p_2$ be the probability densities of a label under two models with the
# predictions $\hat y_1$ and $\hat y_2$. The *likelihood* of a model is its density at the observed
# label $y$. We compare the models by the logarithm of the ratio of their likelihoods, the
# *log-likelihood ratio*. For normal noise it is
#
# $$
# X = \ln \frac{p_1(y)}{p_2(y)} = \frac{(y - \hat y_2)^2 - (y - \hat y_1)^2}{2 \sigma^2} . \tag{1}
# $$
#
# If $X$ is positive, then the label is more likely under model 1. Because the natural logarithm
# is used, the unit is called *nat*. The densities of independent samples are multiplied, so
# their log-likelihood ratios are added.


# %%
def log_ratio(y, y_hat_1, y_hat_2):
    """Return the log-likelihood ratio of each label, in nats."""
    return ((y - y_hat_2) ** 2 - (y - y_hat_1) ** 2) / (2 * sigma**2)


nats = log_ratio(y, lifted_line(x), line(x))
print("nats for the lifted line:", *(f"{number:.2f}" for number in nats))
print(f"together: {math.exp(nats.sum()):.2f} times as likely")

# %% [markdown]
# For three of the four old samples the ratio is zero nats, because both models predict the same
# there. The last one is `=math.exp(nats.sum()):.2f` times as likely under the lifted line as under the
# line. That is little. Moreover, the lifted line was made to fit this sample, so only new
# samples can decide.
#
# ## What is the expected value for a new sample?
#
# **Statement.** Let assumptions 1 to 3 hold, and let model 1 be the right one. Then the
# expected log-likelihood ratio of a new sample is
#
# $$
# \mu = \mathbb E \, X = \frac{s \, a^2}{2 \sigma^2} . \tag{2}
# $$
#
# **Proof.** Where the models agree, $X = 0$. Where they differ by $d = \hat y_2 - \hat y_1$, put
# $y = \hat y_1 + \varepsilon$ into (1). That gives $X = (d^2 - 2 d \varepsilon) / (2 \sigma^2)$.
# The expected value of $\varepsilon$ is zero and $d^2 = a^2$, so $X$ has the expected value
# $k = a^2 / (2 \sigma^2)$ there. This happens for a share $s$ of the samples. $\blacksquare$
#
# The formula is the same whichever model is right. (Such an expected value is called a
# *Kullback–Leibler divergence*.) The proof also gives the variance. Where the models differ, $X$
# is normal, and its variance is $d^2 \sigma^2 / \sigma^4 = 2k$. So
# $\mathbb E X^2 = s \, (k^2 + 2k)$, and
#
# $$
# \operatorname{Var} X = \mathbb E X^2 - \mu^2 = 2sk + s (1 - s) \, k^2 . \tag{3}
# $$
#
# The sum of $N$ ratios has the expected value $N \mu$, but its standard deviation is only
# $\sqrt{N \operatorname{Var} X}$. We compare with a simulation: the line is right, and we draw
# `=num_samples` new samples, `=num_runs:,` times.

# %%
gap, share = 0.1, 1 / 4
k = gap**2 / (2 * sigma**2)  # expected log-likelihood ratio where the models differ
worth = share * k
deviation = math.sqrt(share * 2 * k + share * (1 - share) * k**2)

rng = np.random.default_rng(SEED)
new_x = rng.choice(x, (num_samples, num_runs))
new_y = line(new_x) + rng.normal(0, sigma, new_x.shape)
log_ratios = np.cumsum(log_ratio(new_y, line(new_x), lifted_line(new_x)), axis=0)

print("        expected value     standard deviation")
print("  N   formula simulated    formula  simulated")
for n in (10, 50, 200):
    at = log_ratios[n - 1]
    row = n * worth, at.mean(), math.sqrt(n) * deviation, at.std()
    print("{:3} {:9.2f} {:9.2f} {:10.2f} {:10.2f}".format(n, *row))

# %%
#| code-fold: Check
for n in (10, 50, 200):  # within 4 standard errors
    error = math.sqrt(n) * deviation / math.sqrt(num_runs)
    assert abs(log_ratios[n - 1].mean() - n * worth) < 4 * error
    assert abs(log_ratios[n - 1].std() / deviation / math.sqrt(n) - 1) < 0.05

# %%
#| code-fold: Code of the figure
#| fig-cap: "Seven series of new samples. The expected log-likelihood ratio grows by `=worth:.3f` nats with each sample. At the dashed line the labels are `=odds` times as likely under the right model as under the other."
#| fig-alt: Log-likelihood ratio over 80 new samples. A straight line starts near zero and reaches the dashed level of three nats near 24 samples. A band around it widens like a square root. Seven jagged curves rise, most of the time inside the band.
from gdbook.figures.selection import ratio_fan

n = np.arange(1, 81)
ratio_fan(log_ratios[:80, :7], worth * n, deviation * np.sqrt(n), math.log(odds))
plt.show()

# %% [markdown]
# ## How many samples decide?
#
# Before the first new sample, let both models have the same chance of being right. Then, by
# Bayes' theorem, the odds of the models are the ratio of their likelihoods. We draw samples
# until the odds for the right model exceed `=odds` to 1. This means that the sum of the
# log-likelihood ratios exceeds $b = \ln `=odds`$, which is `=math.log(odds):.2f` nats.
#
# **Theorem** (Wald 1945, Lorden 1970). Let $X, X_1, X_2, \dots$ be independent random
# variables with the same distribution, let $\mu = \mathbb E X > 0$, and let
# $\mathbb E X^2$ be finite. For $b > 0$ let $T$ be the first $N$ with
# $X_1 + \dots + X_N > b$. Then
#
# $$
# \frac b\mu \;\le\; \mathbb E \, T \;\le\; \frac b\mu + \frac{\mathbb E [\max(X, 0)^2]}{\mu^2} . \tag{4}
# $$
#
# The left part follows from Wald's identity: the expected value of the sum of $T$ samples is
# $\mu \, \mathbb E \, T$. That sum is larger than $b$. The difference is called the
# *overshoot*, since the last sample carries the sum beyond $b$. Lorden proved that the expected
# overshoot is at most $\mathbb E [\max(X, 0)^2] / \mu$; this gives the right part.
#
# In our case $X$ is zero for a share $1 - s$ of the samples, and normal with expected value $k$
# and variance $2k$ for the others. Let $\Phi$ and $\varphi$ be the distribution function and the
# density of $\mathcal N(0, 1)$, and $z = \sqrt{k / 2}$. Integration over the positive values of
# the normal distribution gives
#
# $$
# \begin{aligned}
# \mathbb E [\max(X, 0)^2] = s \bigl( & (k^2 + 2k) \, \Phi(z) \\
#   & + k \sqrt{2k} \, \varphi(z) \bigr) .
# \end{aligned} \tag{5}
# $$


# %%
def bounds(sigma, share):
    """Return both bounds (4) for the number of samples that decide."""
    k = gap**2 / (2 * sigma**2)
    z = math.sqrt(k / 2)
    Phi = 0.5 * math.erfc(-z / math.sqrt(2))
    phi = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    mu = share * k
    square = share * ((k**2 + 2 * k) * Phi + k * math.sqrt(2 * k) * phi)
    return math.log(odds) / mu, math.log(odds) / mu + square / mu**2


low, high = bounds(sigma, share)
decided = log_ratios > math.log(odds)
counts = decided.argmax(axis=0) + 1
print(f"between {low:.1f} and {high:.1f} samples; simulated {counts.mean():.1f}")

# %%
#| code-fold: Check
assert decided.any(axis=0).all()
standard_error = counts.std() / math.sqrt(num_runs)
assert low + 4 * standard_error < counts.mean() < high - 4 * standard_error

# %%
#| echo: false
from gdbook.theory.selection import (
    fresh_points,
    information,
    log_likelihood_ratio,
    points_to_decide,
    ratio_spread,
)
from gdbook.theory.selection import lifted_line as package_lifted
from gdbook.theory.selection import line as package_line

assert math.isclose(worth, information(gap, sigma, share))
assert math.isclose(10 * deviation, ratio_spread(gap, sigma, share, 100))
assert np.allclose(bounds(sigma, share), points_to_decide(gap, sigma, share, odds))
ours = log_ratio(new_y[0], line(new_x[0]), lifted_line(new_x[0]))
theirs = package_line(new_x[0]), package_lifted(new_x[0])
assert np.array_equal(ours, log_likelihood_ratio(new_y[0], *theirs, sigma))
drawn = fresh_points(package_line, x, sigma, num_samples, num_runs, SEED)
assert np.array_equal(drawn, (new_x, new_y))

# %% [markdown]
# In the simulation `=counts.mean():.1f` new samples decide on average. One series can need far
# fewer or far more: the number is between `=counts.min()` and `=counts.max()`.
#
# ## Where should one measure?
#
# About three of four new samples were taken where the models agree. If every new sample
# is taken at $x = 3$, then $s = 1$. Less noise helps too: by (2), $\mu$ is proportional
# to $s / \sigma^2$.

# %%
print("share  sigma   lower bound  upper bound")
for part, noise in [(share, sigma), (1, sigma), (1, sigma / 2), (1, sigma / 10)]:
    least, most = bounds(noise, part)
    print(f"{part:<5} {noise:6.2f} {max(1, least):12.1f} {most:12.1f}")

# %%
#| code-fold: Check
assert math.isclose(bounds(sigma, 1)[0], bounds(sigma, share)[0] / 4)
assert math.isclose(bounds(sigma / 2, 1)[0], bounds(sigma, 1)[0] / 4)
assert bounds(sigma / 10, 1)[1] < 1.2

# %% [markdown]
# Measuring only where the models differ divides the lower bound by four, and halving $\sigma$
# divides it by four once more. (At least one sample is always needed, so a lower bound below 1
# is shown as 1.)
#
# ## Summary
#
# - A new sample changes the log-likelihood ratio by $\mu = s a^2 / (2 \sigma^2)$ nats on
#   average, in favour of the right model.
# - On average, at least $b / \mu$ samples are needed until the log-likelihood ratio exceeds $b$.
#   For odds of more than `=odds` to 1 the expected number is between `=low:.1f` and
#   `=high:.1f` here.
# - Only samples where the models differ decide. With less noise in their labels, both bounds
#   are smaller.
#
# ## Exercises
#
# **1.** Let $\sigma$ be twice as large. What happens to the lower bound in (4)?
#
# /// details | Hint
# How does $\mu$ in (2) depend on $\sigma$?
# ///
#
# /// details | Solution
#
# $\mu$ is a quarter of what it was, so the lower bound is four times as large.
# %%
print(f"{bounds(2 * sigma, share)[0] / low:.2f}")

# %% [markdown]
# ///
#
# **2.** After $N$ samples, the odds for the wrong model can also be at least
# `=odds` to 1. Prove that for every $N$ the chance of this is at most 1/`=odds`.
#
# /// details | Hint
# What is the expected value of $p_2(y) / p_1(y)$ if $y$ has the density $p_1$? Then use
# Markov's inequality: a random variable $R \ge 0$ satisfies
# $P(R \ge r) \le \mathbb E R / r$ for every $r > 0$.
# ///
#
# /// details | Solution
#
# For one sample, $\mathbb E \frac{p_2(y)}{p_1(y)} = \int \frac{p_2(y)}{p_1(y)} \, p_1(y) \, dy
# = \int p_2(y) \, dy = 1$. Let $R$ be the product of these ratios over $N$ samples. They
# are independent, so $\mathbb E R = 1$. By Markov's inequality the chance of
# $R \ge `=odds`$ is at most 1/`=odds`. $\blacksquare$
#
# For each $N$ the simulation gives the share of the series with such odds. The largest share is
# smaller than the bound:
# %%
misled = np.mean(log_ratios <= -math.log(odds), axis=1)
print(f"largest share: {misled.max():.4f}, bound: {1 / odds}")
assert misled.max() <= 1 / odds

# %% [markdown]
# ///
#
# **3.** Some people compare models by the mean squared error on new samples, the *held-out
# error*. Show that this compares the same quantity: the difference of the two held-out errors is
# $2 \sigma^2 / N$ times the log-likelihood ratio of the $N$ samples.
#
# /// details | Hint
# Add up (1) over all samples.
# ///
#
# /// details | Solution
#
# By (1), $(y - \hat y_2)^2 - (y - \hat y_1)^2 = 2 \sigma^2 X$ for each sample. Take the mean
# over the $N$ samples. The left side is the difference of the held-out errors, the right
# side is $\frac{2 \sigma^2}{N} \sum X_i$. $\blacksquare$
# %%
right = np.mean((new_y - line(new_x)) ** 2, axis=0)
wrong = np.mean((new_y - lifted_line(new_x)) ** 2, axis=0)
print(np.allclose(wrong - right, 2 * sigma**2 / num_samples * log_ratios[-1]))

# %% [markdown]
# The right model has a held-out error above zero too: its expected value is $\sigma^2$.
#
# ///
#
# Next: [what does a step cost?](cost.py)
