# %% [markdown]
# # How do I do this for a function of my own?
#
# At the end of this page you have a recipe, to be copied, that leads from a formula to a
# direction and a step, and checks both. Only the second cell is about the function.

# %%
import numpy as np
import sympy as sp

# %% [markdown]
# ## 1. Say what the function is
#
# Variables, the function, a place. The example is the mean loss of a classifier with one
# weight and a bias, for four samples whose labels are −1 or 1, plus a small penalty on the
# weight. The *logistic loss* log(1 + e<sup>−*yz*</sup>) of the label *y* and the score
# *z* = *wx* + *b* is near zero where the score has the sign of the label and is large, and
# grows like its size where the sign is wrong.

# %%
w, b = variables = sp.symbols("w b", real=True)
samples = [(-2, -1), (-1, 1), (1, -1), (3, 1)]
losses = [sp.log(1 + sp.exp(-label * (x * w + b))) for x, label in samples]
f = sum(losses) / sp.Integer(4) + w**2 / 20
place = [2, 1]

# %% [markdown]
# ## 2. Copy the tools

# %%
#| code-fold: The tools, with their input checked
from gdbook.taylor.derivatives import at, gradient, hessian
from gdbook.taylor.directions import steepest_direction
from gdbook.taylor.step import backtracking

# %% [markdown]
# ## 3. Differentiate, and check the derivative
#
# SymPy differentiates. The check uses nothing but the function: along each axis, the
# difference of the values a little ahead and a little behind, divided by the distance of
# the two. It misses the slope by a multiple of that distance squared.

# %%
g = np.array(at(gradient, f, variables, place), float).ravel()
H = np.array(at(hessian, f, variables, place), float)
value = sp.lambdify([variables], f)

h = 1e-5
axes = h * np.eye(len(place))
differences = [(value(place + e) - value(place - e)) / (2 * h) for e in axes]
print("gradient   ", g.round(8))
print("differences", np.round(differences, 8))
assert np.allclose(g, differences, rtol=1e-6, atol=1e-8)

# %% [markdown]
# ## 4. Take the direction, and let others try to beat it

# %%
direction = np.array(steepest_direction(g), float).ravel()
others = np.random.default_rng(0).normal(size=(10_000, len(place)))
others /= np.linalg.norm(others, axis=1, keepdims=True)
print(f"slope {g @ direction:.8f}, the best of the others {(others @ g).min():.8f}")
assert (others @ g).min() >= g @ direction - 1e-12

# %% [markdown]
# ## 5. Take a step, and check that it goes down
#
# Where the function curves upwards along −**g**, the best step to second order is a
# formula. It trusts the curvature of this one place, so let backtracking shorten it until
# the value has really gone down.

# %%
grad = sp.lambdify([variables], list(gradient(f, variables)))
longest = g @ g / (g @ H @ g) if g @ H @ g > 0 else 1.0
eta = backtracking(value, grad, place, eta=longest)
print(f"f here {value(place):.6f}")
print(
    f"f after the best step to second order, {longest:.4f}: {value(place - longest * g):.6f}"
)
print(f"f after the step from backtracking, {eta:.4f}: {value(place - eta * g):.6f}")
assert value(place - eta * g) < value(place)

# %% [markdown]
# Here the check was needed: the function curves little where we stand, and more further on,
# so the second order alone would have stepped too far, and up.
#
# ## 6. Repeat

# %%
point = np.array(place, float)
num_steps = 0
while np.linalg.norm(grad(point)) > 1e-6 and num_steps < 200:
    point = point - backtracking(value, grad, point) * np.array(grad(point))
    num_steps += 1
print(f"{num_steps} steps, f = {value(point):.6f} at {point.round(4)}")
print(f"length of the gradient {np.linalg.norm(grad(point)):.1e}")

# %% [markdown]
# A small gradient says that the place is nearly level, which a minimum is, and a pass between
# two hills as well. Here every curvature is positive at the end, so it is a minimum:

# %%
at_end = np.array(at(hessian, f, variables, point), float)
print("curvatures", np.linalg.eigvalsh(at_end).round(4))

# %% [markdown]
# ## What the tools refuse
#
# A symbol that was not declared, a place with too few coordinates, a kink, a level place:

# %%
u, z = sp.symbols("u z", real=True)
attempts = [
    lambda: gradient(u * z, [u]),
    lambda: at(gradient, u * z, [u, z], [1]),
    lambda: at(gradient, abs(u) + z**2, [u, z], [0, 1]),
    lambda: steepest_direction([0, 0]),
]
for attempt in attempts:
    try:
        attempt()
    except ValueError as error:
        print(error)

# %% [markdown]
# ## What was found
#
# - From an expression to a step it takes a gradient, a direction and a length, and each
#   has a check that knows nothing of how it was found.
# - Replace the second cell, and the rest of the page runs on your function.
#
# This was the last page about the step. Back to [the short answer](minus.py), or on to
# [every published number](../reference/ledger.py).
