# %% [markdown]
# # How fast can momentum be?
#
# You will learn
#
# - the update of momentum, and its code;
# - how fast momentum converges on a quadratic function: its rate, and the best rate;
# - how many steps momentum needs, compared with gradient descent.
#
# You need: [eigenvalues, and the best fixed learning rate](how-long.py#beyond-2l).

# %%
import matplotlib.pyplot as plt
import numpy as np

num_steps = 50  # with a constant gradient

# %% [markdown]
# ## The update
#
# *Momentum* (Polyak, 1964) adds up all gradients, and gives older ones smaller weights. The sum
# is the *velocity* $\mathbf v$, which starts at zero. Let $\mathbf g$ be the gradient of the loss at
# the parameters $\mathbf w$, $\eta$ the learning rate (the step size), and $0 \le \beta < 1$. A step is
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, \mathbf v . \tag{1} $$
#
# The number $\beta$ is often called momentum too. With $\beta = 0$ the update is gradient descent. In
# the code the state is empty before the first step.

# %%
from gdbook.optimizers import momentum_update

# %% [markdown]
# If every gradient is the same $\mathbf g$, the velocity after $t$ steps is
# $(1 + \beta + \dots + \beta^{t-1})\, \mathbf g$. This tends to $\mathbf g / (1 - \beta)$. For
# example, let every gradient be 1 and $\beta = 9/10$:

# %%
w, state = 0.0, ()
for step in range(1, num_steps + 1):
    w, state = momentum_update(w, 1.0, state, lr=0.1, momentum=0.9)
    if step in (1, 2, 3, 10, 20, num_steps):
        print(f"step {step:2}: velocity {state[0]:.3f}")

# %% [markdown]
# The steps become almost `=1 / (1 - 0.9):.0f` times as long as those of gradient descent with the
# same $\eta$.
#
# ## What is the rate?
#
# Let the loss be a quadratic function with a positive definite Hessian $\mathbf H$. The eigenvectors
# of $\mathbf H$ are the directions of its *axes*, and the curvature along an axis is an eigenvalue
# $\lambda$.
#
# We look at one axis. Let $\mathbf w_t$ be the parameters after $t$ steps, $\mathbf w^\star$ the
# minimizer, and $d_t$ the component of $\mathbf w_t - \mathbf w^\star$ along this axis. There the
# gradient has the component $\lambda d_t$. By (1) each move is $\beta$ times the move before it, minus
# $\eta$ times the gradient:
#
# $$ d_{t+1} - d_t = \beta\, (d_t - d_{t-1}) - \eta \lambda\, d_t . $$
#
# Because the velocity starts at zero, this holds for $t = 0$ too, with $d_{-1} = d_0$. Put $d_t = z^t$
# with $z \ne 0$ into it, and divide by $z^{t-1}$. The result is that $z^t$ is a solution if $z$ is a root of
#
# $$ p_\lambda(z) = z^2 - (1 + \beta - \eta \lambda)\, z + \beta . \tag{2} $$
#
# The roots may be complex. If the two roots $z_1$ and $z_2$ are different, $d_t = c_1 z_1^t + c_2 z_2^t$ with numbers $c_1$ and
# $c_2$ that follow from $d_0$ and $d_1$. In the long run the root with the larger absolute value
# decides. This absolute value is the *rate* on the axis: over many steps
# $\lvert d_t \rvert$ changes by about this factor per step, on average. If the rate is less than 1, the
# component converges to zero. The smaller the rate, the faster it does so in the long run. If the rate
# is larger than 1 and $d_0 \ne 0$, the component diverges.
#
# Neither $c_1$ nor $c_2$ is zero if $\beta > 0$ and $d_0 \ne 0$, so the root with the larger absolute value does have
# an effect.
# If one of them were zero, we would have
# $d_t = d_0 z^t$ with a root $z = d_1/d_0 = 1 - \eta \lambda$. But
# $p_\lambda(1 - \eta \lambda) = \beta \eta \lambda$ is not zero.
#
# The *worst rate* is the largest rate on any axis. In the long run it determines how fast the distance
# to the minimizer changes, if the start has a component along an axis with this rate.


