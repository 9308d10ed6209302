# %% [markdown]
# # Which direction is the steepest?
#
# At the end of this page you have two proofs that, among all directions of length one,
# the one against the gradient descends fastest, and you know which other directions win
# when lengths are measured in another way.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

a, b, p, q = sp.symbols("a b p q", real=True)
lam = sp.Symbol("lambda", positive=True)
g, v = sp.Matrix([a, b]), sp.Matrix([p, q])

# %% [markdown]
# The [slope](slope.py) in a direction **v** is **g** · **v**, and a vector twice as long has
# twice the slope. So "steepest" is a question about directions of one length: which **v**
# with ‖**v**‖ = 1 makes **g** · **v** least?
#
# ## First proof: Lagrange multipliers
#
# The directions of length one form a circle (in space a sphere). Take the best direction
# **v** and turn it a little. Its tip moves at a right angle to **v**. If **g** had a part
# along this move, turning one of the two ways would lower the slope. So **g** has no such
# part: it is a multiple of **v**, say **g** = −2*λ***v**. There is a
# function whose derivatives by *p* and *q* are zero just then, and whose derivative by *λ*
# is zero when the length is one. It is called the *Lagrangian*, and *λ* its *multiplier*:

# %%
lagrangian = g.dot(v) + lam * (v.dot(v) - 1)
lagrangian

# %%
multiplier = sp.Symbol("lambda", real=True)
conditions = [lagrangian.subs(lam, multiplier).diff(x) for x in (p, q, multiplier)]
stationary = sp.solve(conditions, (p, q, multiplier), dict=True)
for found in stationary:
    print([found[p], found[q]], "slope", sp.simplify(g.dot(v).subs(found)))

# %%
#| echo: false
from gdbook.taylor.directions import lagrangian as lagrangian_of
from gdbook.taylor.directions import stationary_directions, steepest_direction

assert sp.expand(lagrangian - lagrangian_of(g, v, lam)) == 0
pairs = {tuple(direction): factor for direction, factor in stationary_directions(g)}
assert pairs == {(found[p], found[q]): found[multiplier] for found in stationary}

# %% [markdown]
# If the gradient is not zero, two directions are left. One has the length of the gradient
# as its slope, the other minus that length.
#
# A zero of the derivatives is not yet a minimum. Here is why this one is. For a fixed
# *λ* > 0 let **v**\* = −**g**/(2*λ*). At any other **v** the Lagrangian is greater by *λ*
# times the squared distance of the two. Both sides of this, subtracted:

# %%
best = -g / (2 * lam)
more = lagrangian - lagrangian.subs(dict(zip(v, best, strict=True)), simultaneous=True)
print(sp.expand(more - lam * (v - best).dot(v - best)))

# %% [markdown]
# On the circle the Lagrangian is the slope itself, since what *λ* multiplies is zero there.
# Choose *λ* = ‖**g**‖/2, and **v**\* = −**g**/‖**g**‖ lies on the circle too. So no direction
# of length one has less slope, and no other has as little. The calculation is the same
# for every number of components.
#
# ## Second proof: Cauchy–Schwarz
#
# The second proof needs no derivative. It rests on an identity of Lagrange:

# %%
#| code-fold: A check of the input
from gdbook.taylor.derivatives import as_column  # noqa: F401

# %%
from gdbook.taylor.directions import lagrange_identity

lagrange_identity(g, v)

# %% [markdown]
# For *n* components the right side is a sum of such squares, one for each pair. Multiply
# out to see it: on the left the terms *a*<sub>*i*</sub>²*p*<sub>*i*</sub>² cancel, and the
# rest are the squares and the mixed terms on the right.

# %%
for n in range(2, 7):
    identity = lagrange_identity(sp.symbols(f"a1:{n + 1}"), sp.symbols(f"p1:{n + 1}"))
    squares = len(sp.Add.make_args(identity.rhs))
    print(
        f"n = {n}, squares: {squares}, left - right:",
        sp.expand(identity.lhs - identity.rhs),
    )

# %% [markdown]
# A sum of squares is never negative. So (**g** · **v**)² is at most ‖**g**‖² ‖**v**‖²: the
# inequality of *Cauchy–Schwarz*. With ‖**v**‖ = 1 the slope lies between −‖**g**‖ and ‖**g**‖.
# It reaches these ends only if every square is zero, that is, if all components of **v** are
# the same multiple of those of **g**. Two multiples have length one, and −**g**/‖**g**‖ is
# the one that goes down.
#
# ## No other direction beats it
#
# Try. Draw directions of length one at random, and compare the least slope among them
# with −‖**g**‖:

# %%
rng, num_directions = np.random.default_rng(0), 20_000
for n in (2, 3, 5, 10):
    gradient = rng.normal(size=n)
    others = rng.normal(size=(num_directions, n))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    share = (others @ gradient).min() / -np.linalg.norm(gradient)
    print(
        f"{n:2} components: the best has {share:.6f} of the slope against the gradient"
    )

# %% [markdown]
# None has more. With ten components the best of `=num_directions:,` guesses does not even
# come near. Only where the gradient is zero does it say nothing: there every direction has
# the slope zero, and none is the steepest.
#
# ## Steepest in which sense?
#
# Both proofs compared directions of one length, with the length of Pythagoras. But if the
# two components are two parameters of a model, why should a step of 3 in one and 4 in the
# other be as long as 5 in one of them? A *norm* ‖**v**‖ is positive except for **v** = 0;
# ‖*c***v**‖ = |*c*| ‖**v**‖ for every number *c*; and ‖**u** + **v**‖ ≤ ‖**u**‖ + ‖**v**‖. The
# vectors of norm at most one are its *unit ball*. Four
# norms are in use:
#
# - the *1-norm*, the sum of the sizes of the components,
# - the *2-norm*, the length of Pythagoras,
# - the *maximum norm*, the largest size of a component,
# - a *quadratic norm*, the root of **v** · **Av**, with a symmetric matrix **A** for which
#   that is positive unless **v** is zero (*positive definite*).
#
# Each has a steepest direction of its own. For the gradient and the Hessian of the
# [page before](slope.py), with the Hessian as **A**:

# %%
g_here, H = np.array([3.0, 4.0]), np.array([[2.0, 1.0], [1.0, 4.0]])
newton = -np.linalg.solve(H, g_here)
directions = {
    "1-norm": np.where(np.abs(g_here) == np.abs(g_here).max(), -np.sign(g_here), 0),
    "2-norm": -g_here / np.linalg.norm(g_here),
    "maximum norm": -np.sign(g_here),
    "quadratic norm": newton / np.sqrt(newton @ H @ newton),
}
for name, direction in directions.items():
    print(f"{name:14} {direction.round(4)} slope {g_here @ direction:.4f}")

# %%
#| echo: false
from gdbook.taylor.directions import dual_norm, unit_directions

choices = [(1, None), (2, None), (sp.oo, None), (2, sp.Matrix([[2, 1], [1, 4]]))]
for direction, (order, A) in zip(directions.values(), choices, strict=True):
    claimed = np.array(steepest_direction([3, 4], order, A), float).ravel()
    assert np.allclose(direction, claimed, rtol=1e-12, atol=0)
    slope = float(-dual_norm([3, 4], order, A))
    assert np.isclose(g_here @ direction, slope, rtol=1e-12, atol=0)
    others = unit_directions(num_directions, 2, order, A)
    assert (others @ g_here).min() >= slope - 1e-12

# %%
#| code-fold: Code of the figure
#| fig-cap: "Four unit balls and one gradient g. Along a dashed line the slope is the same; the last such line that touches the ball touches it at the steepest direction v."
#| fig-alt: Four panels. A square on its corner, a circle, a square and an ellipse. The same gradient points up and right in all; the steepest direction points down, against the gradient, to the lower left corner, and on the ellipse to the left of the opposite of the gradient.
from gdbook.figures.directions import unit_balls

turn = np.linspace(0, 2 * np.pi, 121)
circle = np.array([np.cos(turn), np.sin(turn)])
sizes = [
    np.abs(circle).sum(0),
    1,
    np.abs(circle).max(0),
    (circle * (H @ circle)).sum(0) ** 0.5,
]
unit_balls(g_here, directions, [circle / size for size in sizes])
plt.show()

# %% [markdown]
# The slope is the same function in all four panels. What differs is which directions
# count as equally long.
#
# ### 1-norm and maximum norm
#
# Write *M* for the largest size of a component of the gradient. Then *M* times the 1-norm
# of **v** exceeds |*ap*| + |*bq*| by `rest`:

# %%
M = sp.Symbol("M", positive=True)
rest = (M - abs(a)) * abs(p) + (M - abs(b)) * abs(q)
print(sp.expand(M * (abs(p) + abs(q)) - abs(a) * abs(p) - abs(b) * abs(q) - rest))

# %%
#| echo: false
from gdbook.taylor.directions import hoelder_identity, norm

identity = hoelder_identity(g, v).subs(norm(g, sp.oo), M)
assert sp.expand(identity.rhs - rest) == 0

# %% [markdown]
# Neither term of `rest` is negative. So if the 1-norm is one, the slope is at least −*M*. A
# single component reaches this: the one where the gradient is largest, against its sign.
# Now exchange the roles of **g** and **v**. If the maximum norm of **v** is one, the slope is
# at least minus the 1-norm of the gradient, and the vector of all its signs, turned round,
# reaches this. The first is called *coordinate descent*, the second *sign descent*.
#
# ### Quadratic norms
#
# The first proof carries over. Now **v**\* solves 2*λ***Av**\* = −**g** (`LUsolve` solves
# linear equations), and elsewhere the Lagrangian is greater by *λ* times a squared length in
# the new norm. Subtracted again:

# %%
A = sp.Matrix(2, 2, sp.symbols("k l l m", real=True))
best = -A.LUsolve(g) / (2 * lam)
lagrangian = g.dot(v) + lam * (v.dot(A * v) - 1)
more = lagrangian - lagrangian.subs(dict(zip(v, best, strict=True)), simultaneous=True)
print(sp.simplify(more - lam * (v - best).dot(A * (v - best))))

# %% [markdown]
# As before, choose *λ* so that **v**\* has norm one. The steepest direction points where the
# solution **u** of **Au** = −**g** does. If **A** is the Hessian, that is *Newton's direction*.
# A step **d** changes the gradient of a quadratic function by **Hd**. So in a quadratic bowl
# Newton's direction points straight to the place where the gradient is zero, the bottom.
# In general −**g** does not.

# %%
print(
    "Newton's step",
    newton.round(4),
    "leaves the gradient",
    (g_here + H @ newton).round(12),
)

# %% [markdown]
# ## What was found
#
# - Among directions of length one −**g**/‖**g**‖ has the least slope, −‖**g**‖, and no other
#   direction has as little.
# - That holds for the length of Pythagoras. Another norm has another winner: one coordinate,
#   all signs, or Newton's direction.
# - Plain gradient descent has chosen the 2-norm.
#
# Next: [how long may a step be?](how-long.py)
