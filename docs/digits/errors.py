# %% [markdown]
# # Where do the last digits come from?
#
# You will learn
#
# - which part of each result is label noise, and which is unfinished descent;
# - how to compute the article's four printed results without running the descent;
# - from which epoch on the label noise is the larger part;
# - why other orders of the samples print the same results.
#
# You need: [how the regression is trained](../experiment/train.py),
# [what unfinished descent is](../zero/answer.py#four-causes), and
# [what the eigenvalues of the Hessian say about a step](../why/how-long.py).

# %%
import math
import random

import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
true_w, true_b = torch.tensor([2, -3.4]), 4.2
sigma, n = 0.01, 1000
lr, num_epochs, batch_size = 0.0003, 300, 10
num_runs = 20

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, n)
start = np.append(torch.normal(0, 0.01, (2, 1)).double(), 0)
truth = np.array([2, -3.4, true_b])
X = np.column_stack([features.double(), np.ones(n)])
y = labels[:, 0].double().numpy()

# %% [markdown]
# After `=num_epochs` epochs the article printed the loss
# `=published:regression.loss` and the errors `=published:regression.w_error.1`,
# `=published:regression.w_error.2` and `=published:regression.b_error`. The data, the first
# parameters and the learning rate are known before the first step. This page computes the
# four results from these alone.
#
# We write the weights and the bias as one vector $\mathbf w$ and add a column of ones to
# $\mathbf X$. The mean loss
# $f(\mathbf w) = \frac1{2n} \lVert \mathbf X \mathbf w - \mathbf y \rVert^2$ is a quadratic
# function with the Hessian $\mathbf H = \mathbf X^\top \mathbf X / n$. Its minimizer
# $\mathbf w_{\mathrm{LS}}$ is called the least-squares solution.

# %%
H, best = X.T @ X / n, np.linalg.lstsq(X, y)[0]
curvatures, V = np.linalg.eigh(H)
print("eigenvalues of H:", curvatures.round(4))

# %% [markdown]
# ## The loss is a floor plus an excess
#
# The least possible mean loss, $f(\mathbf w_{\mathrm{LS}})$, is called the *floor*. The labels
# are $\mathbf y = \mathbf X \mathbf w_{\mathrm{true}} + \boldsymbol\varepsilon$. Let
# $\mathbf X$ be given, with rank 3, and let the $n$ numbers $\varepsilon_i$ be independent with
# mean 0 and variance $\sigma^2$. Then the expected value of the floor is
#
# $$ \mathbb E\, f(\mathbf w_{\mathrm{LS}}) = \frac{\sigma^2}{2} \cdot \frac{n - 3}{n} . \tag{1} $$
#
# /// details | Proof of (1)
#
# The least-squares solution is
# $\mathbf w_{\mathrm{LS}} = (\mathbf X^\top \mathbf X)^{-1} \mathbf X^\top \mathbf y$. So
# $\mathbf X \mathbf w_{\mathrm{LS}} = \boldsymbol\Pi \mathbf y$ with
# $\boldsymbol\Pi = \mathbf X (\mathbf X^\top \mathbf X)^{-1} \mathbf X^\top$. Since
# $\boldsymbol\Pi \mathbf X = \mathbf X$, the residuals $\mathbf y - \boldsymbol\Pi \mathbf y$ are
# $\mathbf M \boldsymbol\varepsilon$ with $\mathbf M = \mathbf I - \boldsymbol\Pi$. From
# $\mathbf M^\top = \mathbf M$ and $\mathbf M^2 = \mathbf M$ it follows that their squared norm
# is $\boldsymbol\varepsilon^\top \mathbf M \boldsymbol\varepsilon$. Its expected value is
# $\sigma^2 \operatorname{tr} \mathbf M$, because $\mathbb E\, \varepsilon_i \varepsilon_j$ is 0 for
# $i \ne j$ and $\sigma^2$ for $i = j$. By $\operatorname{tr}(\mathbf A \mathbf B) =
# \operatorname{tr}(\mathbf B \mathbf A)$, the trace of $\boldsymbol\Pi$ is that of the
# $3 \times 3$ identity matrix, so $\operatorname{tr} \mathbf M = n - 3$. Division by $2n$ gives
# (1). $\blacksquare$
#
# ///
#
# What lies above the floor is called the *excess*. Nearly all of it is unfinished descent.
# By the [formula of an earlier page](../zero/answer.py#how-the-parts-are-measured) it is
# exactly
#
# $$
# \begin{gathered}
# f(\mathbf w) - f(\mathbf w_{\mathrm{LS}}) = \tfrac12\, \mathbf d^\top \mathbf H \mathbf d , \\
# \mathbf d = \mathbf w - \mathbf w_{\mathrm{LS}} .
# \end{gathered} \tag{2}
# $$
#
# The gradient is $\mathbf H \mathbf d$. So a step of full-batch descent multiplies
# $\mathbf d$ by $\mathbf I - \eta \mathbf H$, and after $t$ steps
#
# $$ \mathbf w_t = \mathbf w_{\mathrm{LS}} + (\mathbf I - \eta \mathbf H)^t (\mathbf w_0 - \mathbf w_{\mathrm{LS}}) . \tag{3} $$
#
# The article does not use the full batch. It cuts the shuffled samples of each epoch into
# mini-batches. Then (3) is an approximation. The
# [last section](#does-the-order-of-the-samples-matter) shows how good it is.