# %%
def rate(curvature, lr, beta):
    """Largest absolute root of p(z)."""
    return max(abs(np.roots([1, -(1 + beta - lr * curvature), beta])))


# %% [markdown]
# ## What is the best rate?
#
# Let $\lambda_{\mathrm{min}}$ and $\lambda_{\mathrm{max}}$ be the smallest and the largest eigenvalue of
# $\mathbf H$. The *condition number* is $\kappa = \lambda_{\mathrm{max}} / \lambda_{\mathrm{min}}$.
#
# **Theorem.** The smallest worst rate of all $\eta$ and $\beta$ is $R^\star$, and only these values have
# it:
#
# $$
# \begin{gathered}
# R^\star = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad \beta = (R^\star)^2, \\
# \eta = \frac{4}{(\sqrt{\lambda_{\mathrm{max}}} + \sqrt{\lambda_{\mathrm{min}}})^2} .
# \end{gathered} \tag{3}
# $$
#
# The values are Polyak's (1964), and exercise 3 is the proof. The best rate of gradient descent,
# $(\kappa - 1)/(\kappa + 1)$, is [the same expression](how-long.py#beyond-2l) with $\kappa$ in
# place of $\sqrt\kappa$.
#
# For example, the loss $f(x, y) = \tfrac12 (x^2/20 + y^2)$ has the curvatures 1/20 and 1, so
# $\kappa = 20$. The contours of $f$ are long ellipses, so we call the graph of $f$ a *valley*. The valley
# extends along the $x$ axis, where the curvature is small.


# %%
def best_settings(curvatures):
    """Learning rate and beta of (3) for two curvatures, the smaller one first."""
    low, high = np.sqrt(curvatures)
    return 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


curvatures = np.array([1 / 20, 1])
best_lr, best_beta = best_settings(curvatures)
best_rate, plain_lr = np.sqrt(best_beta), 2 / curvatures.sum()
reached = [rate(c, best_lr, best_beta) for c in curvatures]
plain = [rate(c, plain_lr, 0) for c in curvatures]
print(f"best rate (3)    {best_rate:.4f}")
print("rates by (2)    ", *[f"{r:.4f}" for r in reached])
print("gradient descent", *[f"{r:.4f}" for r in plain])

# %% [markdown]
# With the values of (3), momentum has the rate $R^\star$ on both axes. The last line is gradient
# descent with its best fixed learning rate.
#
# The figure has the same two curvatures. **Question:** the curve of the worst rate has a lowest point.
# Why is it higher for every $\beta$ other than that of (3), which is `=best_beta:.4f`? Move *Momentum*,
# which is $\beta$, and look at the panel *Rate against step size*. The slider moves in hundredths, so it
# can only come near this value. *Step size* is $\eta$, *Condition number* is $\kappa$ and *Largest curvature* is $\lambda_{\mathrm{max}}$. *Noise* and
# *Seed* are explained on [the page on the step size](how-long.py).

# %%
#| code-fold: Code of the figure
#| widget: gd-step condition=20 lr=1.9
#| fig-cap: "The worst rate on two axes against the learning rate. With the $\\beta$ of (3) its minimum is $R^\\star$. With any other $\\beta$ its minimum is larger. Where the rate is above 1, the descent diverges."
#| fig-alt: "Rate against learning rates from 0 to 4. Four curves begin near 1, fall, and rise above 1. The one with the largest momentum is level in between. The one with momentum `=best_beta:.2f` has the lowest minimum, on a dashed line at `=best_rate:.2f`. With scripts on, controls below change the learning rate, the momentum, the curvatures, the number of steps and the noise."
from gdbook.figures.optimizers import rates_over_lr

lrs = np.sort([*np.linspace(0.01, 4, 400), best_lr])
rates = {
    beta: np.array([max(rate(c, lr, beta) for c in curvatures) for lr in lrs])
    for beta in (0, 0.2, best_beta, 0.7)
}
rates_over_lr(lrs, rates, best_rate)
plt.show()

