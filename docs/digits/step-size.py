# %% [markdown]
# # How large should a step be, and what did the divisor change?
#
# You will learn
#
# - which fixed learning rate is the best one for the worst start;
# - how many steps each learning rate needs from the article's start;
# - why mini-batches have a smaller limit, and how to compute it;
# - why the clean toy converges only because of a divisor that was left over.
#
# You need: [the limit and the best step size on a quadratic function](../why/how-long.py#beyond-2l),
# [the clean toy](../zero/clean.py), and [the error budget](errors.py) for the notation.
# What the first of these pages calls step size, $\eta$, is called *learning rate* here,
# as in the article.

# %%
import random
from bisect import bisect_left

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
import torch

SEED, n = 20, 1000
lr, tolerance = 0.0003, 1e-6

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, n)
start = np.append(torch.normal(0, 0.01, (2, 1)).double(), 0)
X = np.column_stack([features.double(), np.ones(n)])
y = labels[:, 0].double().numpy()
H, best = X.T @ X / n, np.linalg.lstsq(X, y)[0]

# %% [markdown]
# ## The best learning rate for the worst start
#
# The mean loss of the regression is quadratic. Let its Hessian $\mathbf H$ be symmetric and
# positive definite, with eigenvalues $\lambda_1 \ge \dots \ge \lambda_p > 0$. Let
# $\mathbf d_t$ be the difference between the parameters after $t$ steps on all samples and the
# minimizer. A step [multiplies](../why/how-long.py#beyond-2l) the component of $\mathbf d_t$
# along eigenvector $i$ by $1 - \eta \lambda_i$. So the distance $\lVert \mathbf d_t \rVert$ satisfies
#
# $$
# \begin{gathered}
# \lVert \mathbf d_t \rVert \le r(\eta)^t \lVert \mathbf d_0 \rVert, \\
# r(\eta) = \max_i \lvert 1 - \eta \lambda_i \rvert ,
# \end{gathered} \tag{1}
# $$
#
# with equality for the *worst start*, along an eigenvector of the largest
# $\lvert 1 - \eta \lambda_i \rvert$. The descent converges from every start if and only if
# $0 < \eta < 2/\lambda_1$. The same section proves that $r$ is smallest at
#
# $$ \eta^\star = \frac{2}{\lambda_1 + \lambda_p}, \qquad r(\eta^\star) = \frac{\lambda_1 - \lambda_p}{\lambda_1 + \lambda_p} . \tag{2} $$

# %%
curvatures, V = np.linalg.eigh(H)  # the smallest first
critical = 2 / curvatures[-1]
best_lr = 2 / (curvatures[0] + curvatures[-1])


def rate(eta):
    """Return r(eta) of (1)."""
    return np.abs(1 - np.multiply.outer(eta, curvatures)).max(axis=-1)


print("eigenvalues", curvatures.round(4))
print(f"limit       {critical:.4f}")
print(f"smallest r  {rate(best_lr):.4f} at {best_lr:.4f}")

# %% [markdown]
# ## How many steps from the article's start?
#
# We count the steps on all samples until the distance is at most a millionth of what it was. For the worst
# start the number follows from (1). For the article's start we use the components of
# $\mathbf d_0$ along the eigenvectors; `shares` are their squares, divided by the sum. Below the
# limit the distance never grows, so a bisection finds the number of steps.

# %%
shares = (V.T @ (start - best)) ** 2
shares = shares / shares.sum()


def predicted_steps(eta):
    """Count the steps from the article's start to a millionth of the distance."""
    squares = (1 - eta * curvatures) ** 2
    return bisect_left(
        range(10**6), True, key=lambda t: squares**t @ shares <= tolerance**2
    )


def worst_steps(eta):
    """Count the steps from the worst start, by (1)."""
    return np.ceil(np.log(tolerance) / np.log(rate(eta)))


few = np.linspace(0.98, 1.06, 401)
five = few[[predicted_steps(eta) == 5 for eta in few]]
print(f"article's learning rate: {predicted_steps(lr):,} steps")
print(f"{best_lr:.4f}, best for the worst start: {predicted_steps(best_lr)} steps")
print(f"from {five[0]:.3f} to {five[-1]:.3f}: 5 steps")

# %% [markdown]
# So (2) is not the best learning rate for this start. It needs
# `=predicted_steps(best_lr)` steps, and somewhat larger learning rates need only 5. No
# learning rate needs fewer from this start (exercise 2), and none needs fewer than
# `=worst_steps(best_lr):.0f` from its worst start. A descent with many learning rates at once
# confirms the numbers:

