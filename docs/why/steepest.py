# %% [markdown]
# # Which direction is the steepest?
#
# You will learn
#
# - two proofs that, among all directions of Euclidean norm one, the direction against the
#   gradient has the smallest slope
# - which directions have the smallest slope in three other norms
# - in which cases several directions are equally steep.
#
# You need: [the slope in a direction](slope.py#the-slope-in-a-direction).

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

SEED, num_directions = 0, 20_000
g = np.array([3.0, 4.0])
H = np.array([[2.0, 1.0], [1.0, 4.0]])

# %% [markdown]
# ## The question
#
# Let $f$ have continuous partial derivatives near a point, and let $\mathbf g$ be its gradient there. The
# slope of $f$ in the direction $\mathbf v$ is $\mathbf g^\top \mathbf v$. If it is negative, $f$
# decreases in this direction. The *steepest* direction of descent has the smallest slope, that
# is, the most negative one. A vector twice as long has twice the slope, so we compare vectors of the same norm.
#
# **Theorem.** Let $\mathbf g \in \mathbb R^n$ and $\mathbf g \ne \mathbf 0$. Then
#
# $$
# \min_{\lVert \mathbf v \rVert = 1} \mathbf g^\top \mathbf v = -\lVert \mathbf g \rVert ,
# \tag{1}
# $$
#
# and the minimum is attained at $\mathbf v^* = -\mathbf g / \lVert \mathbf g \rVert$ and at no
# other vector of norm one.
#
# If $\mathbf g = \mathbf 0$, the slope is zero in every direction, and none is the steepest.
#
# ## First proof: Cauchy–Schwarz
#
# For all $\mathbf g, \mathbf v \in \mathbb R^n$ the inequality of *Cauchy–Schwarz* holds:
#
# $$
# \lvert \mathbf g^\top \mathbf v \rvert \le \lVert \mathbf g \rVert \, \lVert \mathbf v \rVert .
# \tag{2}
# $$
#
# If $\mathbf g \ne \mathbf 0$, the two sides are equal only if $\mathbf v$ is a multiple of
# $\mathbf g$.
#
# *Proof.* It follows from *Lagrange's identity*,
#
# $$
# \lVert \mathbf g \rVert^2 \lVert \mathbf v \rVert^2 - (\mathbf g^\top \mathbf v)^2
# = \sum_{i < j} (g_i v_j - g_j v_i)^2 .
# \tag{3}
# $$
#
# To prove (3), multiply out. On the left, the terms $g_i^2 v_i^2$ cancel. What remains for each
# pair $i < j$ is $g_i^2 v_j^2 + g_j^2 v_i^2 - 2 g_i v_i g_j v_j$, and that is the square on
# the right. A sum of squares is not negative, which gives (2). If the two sides of (2) are
# equal, every square is zero. Choose a $j$ with $g_j \ne 0$. Then
# $v_i = (v_j / g_j) \, g_i$ for all $i$, so $\mathbf v$ is a multiple of $\mathbf g$.
# $\blacksquare$
#
# *Proof of the theorem.* With $\lVert \mathbf v \rVert = 1$, (2) says that
# $\mathbf g^\top \mathbf v \ge -\lVert \mathbf g \rVert$. Equality needs a multiple of
# $\mathbf g$ of norm one. There are two of them, $\pm \mathbf g / \lVert \mathbf g \rVert$, with
# the slopes $\pm \lVert \mathbf g \rVert$. $\blacksquare$
#
# ## Second proof: complete the square
#
# For every number $\lambda > 0$ and every $\mathbf v$,
#
# $$
# \begin{aligned}
# &\mathbf g^\top \mathbf v + \lambda (\mathbf v^\top \mathbf v - 1) \\
# &\quad = \lambda \, \Bigl\lVert \mathbf v + \frac{\mathbf g}{2 \lambda} \Bigr\rVert^2
# - \frac{\lVert \mathbf g \rVert^2}{4 \lambda} - \lambda .
# \end{aligned}
# \tag{4}
# $$
#
# Multiplying out the right side gives the left side. The left side is called the *Lagrangian*:
# the slope plus a *multiplier* $\lambda$ times $\mathbf v^\top \mathbf v - 1$, which is zero for
# every $\mathbf v$ of norm one.
#
# *Proof of the theorem.* Let $\lVert \mathbf v \rVert = 1$. Choose the $\lambda$ for which
# $-\mathbf g / (2 \lambda)$ has norm one, $\lambda = \lVert \mathbf g \rVert / 2$. It is positive
# because $\mathbf g \ne \mathbf 0$, and (4) becomes
#
# $$
# \mathbf g^\top \mathbf v
# = -\lVert \mathbf g \rVert
# + \frac{\lVert \mathbf g \rVert}{2} \, \lVert \mathbf v - \mathbf v^* \rVert^2 .
# \tag{5}
# $$
#
# The last term is zero for $\mathbf v = \mathbf v^*$ and positive for every other $\mathbf v$.
# $\blacksquare$