# %%
#| code-fold: Check
low, high = curvatures
assert abs(rates[best_beta].min() - best_rate) < 1e-6
for beta in (0, 0.2):
    assert all(rate(low, lr, beta) > best_rate for lr in lrs[lrs <= best_lr])
    assert all(rate(high, lr, beta) > best_rate for lr in lrs[lrs >= best_lr])
assert abs(rates[0.7].min() - np.sqrt(0.7)) < 1e-9

# %% [markdown]
# **What to see.** The minimum is lowest at the $\beta$ of (3), where it is `=best_rate:.4f`. With a
# smaller $\beta$, one of the two axes has a larger rate than $R^\star$ at every learning rate: the axis of the smaller curvature up to the $\eta$ of (3), and the other axis from there
# on. With a larger $\beta$ no rate is less than $\sqrt\beta$, because the product of the two roots is
# $\beta$. The worst rate is $\sqrt\beta$ over an interval of learning rates (exercise 1).
#
# ## How many steps does momentum save?
#
# Let $R$ be the worst rate, $0 < R < 1$. Since $R^n = 1/10$ for $n = \ln 10 / \ln (1/R)$, this is, in the
# long run, about the number of steps in which the distance to the minimizer falls to a tenth. The cell
# computes this number for $\kappa = 10^4$. It also counts the steps from the start $(1, 1)$ until the
# distance has fallen to a millionth:


# %%
def distances(curvatures, lr, beta):
    """Distance after each step, as a multiple of the first one, down to a millionth."""
    w, state, found = np.ones(2), (), [1.0]
    while found[-1] > 1e-6:
        w, state = momentum_update(w, curvatures * w, state, lr, beta)
        found.append(np.linalg.norm(w) / np.sqrt(2))
    return found


ends, for_ten, runs = np.array([1e-4, 1]), {}, {}
cases = {"gradient descent": (2 / ends.sum(), 0), "momentum": best_settings(ends)}
print(f"{'a factor of':16} {10:7,} {10**6:11,}")
for name, settings in cases.items():
    worst = max(rate(c, *settings) for c in ends)
    for_ten[name] = np.log(10) / np.log(1 / worst)
    runs[name] = distances(ends, *settings)
    print(f"{name:16} {for_ten[name]:7,.0f} {len(runs[name]) - 1:11,}")

# %%
#| echo: false
tenths = [sum(d > 10**-k for d in runs["momentum"]) for k in range(1, 7)]

