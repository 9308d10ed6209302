# %% [markdown]
# # How steep is a function in a direction?
#
# You will learn
#
# - what the gradient and the Hessian of a function are,
# - how they give the slope and the curvature in every direction,
# - why one bound of the error holds for all directions at once.

# %%
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

x, y, p, q, t = sp.symbols("x y p q t", real=True)
f = 2 * sp.exp(x) + x * y + 2 * y**2
start = {x: 0, y: 1}

# %% [markdown]
# ## The gradient
#
# Let $f(x, y)$ be a function of two variables. Hold $y$ fixed and differentiate with respect to
# $x$. This is the *partial derivative* $\partial f / \partial x$, the slope in the direction of the
# $x$ axis. The partial derivatives with respect to all variables form a column vector, the
# *gradient* $\nabla f$. The example of this page is $f(x, y) = 2 e^x + xy + 2 y^2$ with the start
# $\mathbf x_0 = (0, 1)^\top$. The gradient at the start is called $\mathbf g$:

# %%
gradient = sp.Matrix([f.diff(x), f.diff(y)])
g = gradient.subs(start)
print(list(gradient), "at the start", list(g))

# %% [markdown]
# ## The slope in a direction
#
# What is the slope in another direction? Let $\mathbf v = (p, q)^\top$ be a direction, that is,
# a vector other than zero. On the line through $\mathbf x_0$ with direction $\mathbf v$
# the value of $f$ depends on one number $t$ only. We write
# $\phi(t) = f(\mathbf x_0 + t\,\mathbf v)$. The derivative $\phi'(0)$ is the slope of $f$ in the
# direction $\mathbf v$, also called the *directional derivative*:

# %%
phi = f.subs({x: 0 + t * p, y: 1 + t * q}, simultaneous=True)
slope_along_v = phi.diff(t).subs(t, 0)
print(slope_along_v)

# %% [markdown]
# The numbers `=g[0]` and `=g[1]` are the components of the gradient $\mathbf g$. This is a case
# of the chain rule.
#
# **Theorem.** Let $f$ have continuous partial derivatives on a ball around $\mathbf x_0$.
# Then, for every $\mathbf v$,
#
# $$
# \phi'(0) = \mathbf g^\top \mathbf v , \qquad \mathbf g = \nabla f(\mathbf x_0) .
# \tag{1}
# $$
#
# *Proof* for two variables, $\mathbf x_0 = (x_0, y_0)^\top$. Let $t \ne 0$ be so small that
# $\mathbf x_0 + t\,\mathbf v$ lies in the ball. Go there from $\mathbf x_0$ in two moves, first
# along $x$, then along $y$. Both moves stay in the ball. By the mean value theorem for each
# move there are $\theta_1$ and $\theta_2$ between 0 and 1 with
#
# $$
# \begin{aligned}
# \phi(t) - \phi(0) = {} & t p\, \frac{\partial f}{\partial x}(x_0 + \theta_1 t p,\; y_0) \\
# & + t q\, \frac{\partial f}{\partial y}(x_0 + t p,\; y_0 + \theta_2 t q) .
# \end{aligned}
# $$
#
# Divide by $t$ and let $t$ tend to 0. The two points in brackets tend to $\mathbf x_0$. The partial
# derivatives are continuous, so the right side tends to
# $p\,\frac{\partial f}{\partial x}(\mathbf x_0) + q\,\frac{\partial f}{\partial y}(\mathbf x_0)
# = \mathbf g^\top \mathbf v$.
# With $n$ variables there are $n$ moves. $\blacksquare$
#
# At each point $\mathbf x_0 + t\,\mathbf v$ in the ball, (1) holds in the same way:
# $\phi'(t) = \nabla f(\mathbf x_0 + t\,\mathbf v)^\top \mathbf v$.
#
# ## Slope and angle
#
# By (1) the vector $2\,\mathbf v$ has twice the slope of $\mathbf v$. So to compare directions we take
# vectors of Euclidean norm $\lVert \mathbf v \rVert = \sqrt{\mathbf v^\top \mathbf v} = 1$.
# In the plane, let $r = \lVert \mathbf g \rVert$, let $\beta$ be the angle of the gradient to the $x$
# axis, and $\alpha$ the angle of $\mathbf v$ to the gradient. Then $\mathbf g^\top \mathbf v$ is

