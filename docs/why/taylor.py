# %% [markdown]
# # How large is the error of a Taylor polynomial?
#
# You will learn
#
# - how a tangent and other polynomials approximate a function near a point,
# - an exact formula for the error of this approximation,
# - how to bound the error, and how fast it falls when the step becomes shorter.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

t, s, xi = sp.symbols("t s xi", real=True)
sine = sp.sin(1 + t)

# %% [markdown]
# A step of gradient descent moves along a line. So we study a function $\phi$ of one number
# $t$, which says how far we have moved from the start, $t = 0$. The example of this
# page is $\phi(t) = \sin(1 + t)$. SymPy computes with formulas: `diff` differentiates,
# `subs` replaces one expression by another, `lambdify` makes a numerical function.
#
# ## The tangent
#
# The *tangent* at 0 is the straight line $\phi(0) + \phi'(0)\,t$. It has the same value and
# the same derivative at 0 as $\phi$. Its error is $\phi(t)$ minus the value of the line at $t$:

# %%
tangent = sine.subs(t, 0) + sine.diff(t).subs(t, 0) * t
error_of_tangent = sp.lambdify(t, sine - tangent, "math")
for step in [1, 0.5, 0.25, 0.125]:
    error = error_of_tangent(step)
    print(f"t {step:5}  error {error:.5f}  error/t² {error / step**2:.3f}")

# %% [markdown]
# With each halving of $t$ the error falls to about a quarter, and the last column seems to
# tend to a limit. Equation (8) will explain both.
#
# ## Taylor's formula
#
# The *Taylor polynomial* of order $k$ is the sum in (1). It has the same value and the same first
# $k$ derivatives at 0 as $\phi$. The tangent is the Taylor polynomial of order 1.
#
# **Theorem.** Let $k \ge 0$, and let $\phi$ have $k + 1$ continuous derivatives on an open
# interval that contains 0 and $t$. Here $t$ may be negative. Then
#
# $$
# \phi(t) = \sum_{j=0}^{k} \frac{\phi^{(j)}(0)}{j!}\, t^j + R_k(t)
# \tag{1}
# $$
#
# with the remainder in *integral form*
#
# $$
# R_k(t) = \int_0^t \frac{\phi^{(k+1)}(s)}{k!}\,(t - s)^k \, ds .
# \tag{2}
# $$
#
# There is also a number $\xi$ between 0 and $t$ (0 and $t$ included) that gives the same
# remainder in *Lagrange's form*:
#
# $$
# R_k(t) = \frac{\phi^{(k+1)}(\xi)}{(k+1)!}\, t^{k+1} .
# \tag{3}
# $$
#
# Here $\phi^{(j)}$ is the derivative of order $j$, and $\phi^{(0)} = \phi$. For $k = 0$, (2) follows
# from the fundamental theorem of calculus, and (3) is the mean value theorem.
#
# ## Proof of the integral form
#
# The idea is to move the point at which the polynomial is formed. For $s$ between 0 and $t$ let
#
# $$
# p(s) = \sum_{j=0}^{k} \frac{\phi^{(j)}(s)}{j!}\,(t - s)^j .
# \tag{4}
# $$
#
# At $s = 0$ this is the sum in (1). At $s = t$ only the term $j = 0$ remains, so
# $p(t) = \phi(t)$. Hence $R_k(t) = p(t) - p(0)$. By the product rule, the derivative of $p$ is
#
# $$
# \begin{aligned}
# p'(s) = {} & \sum_{j=0}^{k} \frac{\phi^{(j+1)}(s)}{j!}\,(t - s)^j \\
# & - \sum_{j=1}^{k} \frac{\phi^{(j)}(s)}{(j-1)!}\,(t - s)^{j-1} .
# \end{aligned}
# $$
#
# Write $j + 1$ for $j$ in the second sum: it consists of the terms $j = 0, \dots, k - 1$ of the
# first sum. They cancel, and only the term $j = k$ of the first sum remains:
#
# $$
# p'(s) = \frac{\phi^{(k+1)}(s)}{k!}\,(t - s)^k .
# \tag{5}
# $$
#
# This is continuous, so the fundamental theorem of calculus gives
# $p(t) - p(0) = \int_0^t p'(s)\,ds$. That is (2). $\blacksquare$
#
# SymPy confirms (5) for $k = 2$ and a general function $\phi$:

# %%
phi = sp.Function("phi")(s)


def expansion(phi, order):
    """The Taylor polynomial about s, evaluated at t; phi is an expression in s."""
    terms = (phi.diff(s, j) * (t - s) ** j / sp.factorial(j) for j in range(order + 1))
    return sum(terms)


sp.factor(expansion(phi, 2).diff(s))

# %% [markdown]
# ## Proof of Lagrange's form
#
# Substitute $s = \theta t$, $ds = t \, d\theta$ in (2):
#
# $$
# \begin{gathered}
# R_k(t) = \frac{t^{k+1}}{(k+1)!}\, m , \\
# m = \int_0^1 (k + 1) (1 - \theta)^k \, \phi^{(k+1)}(\theta t)\, d\theta .
# \end{gathered}
# \tag{6}
# $$
#
# The *weight* $(k + 1) (1 - \theta)^k$ is not negative, and its integral from 0 to 1 is 1. So $m$
# is a weighted mean of the values of $\phi^{(k+1)}$ between 0 and $t$. It lies between the
# minimum and the maximum of these values, which exist because $\phi^{(k+1)}$ is continuous. By the
# intermediate value theorem $\phi^{(k+1)}(\xi) = m$ for some $\xi$ between 0 and $t$. That is
# (3). $\blacksquare$
#
# The theorem says that $\xi$ exists, but not where it is. Exercise 3 computes it for the example.
#
# ## A bound without the unknown number
#
# If $|\phi^{(k+1)}| \le M$ on the closed interval between 0 and $t$, then (3) gives
#
# $$
# |R_k(t)| \le \frac{M\,|t|^{k+1}}{(k+1)!} .
# \tag{7}
# $$
#
# Each derivative of the sine is a sine or a cosine, up to the sign. So here $M = 1$ is valid for
# all orders:

# %%
at_s = sine.subs(t, s)
polynomials = [expansion(at_s, order).subs(s, 0) for order in range(5)]
errors_at_1 = [abs(float((sine - p).subs(t, 1))) for p in polynomials]
for order, error in enumerate(errors_at_1):
    print(f"order {order}  error {error:.5f}  at most {1 / sp.factorial(order + 1)}")

# %% [markdown]
# The bound in the last column falls with the order. The error itself need not fall: at $t = 1$
# the error of order 1, $`=errors_at_1[1]:.3f`$, is larger than the error of order 0,
# $`=errors_at_1[0]:.3f`$.

# %%
#| code-fold: Code of the figure
#| fig-cap: The sine and its Taylor polynomials of orders 0 to 3. For steps that are not zero and at most one half in absolute value, each higher order has a smaller error. At $t = 1$ order 0 has a smaller error than order 1.
#| fig-alt: The sine of 1 plus t as a thick curve, with its Taylor polynomials of order 0 to 3. A horizontal line, the tangent, a parabola and a cubic meet the curve at t equal to 0 and leave it on both sides.
from gdbook.figures.taylor import taylor_orders

grid = np.linspace(-2.6, 2.6, 105)
columns = [sp.lambdify(t, p)(grid) + 0 * grid for p in polynomials[:4]]
taylor_orders(grid, np.sin(1 + grid), columns)
plt.show()


# %%
#| code-fold: Check
def remainder(phi, order):
    """The remainder in integral form; phi is an expression in s."""
    rate = phi.diff(s, order + 1) * (t - s) ** order / sp.factorial(order)
    return sp.integrate(rate, (s, 0, t))


assert sp.expand(polynomials[1] - tangent) == 0
for order in range(5):
    rate = phi.diff(s, order + 1) * (t - s) ** order / sp.factorial(order)
    assert sp.expand(expansion(phi, order).diff(s) - rate) == 0
    assert sp.simplify(sine - polynomials[order] - remainder(at_s, order)) == 0
assert all(e <= 1 / sp.factorial(j + 1) for j, e in enumerate(errors_at_1))
assert errors_at_1[1] > errors_at_1[0]
near_0 = np.linspace(-0.5, 0.5, 1001)
near_0 = near_0[np.abs(near_0) > 1e-2]  # closer to 0 the errors are lost in rounding
sizes = [abs(np.sin(1 + near_0) - sp.lambdify(t, p)(near_0)) for p in polynomials[:4]]
assert (np.diff(sizes, axis=0) < 0).all()