# %%
#| code-fold: Check
lam = sp.Symbol("lambda", positive=True)
for n in range(2, 7):
    a, p = (sp.Matrix(sp.symbols(f"{name}1:{n + 1}", real=True)) for name in "ap")
    pairs = [(i, j) for j in range(n) for i in range(j)]
    right = sum((a[i] * p[j] - a[j] * p[i]) ** 2 for i, j in pairs)
    assert sp.expand(a.dot(a) * p.dot(p) - a.dot(p) ** 2 - right) == 0
    shifted = p + a / (2 * lam)
    right = lam * shifted.dot(shifted) - a.dot(a) / (4 * lam) - lam
    assert sp.expand(a.dot(p) + lam * (p.dot(p) - 1) - right) == 0

# %% [markdown]
# ## Compare with random directions
#
# Draw directions of norm one at random. Divide the smallest slope among them by
# $-\lVert \mathbf g \rVert$, the smallest slope of all by (1):

# %%
rng = np.random.default_rng(SEED)
for n in (2, 3, 5, 10):
    gradient = rng.normal(size=n)
    others = rng.normal(size=(num_directions, n))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    share = (others @ gradient).min() / -np.linalg.norm(gradient)
    print(f"n = {n:2}: {share:.6f}")

# %% [markdown]
# No random direction has a smaller slope than $\mathbf v^*$. With ten components, the best of
# `=num_directions:,` random directions reaches only `=share:.0%` of the slope of $\mathbf v^*$.
#
# The theorem compares slopes, that is, the first order of a step. For a step of positive
# length the curvature matters too, and the best direction can differ a little from
# $\mathbf v^*$. Exercise 2 measures by how much.
#
# ## Steepest in another norm
#
# The theorem measures vectors by the Euclidean norm. If the components are parameters
# with different units or scales, another norm can be more suitable. This page compares four:
#
# - the *1-norm* $\lVert \mathbf v \rVert_1 = \sum_i \lvert v_i \rvert$,
# - the *2-norm*, which is the Euclidean norm, $\lVert \mathbf v \rVert_2 = \sqrt{\mathbf v^\top \mathbf v}$,
# - the *maximum norm* $\lVert \mathbf v \rVert_\infty = \max_i \lvert v_i \rvert$,
# - a *quadratic norm* $\lVert \mathbf v \rVert_{\mathbf A} = \sqrt{\mathbf v^\top \mathbf A \mathbf v}$, where
#   $\mathbf A$ is symmetric and *positive definite*, that is, $\mathbf v^\top \mathbf A \mathbf v > 0$
#   for every $\mathbf v \ne \mathbf 0$.
#
# This function returns a direction of norm one that has the smallest slope. The proofs follow below.


# %%
def steepest(g: np.ndarray, norm: str, A: np.ndarray | None = None) -> np.ndarray:
    """Return a v of norm one with the smallest g @ v. The vector g is not zero."""
    if norm == "1-norm":
        i = np.abs(g).argmax()  # the first one, if several are largest
        return np.where(np.arange(len(g)) == i, -np.sign(g), 0)
    if norm == "2-norm":
        return -g / np.linalg.norm(g)
    if norm == "maximum norm":
        return -np.sign(g)
    u = -np.linalg.solve(A, g)
    return u / np.sqrt(u @ A @ u)


norms = ["1-norm", "2-norm", "maximum norm", "quadratic norm"]
directions = {norm: steepest(g, norm, H) for norm in norms}
for norm, v in directions.items():
    print(f"{norm:14} {v.round(4)} slope {g @ v:.4f}")

# %% [markdown]
# The vectors of norm at most one form the *unit ball* of a norm. For the quadratic norm,
# $\mathbf A$ is the matrix `H`.

