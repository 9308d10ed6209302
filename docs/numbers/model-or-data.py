# %% [markdown]
# # How many new samples would decide?
#
# At the end of this page you know how little four samples say about the article's
# closing question, how many new ones answer it, and why the likelihood and the held-out
# error are one and the same question.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

SEED, sigma, odds = 20, 0.1, 20
x, y = np.arange(4.0), np.array([0, 1, 2, 3.1])
num_points, num_runs = 600, 8000

# %% [markdown]
# ## What the four samples say
#
# Is the data wrong, or the model? The page that [put the question](../zero/data-or-model.py)
# has two stories. In the first the truth is a line and the last label is wrong. In the
# second the truth jumps up at $x = 3$, the *lifted line*, and every label is right. To weigh
# them, suppose that labels err by a Gaussian noise of deviation `=sigma`, as large as the
# lift itself. This is an assumption: four samples do not tell it.
#
# A sample speaks for the model that makes it more likely. The *likelihood* is the density
# that a model gives to the label, and the *likelihood ratio* is one likelihood over the
# other. Its natural logarithm, the *log-ratio*, adds up over samples. The unit of such a
# logarithm is the *nat*.

# %%
from gdbook.theory.selection import lifted_line, line, log_likelihood_ratio

nats = log_likelihood_ratio(y, lifted_line(x), line(x), sigma)
print("nats for the lifted line:", *(f"{ratio:.2f}" for ratio in nats))
print(f"likelihood ratio: {math.exp(nats.sum()):.2f}")

# %% [markdown]
# Three samples say nothing, since both models predict the same there. The last one says
# `=nats.sum():.1f` nats: it is `=math.exp(nats.sum()):.2f` times as likely under the lifted
# line. Not even that counts in full, because the lifted line was made to fit it.
#
# ## What a new sample is worth
#
# Now draw fresh samples, the place evenly from 0, 1, 2, 3. They decide only at 3, where
# the models differ by a gap $a$; that is a share $s$ of all places. The log-ratio grows in
# favour of the true model, whichever it is, and a new sample is worth on average
#
# $$
# s\, \frac{a^2}{2 \sigma^2}
# $$
#
# nats, with the deviation $\sigma$ of the noise. The log-ratio grows with the number of samples,
# its own deviation with the root of that number only.

# %%
from gdbook.theory.selection import information, ratio_spread

gaps = lifted_line(x) - line(x)
gap, share = gaps.max(), np.mean(gaps > 0)
worth = information(gap, sigma, share)
print(f"gap {gap:.1f}, share {share}: {worth:.3f} nats")

# %% [markdown]
# The run beside it: let the label have been wrong, so that the line is the truth, and
# draw `=num_points` new samples, `=num_runs:,` times over.

# %%
from gdbook.theory.selection import fresh_points

fresh_x, fresh_y = fresh_points(line, x, sigma, num_points, num_runs, SEED)
each = log_likelihood_ratio(fresh_y, line(fresh_x), lifted_line(fresh_x), sigma)
log_ratios = np.cumsum(each, axis=0)