# %% [markdown]
# ## How fast does the error fall?
#
# By (7) the error of order $k$ is at most a constant times $|t|^{k+1}$ for all small $t$. This is
# written $R_k(t) = O(t^{k+1})$ as $t \to 0$. The $O$ means "at most": the error may fall faster.
# Equation (3) says more. As $t$ tends to 0, so does $\xi$, and since $\phi^{(k+1)}$ is continuous,
#
# $$
# \frac{R_k(t)}{t^{k+1}} \to \frac{\phi^{(k+1)}(0)}{(k+1)!} \qquad (t \to 0) .
# \tag{8}
# $$
#
# For the tangent of the example the limit is $-\tfrac12 \sin 1 = `=-np.sin(1) / 2:.3f`$. The last
# column of the first table tends to it.
#
# If $\phi^{(k+1)}(0) \ne 0$, halving a small $t$ divides the error by approximately $2^{k+1}$. If
# $\phi^{(k+1)}(0) = 0$, the error falls faster than $t^{k+1}$. In the example none of the first
# four derivatives is zero at 0:

# %%
near = 2.0 ** -np.arange(8)
errors = [abs(np.sin(1 + near) - sp.lambdify(t, p)(near)) for p in polynomials[:4]]
for order, error in enumerate(errors):
    print(f"order {order}  error divided by {error[-2] / error[-1]:.3f}")

# %%
#| code-fold: Check
for order, error in enumerate(errors):
    missed = sine - polynomials[order]
    limit = sine.diff(t, order + 1).subs(t, 0) / sp.factorial(order + 1)
    assert sp.limit(missed / t ** (order + 1), t, 0) == limit != 0
    slopes = np.diff(np.log2(error)) / np.diff(np.log2(near))
    assert abs(slopes[-1] - order - 1) < 0.02

# %% [markdown]
# Two special cases: a polynomial $\phi$ of degree at most $k$ has zero derivatives from
# order $k + 1$ on, so its Taylor polynomial of order $k$ has no error. Along each line,
# the squared loss of a linear model is such a polynomial with $k = 2$. The absolute
# value $|t|$ has slope $-1$ left of 0 and slope 1 right of it. It has no derivative at
# 0, and the theorem does not apply.
#
# ## Try it on another function
#
# Question: for the sine at the point $a = 0$, how does the error of order 1 change when the step is
# halved? Choose the *function*, the *point a* at which the polynomials are formed, and the *step h*,
# which is called $t$ above. In the second panel the solid lines are the sizes of the errors
# (*remainders*), and the dashed lines are the bounds (7).

# %%
#| echo: false
#| widget: gd-taylor function=sin point=1 step=1
#| fig-cap: "Taylor polynomials of a function about a point. The error of each order is at most its bound (7)."
#| fig-alt: The sine of 1 plus t as a thick curve, with its Taylor polynomials of order 0 to 3. A horizontal line, the tangent, a parabola and a cubic meet the curve at t equal to 0 and leave it on both sides. With scripts on, controls below change the function, the point and the step.
taylor_orders(grid, np.sin(1 + grid), columns)
plt.show()

# %% [markdown]
# What to see: at $a = 0$ the second derivative of the sine is zero. So the polynomials of orders 1
# and 2 are equal there, and halving a small step divides the error of the tangent by about 8
# instead of 4.
#
# ## Summary
#
# - The Taylor polynomial of order $k$ has the value and the first $k$ derivatives of $\phi$ at one point.
# - If $\phi$ has $k + 1$ continuous derivatives, the remainder is the integral (2). It has the form of
#   the next term, with the derivative taken at an unknown $\xi$ between 0 and $t$.
# - The error of order $k$ is $O(t^{k+1})$. If $\phi^{(k+1)}(0) \ne 0$, halving a small step divides
#   it by about $2^{k+1}$.
# - A higher order does not always have a smaller error. At $t = 1$ the tangent of the example has a
#   larger error than the constant of order 0.
#
# ## Exercises
#
# **1.** By which factor does the error of order 2 of $\cos t$ fall when a small $t$ is halved?
# Predict it, then compute it.
#
# /// details | Hint
# What is the third derivative of the cosine at 0?
# ///
#
# /// details | Solution
#
# The third derivative at 0 is zero, so the polynomials of orders 2 and 3 are equal. The fourth
# derivative at 0 is 1. So the factor is close to $2^4 = 16$:
# %%
halved = [
    abs(sp.cos(h) - (1 - h**2 / 2)).evalf(30) for h in (sp.S(1) / 8, sp.S(1) / 16)
]
print(f"{halved[0] / halved[1]:.3f}")


