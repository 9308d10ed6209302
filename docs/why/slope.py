# %% [markdown]
# # How steep is a function in a direction?
#
# At the end of this page you know the gradient and the Hessian of a function of several
# variables, why the slope in a direction is a product with the gradient, and how Taylor's
# formula of the page before carries over.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

x, y, p, q = sp.symbols("x y p q", real=True)
t, s, xi = sp.symbols("t s xi", real=True)
f = 2 * sp.exp(x) + x * y + 2 * y**2
point = [0, 1]

# %% [markdown]
# ## One variable at a time
#
# Think of *f*(*x*, *y*) as a landscape: *x* and *y* say where, *f* says how high. Hold *y*
# fixed and differentiate by *x* alone: that is the *partial derivative* by *x*, the slope
# for someone who walks along the *x* axis. Each variable has one. Written as a column, they
# are the *gradient* **g**, also written ∇*f*. Bold letters stand for such columns.

# %%
#| code-fold: A check of the input
from gdbook.taylor.derivatives import as_expression  # noqa: F401, I001

# %%
from gdbook.taylor.derivatives import gradient

gradient(f, [x, y])

# %% [markdown]
# A column of numbers is a *vector*, the numbers are its *components*; SymPy calls a column a
# `Matrix`. We stand at *x* = `=point[0]`, *y* = `=point[1]`:

# %%
here = {x: point[0], y: point[1]}
g = gradient(f, [x, y]).subs(here)
print(list(g))

# %% [markdown]
# ## Walk along a line
#
# What is the slope in a slanting direction? A direction is a vector **v** too, here with
# the components *p* and *q*. Having gone *t* times **v**, component by component, we are at
# a height that is a function of *t* alone:

# %%
phi = f.subs({x: point[0] + t * p, y: point[1] + t * q})
phi

# %% [markdown]
# Its slope at the start needs no new idea:

# %%
print(phi.diff(t).subs(t, 0))

# %% [markdown]
# `=g[0]` and `=g[1]` are the components of the gradient. Multiply component by component and
# add up: that is the *dot product* **g** · **v**. So here the slope is the dot product of
# gradient and direction. It always is:
#
# Walk in two moves, first along *x*, then along *y*. By the mean value theorem the first
# move changes the height by *tp* times the partial derivative by *x* at some point of that
# move, the second by *tq* times the partial derivative by *y* at some point of its own.
# Divide by *t* and let *t* tend to 0. Both points are squeezed into the start. If the
# partial derivatives are continuous, *p* times the one and *q* times the other remain.
# With more variables there are more moves, and nothing else changes.
#
# For twice the vector the slope doubles. To compare directions, give all of them length
# one. The *length* ‖**v**‖ of a vector is that of Pythagoras, the root of **v** · **v**.
#
# ## Slope against angle
#
# In the plane a vector of length *r* and angle *β* has the components *r* cos *β* and
# *r* sin *β*. Let that be the gradient, and let *α* be the angle of a direction of length
# one. The slope is

# %%
r, alpha, beta = sp.symbols("r alpha beta", real=True)
polar = r * sp.Matrix([sp.cos(beta), sp.sin(beta)])
sp.trigsimp(polar.dot([sp.cos(alpha), sp.sin(alpha)]))

# %% [markdown]
# the length of the gradient times the cosine of the angle between the two. It is greatest
# in the direction of the gradient, `=g.norm()` in the example; zero at a right angle to it,
# along the line of equal height; and least, −`=g.norm()`, against the gradient.

# %%
#| code-fold: Code of the figure
#| fig-cap: The slope is a cosine, lowest at `=angle[slope.argmin()]` degrees, opposite the gradient. The mean slope of a walk of length `=far` is higher.
#| fig-alt: Slope against the angle of the direction. A cosine between plus and minus 5, and above it the mean slope of a walk, a little bent.
from gdbook.figures.directions import slope_and_angle

height = sp.lambdify([x, y], f)
angle = np.arange(361)
v = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
slope = np.array(g, float).ravel() @ v
far = 0.5
walk = (height(far * v[0], 1 + far * v[1]) - height(0, 1)) / far
slope_and_angle(angle, slope, walk)
plt.show()

# %% [markdown]
# The walk has the higher slope because this landscape bends upwards here. How much it bends is
# the business of the second derivative.
#
# ## The curvature in a direction
#
# The slope in the direction **v** depends on the place. Its own slope, in the same
# direction, is the *curvature* along **v**, the second derivative of φ. It needs the partial
# derivatives of the partial derivatives. They form a square table, a *matrix*, called the
# *Hessian* **H**:

# %%
from gdbook.taylor.derivatives import hessian

H = hessian(f, [x, y])
H

# %% [markdown]
# The row says what is differentiated by first, the column by what next. If the second
# derivatives are continuous, the order does not matter, and the table is its own mirror
# image: it is *symmetric*. A matrix times a vector, **Hv**, is the column of the dot
# products of its rows with **v**. Those are the slopes of the components of the gradient.
# So the curvature is **v** · **Hv**. Along the line, and by the matrix:

# %%
v = sp.Matrix([p, q])
print(sp.expand(phi.diff(t, 2).subs(t, 0)))
print(sp.expand(v.dot(H.subs(here) * v)))

# %% [markdown]
# ## Taylor's formula along a line
#
# Along a line there is one variable, *t*, and all of the [page before](tangent.py) applies to
# φ as it stands. To second order:

# %%
slope_there, curvature = phi.diff(t).subs(t, 0), phi.diff(t, 2).subs(t, 0)
second = phi.subs(t, 0) + t * slope_there + t**2 / 2 * curvature
second

# %%
#| echo: false
from gdbook.taylor.derivatives import (
    along,
    directional_derivative,
    lagrange_remainder,
    taylor_polynomial,
)

line = f, [x, y], point, [p, q]
along_v = directional_derivative(f, [x, y], [p, q]).subs({x: point[0], y: point[1]})
assert sp.expand(slope_there - along_v) == 0
assert phi == along(*line, t)
assert sp.expand(second - taylor_polynomial(*line, 2, t)) == 0
remainder = phi.diff(t, 3).subs(t, xi) * t**3 / 6
assert sp.simplify(remainder - lagrange_remainder(*line, 2, t, xi)) == 0

# %% [markdown]
# The remainder in Lagrange's form has the third derivative in it. Of the three terms of
# *f* only the first has one:

# %%
phi.diff(t, 3).subs(t, xi) * t**3 / 6

# %% [markdown]
# For any *f* with continuous third derivatives the polynomial of second order is
# *f* + *t* **g** · **v** + ½ *t*² **v** · **Hv**, and its error behaves like *t*³.
#
# ## Turn the direction yourself

# %%
#| echo: false
#| widget: gd-downhill surface=valley norm=two
#| fig-cap: "Another landscape, to be chosen. By the 2-norm the slope is least against the gradient; another norm has another steepest direction. A norm is a way to measure length; the next page explains it."
#| fig-alt: Slope against the angle of the direction. A cosine between plus and minus 5, and above it the mean slope of a walk, a little bent. With scripts on, controls below change the landscape, the norm, the direction, the step and the point.
slope_and_angle(angle, slope, walk)
plt.show()

# %% [markdown]
# ## What was found
#
# - The gradient holds the slopes along the axes. The slope in any direction is its dot
#   product with the direction; in the plane that is a cosine of the angle.
# - The Hessian holds the second derivatives, and **v** · **Hv** is the curvature in a
#   direction.
# - Along a line a function of many variables is a function of one.
#
# Next: [which direction is the steepest?](steepest.py)