# %%
wide = np.geomspace(lr, 0.9, 20)
near_best = np.append(np.linspace(0.92, 1.3, 39), best_lr)
etas = np.sort(np.concatenate([wide, near_best, [1.4, 1.5, 1.6, 1.7, 1.8, 1.83]]))
predicted = np.array([predicted_steps(eta) for eta in etas])

w, measured = np.tile(start, (len(etas), 1)), np.full(len(etas), np.inf)
near = tolerance * np.linalg.norm(start - best)
for step in range(1, predicted.max() + 1):
    w = w - etas[:, None] * (w @ H - X.T @ y / n)
    arrived = np.linalg.norm(w - best, axis=1) <= near
    measured[arrived & np.isinf(measured)] = step
print(f"predicted = counted at {np.sum(predicted == measured)} of {len(etas)}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "Top: a short step that is doubled halves the number of steps. Bottom: near (2), dashed, the worst start needs `=worst_steps(best_lr):.0f` steps, and the article's start needs 5 a little to the right of it."
#| fig-alt: "Two panels of steps needed against the learning rate. Top, both axes logarithmic: a straight line falls from nearly fifty thousand steps at the article's learning rate and turns up before a dashed line at `=critical:.2f`. Bottom, from `=near_best.min():.2f` to `=near_best.max():.1f`: the article's start needs `=predicted_steps(0.92)` steps at the left, 5 between `=five[0]:.3f` and `=five[-1]:.3f`, and more again to the right. Steps of the worst start are never fewer."
from gdbook.figures.step_size import steps_needed_over_lr

worst = np.array([worst_steps(eta) for eta in etas])
steps_needed_over_lr(etas, predicted, measured, worst, critical, best_lr)
plt.show()

# %% [markdown]
# ## In mini-batches
#
# Mini-batches do not allow every learning rate below the limit of all samples, because
# the Hessian $\mathbf H_B$ of a batch of $B$ samples can have an eigenvalue larger than
# $\lambda_1$. Take labels without noise, so that the distance can tend to 0. Draw each
# batch from all $n$ samples, without replacement and independently of the other batches.
# (The batches of one epoch of the article are not independent.) Then
# $\mathbf d_{t+1} = (\mathbf I - \eta \mathbf H_B)\, \mathbf d_t$. For the matrix
# $\mathbf S_t = \mathbb E\, \mathbf d_t \mathbf d_t^\top$ this gives, since $\mathbb E\, \mathbf H_B = \mathbf H$,
#
# $$
# \begin{aligned}
# \mathbf S_{t+1} = {} & \mathbb E\, (\mathbf I - \eta \mathbf H_B)\, \mathbf S_t\, (\mathbf I - \eta \mathbf H_B) \\
# = {} & \mathbf S_t - \eta\, (\mathbf H \mathbf S_t + \mathbf S_t \mathbf H) \\
# & + \eta^2\, \mathbb E\, \mathbf H_B \mathbf S_t \mathbf H_B .
# \end{aligned} \tag{3}
# $$
#
# The trace of $\mathbf S_t$ is the mean square $\mathbb E \lVert \mathbf d_t \rVert^2$. The map
# (3) is linear. Write the entries of $\mathbf S$ as one column. The *Kronecker product*
# $\mathbf A \otimes \mathbf C$ is the matrix that maps this column to that of
# $\mathbf A \mathbf S \mathbf C^\top$. So (3) has the matrix
# $\mathbf I - \eta \mathbf K + \eta^2 \mathbf Q_B$ with
#
# $$
# \begin{aligned}
# \mathbf K = {} & \mathbf H \otimes \mathbf I + \mathbf I \otimes \mathbf H , \\
# \mathbf Q_B = {} & \mathbb E\, \mathbf H_B \otimes \mathbf H_B = \mathbf H \otimes \mathbf H \\
# & + \tfrac1B \cdot \tfrac{n-B}{n-1}\, (\mathbf Q_1 - \mathbf H \otimes \mathbf H) .
# \end{aligned} \tag{4}
# $$
#
# The factor before the bracket is that of the variance of
# [a mean of $B$ of $n$ samples](../experiment/sgd.py#how-good-is-the-gradient-of-a-mini-batch).
#
# **Statement.** Let $\mathbf H$ be positive definite. Let $\mu$ be the largest eigenvalue of
# $\mathbf K^{-1} \mathbf Q_B$ on (the columns of) symmetric matrices. The mean square tends to 0
# from every start if and only if (exercise 3 is the proof)
#
# $$ 0 < \eta < 1/\mu . \tag{5} $$

# %%
HH, squares = np.kron(H, H), np.array([np.kron(row, row) for row in X])
K, Q_1 = np.kron(H, np.eye(3)) + np.kron(np.eye(3), H), squares.T @ squares / n


def Q(B):
    """Return the matrix Q of (4) for batches of B samples."""
    return HH + (Q_1 - HH) / B * (n - B) / (n - 1)


def radius(eta, B):
    """Largest absolute eigenvalue of (3): the factor of the mean square in the end."""
    return np.abs(np.linalg.eigvals(np.eye(9) - eta * K + eta**2 * Q(B))).max()


limits = {}
for B in (1000, 100, 10, 1):
    limits[B] = 1 / np.linalg.eigvals(np.linalg.solve(K, Q(B))).real.max()
    print(f"batches of {B:4}: limit {limits[B]:.3f}")

# %% [markdown]
# The largest of all nine eigenvalues belongs to a symmetric matrix here. For $B = n$ the
# limit is $2/\lambda_1$. With single samples it is about a quarter of that, and
# smaller than the best learning rate of (2). We compare with 500 descents in batches of 10,
# on both sides of their limit:

# %%
rng, off = np.random.default_rng(SEED), start - best
tried, rows = np.array([1, 1.4, 1.8, 2.2]), np.tile(np.arange(n), (500, 1))
d = np.tile(off, (4, 500, 1))
for _ in range(60):
    batch = X[rng.permuted(rows, axis=1)[:, :10]]  # the same for all learning rates
    d = d - tried[:, None, None] / 10 * np.einsum("rbi,rbj,erj->eri", batch, batch, d)
growth = (d**2).sum(axis=2) / (off @ off)
for eta, square in zip(tried, growth, strict=True):
    print(f"{eta:.1f}: mean square {square.mean():.0e}, factor {radius(eta, 10):.2f}")

# %% [markdown]
# Below the limit the mean square falls, and above it it grows. At `=tried[1]` the 500 descents
# have a smaller mean square than 60 factors predict. The reason is that rare descents can
# contribute most of an expected value.
#
# ## The divisor that was left over
#
# The toys draw one sample in each step, but
# [divide its gradient by 10](../zero/clean.py#the-divisor-that-was-left-over), the batch size
# of the regression. The divisor that belongs to one sample is 1. The labels of the clean toy are $y = x$. A step with
# sample $x$ multiplies the distance $|w - 1|$ by $|1 - c x^2|$ with $c = 2\eta/m$, where $m$ is the
# divisor. These factors commute. So an epoch in any order multiplies $w - 1$ by

# %%
x, toy_lr, left_over, meant = np.arange(4.0), 0.3, 10, 1
c = sp.Symbol("c")
product = sp.expand(sp.prod([1 - c * k**2 for k in range(4)]))
product

# %% [markdown]
# The descent converges from every start if and only if this product lies strictly
# between $-1$ and $1$. It is $1$ or $-1$ at the ends of the intervals of these $c$:

# %%
positive = [root for root in sp.solve(product - 1, c) if root > 0]
(last,) = sp.real_roots(sp.Poly(product + 1, c))
first, low, high = (float(root) / 2 for root in [*positive, last])
for m in (meant, left_over):
    factor = float(product.subs(c, 2 * toy_lr / m))
    print(f"divisor {m:2}: 0 to {m * first:.4f}, and {m * low:.4f} to {m * high:.4f}")
    print(f"            factor {factor:.3f} at the learning rate {toy_lr}")


# %%
def distances(eta, divisor, num_epochs):
    """Distances |w - 1| after each epoch of the clean toy, in random orders."""
    w, found = 2.0, []
    for _ in range(num_epochs):
        for i in random.sample(range(4), 4):
            w = w - eta * 2 * (x[i] * w - x[i]) * x[i] / divisor
        found.append(abs(w - 1))
    return found


random.seed(SEED)
for m in (left_over, meant):
    print(f"divisor {m:2}:", *[f"{d:.4f}" for d in distances(toy_lr, m, 5)])

# %%
#| code-fold: Code of the figure
#| fig-cap: "Divisor `=meant`: the toy converges where the factor is below 1, in the two shaded intervals. The article's learning rate, `=toy_lr`, lies between them. Line: the absolute value of the product. Dots: descents."
#| fig-alt: Factor per epoch against the learning rate. The curve falls from 1, touches zero twice, passes 1 at `=first:.3f`, rises to `=curve.max():.2f`, and is below 1 again between `=low:.3f` and `=high:.3f`, where it touches zero once more. Dashed vertical lines, each with its name, mark the full-batch limit at `=full:.3f` and the article's learning rate at `=toy_lr`, where the factor is `=factor_meant:.2f`. Dots of descents lie on the curve.
from gdbook.figures.step_size import factor_of_a_pass

full = 2 / (2 * np.mean(x**2))
factor_meant = float(product.subs(c, 2 * toy_lr))
toy_grid = np.linspace(0, 0.54, 160)
curve = np.abs(sp.lambdify(c, product)(2 * toy_grid))
toy_lrs = np.linspace(0.015, 0.525, 18)
ran = np.array([distances(eta, meant, 6)[-1] ** (1 / 6) for eta in toy_lrs])
marks = {"full-batch limit": full, "the article": toy_lr}
factor_of_a_pass(toy_grid, curve, toy_lrs, ran, [(0, first), (low, high)], marks)
plt.show()

# %%
#| code-fold: Check
assert first < full < toy_lr < low  # divisor 1 and the full batch: diverge
assert toy_lr < left_over * first  # divisor 10: converges
inside = (toy_grid > 0) & (toy_grid < first) | (toy_grid > low) & (toy_grid < high)
assert ((curve < 1) == inside).all()
assert first < toy_grid[curve.argmax()] < low
zeros = [1 / (2 * k**2) for k in (3, 2, 1)]
assert np.allclose([float(product.subs(c, 2 * eta)) for eta in zeros], 0)
assert 0 < zeros[0] < zeros[1] < first
assert low < zeros[2] < high

# %% [markdown]
# With the divisor that belongs to one sample, each epoch multiplies the distance by
# `=factor_meant:.2f`. With the divisor 10 the toy converges. In the second interval sample 3 moves $w$
# far away, and sample 1, whose factor is near zero there, takes most of the distance back.
# For the full batch, $\lambda = 2 \cdot \frac14 \sum_i x_i^2$, and the limit $2/\lambda$ is 2/7. (The
# gradient of the mean loss is not divided by $m$.) Between the first interval and 2/7 the full
# batch converges, and single samples do not.
#
# ## Summary
#
# - $2/(\lambda_1 + \lambda_p)$ is the best fixed learning rate for the worst start. From a given
#   start another one can need fewer steps: here 5 instead of `=predicted_steps(best_lr)`.
# - Full-batch descent on the regression has the limit `=critical:.3f`. The mean square in
#   mini-batches has the limit $1/\mu$: `=limits[100]:.3f`, `=limits[10]:.3f` and
#   `=limits[1]:.3f` for batches of 100, 10 and 1.
# - The clean toy with learning rate `=toy_lr` converges with the divisor 10 and diverges with
#   the divisor 1.
#
# ## Exercises
#
# **1.** Which integer divisors $m \ge 1$ let the clean toy converge with the article's
# learning rate? For which $m$, not necessarily integer, is $w = 1$ after one epoch?
#
# /// details | Hint
# The limits are proportional to $m$. For the second question, one factor must be zero.
# ///
#
# /// details | Solution
#
# The condition is that $\eta/m$ lies in one of the two intervals for the divisor 1. For
# $m \ge 2$, $\eta/m$ is at most $\eta/2$:
# %%
print("divisor 1:", toy_lr < first or low < toy_lr < high)
print("all larger divisors:", toy_lr / 2 < first)
for k in (1, 2, 3):
    m = 2 * toy_lr * k**2
    print(f"divisor {m:.1f}: distance after one epoch {distances(toy_lr, m, 1)[0]:.0e}")


# %% [markdown]
# All integer divisors from 2 on are large enough. The factor $1 - 2\eta x^2/m$ is zero for
# $m = 2 \eta x^2$ with $x$ = 1, 2 or 3.
#
# ///
#
# **2.** Fix a start and a number $t \ge 1$ of steps on all samples. Prove: the learning rates
# for which $t$ steps are enough form an interval, or there are none. Show that 4 steps
# are never enough from the article's start.
#
# /// details | Hint
# Write $\lVert \mathbf d_t \rVert^2$ as a sum over the eigenvectors. Is each term convex in $\eta$?
# ///
#
# /// details | Solution
#
# Let $c_i$ be the components of $\mathbf d_0$. Then
# $\lVert \mathbf d_t \rVert^2 = \sum_i (1 - \eta \lambda_i)^{2t} c_i^2$. Each term is convex in
# $\eta$, hence the sum is. The set where a convex function is at most a given number is an
# interval or empty. $\blacksquare$ The sum is smallest where its derivative, which
# increases with $\eta$, changes its sign:
# %%
def derivative(eta):
    """Derivative of the squared distance after 4 steps, divided by 8."""
    return (curvatures * (eta * curvatures - 1) ** 7) @ shares


lowest = bisect_left(range(2 * 10**6), 0, key=lambda k: derivative(k / 1e6)) / 1e6
least = ((1 - lowest * curvatures) ** 8 @ shares) ** 0.5
print(f"4 steps leave at least {least:.1e} of the distance, at {lowest:.3f}")
# %% [markdown]
# This is more than a millionth. Fewer steps are not enough either: below the limit no term
# grows with $t$, and from the limit on the term of $\lambda_1$ is never less than
# $c_1^2$, which alone is too large.
#
# ///
#
# **3.** Prove the statement (5).
#
# /// details | Hint
# Split a symmetric matrix into the parts of its positive and of its negative eigenvalues. Show
# with them that the map (3) has no eigenvalue of $-1$ or less if all are below 1.
# ///
#
# /// details | Solution
#
# Let $T$ be the map (3) of the symmetric matrices. It is symmetric for the inner product
# $\langle \mathbf A, \mathbf C \rangle = \operatorname{tr} \mathbf A \mathbf C$, so its
# eigenvalues are real. $\mathbf S_t$ is positive semidefinite, so it tends to zero if its
# trace does. The matrices $\mathbf d_0 \mathbf d_0^\top$ span the symmetric ones. So the mean square
# tends to 0 from every start if and only if all eigenvalues of $T$ lie strictly between
# $-1$ and 1.
#
# If they are below 1, they are above $-1$: write a symmetric $\mathbf S \ne \mathbf 0$ as
# $\mathbf P - \mathbf N$, the parts of its positive and of its negative eigenvalues. Then $\mathbf P$ and
# $\mathbf N$ are positive semidefinite, and $\mathbf P \mathbf N = \mathbf 0$. Let
# $\mathbf R = \mathbf P + \mathbf N$. Then
# $\langle \mathbf R, \mathbf R \rangle = \langle \mathbf S, \mathbf S \rangle$. By (3),
# $T \mathbf P$ and $T \mathbf N$ are positive semidefinite, so $\langle \mathbf P, T \mathbf P \rangle$ and
# $\langle \mathbf N, T \mathbf N \rangle$ are at least 0. Hence
# $-\langle \mathbf S, T \mathbf S \rangle \le \langle \mathbf R, T \mathbf R \rangle < \langle \mathbf R, \mathbf R \rangle = \langle \mathbf S, \mathbf S \rangle$.
#
# They are below 1 if and only if $\eta\, (\mathbf K - \eta \mathbf Q_B)$, the identity minus $T$, is positive
# definite. $\mathbf K$ is positive definite, with the eigenvalues $\lambda_i + \lambda_j$, and
# $\mathbf Q_B$ is positive semidefinite. So the condition is $\eta > 0$ and
# $\langle \mathbf S, \mathbf Q_B \mathbf S \rangle / \langle \mathbf S, \mathbf K \mathbf S \rangle < 1/\eta$
# for all $\mathbf S \ne \mathbf 0$. The maximum of this quotient is $\mu$. $\blacksquare$
#
# ///

# %%
#| echo: false
from gdbook.theory.basics import critical_lr
from gdbook.theory.divisor import pass_limits
from gdbook.theory.step_size import batch_mean_square_radius, contraction, first_below
from gdbook.theory.step_size import best_lr as exact_best

assert np.allclose([critical, full], [critical_lr(curvatures[-1]), critical_lr(7)])
assert np.isclose(best_lr, exact_best(H), rtol=1e-12)
assert np.allclose(rate(etas), contraction(H, etas), rtol=1e-12)
assert np.isclose(radius(0.7, 10), batch_mean_square_radius(X, 0.7, 10), rtol=1e-12)
assert np.allclose(np.ravel(pass_limits(x, meant)), [0, first, low, high], atol=1e-12)
eta = etas[etas > 0.05][:, None]
many = np.tile(start, (len(eta), 1)), best, tolerance, 2000
counted = first_below(lambda w: w - eta * (w @ H - X.T @ y / n), *many)
assert np.array_equal(counted, measured[etas > 0.05])
assert least > tolerance < shares[-1] ** 0.5

# %% [markdown]
# Next: [why does the slope not end at least squares?](attractor.py)
