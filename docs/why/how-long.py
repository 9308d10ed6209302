# %% [markdown]
# # How long may a step be?
#
# At the end of this page you know which step against the gradient is the best, up to
# which step size every step goes down, what happens beyond, and how to find a good step
# when the curvature is unknown.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

x, y = sp.symbols("x y", real=True)
eta, L = sp.symbols("eta L", positive=True)
f = 2 * sp.exp(x) + x * y + 2 * y**2
here = {x: 0, y: 1}

# %% [markdown]
# ## The second order of a step
#
# The step of gradient descent goes from a place **x** to **x** − *η***g**, with *η* > 0. So its
# direction is −**g**, and *η* takes the place of the distance *t*. The slope in this direction
# is −**g** · **g**, the curvature is **g** · **Hg**. For the function of the
# [pages before](slope.py), at the same place:

# %%
g = sp.Matrix([f.diff(x), f.diff(y)]).subs(here)
H = sp.hessian(f, [x, y]).subs(here)
second = f.subs(here) - eta * g.dot(g) + eta**2 / 2 * g.dot(H * g)
second

# %% [markdown]
# A parabola in *η*: down at first, then up again. It is lowest where its derivative is zero:

# %%
(best,) = sp.solve(second.diff(eta), eta)
print(best, "=", g.dot(g) / g.dot(H * g))

# %%
#| echo: false
from gdbook.taylor.derivatives import taylor_polynomial
from gdbook.taylor.step import best_step, smoothness

assert sp.expand(second - taylor_polynomial(f, [x, y], [0, 1], -g, 2, eta)) == 0
assert best == best_step(g, H)
assert sp.simplify(smoothness(H) - max(H.eigenvals())) == 0

# %% [markdown]
# So the best step size is *η*\* = (**g** · **g**)/(**g** · **Hg**), if that curvature is positive. It
# is exact when *f* is quadratic. Here the exponential makes it slightly wrong.
#
# ## A bound that is never wrong
#
# The best step asks for the Hessian at every step. A guarantee asks for less: one number
# *L* that no curvature on the way exceeds, **v** · **Hv** ≤ *L* for all **v** of length one. (On
# this page *L* is not the loss; the function is *f*.) At one place the least such *L* is the
# greatest curvature over all directions. It is reached in a direction that **H** stretches
# without turning it, **Hv** = *λ***v**, for the reason of the page before: at the best
# **v** the gradient of **v** · **Hv**, which is 2**Hv**, is a multiple of **v**. Such a **v** is an
# *eigenvector*, and the number *λ*, which is then the curvature, an *eigenvalue*.

# %%
largest = max(H.eigenvals())
print(largest, "=", sp.N(largest, 5))

# %% [markdown]
# The step leads to smaller *x*, where e<sup>*x*</sup>, and with it every curvature, is
# smaller. So this *L* holds all the way. <span class="margin">Such an *f* is called
# *L*-smooth: its gradient is *Lipschitz* continuous with the constant *L*.</span> Now take the tangent, and Lagrange's form of its
# remainder, ½ *η*² **g** · **Hg** with the Hessian at an unknown place on the way. It cannot
# exceed ½ *η*² *L* **g** · **g**. So the value after the step is at most

# %%
#| code-fold: A check of the input
from gdbook.taylor.derivatives import as_column  # noqa: F401

# %%
from gdbook.taylor.step import descent_lemma

value, a, b = sp.symbols("f a b", real=True)
lemma = descent_lemma(value, [a, b], L, eta)
lemma

# %% [markdown]
# where *a* and *b* are the components of the gradient. This is the *descent lemma*. It
# promises a descent while the bracket with *L* is positive, and the most in the middle:

# %%
gain = sp.factor((value - lemma) / (a**2 + b**2))
(middle,) = sp.solve(gain.diff(eta), eta)
print("no gain at 0 and", *sp.solve(gain, eta))
print("most at", middle, "namely", gain.subs(eta, middle), "times the squared gradient")

# %% [markdown]
# **Every step with 0 < *η* < 2/*L* lowers *f***, wherever the gradient is not zero.
# <span class="margin">Nothing here asks *f* to be *convex*. If it is, and has a lowest place,
# steps of one such size converge to a lowest place, which is not proved here. If not, a
# descent may come to rest elsewhere, at a saddle for instance.</span>

# %%
#| code-fold: Code of the figure
#| fig-cap: After a step the value lies below the bound of the descent lemma, and the second order follows it closely. All three turn up again.
#| fig-alt: Three curves against the step size, all falling and then rising. The bound is the highest and comes back to the start at 2 over L. The true value and the second order lie below, close together.
from gdbook.figures.step_size import promises

