# %% [markdown]
# # What does a tangent know, and what does it miss?
#
# At the end of this page you know how well a straight line, a parabola or a longer
# polynomial stands in for a function near a point, where the exact formula of the error
# comes from, and how to bound the error without knowing it.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

t, s, xi = sp.symbols("t s xi", real=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
sine = sp.sin(1 + t)

# %%
#| echo: false
import re


def tex(formula: sp.Basic, order: str | None = None) -> str:
    """Print a formula, with primes for derivatives."""
    primes = {}
    for derivative in formula.atoms(sp.Derivative):
        ((place, n),) = derivative.variable_count
        mark = "'" * int(n) if n.is_number else f"^{{({sp.latex(n)})}}"
        primes[derivative] = sp.Function(rf"\phi{mark}")(place)
    flat = re.sub(
        r"\\left|\\right", "", sp.latex(formula.xreplace(primes), order=order)
    )
    return flat.replace("{(s )}", "(s)").replace(r"{(\xi )}", r"(\xi)")


# %% [markdown]
# A step of a descent leads a little way along a line. So take a function φ of one number
# *t*: how far we have gone, with 0 for where we stand. The example of this page is the
# sine, seen from 1. SymPy computes with formulas, in the symbols above: `diff`
# differentiates, `subs` puts one thing for another, `lambdify` makes a function of numbers.
#
# ## The tangent
#
# The derivative φ′(0) is what the quotient (φ(*t*) − φ(0))/*t* tends to as *t* tends to 0.
# So the line φ(0) + φ′(0) *t*, the *tangent*, misses the function by something that is
# small even when divided by *t*. How small?

# %%
tangent = sine.subs(t, 0) + sine.diff(t).subs(t, 0) * t
missed = sp.lambdify(t, sine - tangent, "math")
for step in [1, 0.5, 0.25, 0.125]:
    error = missed(step)
    print("t", step, "missed", round(error, 5), "over t²", round(error / step**2, 3))

# %% [markdown]
# With every halving of *t* the error falls to about a quarter: it behaves like a number
# times *t*². The next two sections say which number, and why.
#
# ## Where the error comes from
#
# A tangent is one of the *Taylor polynomials*. The one of *order* *k* that touches at a
# point *s* has there the value and the first *k* derivatives of φ. Its term with the
# derivative of order *j* is divided by *j*! (the *factorial*, the product of 1 to *j*),
# because differentiating (*t* − *s*)<sup>*j*</sup> *j* times gives *j*!.

# %%
from gdbook.taylor.derivatives import expansion

phi = sp.Function("phi")(s)
polynomial = expansion(phi, s, t, 2)

# %% [markdown]
# $$
# `=tex(polynomial, "rev-lex")`
# $$
#
# Read this as a prediction of φ(*t*) from what is known at *s*. Now let the point of
# contact move. At *s* = *t* all terms but φ(*s*) are zero: the prediction is right. At
# *s* = 0 it is the Taylor polynomial about 0. So what that polynomial misses is what the
# prediction gains while *s* moves from 0 to *t*. The rate of the gain is short:

# %%
rate = sp.factor(polynomial.diff(s))

# %% [markdown]
# $$
# `=tex(rate)`
# $$
#
# Nearly everything has cancelled. By the product rule every term gives two pieces: one in
# which φ is differentiated once more, and one in which the power of *t* − *s* is
# differentiated; the second has a minus sign. Since *j*/*j*! = 1/(*j* − 1)!, the second is the opposite of the first piece
# of the term before. In the sum only one piece has no partner, the first of the last term.
#
# By the fundamental theorem of calculus, what is gained is the integral of the rate. So
# a Taylor polynomial of order *k* misses

# %%
weight = (t - s) ** k / sp.factorial(k)
remainder = sp.Integral(weight * phi.diff((s, k + 1)), (s, 0, t))

# %% [markdown]
# $$
# `=tex(remainder, "rev-lex")` ,
# $$
#
# the *remainder* in integral form. The number in brackets is the order of a derivative;
# this one must exist and be continuous between 0 and *t*. On the sine, nothing is left
# over:

# %%
at_s = sine.subs(t, s)
polynomials = [expansion(at_s, s, t, order).subs(s, 0) for order in range(5)]
for order in range(3):
    rate = weight.subs(k, order) * at_s.diff(s, order + 1)
    gained = sp.integrate(rate, (s, 0, t))
    print("order", order, sp.simplify(sine - polynomials[order] - gained))

# %% [markdown]
# ## One unknown number instead of an integral
#
# Between 0 and *t* the weight under the integral keeps one sign. If the derivative stays
# between two numbers there, the integral stays between these two numbers times the
# integral of the weight alone:

# %%
total = sp.integrate(weight, (s, 0, t))
print(total)

# %% [markdown]
# Here (*k* + 1) · *k*! = (*k* + 1)!. Now the derivative is continuous, so it takes every
# value between its least and its greatest. At some point *ξ* between 0 and *t* it has just
# the value that makes the remainder

# %%
lagrange = sp.Function("phi")(xi).diff((xi, k + 1)) * t ** (k + 1) / sp.factorial(k + 1)

# %% [markdown]
# $$
# `=tex(lagrange)` .
# $$
#
# This is *Lagrange's form*: the next term of the polynomial, with its derivative taken at
# *ξ* instead of 0. For *k* = 0 it is the mean value theorem: somewhere on the way the slope
# is the mean slope. It says that *ξ* exists, not where. For the tangent of the sine at
# *t* = 1, with the second derivative −sin(1 + *ξ*), one can ask:

# %%
form = -sp.sin(1 + xi) * t**2 / 2
found = sp.nsolve((form - (sine - tangent)).subs(t, 1), xi, 0.4)
print("xi =", round(found, 6))

# %%
#| echo: false
from gdbook.taylor.derivatives import integral_remainder, intermediate_point

line = sine, [t], [0], [1]
assert abs(intermediate_point(*line, 1, 1) - found) < 1e-12
for order in range(3):
    at_phi = (
        remainder.subs(k, order).doit().replace(sp.Function("phi"), sp.Lambda(s, at_s))
    )
    ours = integral_remainder(*line, order, t, s)
    assert sp.simplify(at_phi.doit() - ours.doit()) == 0

# %% [markdown]
# This also explains the first table. The error over *t*² is −sin(1 + *ξ*)/2, and as *t*
# shrinks, *ξ* is squeezed towards 0: the last column tends to `=-np.sin(1) / 2:.3f`.
#
# ## A bound without the unknown
#
# Where *ξ* lies need not be known if the derivative is bounded. With *M* for a bound of its
# size, the error is at most *M* |*t*|<sup>*k* + 1</sup>/(*k* + 1)!. All derivatives of the
# sine are sines or cosines, so here *M* is 1:

# %%
from gdbook.taylor.derivatives import lagrange_bound

for order, polynomial in enumerate(polynomials):
    error = abs(float((sine - polynomial).subs(t, 1)))
    print(order, f"missed {error:.5f}, at most", lagrange_bound(1, order, 1))

# %% [markdown]
# ## The orders in a picture

# %%
#| code-fold: Code of the figure
#| fig-cap: Each order follows the function a little further. All of them touch it at 0.
#| fig-alt: The sine seen from 1, and its Taylor polynomials of order 0 to 3. A horizontal line, a tangent, a parabola and a cubic leave the curve one after the other.
from gdbook.figures.taylor import taylor_orders

grid = np.linspace(-2.6, 2.6, 105)
columns = [sp.lambdify(t, p)(grid) + 0 * grid for p in polynomials[:4]]
taylor_orders(grid, np.sin(1 + grid), columns)
plt.show()

# %%
#| code-fold: Code of the figure
#| fig-cap: Near 0 the error of order k falls like the power k + 1 of t.
#| fig-alt: Four lines on logarithmic axes, the error of the orders 0 to 3 against t. They are nearly straight, and steeper the higher the order.
from gdbook.figures.taylor import error_orders

near = 2.0 ** -np.arange(0, 7, 0.5)
errors = [abs(np.sin(1 + near) - sp.lambdify(t, p)(near)) for p in polynomials[:4]]
error_orders(near, errors)
plt.show()

# %% [markdown]
# On these axes a power of *t* is a straight line, and the power is its slope. So halving
# *t* divides the error of order *k* by nearly 2<sup>*k* + 1</sup>:

# %%
print("orders 0 to 3:", [round(float(e[-3] / e[-1]), 3) for e in errors])

# %% [markdown]
# Two cases are special. A polynomial of degree *k* has derivatives of zero from order
# *k* + 1 on: its expansion of order *k* misses nothing, however far the step. Keep this for
# the squared loss. And a function with a kink, as the absolute value at 0, with the slope
# −1 before and 1 behind, has no tangent there: this page needs derivatives that exist.
#
# ## Try it on another function

# %%
#| echo: false
#| widget: gd-taylor function=sin point=1 step=1
#| fig-cap: "The error of the first order falls like t², that of the second like t³, and both stay below their bounds. Choose a function, a point and a step."
#| fig-alt: The sine seen from 1, and its Taylor polynomials of order 0 to 3. A horizontal line, a tangent, a parabola and a cubic leave the curve one after the other. With scripts on, controls below change the function, the point and the step.
taylor_orders(grid, np.sin(1 + grid), columns)
plt.show()

# %% [markdown]
# ## What was found
#
# - A Taylor polynomial of order *k* knows the value and *k* derivatives at one point.
# - What it misses is an integral of the next derivative. In Lagrange's form it is the next
#   term, taken at an unknown point on the way.
# - Halving the step divides the error by 2<sup>*k* + 1</sup>: by 4 for a tangent.
#
# Next: [how steep is a function of several variables?](slope.py)
