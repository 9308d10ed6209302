# %% [markdown]
# # Why minus the gradient?
#
# You will learn
#
# - what the gradient says about the change of the loss in a short step,
# - in which sense the direction against the gradient is the steepest one,
# - how long a step against the gradient may be.
#
# You need: [the model and the loss](../experiment/model.py), and
# [one step of SGD](../experiment/sgd.py).

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20
lr = 0.0003
length = 0.1

# %% [markdown]
# ## The short answer
#
# The article asks why a step against the gradient lowers the loss fastest, and says
# that the proof needs Taylor's formula. Let $f(\mathbf w)$ be the mean loss. A step
# $\mathbf d$ leads from $\mathbf w$ to $\mathbf w + \mathbf d$. Its length is the Euclidean norm
# $\lVert \mathbf d \rVert$. Let $\rho > 0$ be the greatest length that we consider. We assume
# two things.
#
# - The function $f$ is *twice continuously differentiable* on a ball around $\mathbf w$ whose
#   radius is larger than $\rho$: all its second partial derivatives exist there and are
#   continuous.
# - The gradient $\mathbf g = \nabla f(\mathbf w)$ is not zero.
#
# Then there is a number $M > 0$ with
#
# $$
# \begin{gathered}
# f(\mathbf w + \mathbf d) = f(\mathbf w) + \mathbf g^\top \mathbf d + r(\mathbf d) , \\
# |r(\mathbf d)| \le \tfrac12 M \lVert \mathbf d \rVert^2
# \quad \text{if } \lVert \mathbf d \rVert \le \rho .
# \end{gathered}
# \tag{1}
# $$
#
# This is [Taylor's formula](taylor.py) of first order, and $r(\mathbf d)$ is its *remainder*. The
# same $M$ holds for all directions, so we can use (1) to compare them;
# [a later page](slope.py#one-bound-for-all-directions) proves this. If $\mathbf d$ is replaced by
# $\mathbf d / 10$, then $\mathbf g^\top \mathbf d$ is divided by 10, and the bound of the
# remainder is divided by 100. So if $\mathbf g^\top \mathbf d \ne 0$, it determines the sign of
# the change when the step is short enough.
#
# How small can $\mathbf g^\top \mathbf d$ be? The inequality of Cauchy and Schwarz says
#
# $$
# -\lVert \mathbf g \rVert \, \lVert \mathbf d \rVert \;\le\; \mathbf g^\top \mathbf d
# \;\le\; \lVert \mathbf g \rVert \, \lVert \mathbf d \rVert ,
# \tag{2}
# $$
#
# and the first two terms are equal only for $\mathbf d = -c\,\mathbf g$ with $c \ge 0$.
# [A later page](steepest.py) proves both. So among all steps of the same length
# $\lVert \mathbf d \rVert > 0$, exactly one has the smallest $\mathbf g^\top \mathbf d$: the step
# in the direction $-\mathbf g / \lVert \mathbf g \rVert$. This is the answer *to first order*, that
# is, without the remainder.
#
# The same in terms of the [angle](slope.py#slope-and-angle) $\alpha$ between $\mathbf g$ and
# $\mathbf d$: we have
# $\mathbf g^\top \mathbf d = \lVert \mathbf g \rVert \lVert \mathbf d \rVert \cos \alpha$, and
# the smallest cosine, $-1$, belongs to $\alpha = 180^\circ$.
#
# ## What the remainder changes
#
# With the remainder, the step of length $\rho$ that lowers $f$ most can have a slightly different
# direction. Let $\mathbf d_\rho$ be a step of length $\rho$ for which
# $f(\mathbf w + \mathbf d_\rho)$ is smallest, and let $\alpha_\rho$ be its angle to $\mathbf g$.
# Such a step exists, since a continuous function has a minimum on a sphere. Then
#
# $$
# 0 \;\le\; 1 + \cos \alpha_\rho \;\le\; \frac{M \rho}{\lVert \mathbf g \rVert} .
# \tag{3}
# $$
#
# *Proof.* The left side holds because a cosine is at least $-1$. For the right side compare
# $\mathbf d_\rho$ with $\mathbf d = -\rho\,\mathbf g / \lVert \mathbf g \rVert$. The first and
# the last inequality below are (1), and the middle one is the choice of $\mathbf d_\rho$:
#
# $$
# \begin{aligned}
# \mathbf g^\top \mathbf d_\rho - \tfrac12 M \rho^2
# &\le f(\mathbf w + \mathbf d_\rho) - f(\mathbf w) \\
# &\le f(\mathbf w + \mathbf d) - f(\mathbf w) \\
# &\le -\rho \lVert \mathbf g \rVert + \tfrac12 M \rho^2 .
# \end{aligned}
# $$
#
# Here $\mathbf g^\top \mathbf d_\rho = \rho \lVert \mathbf g \rVert \cos \alpha_\rho$. Divide
# the outer terms by $\rho \lVert \mathbf g \rVert$ and rearrange. $\blacksquare$
#
# The same $M$ is valid for every smaller $\rho$, so the bound in (3) tends to 0 with $\rho$,
# and $\cos \alpha_\rho$ tends to $-1$: **the best direction tends to the one against the gradient as the steps
# become short.** For a step of fixed length it need not be exactly that direction.

