# %% [markdown]
# # How do I do this for a function of my own?
#
# You will learn
#
# - how to check a gradient by differences of values, and how accurate this check is
# - how to choose a direction and a step size for a function of your own
# - what a small gradient at the end shows, and what it does not show.
#
# You need: the pages on [the steepest direction](steepest.py) and on [the step size](how-long.py).

# %%
import numpy as np
import sympy as sp

# %% [markdown]
# To use this page as a recipe, copy its cells and replace the next one. The others do not depend
# on the function. It must be twice continuously differentiable where the descent goes, and its
# gradient at the start must not be zero.
#
# ## 1. Define the function
#
# A function needs variables, a formula and a start. The example is a classifier with one weight and a
# bias. Each of its four samples has a feature $x$ and a label $y$ of $-1$ or $1$. With the score
# $z = wx + b$, the *logistic loss* of a sample is $\log(1 + e^{-yz})$. It is near zero where $z$ is large
# in absolute value and has the sign of $y$. The function is the mean loss, plus a
# penalty on the weight:
#
# $$
# f(w, b) = \frac14 \sum_{i=1}^4 \log \bigl( 1 + e^{-y_i (w x_i + b)} \bigr) + \frac{w^2}{20} .
# $$

# %%
w, b = variables = sp.symbols("w b", real=True)
samples = [(-2, -1), (-1, 1), (1, -1), (3, 1)]
losses = [sp.log(1 + sp.exp(-label * (x * w + b))) for x, label in samples]
f = sum(losses) / sp.Integer(4) + w**2 / 20
start = [2, 1]

# %% [markdown]
# ## 2. Differentiate
#
# SymPy finds the derivatives. `lambdify` makes functions of numbers from the formulas.

# %%
point = np.array(start, float)
value = sp.lambdify([variables], f)
gradient = sp.lambdify([variables], [f.diff(s) for s in variables])
hessian = sp.lambdify([variables], sp.hessian(f, variables).tolist())
g, H = np.array(gradient(point), float), np.array(hessian(point), float)
print("gradient", g.round(8))

# %% [markdown]
# ## 3. Check the gradient
#
# The check uses only values of the function. Let $\varphi(t)$ be $f$ along one axis, where $t = 0$ is the start,
# and let $\varphi$ be three times continuously differentiable. Then the *central difference* satisfies
#
# $$
# \frac{\varphi(h) - \varphi(-h)}{2h} = \varphi'(0) + \frac{h^2}{6} \, \varphi'''(\xi)
# \tag{1}
# $$
#
# for some $\xi$ between $-h$ and $h$.
#
# *Proof.* [Taylor's formula](taylor.py) gives
#
# $$
# \varphi(\pm h) = \varphi(0) \pm h \varphi'(0) + \tfrac12 h^2 \varphi''(0)
# \pm \tfrac16 h^3 \varphi'''(\xi_\pm) .
# $$
#
# Subtract the two and divide by $2h$. By the intermediate value theorem, the mean of $\varphi'''(\xi_+)$ and
# $\varphi'''(\xi_-)$ is $\varphi'''(\xi)$ for some $\xi$ from $\xi_-$ to $\xi_+$. $\blacksquare$
#
# If $\varphi$ is only once continuously differentiable, the difference still tends to $\varphi'(0)$, but (1)
# says nothing about how fast. Rounding adds an error too, which grows as $h$ gets smaller
# (exercise 1).

# %%
h = 1e-5
axes = h * np.eye(len(point))
differences = [(value(point + e) - value(point - e)) / (2 * h) for e in axes]
print("differences", np.round(differences, 8))
assert np.allclose(g, differences, rtol=1e-6, atol=1e-8)

# %% [markdown]
# ## 4. Choose the direction
#
# By the [theorem on the steepest direction](steepest.py), no direction of norm one has a smaller slope than
# $-\mathbf g / \lVert \mathbf g \rVert$. Random directions confirm it:

# %%
direction = -g / np.linalg.norm(g)
others = np.random.default_rng(0).normal(size=(10_000, len(point)))
others /= np.linalg.norm(others, axis=1, keepdims=True)
print(f"slope {g @ direction:.8f}, smallest of the others {(others @ g).min():.8f}")
assert (others @ g).min() >= g @ direction - 1e-12