print("  N      mean: run    deviation: run")
for n in (10, 50, 200):
    spread, at = ratio_spread(gap, sigma, share, n), log_ratios[n - 1]
    print(f"{n:3}{n * worth:10.2f}{at.mean():7.2f}{spread:11.2f}{at.std():7.2f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "Seven series of new samples. They climb at the predicted rate, `=worth:.3f` nats a sample, and in jumps: three samples of four say nothing. Above the dashed line the odds are `=odds` to 1."
#| fig-alt: Log-likelihood ratio over 80 new samples. Seven jagged curves rise in and around a widening band. The straight line in the middle of the band starts at zero and crosses the dashed level of three nats near 24 samples.
from gdbook.figures.selection import ratio_fan

n = np.arange(1, 81)
spreads = np.array([ratio_spread(gap, sigma, share, k) for k in n])
ratio_fan(log_ratios[:80, :7], worth * n, spreads, math.log(odds))
plt.show()

# %% [markdown]
# ## How many samples until the odds are good
#
# Prefer neither model beforehand, and draw until the true one leads by odds of `=odds`
# to 1, which is `=math.log(odds):.2f` nats. Wald's identity says: the expected number of
# samples, times the worth of one, is the expected log-ratio at the end. That is
# the goal and an overshoot, since the last sample carries the log-ratio beyond it. Lorden's
# inequality bounds the overshoot, and so the number of samples from above.

# %%
from gdbook.theory.selection import points_to_decide

low, high = points_to_decide(gap, sigma, share, odds)
reached = log_ratios >= math.log(odds)
assert reached.any(axis=0).all()
counts = reached.argmax(axis=0) + 1
print(f"between {low:.2f} and {high:.2f}; run {counts.mean():.2f}")

# %% [markdown]
# Whoever draws a fixed number of samples and takes the model that leads is right with a
# chance that is known beforehand. The mean of the labels at 3 decides, a normal variable;
# how many labels fall there is binomial.

# %%
from gdbook.theory.selection import chance_of_right_choice

print("  N    right choice: run")
for n in (1, 10, 50, 100, 200):
    chance = chance_of_right_choice(n, gap, sigma, share)
    at = log_ratios[n - 1]
    right = np.mean(at > 0) + np.mean(at == 0) / 2
    print(f"{n:3}{chance:16.4f}{right:8.4f}")

# %% [markdown]
# One sample is little better than a coin. Can the false model lead by `=odds` to 1 for a
# while? It can, but seldom: the chance that it ever does is at most 1/`=odds`. Under the
# truth, the likelihood ratio of a false model has the mean 1 at all times, and Ville's
# inequality (1939) says how rarely such a quantity grows.

# %%
misled = np.mean((log_ratios <= -math.log(odds)).any(axis=0))
print(f"misled: at most {1 / odds:.3f}; run {misled:.3f}")

# %% [markdown]
# ## Held-out error asks the same
#
# Instead of likelihoods one may compare errors on samples that took no part in the
# choice of the model. The expected squared error of the right one is the variance of the
# noise; the wrong one has the gap squared on top, at a share of the places.

# %%
N = np.arange(1, num_points + 1)[:, None]
right = np.cumsum((fresh_y - line(fresh_x)) ** 2, axis=0) / N
wrong = np.cumsum((fresh_y - lifted_line(fresh_x)) ** 2, axis=0) / N
expected = np.array([sigma**2, sigma**2 + share * gap**2])
print(f"right: {expected[0]:.4f}; run {right[-1].mean():.4f}")
print(f"wrong: {expected[1]:.4f}; run {wrong[-1].mean():.4f}")
print(np.allclose(wrong - right, 2 * sigma**2 / N * log_ratios, rtol=0, atol=1e-12))

# %%
#| code-fold: Code of the figure
#| fig-cap: The held-out errors of one series. They wander together, because both contain the same noise. What decides is the distance between them.
#| fig-alt: Two running mean squared errors over 10 to 300 new samples, in units of the noise variance. They swing in parallel around two dashed levels, 1 for the right model and `=levels[1]:.2f` for the wrong one, whose curve stays above.
from gdbook.figures.selection import held_out_curves

levels = expected / sigma**2
held_out_curves(right[:300, 0] / sigma**2, wrong[:300, 0] / sigma**2, levels, first=10)
plt.show()

# %%
#| echo: false
from gdbook.theory.selection import expected_held_out

assert np.allclose(expected, expected_held_out(gap, sigma, share), rtol=1e-12, atol=0)

# %% [markdown]
# The last line of the output says that the difference of the two errors is
# $2\sigma^2/N$ times the log-ratio after $N$ samples, for every series at all times. So held-out
# samples decide exactly as well as the log-ratio on the same samples does. And an error above zero
# is no argument against a model: the right one has it too.
#
# ## Measure where the models differ
#
# Three samples of four were wasted. With every new sample at 3 the share is 1, and
# exactness of the labels counts with the square:

# %%
print("share  sigma   samples between")
for s, noise in [(share, sigma), (1, sigma), (1, sigma / 2), (1, sigma / 10)]:
    least, most = points_to_decide(gap, noise, s, odds)
    print(f"{s:<6}{noise:6.2f}{max(1, least):8.1f} and {most:.1f}")

# %% [markdown]
# ## What was found
#
# - With a noise of `=sigma` the four samples favour the lifted line by `=nats.sum():.1f` nats.
#   That decides nothing.
# - Odds of `=odds` to 1 take between `=low:.1f` and `=high:.1f` new samples on average;
#   in the run it was `=counts.mean():.1f`. After 200 samples the choice is right in
#   `=100 * chance_of_right_choice(200, gap, sigma, share):.2f` percent of all cases.
# - Held-out error and likelihood ratio are the same evidence. Both are worth most where
#   the models differ.
#
# Next: [how large should a step be?](step-size.py)