# %% [markdown]
# ## Try every direction
#
# Take the article's regression at its initial parameters, and keep the bias at 0. The end points
# of the steps of length $\rho = `=length`$ in the plane of the two weights form a circle. We try
# one step for each whole degree. The numbers are in double precision, so that rounding
# does not hide small differences.

# %%
#| code-fold: From earlier pages
from gdbook.course import linreg, setup_seed, squared_loss, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
w, b = torch.normal(0, 0.01, (2, 1)).double(), torch.zeros(1)

# %%
X, y = features.double(), labels.double()


def loss(w):
    """The mean loss for each column of w, shape (2, k)."""
    return squared_loss(linreg(X, w, b), y).mean(0)


def change(angle, length):
    """The change of the loss after a step at each angle to the gradient, in degrees."""
    alpha = torch.deg2rad(angle)
    d = length * (alpha.cos() * uphill + alpha.sin() * across)
    return loss(w + d) - loss(w)


g = X.T @ (X @ w + b - y) / len(X)  # the gradient of the mean loss
uphill = g / g.norm()
across = torch.stack([-uphill[1], uphill[0]])
angle = torch.arange(0, 361, dtype=torch.float64)
changes = change(angle, length)
print(f"{changes.min():.4f} at {angle[changes.argmin()]:.0f} degrees")

# %%
#| code-fold: Code of the figure
#| fig-cap: Steps of length `=length` at whole degrees. The step at 180 degrees lowers the loss most.
#| fig-alt: Change of the loss against the angle between step and gradient. The curve is close to a cosine. It is positive near 0 and 360 degrees, and its lowest point is at 180 degrees, where a dashed line marks the direction against the gradient.
from gdbook.figures.directions import slope_over_angle

slope_over_angle(angle.numpy(), changes.numpy(), 180)
plt.show()

# %% [markdown]
# The figure has one point for each whole degree. A finer grid finds the best direction of
# this length more precisely:

# %%
fine = torch.linspace(179, 181, 2001, dtype=torch.float64)
best = fine[change(fine, length).argmin()]
for name, at in (("best", best), ("against the gradient", torch.tensor(180.0))):
    print(f"{at:.2f} degrees, change {change(at.double(), length).item():.8f}  {name}")

# %% [markdown]
# The best direction differs from the one against the gradient by `=180 - best:.2f` degrees,
# and the two losses differ by less than $10^{-6}$. The first-order term alone is
# $-\rho \lVert \mathbf g \rVert = `=-length * g.norm():.4f`$. The actual decrease is smaller,
# because the remainder is positive for each of these steps.

# %%
#| code-fold: Check
place = w.clone().requires_grad_()
(by_autograd,) = torch.autograd.grad(loss(place).sum(), place)
assert torch.allclose(g, by_autograd, rtol=1e-12)
assert g.norm() > 0