# %%
r, alpha, beta = sp.symbols("r alpha beta", real=True)
polar = r * sp.Matrix([sp.cos(beta), sp.sin(beta)])
unit = sp.Matrix([sp.cos(beta + alpha), sp.sin(beta + alpha)])
print(sp.trigsimp(polar.dot(unit)))

# %% [markdown]
# For a vector $\mathbf v$ of any norm this is multiplied by $\lVert \mathbf v \rVert$:
#
# $$
# \mathbf g^\top \mathbf v = \lVert \mathbf g \rVert \, \lVert \mathbf v \rVert \cos \alpha .
# \tag{2}
# $$
#
# With more than two variables, (2) is the definition of the angle $\alpha$ between two vectors
# other than zero. This is possible because of the inequality of Cauchy and Schwarz, which the
# [next page](steepest.py) proves: the quotient
# $\mathbf g^\top \mathbf v / (\lVert \mathbf g \rVert \lVert \mathbf v \rVert)$ lies between $-1$ and 1.
#
# If $\mathbf g \ne \mathbf 0$, then among all directions of norm 1 the slope is greatest in the
# direction of the gradient, zero at a right angle to it, and smallest against it. In the
# example these slopes are $`=g.norm()`$, 0 and $`=-g.norm()`$.

# %%
#| code-fold: Code of the figure
#| fig-cap: The slope in the direction $\mathbf v$ is a cosine. It is smallest at `=lowest:.0f` degrees, against the gradient. The difference quotient for $t = `=far`$ is larger than the slope in every direction.
#| fig-alt: Two curves against the angle between the direction v and the x axis. The slope is a cosine between minus 5 and plus 5. The difference quotient lies above it at every angle and is slightly distorted.
from gdbook.figures.directions import slope_and_angle

height = sp.lambdify([x, y], f)
angle = np.arange(361)
v = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
slope = np.array(g, float).ravel() @ v
far = 0.5
quotient = (height(far * v[0], 1 + far * v[1]) - height(0, 1)) / far
lowest = np.degrees(np.arctan2(4, 3)) + 180
slope_and_angle(angle, slope, quotient)
plt.show()

# %% [markdown]
# The *difference quotient* $(\phi(t) - \phi(0))/t$ is the mean slope between 0 and $t$. Here it is
# larger than the slope at 0, because the slope grows along each line.
#
# ## The curvature in a direction
#
# The second derivative $\phi''(0)$ is the rate at which the slope grows. We call it the
# *curvature* of $f$ along $\mathbf v$. It needs the partial derivatives of the partial
# derivatives. They form a matrix, the *Hessian* $\mathbf H$:

# %%
H = sp.hessian(f, [x, y])
H

# %% [markdown]
# The entry in row $i$ and column $j$ is $\partial^2 f / \partial x_i \partial x_j$. If the second
# partial derivatives are continuous, $f$ is called *twice continuously differentiable*. Then
# their order does not matter (Schwarz's theorem), and $\mathbf H$ is *symmetric*:
# $\mathbf H^\top = \mathbf H$.
#
# Differentiate $\phi'(t) = \sum_i v_i\, \frac{\partial f}{\partial x_i}(\mathbf x_0 + t\,\mathbf v)$
# once more. By (1) the derivative of $\frac{\partial f}{\partial x_i}$ along the line is row $i$ of
# $\mathbf H$ times $\mathbf v$. This gives
#
# $$
# \phi''(t) = \mathbf v^\top \mathbf H(\mathbf x_0 + t\,\mathbf v)\, \mathbf v
# \tag{3}
# $$
#
# as long as $\mathbf x_0 + t\,\mathbf v$ lies in a ball around $\mathbf x_0$ on which $f$ is twice
# continuously differentiable. In the example at $t = 0$, along the line and by the Hessian:

# %%
direction = sp.Matrix([p, q])
print(sp.expand(phi.diff(t, 2).subs(t, 0)))
print(sp.expand(direction.dot(H.subs(start) * direction)))

# %% [markdown]
# ## Taylor's formula along a line
#
# [Taylor's formula](taylor.py) applies to $\phi$. Suppose that $f$ is twice continuously
# differentiable on a ball around $\mathbf x_0$ that contains $\mathbf x_0 + t\,\mathbf v$. With (1) and
# (3), the formula of order 1 with Lagrange's remainder is
#
# $$
# \begin{aligned}
# f(\mathbf x_0 + t\,\mathbf v) = {} & f(\mathbf x_0) + t\,\mathbf g^\top \mathbf v \\
# & + \tfrac12 t^2\, \mathbf v^\top \mathbf H(\mathbf x_0 + \xi\,\mathbf v)\, \mathbf v
# \end{aligned}
# \tag{4}
# $$
#
# for some $\xi$ between 0 and $t$. This explains the figure. In the example
#
# $$
# \mathbf v^\top \mathbf H \mathbf v
# = \left( 2 e^x - \tfrac14 \right) p^2 + \left( \tfrac12 p + 2 q \right)^2 ,
# $$
#
# which is positive for $\mathbf v \ne \mathbf 0$ and $x \ge -1$. So for $t \ne 0$ the
# last term of (4) is positive, as long as $x \ge -1$ between the two points.
#
# If $f$ has continuous third derivatives, we can also use order 2. The Hessian is then taken at
# $\mathbf x_0$ itself, and for a fixed $\mathbf v$ the error is $O(t^3)$.
#
# ## One bound for all directions
#
# The limit in the proof of (1) was taken for a fixed $\mathbf v$. To compare directions we need
# a bound that holds for all of them at once: a bound that is *uniform* in the direction.
#
# **Theorem.** Let $\rho > 0$, and let $f$ be twice continuously differentiable on a ball around
# $\mathbf x_0$ whose radius is larger than $\rho$. Then there is a number $M$ such that, for all
# $\mathbf d$ with $\lVert \mathbf d \rVert \le \rho$,
#
# $$
# \begin{aligned}
# \left| f(\mathbf x_0 + \mathbf d) - f(\mathbf x_0) - \mathbf g^\top \mathbf d \right| & \\
# \le \tfrac12 M \lVert \mathbf d \rVert^2 . &
# \end{aligned}
# \tag{5}
# $$
#
# *Proof.* The function $|\mathbf v^\top \mathbf H(\mathbf z)\,\mathbf v|$ is continuous in $\mathbf z$ and
# $\mathbf v$. The points $\mathbf z$ with $\lVert \mathbf z - \mathbf x_0 \rVert \le \rho$ and the vectors
# $\mathbf v$ of norm 1 form closed and bounded sets, so the function has a maximum $M$ there. For a
# vector $\mathbf d \ne \mathbf 0$ put $\mathbf v = \mathbf d / \lVert \mathbf d \rVert$. It follows that
# $|\mathbf d^\top \mathbf H(\mathbf z)\,\mathbf d| \le M \lVert \mathbf d \rVert^2$.
# Now use (4) with $t = 1$ and with $\mathbf d$ in place of $\mathbf v$. The point
# $\mathbf z = \mathbf x_0 + \xi\,\mathbf d$ has a distance of at most $\rho$ from $\mathbf x_0$.
# $\blacksquare$
#
# This $M$ is the largest absolute value of a curvature at these points along a vector
# of norm 1. It is computed from the *eigenvalues* of $\mathbf H$, the numbers $\lambda$
# with $\mathbf H \mathbf v = \lambda \mathbf v$ for some $\mathbf v \ne \mathbf 0$.
# [A later page](how-long.py) shows that the largest curvature at a point is the largest
# eigenvalue. The same for $-\mathbf H$ gives the smallest. For the example with
# $\rho = `=far`$ we compare $M$ with the left side of (5), divided by
# $\frac12 \lVert \mathbf d \rVert^2$:

