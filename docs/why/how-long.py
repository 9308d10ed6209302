# %% [markdown]
# # How long may a step be?
#
# You will learn
#
# - which step size is best to second order
# - up to which step size every step lowers $f$, and under which hypotheses
# - from which step size on a descent can diverge
# - how to find a step size when the curvature is unknown.
#
# You need: [the Hessian, and Taylor's formula along a line](slope.py#taylors-formula-along-a-line).

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

x, y = sp.symbols("x y", real=True)
eta = sp.Symbol("eta", positive=True)
f = x**2 + x * y + y**2 + 2 * sp.cos(x)
start = {x: sp.pi, y: sp.pi}

# %% [markdown]
# ## The best step size to second order
#
# A step of gradient descent leads from $\mathbf x$ to $\mathbf x - \eta \mathbf g$, where
# $\mathbf g = \nabla f(\mathbf x)$ and $\eta > 0$ is the *step size*. Let $f$ be twice continuously
# differentiable on an open set that contains the segment between the two points. Then the
# Hessian $\mathbf H$ is symmetric on this segment, and by Taylor's formula the segment
# has a point $\mathbf z$ with
#
# $$
# \begin{aligned}
# f(\mathbf x - \eta \mathbf g) = {} & f(\mathbf x) - \eta \, \mathbf g^\top \mathbf g \\
# & + \frac{\eta^2}{2} \, \mathbf g^\top \mathbf H(\mathbf z) \, \mathbf g .
# \end{aligned}
# \tag{1}
# $$
#
# The approximation to second order replaces $\mathbf H(\mathbf z)$ by the Hessian $\mathbf H$ at
# $\mathbf x$. It is a parabola in $\eta$. If $\mathbf g^\top \mathbf H \mathbf g > 0$, its one minimum is at
#
# $$
# \eta^* = \frac{\mathbf g^\top \mathbf g}{\mathbf g^\top \mathbf H \mathbf g} .
# \tag{2}
# $$
#
# *Proof.* The derivative of the parabola,
# $-\mathbf g^\top \mathbf g + \eta \, \mathbf g^\top \mathbf H \mathbf g$, is negative for
# $\eta < \eta^*$ and positive for $\eta > \eta^*$. $\blacksquare$
#
# If $\mathbf g \ne \mathbf 0$ and $\mathbf g^\top \mathbf H \mathbf g \le 0$, the parabola falls for all
# $\eta > 0$, and there is no best step size to second order. If $f$ is quadratic, $\mathbf H$ is constant, and
# $\eta^*$ is exact. The example of this page is $f(x, y) = x^2 + xy + y^2 + 2 \cos x$, with the start $(\pi, \pi)$:

# %%
g = sp.Matrix([f.diff(x), f.diff(y)]).subs(start)
H = sp.hessian(f, [x, y]).subs(start)
best = g.dot(g) / g.dot(H * g)
print("gradient", list(g), "Hessian", H.tolist())
print("best step size to second order", best)