M = torch.linalg.eigvalsh(X.T @ X / len(X)).max()  # the Hessian is the same everywhere
remainder = changes - length * g.norm() * torch.deg2rad(angle).cos()
assert (remainder > 0).all()
assert (remainder <= M * length**2 / 2).all()

assert angle[changes.argmin()] == 180
assert 179.9 < best < 179.94
gap = change(torch.tensor(180.0).double(), length) - change(best, length)
assert 1e-7 < gap.item() < 1e-6
assert 0 < 1 + torch.deg2rad(best).cos() <= M * length / g.norm()

# %% [markdown]
# ## How long may the step be?
#
# The answer so far is about the direction. The length of the step $-\eta\,\mathbf g$ is
# $\eta \lVert \mathbf g \rVert$, so it depends on the learning rate $\eta$. Suppose that
# $f$ is twice continuously differentiable everywhere, and that $L > 0$ is a bound of its
# *curvature*: along no line is the second derivative of $f$ larger than $L$, where the
# position on the line is measured by the Euclidean norm. Then, for every $\eta \ge 0$,
#
# $$
# f(\mathbf w - \eta\,\mathbf g) \le f(\mathbf w)
# - \eta \left( 1 - \tfrac12 L \eta \right) \lVert \mathbf g \rVert^2 ,
# \tag{4}
# $$
#
# as [a later page](how-long.py) proves. So if $\mathbf g \ne \mathbf 0$, each step with
# $0 < \eta < 2/L$ lowers the loss. With a larger $\eta$ a step may raise it. The matrix of the
# second partial derivatives is called the *Hessian*, and the largest curvature is the
# [largest eigenvalue](how-long.py) of this matrix. For the regression the Hessian is
# $\frac1n \mathbf X^\top \mathbf X$, with a column of ones in $\mathbf X$ for the bias:

# %%
X1 = torch.cat([X, torch.ones(len(X), 1)], dim=1)
L = torch.linalg.eigvalsh(X1.T @ X1 / len(X)).max()
print(f"L = {L:.4f}, 2/L = {2 / L:.4f}, 2/L over the learning rate: {2 / L / lr:,.0f}")

# %%
#| echo: false
from gdbook.linear import hessian

assert abs(torch.linalg.eigvalsh(hessian(X1)).max().item() - L) < 1e-9

# %%
#| code-fold: Check
least = torch.linalg.lstsq(X1, y, driver="gelsd").solution


def descend(eta, start, steps=20):
    """The losses of a descent with all samples in each step."""
    theta, losses = start, []
    for _ in range(steps):
        losses.append(squared_loss(X1 @ theta, y).mean())
        theta = theta - eta * X1.T @ (X1 @ theta - y) / len(X)
    return torch.stack(losses)


assert (descend(1.9 / L, torch.zeros(3, 1).double()).diff() < 0).all()
top = torch.linalg.eigh(X1.T @ X1 / len(X)).eigenvectors[:, -1:]
assert (descend(2.1 / L, least + top).diff() > 0).all()

# %% [markdown]
# The limit $2/L$ is about `=2 / L / lr:,.0f` times the article's learning rate. With all samples
# in each step, every positive learning rate below $2/L$ lowers the loss, as long as the gradient
# is not zero. A step on a mini-batch uses another gradient, and (4) does not apply to it.
#
# ## Summary
#
# - To first order a step $\mathbf d$ changes the loss by $\mathbf g^\top \mathbf d$. If
#   $\mathbf g \ne \mathbf 0$, then $-\mathbf g / \lVert \mathbf g \rVert$ is the direction in
#   which this change is smallest.
# - For a step of a given length the direction with the smallest loss can be slightly
#   different from it. It tends to $-\mathbf g / \lVert \mathbf g \rVert$ as the length tends to 0.
# - The length of a step is here its Euclidean norm. With [another norm](steepest.py) another
#   direction can be the steepest one.
# - If the curvature is at most $L$ and $\mathbf g \ne \mathbf 0$, then each step
#   $-\eta\,\mathbf g$ with $0 < \eta < 2/L$ lowers the loss.
#
# The next pages prove (1), (2) and (4). They begin with functions of one variable.
#
# ## Exercises
#
# **1.** Predict how far the best direction lies from 180 degrees if the steps are half as
# long. Then compute it.
#
# /// details | Hint
# At a small distance $\delta$ from 180 degrees, in radians, $1 + \cos \alpha$ is close to
# $\delta^2/2$. So (3) alone allows $\delta$ to fall as slowly as $\sqrt\rho$. Use `change`
# with a finer grid.
# ///
#
# /// details | Solution
# %%
finest = torch.linspace(179.8, 180, 20_001, dtype=torch.float64)
apart = [180 - finest[change(finest, rho).argmin()].item() for rho in (0.2, 0.1, 0.05)]
print([f"{one:.4f}" for one in apart])