# %%
def mean_path(steps, eta=lr):
    """Parameters (3) after each number of steps: (T,) -> (T, 3).

    By H = V diag(curvatures) Vᵀ, each eigenvector has a factor of its own.
    """
    left = (1 - eta * curvatures) ** np.asarray(steps)[..., None]
    return best + (left * (V.T @ (start - best))) @ V.T


steps_per_epoch = n // batch_size
end = mean_path(num_epochs * steps_per_epoch)
floor = ((X @ best - y) ** 2).mean() / 2
excess = (end - best) @ H @ (end - best) / 2
expected_floor = sigma**2 / 2 * (n - 3) / n
floor_std = sigma**2 / (2 * n) * math.sqrt(2 * (n - 3))
print(f"expected floor        {expected_floor:.8f} ± {floor_std:.8f}")
print(f"floor of these data   {floor:.8f}, prints {floor:.6f}")
print(f"excess                {excess:.8f}")
print(f"floor plus excess     {floor + excess:.8f}, prints {floor + excess:.6f}")

# %% [markdown]
# The number after ± is the standard deviation of the floor, if the noise is normal. Then
# $2n f(\mathbf w_{\mathrm{LS}}) / \sigma^2$ follows $\chi^2_{n-3}$, "chi-squared with $n - 3$
# degrees of freedom". $\chi^2_k$ is the distribution of the sum of the squares of $k$
# independent standard normal numbers. It has the expected value $k$ and the variance $2k$.
#
# Label noise makes up `=100 * floor / (floor + excess):.1f` percent of the loss. The last
# digit needs both parts: the floor alone prints `=floor:.6f`.
#
# ## The errors are noise plus unfinished descent
#
# The article prints $\mathbf w_{\mathrm{true}} - \mathbf w$. This error is a sum as well:
#
# $$ \begin{aligned} \mathbf w_{\mathrm{true}} - \mathbf w &= (\mathbf w_{\mathrm{true}} - \mathbf w_{\mathrm{LS}}) && \text{(noise)} \\ &\quad + (\mathbf w_{\mathrm{LS}} - \mathbf w) && \text{(unfinished)} \end{aligned} \tag{4} $$
#
# Only label noise causes the first part. Only unfinished descent causes the second part.