# %% [markdown]
# In the long run gradient descent needs about $\sqrt\kappa = 100$ times as many steps as momentum
# (exercise 2). From this start, for a millionth, it needs
# `=len(runs["gradient descent"]) / len(runs["momentum"]):.0f` times as many. The second number of gradient
# descent is six times its first one. That of momentum is more than six times its first one.
# The reason is that with the values of (3) the two roots on each of the two axes are equal. Then the
# solution is $d_t = (1 + bt)\, z^t d_0$, with $z = R^\star$ and $b = 1 - R^\star$ on the axis of the smaller
# curvature, and $z = -R^\star$ and $b = 1 + R^\star$ on the other one. On the latter the component first
# becomes larger: the distance grows to `=max(runs["momentum"]):.0f` times that of the start before it falls.
# So momentum takes `=tenths[0]` steps for the first factor of ten. For each of the next five it takes
# between `=min(np.diff(tenths))` and `=max(np.diff(tenths))` steps.
#
# ## Summary
#
# - Momentum adds up the gradients, with smaller weights for older ones. If all gradients are equal, its
#   steps tend to $1/(1 - \beta)$ times those of gradient descent.
# - On a quadratic function the rate of momentum on an axis is the largest absolute value of the two roots
#   of (2).
# - The best rate of gradient descent is $(\kappa - 1)/(\kappa + 1)$. That of momentum has $\sqrt\kappa$ in
#   place of $\kappa$.
# - For $\kappa = 10^4$ momentum needs, in the long run, `=for_ten["momentum"]:,.0f` steps for a factor of
#   ten in the distance, and gradient descent `=for_ten["gradient descent"]:,.0f`.
#
# ## Exercises
#
# **1.** Let $0 < \beta < 1$, and let the quadratic loss have two axes, with the curvatures
# $\lambda_{\mathrm{min}} \le \lambda_{\mathrm{max}}$. For which learning rates is the rate $\sqrt\beta$ on both
# of them? For which $\beta$ are there any? Compute these for the valley of this page and $\beta = 7/10$, and
# confirm the result by the roots.
#
# /// details | Hint
# The product of the roots of $p_\lambda$ is $\beta$. What does this say about their absolute values if
# they are complex conjugates, and what if they are real and different?
# ///
#
# /// details | Solution
#
# If $\lvert 1 + \beta - \eta \lambda \rvert \le 2 \sqrt\beta$, the roots of $p_\lambda$ are equal, or
# complex conjugates. Then both have the same absolute value, which is $\sqrt\beta$. Otherwise the
# roots are real and different, with the same sign, and one of them has an absolute value above
# $\sqrt\beta$. So the rate is $\sqrt\beta$ if and only if
# $(1 - \sqrt\beta)^2 \le \eta \lambda \le (1 + \sqrt\beta)^2$. On both axes this is
#
# $$
# \frac{(1 - \sqrt\beta)^2}{\lambda_{\mathrm{min}}} \le \eta
# \le \frac{(1 + \sqrt\beta)^2}{\lambda_{\mathrm{max}}} .
# \tag{4}
# $$
#
# There is such an $\eta$ if and only if $\sqrt\kappa\, (1 - \sqrt\beta) \le 1 + \sqrt\beta$, that is, if
# $\sqrt\beta \ge R^\star$. For $\beta = (R^\star)^2$ the two ends are equal, and they are the $\eta$ of (3).
# %%
beta = 0.7
left = (1 - np.sqrt(beta)) ** 2 / curvatures[0]
right = (1 + np.sqrt(beta)) ** 2 / curvatures[1]
print(f"from {left:.4f} to {right:.4f}, root of beta {np.sqrt(beta):.4f}")
for lr in (0.98 * left, left, (left + right) / 2, right, 1.02 * right):
    print(f"lr {lr:.4f}: rates", *[f"{rate(c, lr, beta):.4f}" for c in curvatures])

# %% [markdown]
# ///
#
# **2.** Let $\kappa > 1$. Prove that $\ln 10 / \ln (1/R^\star)$, the number of steps for a factor of
# ten, is less than $\tfrac12 \sqrt\kappa \ln 10$ and more than
# $(1 - 1/\kappa) \cdot \tfrac12 \sqrt\kappa \ln 10$. What are the two bounds for gradient descent?
#
# /// details | Hint
# Let $u = 1/\sqrt\kappa$, and use the series
# $\ln \frac{1 + u}{1 - u} = 2\, \bigl( u + \tfrac13 u^3 + \tfrac15 u^5 + \dots \bigr)$.
# ///
#
# /// details | Solution
#
# With $u = 1/\sqrt\kappa$, which lies between 0 and 1, we have $R^\star = \frac{1 - u}{1 + u}$, so
# $\ln (1/R^\star)$ is the series of the hint. Its sum is larger than the first term, $2u$, and smaller
# than $2\, (u + u^3 + u^5 + \dots) = \frac{2u}{1 - u^2}$. Therefore
#
# $$
# \Bigl( 1 - \frac1\kappa \Bigr) \frac{\sqrt\kappa}{2} \ln 10
# < \frac{\ln 10}{\ln (1/R^\star)} < \frac{\sqrt\kappa}{2} \ln 10 . \quad \blacksquare
# $$
#
# The best rate of gradient descent has $\kappa$ in place of $\sqrt\kappa$. So its number of steps is
# less than $\tfrac12 \kappa \ln 10$ and more than $(1 - 1/\kappa^2) \cdot \tfrac12 \kappa \ln 10$. For large
# $\kappa$ this is about $\sqrt\kappa$ times the number of momentum:
# %%
print(f"{'kappa':>6} {'':16} lower {'':4} steps {'':4} upper")
for kappa in (20, 100, 1000):
    for name, x in (("gradient descent", kappa), ("momentum", np.sqrt(kappa))):
        steps = np.log(10) / np.log((x + 1) / (x - 1))
        bound = x / 2 * np.log(10)
        lower = (1 - 1 / x**2) * bound
        print(f"{kappa:6,} {name:16} {lower:8.3f} {steps:10.3f} {bound:10.3f}")