# %% [markdown]
# If the steps are half as long, the distance $\delta$ is about half as large, and
# $1 + \cos\alpha_\rho$ about a quarter. So (3) is valid here, but not sharp. The reason: a small
# turn by $\delta$ raises the first-order term by about
# $\frac12 \rho \lVert \mathbf g \rVert \delta^2$. It changes the remainder, which is quadratic in
# $\mathbf d$ here, by about $c \rho^2 \delta$ with a constant $c$. The sum of the two is smallest for
# $\delta = -c \rho / \lVert \mathbf g \rVert$, which is proportional to $\rho$.
#
# ///
#
# **2.** For which angles $\alpha$ does a step lower the loss, if it is short enough? Does each
# step at 92 degrees lower it? Try several lengths.
#
# /// details | Hint
# By (1) the sign of $\mathbf g^\top \mathbf d$ decides for short steps, unless it is zero.
# ///
#
# /// details | Solution
#
# If $\cos \alpha < 0$, that is, $90^\circ < \alpha < 270^\circ$, short steps lower the loss. If
# $\cos \alpha > 0$, short steps raise it. How short a step must be depends on the angle:
# %%
for degrees in (90, 92, 98):
    at, lengths = torch.tensor(degrees).double(), (1, 0.1, 0.01)
    print(degrees, [f"{change(at, rho).item():+.6f}" for rho in lengths])

# %% [markdown]
# At 92 degrees the longest of these steps raises the loss, and the other two lower it. At 90
# degrees each of the three raises it: the first-order term is zero there, and the remainder of
# this loss is positive.
#
# ///
#
# **3.** Prove from (1) that some step against the gradient lowers the loss: if
# $\mathbf g \ne \mathbf 0$ and $0 < \eta < 2/M$ and $\eta \lVert \mathbf g \rVert \le \rho$, then
# $f(\mathbf w - \eta\,\mathbf g) < f(\mathbf w)$.
#
# /// details | Hint
# Put $\mathbf d = -\eta\,\mathbf g$ into (1), and replace $r(\mathbf d)$ by its bound.
# ///
#
# /// details | Solution
#
# With $\mathbf d = -\eta\,\mathbf g$ we have
# $\mathbf g^\top \mathbf d = -\eta \lVert \mathbf g \rVert^2$ and
# $r(\mathbf d) \le \frac12 M \eta^2 \lVert \mathbf g \rVert^2$. Together
#
# $$
# f(\mathbf w - \eta\,\mathbf g) - f(\mathbf w)
# \le -\eta \left( 1 - \frac{M \eta}{2} \right) \lVert \mathbf g \rVert^2 < 0 ,
# $$
#
# since the bracket is positive for $\eta < 2/M$. $\blacksquare$ A check for the regression,
# whose $M$ is the largest eigenvalue of its Hessian:
# %%
for eta in torch.tensor([0.01, 0.1, 1.0]):
    bound = -eta * (1 - M * eta / 2) * g.norm() ** 2
    print(f"{(loss(w - eta * g) - loss(w)).item():.6f} <= {bound:.6f}")

# %% [markdown]
# ///
#
# Next: [how large is the error of a Taylor polynomial?](taylor.py)