# %% [markdown]
# ## The descent lemma, without convexity
#
# The best step size needs the Hessian at every step. A guarantee needs only one number
# $L > 0$ that bounds the curvature from above:
#
# $$
# \mathbf v^\top \mathbf H(\mathbf z) \, \mathbf v \le L \lVert \mathbf v \rVert^2
# \tag{3}
# $$
#
# for all $\mathbf v \in \mathbb R^n$ and all $\mathbf z$ on the segment from $\mathbf x$ to
# $\mathbf x - \eta \mathbf g$. (On this page $L$ is not the loss.)
#
# **Descent lemma.** Let $f$ be twice continuously differentiable on an open set that
# contains the segment from $\mathbf x$ to $\mathbf x - \eta \mathbf g$, and let (3) hold on it. Then
#
# $$
# f(\mathbf x - \eta \mathbf g) \le f(\mathbf x)
# - \eta \Bigl( 1 - \frac{L \eta}{2} \Bigr) \lVert \mathbf g \rVert^2 .
# \tag{4}
# $$
#
# *Proof.* By (3), $\mathbf g^\top \mathbf H(\mathbf z) \, \mathbf g \le L \lVert \mathbf g \rVert^2$
# in (1). $\blacksquare$
#
# Let $\mathbf g \ne \mathbf 0$. The factor $\eta (1 - L \eta / 2)$ is positive for
# $0 < \eta < 2/L$ and largest at $\eta = 1/L$. So **every step with $0 < \eta < 2/L$ lowers
# $f$**, if (3) holds on its segment. The step with $\eta = 1/L$ lowers $f$ by at least
# $\lVert \mathbf g \rVert^2 / (2L)$. The lemma does not assume that $f$ is *convex*, that is, that no
# curvature is negative.
#
# ### Where L comes from
#
# A vector $\mathbf v \ne \mathbf 0$ with $\mathbf H \mathbf v = \lambda \mathbf v$ is called an
# *eigenvector* of $\mathbf H$, and the number $\lambda$ its *eigenvalue*. At one point, the largest
# curvature among all $\mathbf v$ of norm one is the largest eigenvalue of $\mathbf H$ (exercise 3 proves it).
# On a segment, $\mathbf v^\top \mathbf H(\mathbf z) \, \mathbf v$ is a continuous
# function of $\mathbf z$ and $\mathbf v$. With $\mathbf v$ of norm one, these form a
# closed and bounded set. So the function has a maximum there, and (3) holds for some
# $L$. One $L$ for all points need not exist: the curvature of $e^x$ has no bound.
#
# The example has such an $L$. Its Hessian has the entries $2 - 2 \cos x$, 1, 1 and 2. Since
# $-\cos x \le 1$, the curvature in no direction exceeds that at $x = \pi$, where we start:

# %%
L = max(H.eigenvals(), key=float)
value = f.subs(start)
bound = value - eta * (1 - L * eta / 2) * g.dot(g)
print("L =", L, "=", sp.N(L, 5))

# %%
#| code-fold: Code of the figure
#| fig-cap: "The value of $f$ after one step from the start. It is below the bound (4), and for these step sizes also below the second order. All three curves fall first and then rise."
#| fig-alt: Three curves against the step size, all falling and then rising. The bound is the highest and comes back to the value at the start at 2 over L. The second order is lower, and the value of f is the lowest.
from gdbook.figures.step_size import promises

unit = 1 / float(L)
etas = np.linspace(0, 2.3 * unit, 60)
after = f.subs({x: sp.pi - eta * g[0], y: sp.pi - eta * g[1]}, simultaneous=True)
second = value - eta * g.dot(g) + eta**2 / 2 * g.dot(H * g)
formulas = {"$f$": after, "second order": second, "bound (4)": bound}
curves = {name: sp.lambdify(eta, formula)(etas) for name, formula in formulas.items()}
promises(etas, curves, {"$1/L$": unit, "$2/L$": 2 * unit})
plt.show()

# %% [markdown]
# ### A bound on the curvature, or a Lipschitz gradient?
#
# Many texts assume that the gradient is *Lipschitz continuous* with the constant $L$ on an open
# convex set. Such an $f$ is called *$L$-smooth*:
#
# $$
# \lVert \nabla f(\mathbf u) - \nabla f(\mathbf z) \rVert \le L \lVert \mathbf u - \mathbf z \rVert .
# \tag{5}
# $$
#
# This implies (3). For $\lVert \mathbf v \rVert = 1$, $\mathbf v^\top \mathbf H(\mathbf z) \, \mathbf v$ is
# the derivative of $\mathbf v^\top \nabla f(\mathbf z + t \mathbf v)$ at $t = 0$. By (5) its
# absolute value is at most $L$. So (5) bounds the curvature from below too, by $-L$. The descent lemma
# does not need that. For example, $f(x) = -100 x^2$ has the curvature $-200$. Then (3) holds
# for every $L > 0$, and (5) only for $L \ge 200$.

# %%
#| code-fold: Check
v = sp.Matrix(sp.symbols("p q", real=True))
hessian = sp.hessian(f, [x, y])
less = v.dot((H - hessian) * v)  # than the curvature at the start
assert sp.expand(less - 2 * (1 + sp.cos(x)) * v[0] ** 2) == 0
assert max(H.eigenvals(), key=float) == 3 + sp.sqrt(2)
gain = value - bound
assert sp.simplify(gain.subs(eta, 1 / L) - g.dot(g) / (2 * L)) == 0
assert sp.simplify(gain.diff(eta).subs(eta, 1 / L)) == 0
assert sp.simplify(gain.subs(eta, 2 / L)) == 0