# %% [markdown]
# ///
#
# **3.** Prove the theorem.
#
# /// details | Hint
# If no root is larger than $R$ in absolute value, what are the signs of $p_\lambda(R)$ and
# $p_\lambda(-R)$? Compare the largest eigenvalue with the smallest one. The product of the roots is
# $\beta$.
# ///
#
# /// details | Solution
#
# For some $\eta$ and $\beta$ let $R$ be the worst rate. If $R \ge 1$, then $R > R^\star$, because
# $R^\star < 1$. If $R = 0$, both roots are 0 for every eigenvalue, so $\beta = 0$ and $\eta \lambda = 1$.
# Then $\kappa = 1$, and these are the values of (3), with $R^\star = 0$.
#
# Now let $0 < R < 1$. The product of the roots is $\beta$, so $\lvert \beta \rvert \le R^2 < R$. No real
# root is larger than $R$ or smaller than $-R$, and far from 0 the values of $p_\lambda$ are positive. So
# $p_\lambda(R) \ge 0$ and $p_\lambda(-R) \ge 0$, that is,
#
# $$ (1 - R)(R - \beta) \le \eta \lambda R \le (1 + R)(R + \beta) . $$
#
# The left side is positive. Divide the right inequality for $\lambda_{\mathrm{max}}$ by the left one for
# $\lambda_{\mathrm{min}}$. The quotient $\frac{R + \beta}{R - \beta} = \frac{2R}{R - \beta} - 1$ increases
# with $\beta$, and $\beta \le R^2$. Therefore
#
# $$ \kappa \le \frac{1 + R}{1 - R} \cdot \frac{R + \beta}{R - \beta} \le \Big(\frac{1 + R}{1 - R}\Big)^2 , $$
#
# hence $R \ge R^\star$. If $R = R^\star$, all of these are equalities. So $\beta = R^2$ and
# $\eta \lambda_{\mathrm{max}} = (1 + R)^2$, and these are the values of (3).
#
# It remains to show that (3) has the worst rate $R^\star$. Since $1 - R^\star = 2 / (\sqrt\kappa + 1)$ and
# $1 + R^\star = 2 \sqrt\kappa / (\sqrt\kappa + 1)$, the values of (3) give
# $\eta \lambda_{\mathrm{min}} = (1 - R^\star)^2$ and $\eta \lambda_{\mathrm{max}} = (1 + R^\star)^2$. For
# $\kappa > 1$ the solution of exercise 1 shows that all eigenvalues from $\lambda_{\mathrm{min}}$ to
# $\lambda_{\mathrm{max}}$ have the rate $\sqrt\beta = R^\star$. For $\kappa = 1$ both roots are 0. $\blacksquare$
#
# ///

# %%
#| echo: false
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate

best = best_heavy_ball(np.diag(curvatures))
assert np.allclose(best, [best_lr, best_beta], rtol=1e-9, atol=0)
for lr in (plain_lr, 0.9 * left, left + 0.1, right + 0.1):
    for c in curvatures:
        known = heavy_ball_rate(c, lr, beta)
        assert np.allclose(known, rate(c, lr, beta), rtol=1e-9, atol=0)

# %% [markdown]
# Next: [do other updates descend faster?](optimizers.py)