# %% [markdown]
# ## 5. Choose the step size
#
# If the curvature along $-\mathbf g$ is positive, begin with the
# [best step size to second order](how-long.py), else with 1. The best step size to second order
# uses the Hessian at one point only, so the step can be too long.
# [Backtracking](how-long.py#when-l-is-unknown-backtracking) halves it until $f$ decreases enough.


# %%
#| code-fold: From earlier pages
def backtracking(f, g, x, eta=1.0, c=1e-4):
    """Halve eta until the step lowers f by a share c of what the slope predicts."""
    while not f(x - eta * g) <= f(x) - c * eta * g @ g:  # also if f is nan there
        eta /= 2
    return eta


# %%
longest = g @ g / (g @ H @ g) if g @ H @ g > 0 else 1.0
eta = backtracking(value, g, point, eta=longest)
print(f"f at the start {value(point):.6f}")
for name, step in (("second order", longest), ("backtracking", eta)):
    print(f"{name}: step size {step:.4f}, then f = {value(point - step * g):.6f}")
assert value(point - eta * g) < value(point)

# %% [markdown]
# In this example the step that is best to second order raises $f$: the curvature at the start is smaller than
# farther along the step. Backtracking halved it.
#
# ## 6. Repeat
#
# Repeat until the norm of the gradient is at most $10^{-6}$, but at most 200 times. Each step
# begins with the step size 1, so it does not need the Hessian:

# %%
end, num_steps = point, 0
while np.linalg.norm(gradient(end)) > 1e-6 and num_steps < 200:
    slopes = np.array(gradient(end), float)
    end = end - backtracking(value, slopes, end) * slopes
    num_steps += 1
left = np.linalg.norm(gradient(end))
print(f"{num_steps} steps, f = {value(end):.6f} at {end.round(4)}")
print(f"norm of the gradient {left:.1e}")

# %% [markdown]
# ## 7. Examine the end
#
# A small gradient alone does not show that a minimum is near. The gradient is also small near a saddle. The
# curvatures $\mathbf v^\top \mathbf H \mathbf v$ in the directions $\mathbf v$ of norm one decide:
#
# **Statement.** Let $\mathbf g$ be the gradient of $f$ at $\mathbf p$. Let $f$ be twice continuously
# differentiable on an open set that contains the closed ball of radius $r$ around $\mathbf p$, and let all curvatures in the ball be at least
# $\mu > 0$. Let $r > 2 \lVert \mathbf g \rVert / \mu$. Then this ball contains exactly one local
# minimizer $\mathbf x^*$ of $f$, and
#
# $$
# \lVert \mathbf p - \mathbf x^* \rVert \le \frac{\lVert \mathbf g \rVert}{\mu} .
# \tag{2}
# $$
#
# Exercise 3 proves it. The smallest curvature at a point is the smallest
# [eigenvalue](how-long.py#where-l-comes-from) of the Hessian. The curvature varies in the ball, so let
# $\mu$ be half of the smallest curvature at the end. If it is not positive, the statement does not apply:

# %%
curvatures = np.linalg.eigvalsh(np.array(hessian(end), float))
mu = curvatures[0] / 2
print("curvatures", curvatures.round(4))
if mu > 0:
    r = 3 * left / mu
    drawn = np.random.default_rng(1).uniform(-1, 1, size=(200, len(end)))
    around = end + drawn * r / np.sqrt(len(end))
    least = min(np.linalg.eigvalsh(np.array(hessian(z), float))[0] for z in around)
    print(f"mu {mu:.4f}, smallest curvature nearby {least:.4f}")
    print(f"distance at most {left / mu:.0e}, if mu is a bound")

# %% [markdown]
# The end is not a minimizer, because its gradient is not zero. But it is near one, if $\mu$ bounds
# the curvature in the ball. The random points make this plausible; they do not prove it.

# %%
#| echo: false
from gdbook.taylor.derivatives import at
from gdbook.taylor.derivatives import gradient as gradient_of
from gdbook.taylor.derivatives import hessian as hessian_of
from gdbook.taylor.directions import steepest_direction
from gdbook.taylor.step import backtracking as backtracking_of_the_package

here = (f, variables, start)
known = np.array(at(gradient_of, *here), float).ravel()
assert np.allclose(g, known, rtol=1e-12)
known_hessian = np.array(at(hessian_of, *here), float)
assert np.allclose(H, known_hessian, rtol=1e-12)
steepest = np.array(steepest_direction(g), float).ravel()
assert np.allclose(direction, steepest, rtol=1e-12)
known_step = backtracking_of_the_package(value, gradient, point, eta=longest)
assert eta == known_step

