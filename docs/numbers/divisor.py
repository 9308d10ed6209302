# %% [markdown]
# # What did the left-over divisor do?
#
# At the end of this page you know what the toys would have done with the divisor that
# their code meant, the exact limits of convergence for a pass in any order, and how they
# compare with the bound for full-batch descent.

# %%
import itertools
import random

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

SEED = 20
x = np.array([0.0, 1, 2, 3])  # features, and labels too: the truth is y = x
start, lr = 2.0, 0.3
left_over, meant = 10, 1

# %% [markdown]
# The toys draw one sample a step, and divide its gradient by the batch size of the
# experiment before them, `=left_over`. For one sample the code meant `=meant`. Here is
# the clean toy with both, its distance from the truth after each of five epochs:


# %%
def distances(lr: float, divisor: int, num_epochs: int) -> list[float]:
    """Distance |w − 1| after each epoch, in random orders."""
    w, found = start, []
    for _ in range(num_epochs):
        for i in random.sample(range(len(x)), len(x)):
            w = w - lr * 2 * (x[i] * w - x[i]) * x[i] / divisor
        found.append(abs(w - 1))
    return found


random.seed(SEED)
for divisor in (left_over, meant):
    print(f"divisor {divisor:2}:", *[f"{d:.4f}" for d in distances(lr, divisor, 5)])

# %% [markdown]
# With the divisor that was meant the toy runs away. The accident made it converge.
#
# ## For which step sizes does a pass converge?
#
# With one parameter each sample multiplies the distance by $1 - c x^2$, where
# $c = 2\eta/m$. The factors commute, so the order does not matter, and an epoch multiplies
# by their product:

# %%
c = sp.Symbol("c")
product = sp.expand(sp.prod([1 - c * number**2 for number in range(4)]))
product

# %% [markdown]
# Passes converge exactly where this product lies between −1 and 1. For the article's
# step and divisor `=meant` it is `=product.subs(c, 2 * lr):.3f`, the growth of the run
# above. The ends of the intervals are the roots of two equations:

# %%
positive = [root for root in sp.solve(product - 1, c) if root > 0]
(last,) = sp.real_roots(sp.Poly(product + 1, c))
print("product  1 at c =", *positive)
print(f"product -1 at c = {float(last):.5f}")
first, low, high = (float(root) * meant / 2 for root in [*positive, last])
for m in (meant, left_over):
    text = f"0 < lr < {first * m:.5f} and {low * m:.5f} < lr < {high * m:.5f}"
    print(f"divisor {m:2}: {text}")

# %%
#| echo: false
from gdbook.theory.attractor import epoch_maps, mean_square_radius, order_radii
from gdbook.theory.basics import critical_lr
from gdbook.theory.divisor import every_step_limit, pass_limits

# what the page writes out is what the tests hold
assert np.allclose(np.ravel(pass_limits(x, meant)), [0, first, low, high], atol=1e-12)

# %% [markdown]
# There are two intervals, and the step of the article lies between them. In the
# second one the sample 3 overshoots far, and sample 1, whose factor is then close to 0,
# takes nearly all of the distance away. The run beside it, on both sides of every end:

# %%
for end, sides in ((first, (-1, 1)), (low, (1, -1)), (high, (-1, 1))):
    inside, outside = (distances(end + 0.002 * side, meant, 60)[-1] for side in sides)
    print(f"at {end:.5f}: inside {inside:.1e}, outside {outside:.1e} after 60 epochs")

# %% [markdown]
# ## How does this compare with full-batch descent?
#
# Two other bounds come to mind. A full-batch step multiplies the distance by
# $1 - \eta \lambda$, where $\lambda$ is the curvature of the mean loss, twice the mean of
# $x^2$. It converges below $2/\lambda$. And while $2\eta x^2/m < 2$ for every sample, no
# single step makes the distance larger.

# %%
full, single = 2 / (2 * np.mean(x**2)), meant / max(x**2)
print(f"every step helps            {single:.4f}")
print(f"a pass converges            {first:.4f}")
print(f"a full batch converges      {full:.4f} with any divisor")
for eta in (0.99 * full, 1.01 * full):
    w = start
    for _ in range(500):
        w = w - eta * np.mean(2 * (x * w - x) * x)
    print(f"full batch, lr {eta:.4f}, 500 steps: distance {abs(w - 1):.0e}")

# %%
#| echo: false
assert abs(full - critical_lr(2 * np.mean(x**2))) < 1e-15
assert abs(single - every_step_limit(x, meant)) < 1e-15

# %%
#| code-fold: Code of the figure
#| fig-cap: "What a pass leaves of the distance, with divisor `=meant`. Line: the product. Dots: runs. Only where it is below 1, in the shaded intervals, passes converge."
#| fig-alt: Factor per epoch against the step size. The curve falls from 1 to zero near `=1 / 18:.3f`, bounces twice, passes 1 at `=first:.3f`, rises to more than 3, and comes below 1 again between `=low:.3f` and `=high:.3f`. Vertical lines mark 1/9, the full-batch bound 2/7 and the step of the article, `=lr`, at which the factor is `=product.subs(c, 2 * lr):.2f`. Dots of measured runs lie on the curve.
from gdbook.figures.step_size import factor_of_a_pass