# %%
radius = np.linspace(0.05, far, 10)[:, None]
remainder = height(radius * v[0], 1 + radius * v[1]) - height(0, 1) - radius * slope
hessians = sp.lambdify(x, H)  # here the Hessian depends on x alone
M = max(abs(np.linalg.eigvalsh(hessians(z))).max() for z in np.linspace(-far, far, 101))
print(f"M = {M:.4f}, largest quotient {(2 * abs(remainder) / radius**2).max():.4f}")

# %% [markdown]
# The largest quotient is below $M$, as (5) says.

# %%
#| code-fold: Check
on_the_line = {x: 0 + t * p, y: 1 + t * q}
assert sp.expand(slope_along_v - g.dot(direction)) == 0
assert sp.expand(phi.diff(t) - gradient.subs(on_the_line).dot(direction)) == 0
by_hessian = direction.dot(H.subs(on_the_line) * direction)
assert sp.expand(phi.diff(t, 2) - by_hessian) == 0
assert (quotient > slope).all()
square = (2 * sp.exp(x) - sp.Rational(1, 4)) * p**2 + (p / 2 + 2 * q) ** 2
assert sp.expand(direction.dot(H * direction) - square) == 0
assert 2 * sp.exp(-1) > sp.Rational(1, 4)
assert (abs(remainder) <= M * radius**2 / 2).all()

# %% [markdown]
# ## Turn the direction yourself
#
# Question: which directions lower the function when the step is short, and which when it is long?
# Turn the *angle* of the direction, and change the *length of step*. The solid curve is the slope,
# and the dashed curve is the change of the function divided by the length. Choose the *surface* and
# the *point*. Leave the choice of *length measured by* at the 2-norm until the next page.

# %%
#| echo: false
#| widget: gd-downhill surface=valley norm=two
#| fig-cap: "Slope and difference quotient in all directions. In the 2-norm, which is the Euclidean norm, the slope is smallest against the gradient."
#| fig-alt: Two curves against the angle between the direction v and the x axis. The slope is a cosine between minus 5 and plus 5. The difference quotient lies above it at every angle and is slightly distorted. With scripts on, controls below change the surface, the norm, the direction, the step and the point.
slope_and_angle(angle, slope, quotient)
plt.show()

# %% [markdown]
# What to see: on both surfaces the dashed curve is above the solid one for each length, and it rises
# with the length. So a direction in which a long step lowers the function also works for each shorter
# step. If the gradient is not zero, some directions work for short steps only. As the length tends
# to 0, the dashed curve tends to the solid one.
#
# ## Summary
#
# - The gradient holds the slopes along the axes. The slope in the direction $\mathbf v$ is
#   $\mathbf g^\top \mathbf v = \lVert \mathbf g \rVert \lVert \mathbf v \rVert \cos \alpha$.
# - The Hessian $\mathbf H$ holds the second derivatives. The curvature along $\mathbf v$ is
#   $\mathbf v^\top \mathbf H \mathbf v$.
# - If $f$ is twice continuously differentiable, the error of the first order is at most
#   $\frac12 M \lVert \mathbf d \rVert^2$ near the point, with one $M$ for all directions.
#
# ## Exercises
#
# **1.** For $f(x, y) = x^2 y$ at the point $(1, 2)$: what is the slope in the direction
# $\mathbf v = (3, 4)^\top / 5$? Compute it by hand, then with SymPy.
#
# /// details | Hint
# The gradient is $(2xy, x^2)^\top$.
# ///
#
# /// details | Solution
#
# The gradient at $(1, 2)$ is $(4, 1)^\top$. So the slope is $(4 \cdot 3 + 1 \cdot 4)/5 = 16/5$.
# %%
other = (x**2 * y).subs({x: 1 + 3 * t / 5, y: 2 + 4 * t / 5})
print(other.diff(t).subs(t, 0))