# %%
#| code-fold: Code of the figure
#| fig-cap: "Four unit balls and one gradient $\\mathbf g$. The slope is the same along each dashed line. Each line touches the unit ball at the steepest direction $\\mathbf v$."
#| fig-alt: Four panels. A square on its corner, a circle, a square and an ellipse. The same gradient points up and right in all; the steepest direction points down in the first, against the gradient in the second, to the lower left corner in the third, and on the ellipse to the left of the opposite of the gradient.
from gdbook.figures.directions import unit_balls

turn = np.linspace(0, 2 * np.pi, 121)
circle = np.array([np.cos(turn), np.sin(turn)])
quadratic = (circle * (H @ circle)).sum(0) ** 0.5
sizes = [np.abs(circle).sum(0), 1, np.abs(circle).max(0), quadratic]
unit_balls(g, directions, [circle / size for size in sizes])
plt.show()

# %% [markdown]
# ### 1-norm and maximum norm
#
# For all $\mathbf g, \mathbf v \in \mathbb R^n$, *Hölder's inequality* for these two norms says
#
# $$
# \lvert \mathbf g^\top \mathbf v \rvert \le \lVert \mathbf g \rVert_\infty \, \lVert \mathbf v \rVert_1 .
# \tag{6}
# $$
#
# *Proof.* Let $M = \lVert \mathbf g \rVert_\infty$. Then
#
# $$
# \lvert \mathbf g^\top \mathbf v \rvert \le \sum_i \lvert g_i \rvert \lvert v_i \rvert
# \le M \sum_i \lvert v_i \rvert . \quad \blacksquare
# $$
#
# Let $\mathbf g \ne \mathbf 0$. The first two of these three numbers are equal if and only if no two products
# $g_i v_i$ have opposite signs. The last two are equal if and only if $v_i = 0$ wherever
# $\lvert g_i \rvert < M$. This gives the steepest directions of both norms:
#
# - **1-norm.** If $\lVert \mathbf v \rVert_1 = 1$, the slope is at least $-M$. It is equal to
#   $-M$ if $\mathbf v$ has one nonzero component, $v_i = -\operatorname{sign} g_i$ at an $i$ with
#   $\lvert g_i \rvert = M$. If several $\lvert g_i \rvert$ are equal to $M$ (a *tie*), there are several
#   such directions, and all points between them are as steep: for $\mathbf g = (3, 3)$ these
#   are $(-1, 0)$, $(0, -1)$ and, for example, $(-\tfrac12, -\tfrac12)$. Without a tie there is only one.
# - **Maximum norm.** Exchange $\mathbf g$ and $\mathbf v$ in (6). If
#   $\lVert \mathbf v \rVert_\infty = 1$, the slope is at least $-\lVert \mathbf g \rVert_1$. It is
#   equal to that if and only if $v_i = -\operatorname{sign} g_i$ wherever $g_i \ne 0$. Where
#   $g_i = 0$, any $v_i$ from $-1$ to $1$ is as good. So the direction is unique if and only
#   if no component of $\mathbf g$ is zero.
#
# A descent that always steps along one such coordinate is called *greedy coordinate descent*. A
# descent that uses the signs alone is called *sign descent*.
#
# ### Quadratic norms and Newton's direction
#
# Let $\mathbf A$ be symmetric and positive definite, and $\mathbf g \ne \mathbf 0$. With
# $s = \sqrt{\mathbf g^\top \mathbf A^{-1} \mathbf g}$ and
# $\mathbf v^* = -\mathbf A^{-1} \mathbf g / s$, every $\mathbf v$ of norm
# $\lVert \mathbf v \rVert_{\mathbf A} = 1$ satisfies
#
# $$
# \mathbf g^\top \mathbf v = -s + \frac{s}{2} \, \lVert \mathbf v - \mathbf v^* \rVert_{\mathbf A}^2 .
# \tag{7}
# $$
#
# *Proof.* Let $\mathbf u = \mathbf A^{-1} \mathbf g$. Then $\mathbf u \ne \mathbf 0$ and
# $\mathbf g^\top \mathbf A^{-1} \mathbf g = \mathbf u^\top \mathbf A \mathbf u > 0$, so $s > 0$. First,
# $\lVert \mathbf v^* \rVert_{\mathbf A}^2 = \mathbf u^\top \mathbf A \mathbf u / s^2 = 1$. Second,
# $\mathbf v^\top \mathbf A \mathbf v^* = -\mathbf g^\top \mathbf v / s$. So
#
# $$
# \begin{aligned}
# \lVert \mathbf v - \mathbf v^* \rVert_{\mathbf A}^2
# &= 1 - 2 \mathbf v^\top \mathbf A \mathbf v^* + 1 \\
# &= 2 + 2 \mathbf g^\top \mathbf v / s ,
# \end{aligned}
# $$
#
# which is (7). $\blacksquare$
#
# So $\mathbf v^*$ is the only steepest direction, with the slope $-s$. For
# $\mathbf A = \mathbf I$, (7) is (5).
#
# If the Hessian $\mathbf H$ is positive definite, it can take the place of $\mathbf A$. Then
# $-\mathbf H^{-1} \mathbf g$ is *Newton's direction*. The quadratic function
# $\mathbf g^\top \mathbf d + \tfrac12 \mathbf d^\top \mathbf H \mathbf d$ of a step $\mathbf d$ has
# the gradient $\mathbf g + \mathbf H \mathbf d$, because $\mathbf H$ is symmetric. So for a quadratic function the step
# $\mathbf d = -\mathbf H^{-1} \mathbf g$ leads to the point where the gradient is zero. All curvatures
# are positive, so this point is the minimizer. If $\mathbf H$ is not positive definite,
# Newton's direction can lead uphill (exercise 3).