grid = np.linspace(0, 0.54, 160)
curve = np.abs([np.prod(1 - 2 * eta * x**2) for eta in grid])
lrs = np.linspace(0.015, 0.525, 18)
ran = [distances(eta, meant, 6)[-1] ** (1 / 6) for eta in lrs]
marks = {"every step helps": single, "full batch": full, "the article": lr}
factor_of_a_pass(grid, curve, lrs, np.array(ran), [(0, first), (low, high)], marks)
plt.show()

# %% [markdown]
# The bound of full-batch descent, 2/7, is no bound for passes: between `=first:.3f` and
# `=full:.3f` the one converges and the other does not. But a pass takes
# `=len(x)` steps where the full batch takes one. For short steps a pass goes as far as a
# full-batch step of $`=len(x)`\eta$, and measured so its limit is `=4 * first:.3f`: almost
# `=round(4 * first / full)` times as long a way at once.
#
# With the divisor `=left_over` that was left over, both intervals for passes are ten times
# as wide, and the article's step is `=100 * lr / (first * left_over):.0f` percent of the first
# limit. The bound of the full batch has no divisor, and stays 2/7.
#
# ## With a bias the order matters
#
# The toy with a bias has two parameters. A sample then multiplies the distance by the
# matrix $\mathbf I - c\,\mathbf x \mathbf x^\top$, with $\mathbf x = (x, 1)$. Matrices do not
# commute, there are 24 products, and the question splits into three.

# %%
plane = np.column_stack([x, np.ones(4)])


def passes(eta: float) -> np.ndarray:
    """What each of the 24 orders leaves of a distance, (24, 2, 2), for divisor 10."""
    steps = [np.eye(2) - 2 * eta / left_over * np.outer(row, row) for row in plane]
    orders = itertools.permutations(steps)
    return np.array(
        [fourth @ third @ second @ one for one, second, third, fourth in orders]
    )


def limit(factor) -> float:
    """Step size at which a factor per epoch reaches 1, by bisection."""
    low, high = 0.5, 3.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if factor(passes(middle)) < 1 else (low, middle)
    return low


def radius(A: np.ndarray) -> float:
    """Largest size of an eigenvalue."""
    return np.abs(np.linalg.eigvals(A)).max()


# %% [markdown]
# Does every single pass shorten every distance? Does every order converge when it is
# repeated for ever? Does the mean square of the distance shrink when orders are drawn at
# random?
#
# For the last question, `np.kron(A, A)` is the matrix that turns the entries of a square
# matrix Σ, written as one column, into those of **A**Σ**A**ᵀ. If Σ is the mean of **ee**ᵀ
# over the distances **e** before a pass, **A**Σ**A**ᵀ is that mean after it.

# %%
surely = limit(lambda A: np.linalg.norm(A, 2, axis=(1, 2)).max())
repeated = limit(radius)
average = limit(lambda A: radius(np.mean([np.kron(M, M) for M in A], axis=0)))
full_plane = 2 / radius(2 * plane.T @ plane / 4)
print(f"every pass shortens the distance, whatever the order  {surely:.3f}")
print(f"every order converges if it is repeated               {repeated:.3f}")
print(f"the mean square settles, orders drawn at random       {average:.3f}")
print(f"a full batch converges                                {full_plane:.3f}")

# %%
#| echo: false
maps = epoch_maps(plane, x, 1.0, left_over)
assert np.allclose(passes(1.0), maps.A)
assert abs(radius(maps.A) - order_radii(maps).max()) < 1e-12
assert abs(mean_square_radius(epoch_maps(plane, x, average, left_over)) - 1) < 1e-6

# %% [markdown]
# Below the first limit every sequence of orders converges; above the second, one order
# repeated for ever does not; between them, neither decides. The article's step, `=lr`, is
# far below all three, and with its full batch it would diverge on both toys. The run
# beside the second limit, with the order that shrinks least:

# %%
orders = list(itertools.permutations(range(4)))
for eta in (0.99 * repeated, 1.01 * repeated):
    worst = orders[np.argmax([radius(A).round(9) for A in passes(eta)])]
    w = np.array([2.0, 0.0])
    for i in worst * 3000:
        w = w - 2 * eta / left_over * (plane[i] @ w - x[i]) * plane[i]
    print(f"lr {eta:.3f}, order {worst}: distance {np.linalg.norm(w - [1, 0]):.0e}")

# %% [markdown]
# ## What was found
#
# - With the divisor `=meant` that was meant, the step `=lr` multiplies the distance by
#   `=product.subs(c, 2 * lr):.2f` an epoch. The toys converge by an accident.
# - Passes in any order converge exactly below a step size of `=first:.3f` and between
#   `=low:.3f` and `=high:.3f`, times the divisor. For a full batch the bound is
#   `=full:.3f`.
#
# Next: [why not the least-squares slope?](cloud.py)