# %% [markdown]
# ## Beyond 2/L
#
# The limit $2/L$ cannot be improved for all functions with (3). Take
# $f(x) = \tfrac12 L x^2$ and $x \ne 0$. A step leads from $x$ to $(1 - L \eta) x$, so it
# multiplies the value by $(1 - L \eta)^2$. At $\eta = 2/L$ this factor is 1. Beyond $2/L$ it
# is larger than 1, and every step raises $f$.
#
# In more dimensions, let $f(\mathbf x) = \tfrac12 \mathbf x^\top \mathbf H \mathbf x$, with $\mathbf H$
# symmetric and positive definite. Let
# $\lambda_1 \ge \dots \ge \lambda_n > 0$ be its eigenvalues. By the spectral theorem of linear algebra there are
# eigenvectors $\mathbf u_1, \dots, \mathbf u_n$ of norm one, orthogonal to each other. Write the start as
# $\sum_i c_i \mathbf u_i$. A step to $\mathbf x - \eta \mathbf H \mathbf x$
# multiplies the component along $\mathbf u_i$ by $1 - \eta \lambda_i$. After $k$ steps the point is
#
# $$
# \mathbf x_k = \sum_{i=1}^n (1 - \eta \lambda_i)^k \, c_i \, \mathbf u_i .
# \tag{6}
# $$
#
# So the descent converges from every start if and only if $0 < \eta < 2/\lambda_1$. Beyond this
# limit it diverges if $c_1 \ne 0$.
#
# **Statement.** For the worst start, a step multiplies $\lVert \mathbf x \rVert$ by
# $\rho = \max_i \lvert 1 - \eta \lambda_i \rvert$. This factor is smallest at
#
# $$
# \eta = \frac{2}{\lambda_1 + \lambda_n} , \quad \text{where} \quad
# \rho = \frac{\lambda_1 - \lambda_n}{\lambda_1 + \lambda_n} .
# \tag{7}
# $$
#
# *Proof.* By (6) no start has a larger factor, and a start along a $\mathbf u_i$ with
# $\lvert 1 - \eta \lambda_i \rvert = \rho$ has this one. Since $\lambda_n \le \lambda_i \le \lambda_1$, $\rho$ is the larger of
# $1 - \eta \lambda_n$ and $\eta \lambda_1 - 1$. The first falls and the second rises with
# $\eta$. So $\rho$ is smallest where the two are equal, and that is (7). $\blacksquare$
#
# From one given start, another step size can need fewer steps (exercise 2).

# %%
A = np.array(H, float)
limit = 2 / np.linalg.eigvalsh(A).max()


def descend(step_size: float, num_steps: int = 40) -> np.ndarray:
    """Descend on x @ A @ x / 2 from (3, 1); return the values."""
    point, values = np.array([3.0, 1.0]), []
    for _ in range(num_steps + 1):
        values.append(point @ A @ point / 2)
        point = point - step_size * A @ point
    return np.array(values)


runs = {f"{share} · 2/L": descend(share * limit) for share in (0.5, 0.9, 1.0, 1.02)}
for name, values in runs.items():
    print(f"{name:10} value from {values[0]:.1f} to {values[-1]:.1e}")

# %% [markdown]
# The figure descends on $\tfrac12 (\lambda_2 x^2 + \lambda_1 y^2)$. **Question:** from which step size on does
# the value grow? Does this change with the condition number, and with the momentum?
#
# - *Step size* is $\eta$, *Steps* the number of steps.
# - *Largest curvature* is $\lambda_1$. *Condition number* is $\lambda_1 / \lambda_2$.
# - *Momentum* $\beta$ adds $\beta$ times the last move to each step.
# - *Noise* is the standard deviation of a random error in each component of the gradient. *Seed*
#   chooses these errors.

# %%
#| code-fold: Code of the figure
#| widget: gd-step lr=1.9
#| fig-cap: "Descents on a quadratic function. Below $2/L$ the value tends to zero. At $2/L$ it tends to a positive number. Just above $2/L$ it grows without bound."
#| fig-alt: Values of four descents on a logarithmic axis against steps. Two lines fall, one steeply and one slowly; one becomes level; one rises. With scripts on, controls below change the step size, the momentum, the bowl, the number of steps and the noise.
from gdbook.figures.step_size import descents