# %% [markdown]
# ## Summary
#
# - A central difference checks a gradient without derivatives. Its error is of the order $h^2$ if the
#   function is three times continuously differentiable.
# - The step that is best to second order can raise $f$. Backtracking corrects that.
# - A small gradient shows that a minimizer is near if the curvatures around the point have a positive
#   lower bound. Then (2) bounds the distance.
#
# ## Exercises
#
# **1.** How does the error of the central difference depend on $h$? Try $h = 10^{-1}, 10^{-2}, \dots, 10^{-10}$.
#
# /// details | Hint
# Compare with `g`. Two errors add up: that of (1), and the rounding errors of the values.
# ///
#
# /// details | Solution
# %%
first = np.eye(len(point))[0]
for k in range(1, 11):
    small = 10.0**-k
    quotient = (value(point + small * first) - value(point - small * first)) / small / 2
    print(f"h = 1e-{k:<2} error {abs(quotient - g[0]):.0e}")

# %% [markdown]
# At first the error falls by about 100 when $h$ falls by 10, as (1) says. For small $h$, rounding errors
# of the values dominate. The quotient divides them by $2h$, so they grow as $h$ gets smaller.
#
# ///
#
# **2.** Suppose that one component of the gradient is wrong by one percent. Which of the three assertions of the
# recipe fail?
#
# /// details | Hint
# Two of them compare the gradient with itself, or leave much room.
# ///
#
# /// details | Solution
# %%
wrong = g * (1 + 0.01 * first)
print("gradient   ", np.allclose(wrong, differences, rtol=1e-6, atol=1e-8))
print("direction  ", (others @ wrong).min() >= -np.linalg.norm(wrong) - 1e-12)
shorter = backtracking(value, wrong, point, eta=longest)
print("step       ", value(point - shorter * wrong) < value(point))

# %% [markdown]
# Only the first fails. The second holds for every nonzero vector in the place of $\mathbf g$, by the theorem. The third
# holds for every direction with a negative slope, if the step is short enough.
#
# ///
#
# **3.** Prove the statement of section 7.
#
# /// details | Hint
# Show first that $f > f(\mathbf p)$ on the sphere of radius $r$. For (2), look at the slope of $f$
# along the segment from $\mathbf x^*$ to $\mathbf p$.
# ///
#
# /// details | Solution
#
# Let $\lVert \mathbf d \rVert = r$. By [Taylor's formula](slope.py#taylors-formula-along-a-line) and
# [Cauchy–Schwarz](steepest.py#first-proof-cauchyschwarz),
#
# $$
# \begin{aligned}
# f(\mathbf p + \mathbf d) &\ge f(\mathbf p) + \mathbf g^\top \mathbf d + \tfrac12 \mu r^2 \\
# &\ge f(\mathbf p) + r \, ( \tfrac12 \mu r - \lVert \mathbf g \rVert ) > f(\mathbf p) .
# \end{aligned}
# $$
#
# The closed ball is compact, so $f$ attains a minimum on it. It is not attained on the sphere, where $f$
# exceeds $f(\mathbf p)$. So it is attained inside, at a local minimizer $\mathbf x^*$, where the
# gradient is zero. Now let $\mathbf u = \mathbf p - \mathbf x^*$ and
# $\psi(t) = \mathbf u^\top \nabla f(\mathbf x^* + t \mathbf u)$. Then $\psi(0) = 0$ and
# $\psi'(t) \ge \mu \lVert \mathbf u \rVert^2$ for $0 \le t \le 1$. So
#
# $$
# \mu \lVert \mathbf u \rVert^2 \le \psi(1) = \mathbf u^\top \mathbf g
# \le \lVert \mathbf u \rVert \, \lVert \mathbf g \rVert ,
# $$
#
# which is (2). The same argument with another point of the ball, where the gradient is zero, in
# the place of $\mathbf p$ shows that it is $\mathbf x^*$. $\blacksquare$
#
# Newton's steps find the minimizer of the example, and so the distance of the end from it:
# %%
minimizer = end
for _ in range(4):
    minimizer = minimizer - np.linalg.solve(hessian(minimizer), gradient(minimizer))
print(f"distance {np.linalg.norm(end - minimizer):.1e}, bound {left / mu:.1e}")

# %% [markdown]
# ///
#
# Next: [how fast can momentum be?](momentum.py)