# %%
newton = -np.linalg.solve(H, g)
print("Newton's step", newton.round(4))
print(f"norm of the gradient after it {np.linalg.norm(g + H @ newton):.12f}")

# %%
#| echo: false
from gdbook.taylor.directions import (
    dual_norm,
    hoelder_identity,
    lagrange_identity,
    stationary_directions,
    steepest_direction,
    unit_directions,
)

assert lagrange_identity(a, p).lhs == a.dot(a) * p.dot(p) - a.dot(p) ** 2
assert hoelder_identity([3, 4], directions["1-norm"]).rhs == 0
assert stationary_directions([3, 4])[0][0] == steepest_direction([3, 4])
choices = [(1, None), (2, None), (sp.oo, None), (2, H)]
for v, choice in zip(directions.values(), choices, strict=True):
    claimed = np.array(steepest_direction(g, *choice), float).ravel()
    assert np.allclose(v, claimed, rtol=1e-12, atol=0)
    assert np.isclose(g @ v, -float(dual_norm(g, *choice)), rtol=1e-12, atol=0)
    assert (unit_directions(20_000, 2, *choice) @ g).min() >= g @ v - 1e-12

# %% [markdown]
# ## Summary
#
# - If $\mathbf g \ne \mathbf 0$, $-\mathbf g / \lVert \mathbf g \rVert$ is the one direction of
#   Euclidean norm one with the smallest slope, $-\lVert \mathbf g \rVert$. Gradient descent uses it.
# - Another norm has other steepest directions: a coordinate (1-norm), the signs (maximum norm),
#   Newton's direction (the norm of a positive definite Hessian).
# - In the 1-norm a tie, and in the maximum norm a zero component, makes several directions
#   equally steep.
#
# ## Exercises
#
# **1.** Let $\mathbf g = (5, -2)$. Find the steepest directions and their slopes in the 1-norm
# and in the maximum norm without a computer.
#
# /// details | Hint
# Use the two rules after (6). Here $M = 5$ and $\lVert \mathbf g \rVert_1 = 7$.
# ///
#
# /// details | Solution
#
# %%
for norm in ("1-norm", "maximum norm"):
    v = steepest(np.array([5.0, -2.0]), norm)
    print(f"{norm:12} {v} slope {np.array([5.0, -2.0]) @ v}")

# %% [markdown]
# There is no tie and no zero component, so both directions are unique.
#
# ///
#
# **2.** Let $q(\mathbf d) = \mathbf g^\top \mathbf d + \tfrac12 \mathbf d^\top \mathbf H \mathbf d$, with
# the vector `g` and the matrix `H` of this page. Of all steps $\mathbf d$ with the Euclidean
# norm $1/10$, which one lowers $q$ most? At which angle to $\mathbf g$ is it?
#
# /// details | Hint
# Write $\mathbf d$ with its angle to $\mathbf g$. Try many angles near 180 degrees.
# ///
#
# /// details | Solution
# %%
uphill = g / np.linalg.norm(g)
across = np.array([-uphill[1], uphill[0]])
angle = np.linspace(170, 190, 20_001)
d = (
    np.cos(np.radians(angle)) * uphill[:, None]
    + np.sin(np.radians(angle)) * across[:, None]
)
d *= 0.1
change = g @ d + (d * (H @ d)).sum(0) / 2
best_angle = angle[change.argmin()]
print(f"best angle {best_angle:.2f} degrees, change {change.min():.6f}")
print(f"against the gradient,    change {change[10_000]:.6f}")