descents(runs)
plt.show()

# %% [markdown]
# **What to see.** Without momentum the limit is $2/\lambda_1$ for every condition number. With
# momentum $\beta$ it is $2 (1 + \beta)/\lambda_1$. With noise the value does not tend to zero.
#
# ## When L is unknown: backtracking
#
# *Backtracking* begins with a step size $\eta_0$ and halves it until the step satisfies *Armijo's rule*: $f$
# falls by at least a share $c$, with $0 < c < 1$, of the descent that the slope predicts:
#
# $$
# f(\mathbf x - \eta \mathbf g) \le f(\mathbf x) - c \, \eta \lVert \mathbf g \rVert^2 .
# \tag{8}
# $$
#
# **Statement.** Let $\mathbf g \ne \mathbf 0$, and let the hypotheses of the descent lemma hold on the segment
# from $\mathbf x$ to $\mathbf x - \eta_0 \mathbf g$, which contains all segments that are
# tried. Then the halving stops, with an $\eta$ that is $\eta_0$ or at least $(1 - c)/L$.
#
# *Proof.* By (4), (8) holds if $1 - L \eta / 2 \ge c$, that is, if $\eta \le 2 (1 - c)/L$. If the
# accepted $\eta$ is not $\eta_0$, the rule refused $2 \eta$. So $2 \eta > 2 (1 - c)/L$. $\blacksquare$


# %%
def backtracking(f, g, x, eta=1.0, c=1e-4):
    """Halve eta until the step lowers f by a share c of what the slope predicts."""
    while not f(x - eta * g) <= f(x) - c * eta * g @ g:  # also if f is nan there
        eta /= 2
    return eta


height = sp.lambdify([[x, y]], f)
grad = sp.lambdify([[x, y]], [f.diff(x), f.diff(y)])
point = np.array([np.pi, np.pi])
for _ in range(6):
    slopes = np.array(grad(point))
    step = backtracking(height, slopes, point)
    point = point - step * slopes
    print(f"eta {step:<5} f {height(point):.6f}")

# %% [markdown]
# Each step lowers $f$ without the Hessian. Some step sizes exceed $2/L$, which is
# `=2 * unit:.3f`: the condition $\eta < 2/L$ is sufficient for a descent, and not necessary.

# %%
#| echo: false
from gdbook.taylor.derivatives import taylor_polynomial
from gdbook.taylor.step import backtracking as backtracking_of_the_package
from gdbook.taylor.step import best_step, descent_lemma, smoothness

assert sp.expand(second - taylor_polynomial(f, [x, y], [sp.pi] * 2, -g, 2, eta)) == 0
assert best == best_step(g, H)
assert sp.simplify(smoothness(H) - L) == 0
assert sp.expand(bound - descent_lemma(value, g, L, eta)) == 0
there = np.array([np.pi, np.pi])
known = backtracking_of_the_package(height, grad, there)
assert known == backtracking(height, np.array(grad(there)), there)

# %% [markdown]
# ## Summary
#
# - To second order, the best step size is
#   $\eta^* = \mathbf g^\top \mathbf g / \mathbf g^\top \mathbf H \mathbf g$, if the curvature along
#   $\mathbf g$ is positive. It is exact for a quadratic function.
# - If no curvature on the segment exceeds $L$, every step with $0 < \eta < 2/L$ lowers $f$ (descent
#   lemma). The guarantee is best at $1/L$.
# - A Lipschitz gradient is a stronger hypothesis than this bound on the curvature.
# - On a quadratic function the descent can diverge beyond $2/\lambda_1$. For the worst start the best
#   fixed step size is $2/(\lambda_1 + \lambda_n)$.
# - Backtracking finds a step size without $L$.
#
# ## Exercises
#
# **1.** Let $f(x, y) = \tfrac12 (x^2 + 9 y^2)$. For which $\eta$ does the descent converge from
# every start? Which fixed step size has the smallest factor $\rho$, and what is this factor?
#
# /// details | Hint
# The eigenvalues are 9 and 1. Use (6) and (7).
# ///
#
# /// details | Solution
# %%
largest, smallest = 9, 1
print("converges for eta below", sp.Rational(2, largest))
print("best for the worst start", sp.Rational(2, largest + smallest))
print("factor", sp.Rational(largest - smallest, largest + smallest))