# %% [markdown]
# ///
#
# **2.** The existence of all slopes is not enough for a uniform bound. Let
# $h(x, y) = x^3 y / (x^4 + y^2)$ and $h(0, 0) = 0$. Show that the slope at $(0, 0)$ is 0 in
# each direction, and that still $h(\mathbf d) / \lVert \mathbf d \rVert$ does not tend to 0 as
# $\mathbf d$ tends to $\mathbf 0$.
#
# /// details | Hint
# Compute $h(tp, tq)/t$. Then go to the origin along the parabola $y = x^2$.
# ///
#
# /// details | Solution
#
# For $q \ne 0$ we have $h(tp, tq)/t = t p^3 q / (t^2 p^4 + q^2) \to 0$, and for $q = 0$ it is 0. On the
# parabola $h(x, x^2) = x/2$, while $\lVert \mathbf d \rVert / |x| = \sqrt{1 + x^2} \to 1$:
# %%
h = x**3 * y / (x**4 + y**2)
print("slope", sp.limit(h.subs({x: t * p, y: t * q}, simultaneous=True) / t, t, 0))
curve = sp.Matrix([t, t**2])
print("limit", sp.limit(h.subs({x: t, y: t**2}) / curve.norm(), t, 0, "+"))

# %% [markdown]
# The partial derivatives of $h$ exist, but they are not all continuous at the origin: at $(x, 0)$ we
# have $\partial h / \partial y = 1/x$. So the hypothesis of the theorems does not hold.
#
# ///
#
# **3.** Prove: if the partial derivatives of $f$ are continuous on a ball around $\mathbf x_0$, then the error of the first order
# is $o(\lVert \mathbf d \rVert)$, uniformly in the direction. This means: for each $\varepsilon > 0$ there is
# a $\delta > 0$ with
# $|f(\mathbf x_0 + \mathbf d) - f(\mathbf x_0) - \mathbf g^\top \mathbf d|
# \le \varepsilon \lVert \mathbf d \rVert$ whenever $\lVert \mathbf d \rVert \le \delta$.
#
# /// details | Hint
# Use the mean value theorem for $\phi$ on the segment from $\mathbf x_0$ to $\mathbf x_0 + \mathbf d$, and
# the inequality of Cauchy and Schwarz.
# ///
#
# /// details | Solution
#
# By continuity at $\mathbf x_0$ there is a $\delta > 0$, smaller than the radius of the ball, with
# $\lVert \nabla f(\mathbf x_0 + \mathbf z) - \mathbf g \rVert \le \varepsilon$ whenever
# $\lVert \mathbf z \rVert \le \delta$. Let $\lVert \mathbf d \rVert \le \delta$ and
# $\phi(t) = f(\mathbf x_0 + t\,\mathbf d)$. By the mean value theorem there is a $\xi$ between 0 and 1 with
# $\phi(1) - \phi(0) = \phi'(\xi) = \nabla f(\mathbf x_0 + \xi\,\mathbf d)^\top \mathbf d$. So the error is
# $(\nabla f(\mathbf x_0 + \xi\,\mathbf d) - \mathbf g)^\top \mathbf d$. By the inequality of Cauchy and Schwarz
# its absolute value is at most $\varepsilon \lVert \mathbf d \rVert$. $\blacksquare$ For the example, the
# largest error in any of the directions, divided by the length:
# %%
for rho in (0.1, 0.01, 0.001):
    error = height(rho * v[0], 1 + rho * v[1]) - height(0, 1) - rho * slope
    print(rho, f"{abs(error).max() / rho:.5f}")

# %%
#| echo: false
from gdbook.taylor.derivatives import directional_derivative
from gdbook.taylor.derivatives import gradient as checked_gradient
from gdbook.taylor.derivatives import hessian as checked_hessian

assert checked_gradient(f, [x, y]) == gradient
assert checked_hessian(f, [x, y]) == H
along_v = directional_derivative(f, [x, y], [p, q]).subs(start)
assert sp.expand(slope_along_v - along_v) == 0

# %% [markdown]
# ///
#
# Next: [which direction is the steepest?](steepest.py)