# %% [markdown]
# ///
#
# **2.** Which order does (7) need so that the error of the example at $t = 1$ is certainly below
# $10^{-6}$? Is a smaller order enough in fact?
#
# /// details | Hint
# With $M = 1$ the bound is $1/(k+1)!$. Use `expansion` for the actual errors.
# ///
#
# /// details | Solution
# %%
def actual(order):
    """The size of the error at t = 1."""
    polynomial = expansion(at_s, order).subs(s, 0)
    return abs((sine - polynomial).subs(t, 1).evalf(30))


for order in range(7, 10):
    bound = float(1 / sp.factorial(order + 1))
    print(f"order {order}  error {float(actual(order)):.1e}  at most {bound:.1e}")

# %% [markdown]
# Order 9 is the first whose bound is below $10^{-6}$. It is also the first whose actual error is below
# $10^{-6}$, so no smaller order is enough in fact.
#
# ///
#
# **3.** Where is $\xi$? Compute it for the tangent of the example at $t = 1$. Then prove for the
# tangent of any $\phi$, that is, $k = 1$: if $\phi$ has three continuous derivatives near 0 and
# $\phi'''(0) \ne 0$, then $\xi / t \to \frac13$ as $t \to 0$.
#
# /// details | Hint
# Write the remainder $R_1(t)$ in two ways: by (3), and by Taylor's formula of order 2. The
# function `sp.nsolve(equation, xi, guess)` finds a zero near a guess.
# ///
#
# /// details | Solution
#
# The second derivative of the example is $-\sin(1 + t)$:
# %%
form = -sp.sin(1 + xi) * t**2 / 2
found = sp.nsolve((form - (sine - tangent)).subs(t, 1), xi, 0.4)
print("xi =", round(found, 6))

# %% [markdown]
# *Proof.* By (3) with $k = 1$, and by (1) and (3) with $k = 2$ and another number $\zeta$ between 0 and $t$,
#
# $$
# \tfrac12 \phi''(\xi)\,t^2 = R_1(t) = \tfrac12 \phi''(0)\,t^2 + \tfrac16 \phi'''(\zeta)\,t^3 .
# $$
#
# Let $t \ne 0$ and divide by $\frac12 t^2$. So $\phi''(\xi) - \phi''(0) = \frac13 \phi'''(\zeta)\,t$. By
# the mean value theorem the left side is $\phi'''(\omega)\,\xi$ for some $\omega$ between 0 and $\xi$.
# All of $\xi, \zeta, \omega$ tend to 0 with $t$, so both third derivatives tend to
# $\phi'''(0) \ne 0$. Hence
# $\xi / t = \frac13 \phi'''(\zeta) / \phi'''(\omega) \to \frac13$. $\blacksquare$ For the example:
# %%
for h in (sp.S(1), sp.S(1) / 10, sp.S(1) / 100):
    gap = (form - (sine - tangent)).subs(t, h)
    print(
        f"t = {float(h):4}  xi/t = {float(sp.nsolve(gap, xi, h / 3, prec=30) / h):.4f}"
    )

# %%
#| echo: false
from gdbook.taylor.derivatives import expansion as checked_expansion
from gdbook.taylor.derivatives import (
    integral_remainder,
    intermediate_point,
    lagrange_bound,
)

line = sine, [t], [0], [1]
assert abs(intermediate_point(*line, 1, 1) - found) < 1e-12
for order in range(3):
    ours = integral_remainder(*line, order, t, s).doit()
    assert sp.simplify(ours - remainder(at_s, order)) == 0
    assert checked_expansion(phi, s, t, order) == expansion(phi, order)
    assert lagrange_bound(1, order, 1) == 1 / sp.factorial(order + 1)

# %% [markdown]
# ///
#
# Next: [how steep is a function in a direction?](slope.py)