# %%
noise, unfinished = truth - best, best - end
errors = noise + unfinished
print("     noise       unfinished  sum         prints")
for name, *parts in zip(["w0", "w1", "b "], noise, unfinished, errors, strict=True):
    print(name, *[f"  {part:+.6f}" for part in parts], f"  {parts[-1]:+.4f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "Epoch `=num_epochs`: most of the loss is label noise, and most of each error is unfinished descent."
#| fig-alt: "Four horizontal bars, each divided into a part for noise and a part for unfinished descent. Noise is `=100 * floor / (floor + excess):.0f` percent of the loss. Unfinished descent is `=100 * shares[1]:.0f`, `=100 * shares[2]:.0f` and `=100 * shares[3]:.0f` percent of the errors of w0, w1 and b."
from gdbook.figures.regression import stacked_parts

sizes = np.abs([[floor, *noise], [excess, *unfinished]])
shares = sizes[1] / sizes.sum(axis=0)
stacked_parts(["loss", "error of w0", "error of w1", "error of b"], shares)
plt.show()

# %% [markdown]
# In each of the three errors the unfinished part is more than 20 times the noise part. Here
# are the predictions of the loss and of the three errors, the results of the descent in
# float32, and what the article printed:

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import linear_regression
from gdbook.formats import markdown_table
from gdbook.reproduce import compare
from gdbook.tables import MARK, entry

result = linear_regression(by_hand=True)
ids = ["regression.loss", "regression.w_error", "regression.b_error"]
ran = [row for name in ids for row in compare(entry(name), result)]
predictions = [floor + excess, *errors]
labelled = ["loss", "of $w_0$", "of $w_1$", "of $b$"]
rows = []
for name, row, value in zip(labelled, ran, predictions, strict=True):
    text = f"{value:.{len(row.published.partition('.')[2])}f}"
    equal = MARK[text == row.published == row.reproduced]
    rows.append([name, text, row.reproduced, row.published, equal])
Markdown(markdown_table(["result", "predicted", "run", "published", "equal"], rows))

# %% [markdown]
# ## When does the noise become the larger part?
#
# The noise part does not change. The unfinished part tends to zero. So there is an epoch from
# which on the noise part is the larger one. The ratio of the two parts is computed from (3),
# for the loss and for each error:


# %%
def ratios(path):
    """Excess over floor, and unfinished part over noise of w0, w1 and b: (T, 4)."""
    excesses = ((path - best) @ H * (path - best)).sum(axis=1) / 2
    return np.c_[excesses / floor, np.abs((path - best) / noise)]


epochs = np.arange(501)
predicted = ratios(mean_path(steps_per_epoch * epochs))
needed = (predicted < 1).argmax(axis=0)
print("loss, w0, w1, b: epochs", *needed)

# %% [markdown]
# The article stopped at epoch `=num_epochs`, between that of the loss and those of the errors.
# We compare with a descent in float64 that takes the article's batches, for `=epochs[-1]`
# epochs:

# %%
setup_seed(SEED)
w, run = start, [start]
for _ in epochs[1:]:
    order = list(range(n))
    random.shuffle(order)
    for batch in np.reshape(order, (-1, batch_size)):
        w = w - lr / batch_size * ((X[batch] @ w - y[batch]) @ X[batch])
    run.append(w)
measured = ratios(np.array(run))
print("measured: epochs", *(measured < 1).argmax(axis=0))

# %%
#| code-fold: Code of the figure
#| fig-cap: "The article stops between the two: its loss is mostly noise since epoch `=needed[0]`, and its errors become mostly noise from epoch `=needed[1:].min()` on. Lines: predicted. Dots: the descent in float64."
#| fig-alt: Unfinished part divided by noise part, against the epoch, on a logarithmic axis. Four falling lines with dots on them. The line of the loss crosses 1 at epoch `=needed[0]`, those of the three errors between epochs `=needed[1:].min()` and `=needed.max()`. A dashed vertical line, named as the end of the article's descent, marks epoch `=num_epochs`, between the two.
from gdbook.figures.regression import parts_against_epoch

parts_against_epoch(predicted, measured, needed, num_epochs)
plt.show()

# %% [markdown]
# ## Does the order of the samples matter?
#
# An epoch cuts the shuffled samples into $K = n/B$ batches of $B$ samples. Let $\mathbf H_j$
# be the Hessian of the mean loss of batch $j$, and $\mathbf g_j$ the gradient of this loss at
# $\mathbf w_{\mathrm{LS}}$. At $\mathbf w = \mathbf w_{\mathrm{LS}} + \mathbf d$ this gradient is
# $\mathbf H_j \mathbf d + \mathbf g_j$. So the step with this batch takes $\mathbf d$ to
# $(\mathbf I - \eta \mathbf H_j)\, \mathbf d - \eta\, \mathbf g_j$. Multiply out the $K$ steps
# of an epoch, and write $O(\eta^2)$ for all terms with $\eta^2$ or a higher power of $\eta$:
#
# $$ \begin{aligned} \mathbf d \;\mapsto\; & \mathbf d - \eta \sum_{j=1}^K (\mathbf H_j \mathbf d + \mathbf g_j) + O(\eta^2) \\ &= (\mathbf I - \eta K \mathbf H)\, \mathbf d + O(\eta^2) . \end{aligned} \tag{5} $$
#
# An epoch uses every sample once. Therefore $\sum_j \mathbf H_j = K \mathbf H$, and
# $\sum_j \mathbf g_j$ is $K$ times the gradient of $f$ at $\mathbf w_{\mathrm{LS}}$, which is
# $\mathbf 0$. So the order of the samples has no effect in the first order of $\eta$. By (3),
# $K$ steps of full-batch descent multiply $\mathbf d$ by $(\mathbf I - \eta \mathbf H)^K$, which is
# $\mathbf I - \eta K \mathbf H + O(\eta^2)$ too.
#
# Now let each step draw its $B$ samples anew, with replacement, from all $n$ samples. Then some
# samples are used several times in an epoch, and others are not used. The matrix $\mathbf H_j$ and
# the vector $\mathbf g_j$ are independent of $\mathbf d$ and have the expected values $\mathbf H$ and
# $\mathbf 0$. So (3) is the expected value of $\mathbf w_t$. But the sums in (5) are random, and their
# deviations have an effect in the first order of $\eta$.
#
# How large are these effects after `=num_epochs` epochs? We repeat the descent in float32, like
# the article, with `=num_runs` other orders and with `=num_runs` series of batches drawn anew:


# %%
def descents(batches_of_epoch):
    """Ends of all descents in float32, (num_runs, 3)."""
    A, t, eta, B = (np.asarray(part, np.float32) for part in (X, y, lr, batch_size))
    W = np.tile(start.astype(np.float32), (num_runs, 1))
    for _ in range(num_epochs):
        for rows in batches_of_epoch():  # one batch for each descent
            r = np.einsum("rij,rj->ri", A[rows], W) - t[rows]
            W = W - eta * np.einsum("rij,ri->rj", A[rows], r) / B
    return W.astype(float)


def shuffled():
    """Batches (K, num_runs, B) of one epoch: each sample once in each descent."""
    orders = rng.permuted(np.tile(np.arange(n), (num_runs, 1)), axis=1)
    return orders.reshape(num_runs, -1, batch_size).swapaxes(0, 1)


def anew():
    """Batches (K, num_runs, B) that are drawn without regard to the others."""
    return rng.integers(n, size=(steps_per_epoch, num_runs, batch_size))


rng = np.random.default_rng(SEED)
ends = {"other orders": descents(shuffled), "drawn anew": descents(anew)}


# %%
def printed(w):
    """The four results of a descent that ends at w, as the article prints them."""
    loss = ((X @ w - y) ** 2).mean() / 2
    return [f"{loss:.6f}", *(f"{error:.4f}" for error in truth - w)]


scaled, same = np.abs(errors) * 1e4, {}
to_next = np.abs(scaled - np.floor(scaled) - 0.5) / 1e4
print("             equal  w0      w1      b")
print("other digit        ", *[f"{one:.1e}" for one in to_next])
for name, W in ends.items():
    same[name] = sum(printed(w) == printed(end) for w in W)
    deviations = [f"{one:.1e}" for one in W.std(axis=0, ddof=1)]
    print(f"{name:12} {same[name]:5}", *deviations)

# %% [markdown]
# The line "other digit" is the distance of each predicted error to the nearest number at which
# the last printed digit changes. The two lines below it are the standard deviations of the
# parameters over `=num_runs` descents. They contain the rounding errors of float32. The column
# "equal" counts the descents that print all four published results.
#
# All `=num_runs` other orders print them. For each error the distance is more than five standard
# deviations. With batches drawn anew, the distance is less than two standard deviations, and
# `=num_runs - same["drawn anew"]` of the `=num_runs` descents print other results.

# %%
#| echo: false
from gdbook.theory.floor import (
    epochs_until_statistical,
    excess_loss,
    floor_spread,
    replaced_spread,
    rounding_margin,
    rounding_spread,
    shuffled_mean,
    shuffled_spread,
    split_error,
    standard_errors,
)

how, steps = (X, y, lr, batch_size), num_epochs * steps_per_epoch
assert np.array_equal(split_error(truth, best, end), (noise, unfinished))
assert math.isclose(floor_std, floor_spread(sigma, n, 3))
assert math.isclose(excess, excess_loss(end, best, H))
assert np.allclose(to_next, rounding_margin(errors, 4), rtol=1e-9, atol=0)
late = epochs_until_statistical(truth, best, start, H, lr, steps_per_epoch)
assert needed[1:].tolist() == late.tolist()
by_order = shuffled_spread(*how, num_epochs), rounding_spread(end, H, lr, steps)
for W, std, mean in (
    (ends["other orders"], np.hypot(*by_order), shuffled_mean(start, *how, num_epochs)),
    (ends["drawn anew"], replaced_spread(*how, steps), end),
):  # 4 standard errors, of a standard deviation and of a mean
    assert np.allclose(W.std(axis=0, ddof=1), std, rtol=4 / math.sqrt(2 * num_runs - 2))
    assert (np.abs(W.mean(axis=0) - mean) < 4 * std / math.sqrt(num_runs)).all()

# %% [markdown]
# ## Summary
#
# - The loss is the floor plus the excess (2). At epoch `=num_epochs` the floor is
#   `=1e6 * floor:.1f` millionths and the excess `=1e6 * excess:.1f` millionths. Equation (1)
#   gives the expected value of the floor.
# - The errors are noise plus unfinished descent (4). At epoch `=num_epochs` they are mostly
#   unfinished descent. The noise is the larger part only from epochs `=needed[1]`,
#   `=needed[2]` and `=needed[3]` on.
# - An epoch uses every sample once. Therefore the order of the samples has no effect in the
#   first order of $\eta$. All `=num_runs` other orders print the same results.
#
# ## Exercises
#
# **1.** Double the learning rate. From which epochs on is the noise the larger part of each
# error? Estimate first.
#
# /// details | Hint
# For a small $\eta\lambda$, $(1 - \eta\lambda)^t \approx e^{-\eta\lambda t}$.
# ///
#
# /// details | Solution
#
# The unfinished parts depend nearly on the product $\eta t$ alone, so half of the epochs are
# enough.
# %%
doubled = ratios(mean_path(steps_per_epoch * epochs, 2 * lr))
print("loss, w0, w1, b:", *(doubled < 1).argmax(axis=0))
# %% [markdown]
# ///
#
# **2.** The noise parts of this data set are small. How likely are noise parts that are at least
# as small? Measure the size of the three noise parts $\mathbf e$ by
# $c = \mathbf e^\top \mathbf X^\top \mathbf X\, \mathbf e / \sigma^2$.
#
# /// details | Hint
# The covariance matrix of $\mathbf w_{\mathrm{LS}}$ is
# $\mathbf C = \sigma^2 (\mathbf X^\top \mathbf X)^{-1}$. If a vector $\mathbf e$ with three entries
# is normal with mean $\mathbf 0$ and covariance matrix $\mathbf C$, then
# $\mathbf e^\top \mathbf C^{-1} \mathbf e$ follows $\chi^2_3$. A number with this distribution is below
# $c$ with the probability $\operatorname{erf}\sqrt{c/2} - \sqrt{2c/\pi}\, e^{-c/2}$.
# ///
#
# /// details | Solution
#
# The vector $\mathbf e = \mathbf w_{\mathrm{true}} - \mathbf w_{\mathrm{LS}}$ has the mean $\mathbf 0$.
# It is normal, because the noise of the article is normal, and
# $c = \mathbf e^\top \mathbf C^{-1} \mathbf e$. The standard deviations of its three entries are
# called *standard errors*. They are the square roots of the diagonal of $\mathbf C$.
# %%
c = noise @ (X.T @ X) @ noise / sigma**2
chance = math.erf(math.sqrt(c / 2)) - math.sqrt(2 * c / math.pi) * math.exp(-c / 2)
std_errors = sigma * np.sqrt(np.diag(np.linalg.inv(X.T @ X)))
print("standard errors ", *[f" {one:.6f}" for one in std_errors])
print("noise parts     ", *[f"{one:+.6f}" for one in noise])
print(f"probability {chance:.4f}, one data set in {1 / chance:,.0f}")
# %% [markdown]
# So this data set is unusual: its noise parts are less than a tenth of the standard errors.
# At epoch `=num_epochs` the unfinished parts are between
# `=(np.abs(unfinished) / std_errors).min():.1f` and
# `=(np.abs(unfinished) / std_errors).max():.1f` standard errors. So if the noise parts were as
# large as the standard errors, the unfinished parts would still be larger, but less than three
# times as large.
#
# ///

# %%
#| echo: false
assert (np.abs(noise) < std_errors / 10).all()
assert (std_errors < np.abs(unfinished)).all()
assert (np.abs(unfinished) < 3 * std_errors).all()
assert np.allclose(std_errors, standard_errors(X, sigma), rtol=1e-12)

# %% [markdown]
# **3.** Let $\lambda_{\mathrm{min}} > 0$ and $\eta \lambda_{\mathrm{max}} < 1$, and let $\mathbf w_{\mathrm{LS}}$
# differ from $\mathbf w_{\mathrm{true}}$ and from $\mathbf w_0$. Prove that by (3)
# $\lVert \mathbf w_t - \mathbf w_{\mathrm{LS}} \rVert < \lVert \mathbf w_{\mathrm{LS}} - \mathbf w_{\mathrm{true}} \rVert$
# for every
#
# $$ t > \ln \frac{\lVert \mathbf w_0 - \mathbf w_{\mathrm{LS}} \rVert}{\lVert \mathbf w_{\mathrm{LS}} - \mathbf w_{\mathrm{true}} \rVert} \bigg/ \ln \frac{1}{1 - \eta \lambda_{\mathrm{min}}} . $$
#
# /// details | Hint
# Which is the largest eigenvalue of $\mathbf I - \eta \mathbf H$?
# ///
#
# /// details | Solution
#
# The eigenvalues of $\mathbf I - \eta \mathbf H$ are positive, and the largest is
# $1 - \eta \lambda_{\mathrm{min}}$. The matrix is symmetric, so by (3)
# $\lVert \mathbf w_t - \mathbf w_{\mathrm{LS}} \rVert \le (1 - \eta \lambda_{\mathrm{min}})^t \lVert \mathbf w_0 - \mathbf w_{\mathrm{LS}} \rVert$.
# The right side is less than $\lVert \mathbf w_{\mathrm{LS}} - \mathbf w_{\mathrm{true}} \rVert$
# as soon as $t \ln (1 - \eta \lambda_{\mathrm{min}})$ is less than
# $\ln (\lVert \mathbf w_{\mathrm{LS}} - \mathbf w_{\mathrm{true}} \rVert / \lVert \mathbf w_0 - \mathbf w_{\mathrm{LS}} \rVert)$.
# Division by the negative number $\ln (1 - \eta \lambda_{\mathrm{min}})$ gives the statement. $\blacksquare$
#
# The next cell compares this bound with the epoch from which on the inequality holds by (3):
# %%
size, first_size = np.linalg.norm(noise), np.linalg.norm(start - best)
steps_needed = math.log(first_size / size) / -math.log(1 - lr * curvatures[0])
distances = np.linalg.norm(mean_path(steps_per_epoch * epochs) - best, axis=1)
vector_needed = (distances < size).argmax()
print(f"bound: epoch {steps_needed / steps_per_epoch:.1f}, by (3): {vector_needed}")
# %% [markdown]
# ///
#
# Next: [when is a loss exactly zero?](zero.py)