# %% [markdown]
# ///
#
# **2.** On the same function, take $\eta = 1$, which is beyond the limit. Find a start
# $\mathbf x \ne \mathbf 0$ from which the descent converges.
#
# /// details | Hint
# By (6) a component that is zero stays zero.
# ///
#
# /// details | Solution
# %%
for first in ([2.0, 0.0], [2.0, 1e-6]):
    place = np.array(first)
    for _ in range(10):
        place = place - 1.0 * np.array([1, 9]) * place
    print(f"from {first}: norm {np.linalg.norm(place):.0f} after 10 steps")

# %% [markdown]
# From a start on the $x$ axis it converges, because the component along the
# first eigenvector, the $y$ axis, is zero. One step is enough, fewer than with the
# best step size for the worst start. A small component along the $y$ axis is enough for divergence.
#
# ///
#
# **3.** Let $\mathbf H$ be symmetric. Prove that the largest curvature $\mathbf v^\top \mathbf H \mathbf v$
# among all $\mathbf v$ of norm one is the largest eigenvalue of $\mathbf H$.
#
# /// details | Hint
# Let $\lambda$ be the largest curvature, attained at $\mathbf v$. The function
# $\lambda \lVert \mathbf v + t \mathbf u \rVert^2 - (\mathbf v + t \mathbf u)^\top
# \mathbf H (\mathbf v + t \mathbf u)$ of $t$ has its minimum at $t = 0$.
# ///
#
# /// details | Solution
#
# The curvature is continuous, and the vectors of norm one form a closed and bounded set, so a maximum
# $\lambda$ is attained at some $\mathbf v$. Then
# $\mathbf w^\top \mathbf H \mathbf w \le \lambda \lVert \mathbf w \rVert^2$ for every
# $\mathbf w$. So for every $\mathbf u$ the function of the hint is never negative, and zero at $t = 0$.
# Its derivative there, $2 \mathbf u^\top (\lambda \mathbf v - \mathbf H \mathbf v)$, is zero. Take
# $\mathbf u = \lambda \mathbf v - \mathbf H \mathbf v$. It follows that
# $\mathbf H \mathbf v = \lambda \mathbf v$, so $\lambda$ is an eigenvalue. None is larger, because an
# eigenvalue is the curvature along its eigenvector of norm one. $\blacksquare$
#
# For the matrix `A` of this page, compare with many directions:
# %%
turn = np.linspace(0, np.pi, 10_001)
units = np.array([np.cos(turn), np.sin(turn)])
print(f"largest curvature  {(units * (A @ units)).sum(0).max():.6f}")
print(f"largest eigenvalue {np.linalg.eigvalsh(A).max():.6f}")

# %% [markdown]
# ///
#
# **4.** Let $f$ be bounded below and twice continuously differentiable, and let (3) hold at every point
# $\mathbf z \in \mathbb R^n$. Prove that a descent with a fixed $\eta$, $0 < \eta < 2/L$, has
# gradients that tend to zero.
#
# /// details | Hint
# Add (4) for the first $K$ steps. The values $f(\mathbf x_k)$ cancel, except for two.
# ///
#
# /// details | Solution
#
# Let $\mathbf g_k$ be the gradient at $\mathbf x_k$, and $f(\mathbf x) \ge m$ for every
# $\mathbf x$. Adding (4) for $k = 0, \dots, K - 1$ gives
#
# $$
# \eta \Bigl( 1 - \frac{L \eta}{2} \Bigr) \sum_{k=0}^{K-1} \lVert \mathbf g_k \rVert^2
# \le f(\mathbf x_0) - f(\mathbf x_K) \le f(\mathbf x_0) - m .
# $$
#
# The factor before the sum is positive. So the sum is bounded for all $K$, the series
# converges, and its terms tend to zero. $\blacksquare$
#
# The example of this page is bounded below, and (3) holds everywhere:
# %%
place = np.array([np.pi, np.pi])
norms = []
for _ in range(101):
    norms.append(np.linalg.norm(grad(place)))
    place = place - unit * np.array(grad(place))
print("norms of the gradient", [f"{norms[k]:.0e}" for k in range(0, 101, 20)])

# %% [markdown]
# ///
#
# Next: [can the article's losses be predicted this way?](predict.py)