# %% [markdown]
# The best step is not exactly against the gradient, because the curvature differs between
# directions. As the length of the steps tends to zero, the best angle tends to 180 degrees,
# because the second order vanishes faster than the first.
#
# ///
#
# **3.** Find a symmetric $2 \times 2$ matrix $\mathbf H$ and a vector $\mathbf g$ for which
# Newton's direction has a positive slope.
#
# /// details | Hint
# The slope is $-\mathbf g^\top \mathbf H^{-1} \mathbf g$. Take a diagonal $\mathbf H$ with one
# negative entry.
# ///
#
# /// details | Solution
# %%
saddle, there = np.diag([1.0, -1.0]), np.array([1.0, 2.0])
print("slope", there @ -np.linalg.solve(saddle, there))

# %% [markdown]
# The function $\tfrac12 (x^2 - y^2)$ has this Hessian. Newton's step leads to its saddle at
# the origin, and that is uphill from every point with $\lvert y \rvert > \lvert x \rvert$.
#
# ///
#
# **4.** Let $1 < p < \infty$ and $1/p + 1/q = 1$. The *p-norm* is
# $\lVert \mathbf v \rVert_p = (\sum_i \lvert v_i \rvert^p)^{1/p}$. Prove that for
# $\mathbf g \ne \mathbf 0$
#
# $$
# \min_{\lVert \mathbf v \rVert_p = 1} \mathbf g^\top \mathbf v = -\lVert \mathbf g \rVert_q ,
# $$
#
# and find the direction where this minimum is attained.
#
# /// details | Hint
# For $a, b \ge 0$, *Young's inequality* says $ab \le a^p / p + b^q / q$, with equality only if
# $a^p = b^q$. Scale $\mathbf g$ so that $\lVert \mathbf g \rVert_q = 1$.
# ///
#
# /// details | Solution
#
# Multiplying $\mathbf g$ by a positive number multiplies both sides of the claim, so let $\lVert \mathbf g \rVert_q = 1$. Let
# $\lVert \mathbf v \rVert_p = 1$. By Young's inequality
#
# $$
# \begin{aligned}
# \lvert \mathbf g^\top \mathbf v \rvert &\le \sum_i \lvert v_i \rvert \lvert g_i \rvert \\
# &\le \sum_i \Bigl( \frac{\lvert v_i \rvert^p}{p} + \frac{\lvert g_i \rvert^q}{q} \Bigr)
# = \frac1p + \frac1q = 1 .
# \end{aligned}
# $$
#
# So the slope is at least $-1 = -\lVert \mathbf g \rVert_q$. Equality needs
# $\lvert v_i \rvert^p = \lvert g_i \rvert^q$ for every $i$, and no product $g_i v_i$ may be positive.
# Since $q/p = q - 1$, this leaves one direction,
# $v_i = -\operatorname{sign}(g_i) \, \lvert g_i \rvert^{q-1}$. Without the scaling it is
# $v_i = -\operatorname{sign}(g_i) \, (\lvert g_i \rvert / \lVert \mathbf g \rVert_q)^{q-1}$.
# $\blacksquare$
#
# The code compares it with random directions for $p = 3$, with five components:
# %%
g5 = rng.normal(size=5)
order = 3
conjugate = order / (order - 1)
dual = np.linalg.norm(g5, ord=conjugate)
v = -np.sign(g5) * (np.abs(g5) / dual) ** (conjugate - 1)
drawn = rng.normal(size=(num_directions, 5))
drawn /= np.linalg.norm(drawn, ord=order, axis=1, keepdims=True)
print(f"norm {np.linalg.norm(v, ord=order):.6f}")
print(f"slope {g5 @ v:.6f}, minus the q-norm {-dual:.6f}")
print(f"smallest slope of the random directions {(drawn @ g5).min():.6f}")

# %% [markdown]
# For $p = 2$ this is the theorem of this page.
#
# ///
#
# Next: [how long may a step be?](how-long.py)