unit = 1 / float(largest)
etas = np.linspace(0, 2.3 * unit, 60)
after = f.subs({x: 0 - eta * g[0], y: 1 - eta * g[1]}, simultaneous=True)
bound = lemma.subs({value: f.subs(here), a: g[0], b: g[1], L: largest})
formulas = {"f": after, "second order": second, "bound": bound}
curves = {name: sp.lambdify(eta, formula)(etas) for name, formula in formulas.items()}
promises(etas, curves, {"1/L": unit, "2/L": 2 * unit})
plt.show()

# %% [markdown]
# ## Beyond the limit: the largest eigenvalue decides
#
# Is 2/*L* the true limit, or did the proof give something away? Take the bowl ½*Lx*², whose
# curvature is *L* everywhere. After one step its value is

# %%
bowl = L * x**2 / 2
sp.factor(bowl.subs(x, x - eta * bowl.diff(x)))

# %% [markdown]
# Every step multiplies it by (1 − *Lη*)². Below 2/*L* that is less than 1. At 2/*L* the step
# jumps to the opposite side, equally high. Beyond 2/*L* every step *raises* the value: the
# descent diverges. The eigenvectors of a symmetric matrix can be chosen at right
# angles to each other, and a quadratic bowl is the sum of bowls along them, each with its
# own eigenvalue for *L*. The largest decides:

# %%
A = np.array(H, float)
limit = 2 / np.linalg.eigvalsh(A).max()


def descend(share: float, num_steps: int = 40) -> np.ndarray:
    """Descend on ½ x · Ax with steps of a share of 2/L; return all values."""
    place, values = np.array([3.0, 1.0]), []
    for _ in range(num_steps + 1):
        values.append(place @ A @ place / 2)
        place = place - share * limit * (A @ place)
    return np.array(values)


runs = {f"{share} of 2/L": descend(share) for share in (0.5, 0.9, 1.0, 1.02)}
for name, values in runs.items():
    print(f"{name:11} from {values[0]:.1f} to {values[-1]:.1e}")

# %%
#| code-fold: Code of the figure
#| fig-cap: "Four descents in one bowl. Below 2/L the value falls to zero. At 2/L it stays up. Just above, it grows without end."
#| fig-alt: Values on a logarithmic axis against steps. Two lines fall, one steeply and one slowly; one becomes level; one rises.
from gdbook.figures.step_size import descents

descents(runs)
plt.show()

# %% [markdown]
# ## When the curvature is unknown
#
# Often *L* is not known. Then try: begin with a large step size, and halve it until it keeps a
# modest promise. Armijo's rule asks for a share *c* of the descent that the slope predicts,
# that is, for a value of at most *f* − *c η* **g** · **g**. The descent lemma grants this for
# every step size up to

# %%
c = sp.Symbol("c", positive=True)
promise = value - c * eta * (a**2 + b**2)
(longest,) = sp.solve(sp.factor((promise - lemma) / eta), eta)
print(longest)

# %% [markdown]
# So the halving stops. The step size it finds is at least (1 − *c*)/*L*, unless the first one
# was already smaller. This is called *backtracking*:

# %%
#| code-fold: Backtracking, with its input checked
from gdbook.taylor.step import backtracking

# %%
height = sp.lambdify([[x, y]], f)
slopes = sp.lambdify([[x, y]], [f.diff(x), f.diff(y)])
place = np.array([0.0, 1.0])
for _ in range(4):
    step = backtracking(height, slopes, place)
    place = place - step * np.array(slopes(place))
    print(f"eta {step:<5} f {height(place):9.6f}")

# %% [markdown]
# The step sizes are powers of one half, *f* falls every time, and no curvature was needed.
#
# ## Find the limit yourself

# %%
#| echo: false
#| widget: gd-step lr=1.9
#| fig-cap: "Descent in a bowl. With momentum the limit moves; with noise the loss stays up. Condition number: largest over smallest curvature. Momentum adds a share of the last move; noise adds a random error to every gradient."
#| fig-alt: Values of four descents on a logarithmic axis against steps. Two lines fall, one steeply and one slowly; one becomes level; one rises. With scripts on, controls below change the step size, the momentum, the bowl, the number of steps and the noise.
descents(runs)
plt.show()

# %% [markdown]
# ## What was found
#
# - To second order the best step size is (**g** · **g**)/(**g** · **Hg**), exact for a quadratic.
# - If no curvature on the way exceeds *L*, every step with 0 < *η* < 2/*L* goes down, and
#   1/*L* has the greatest guarantee. On a quadratic, larger step sizes can diverge.
# - Backtracking finds a step without knowing *L*.
#
# Next: [can the article's losses be predicted this way?](predict.py)
