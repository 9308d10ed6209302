# %% [markdown]
# # How fast can momentum be?
#
# You will learn
#
# - the update of momentum, and its code
# - what the rate of momentum is, and what the best rate is
# - how many steps momentum needs, compared with gradient descent.
#
# You need: [eigenvalues, and the best fixed step size](how-long.py#beyond-2l).

# %%
import matplotlib.pyplot as plt
import numpy as np

curvatures = np.array([1 / 20, 1])  # of the valley on this page

# %% [markdown]
# ## The update
#
# *Momentum* (Polyak, 1964) adds up all gradients, and gives older ones smaller weights. The sum
# is the *velocity* $\mathbf v$, which starts at zero. Let $\mathbf g$ be the gradient at the
# parameters $\mathbf w$, $\eta$ the learning rate, and $0 \le \beta < 1$. A step is
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, \mathbf v . \tag{1} $$
#
# The number $\beta$ is often called momentum too. With $\beta = 0$ the update is gradient descent.

# %%
from gdbook.optimizers import momentum_update

# %% [markdown]
# If every gradient is the same $\mathbf g$, the velocity after $t$ steps is
# $(1 + \beta + \dots + \beta^{t-1})\, \mathbf g$. This tends to $\mathbf g / (1 - \beta)$. For
# example, let every gradient be 1 and $\beta = 9/10$:

# %%
w, state = 0.0, ()
for step in range(1, 51):
    w, state = momentum_update(w, 1.0, state, lr=0.1, momentum=0.9)
    if step in (1, 2, 3, 10, 20, 50):
        print(f"step {step:2}: velocity {state[0]:.3f}")

# %% [markdown]
# The steps become almost `=state[0]:.0f` times as long as those of gradient descent.
#
# ## What is the rate?
#
# Let the loss be a quadratic function with a positive definite Hessian $\mathbf H$. The eigenvectors
# of $\mathbf H$ are the directions of its *axes*, and the curvature along an axis is an eigenvalue
# $\lambda$.
#
# Let $d_t$ be the component along this axis of the difference between $\mathbf w$ and the minimizer,
# after $t$ steps. The gradient has the component $\lambda d_t$. By (1) the move from $\mathbf w_t$ to
# $\mathbf w_{t+1}$ is $\beta$ times the move before it, minus $\eta \mathbf g$. So
# $d_{t+1} = (1 + \beta - \eta \lambda)\, d_t - \beta d_{t-1}$. This has the solution $d_t = z^t$ if
# $z$ is a root of
#
# $$ p_\lambda(z) = z^2 - (1 + \beta - \eta \lambda)\, z + \beta . \tag{2} $$
#
# We call the largest absolute value of the roots the *rate* on this axis. In the long run a step
# multiplies $d_t$ by about the rate, on average. The axis with the largest rate is the *worst axis*.
# In the long run it determines how fast the distance to the minimizer decreases, if the start has a
# component along it.


# %%
def rate(curvature, lr, beta):
    """Largest absolute root of p(z)."""
    return max(abs(np.roots([1, -(1 + beta - lr * curvature), beta])))


# %% [markdown]
# ## What is the best rate?
#
# Let the curvatures lie between $\lambda_{\mathrm{min}} > 0$ and $\lambda_{\mathrm{max}}$, both attained. The
# *condition number* is $\kappa = \lambda_{\mathrm{max}} / \lambda_{\mathrm{min}}$.
#
# **Theorem.** The smallest rate that the worst axis can have is
#
# $$
# \begin{gathered}
# R^\star = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \quad \text{with } \beta = (R^\star)^2 \text{ and} \\
# \eta = \frac{4}{(\sqrt{\lambda_{\mathrm{max}}} + \sqrt{\lambda_{\mathrm{min}}})^2} .
# \end{gathered} \tag{3}
# $$
#
# The values are Polyak's (1964), and exercise 3 is the proof. The best rate of gradient descent,
# $(\kappa - 1)/(\kappa + 1)$, is [the same expression](how-long.py#beyond-2l) with $\kappa$ in
# place of $\sqrt\kappa$.
#
# For example, the loss $f(x, y) = \tfrac12 (x^2/20 + y^2)$ has the curvatures 1/20 and 1, so
# $\kappa = 20$. The contours of $f$ are long ellipses, so we call its graph a *valley*. The valley
# extends along the $x$ axis, where the curvature is small.


# %%
def best_settings(curvatures):
    """Learning rate and beta of (3)."""
    low, high = np.sqrt(curvatures)
    return 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


best_lr, best_beta = best_settings(curvatures)
best_rate, plain_lr = np.sqrt(best_beta), 2 / curvatures.sum()
reached = [rate(c, best_lr, best_beta) for c in curvatures]
plain = [rate(c, plain_lr, 0) for c in curvatures]
print(f"best rate (3)    {best_rate:.4f}")
print("by the roots    ", *[f"{r:.4f}" for r in reached])
print("gradient descent", *[f"{r:.4f}" for r in plain])

# %% [markdown]
# With the values of (3), momentum has the rate $R^\star$ on both axes. The last line is gradient
# descent with its best fixed learning rate.
#
# The figure has the same two curvatures. For each $\beta$ the rate on the worst axis has a minimum
# over all $\eta$. **Question:** for which $\beta$ is this minimum lowest? Move *Momentum*, which is
# $\beta$, and look at the panel *Rate against step size*. *Step size* is $\eta$. Press *End* to see
# all steps. *Condition number* is $\kappa$ and *Largest curvature* is $\lambda_{\mathrm{max}}$. *Noise*
# is the standard deviation of a random error in each component of the gradient, and *Seed* chooses
# these errors.

# %%
#| code-fold: Code of the figure
#| widget: gd-step condition=20 lr=1.9
#| fig-cap: "The rate on the worse of two axes against the learning rate, for four values of $\\beta$. The curve with the $\\beta$ of (3) has the lowest minimum, which is $R^\\star$. The other three curves do not reach it."
#| fig-alt: "Rate against learning rates from 0 to 4. Four curves begin near 1, fall, and rise above 1. The one with momentum `=best_beta:.2f` has the lowest minimum, on a dashed line at `=best_rate:.2f`. With scripts on, controls below change the learning rate, the momentum, the curvatures, the number of steps and the noise."
from gdbook.figures.optimizers import rates_over_lr

lrs = np.linspace(0.01, 4, 400)
rates = {
    beta: np.array([max(rate(c, lr, beta) for c in curvatures) for lr in lrs])
    for beta in (0, 0.2, best_beta, 0.7)
}
rates_over_lr(lrs, rates, best_rate)
plt.show()

# %%
#| code-fold: Check
on_flat_axis = [rate(curvatures[0], best_lr, beta) for beta in (0, 0.2, best_beta)]
assert on_flat_axis[0] > on_flat_axis[1] > on_flat_axis[2]
assert abs(on_flat_axis[2] - best_rate) < 1e-6
assert all(rates[beta].min() > best_rate for beta in (0, 0.2, 0.7))
assert abs(rates[0.7].min() - np.sqrt(0.7)) < 1e-9

# %% [markdown]
# **What to see.** The minimum is lowest at the $\beta$ of (3), here `=best_beta:.2f`, where it is
# `=best_rate:.2f`. With a smaller $\beta$, the axis of small curvature has a larger rate at the
# learning rate of (3). With a larger $\beta$ the rate is $\sqrt\beta$ over an interval of learning
# rates (exercise 1), and nowhere less, because the product of the two roots is $\beta$.
#
# ## How many steps does momentum save?
#
# In the long run a rate $R$ needs about $\ln 10 / \ln (1/R)$ steps for a factor of ten in the distance
# to the minimizer. The cell computes this number for $\kappa = 10^4$. It also counts the steps from the
# start $(1, 1)$ for a factor of $10^6$:


# %%
def count_steps(curvatures, lr, beta):
    """Count the steps until the distance is a millionth of the first one."""
    w, state, num_steps = np.ones(2), (), 0
    while np.linalg.norm(w) > 1e-6 * np.sqrt(2):
        w, state = momentum_update(w, curvatures * w, state, lr, beta)
        num_steps += 1
    return num_steps


ends, for_ten, counted = np.array([1e-4, 1]), {}, {}
cases = {"gradient descent": (2 / ends.sum(), 0), "momentum": best_settings(ends)}
print(f"{'a factor of':16} {10:7,} {10**6:11,}")
for name, settings in cases.items():
    worst = max(rate(c, *settings) for c in ends)
    for_ten[name] = np.log(10) / np.log(1 / worst)
    counted[name] = count_steps(ends, *settings)
    print(f"{name:16} {for_ten[name]:7,.0f} {counted[name]:11,}")

# %% [markdown]
# For a factor of ten, gradient descent needs about $\sqrt\kappa$ times as many steps as momentum
# (exercise 2). For a factor of $10^6$, gradient descent takes six times its number of steps. Momentum
# takes more than six times, because with the values of (3) the two roots on each of the two axes are
# equal. Then $d_t = (a + bt)\, z^t$ with two numbers $a$ and $b$, and the factor $a + bt$ grows.
#
# ## Summary
#
# - Momentum adds up the gradients. If they do not change, the length of its steps tends to
#   $1/(1 - \beta)$ times that of gradient descent.
# - On a quadratic function the rate of momentum on an axis is the largest absolute value of two roots.
# - The best rate $R^\star$ of momentum depends on $\sqrt\kappa$ as that of gradient descent depends
#   on $\kappa$.
# - For $\kappa = 10^4$ momentum needs `=for_ten["momentum"]:,.0f` steps for a factor of ten in the long
#   run, and gradient descent `=for_ten["gradient descent"]:,.0f`.
#
# ## Exercises
#
# **1.** Let $0 < \beta < 1$, and let the loss have two axes. For which learning rates is the rate
# $\sqrt\beta$ on both of them? Compute these for the valley of this page and $\beta = 7/10$, and
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
# Such an $\eta$ exists if and only if $\sqrt\beta \ge R^\star$. For $\beta = (R^\star)^2$ the two
# ends of the interval are equal, and they are the $\eta$ of (3).
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
# ten, is less than $\tfrac12 \sqrt\kappa \ln 10$ and more than $1 - 1/\kappa$ times this bound. What
# are the two bounds for gradient descent?
#
# /// details | Hint
# Let $u = 1/\sqrt\kappa$, and use the series
# $\ln \frac{1 + u}{1 - u} = 2\, \bigl( u + \tfrac13 u^3 + \tfrac15 u^5 + \dots \bigr)$.
# ///
#
# /// details | Solution
#
# With $u = 1/\sqrt\kappa$ we have $R^\star = \frac{1 - u}{1 + u}$, so $\ln (1/R^\star)$ is the series
# of the hint. It is larger than $2u$, its first term, and smaller than
# $2\, (u + u^3 + u^5 + \dots) = \frac{2u}{1 - u^2}$. Therefore
#
# $$
# \Bigl( 1 - \frac1\kappa \Bigr) \frac{\sqrt\kappa}{2} \ln 10
# < \frac{\ln 10}{\ln (1/R^\star)} < \frac{\sqrt\kappa}{2} \ln 10 . \quad \blacksquare
# $$
#
# The best rate of gradient descent has $\kappa$ in place of $\sqrt\kappa$. So its number of steps is
# less than $\tfrac12 \kappa \ln 10$ and more than $1 - 1/\kappa^2$ times this bound, about
# $\sqrt\kappa$ times as large as that of momentum:
# %%
for kappa in (20, 100, 10_000):
    for name, x in (("gradient descent", kappa), ("momentum", np.sqrt(kappa))):
        needed = np.log(10) / np.log((x + 1) / (x - 1))
        bound = x / 2 * np.log(10)
        print(f"{kappa:6,} {name:16} {needed:10,.3f}, bound {bound:10,.3f}")

# %% [markdown]
# ///
#
# **3.** Prove the theorem.
#
# /// details | Hint
# If no root is larger than $R$ in absolute value, what are the signs of $p_\lambda(R)$ and
# $p_\lambda(-R)$?
# ///
#
# /// details | Solution
#
# For every $\lambda$, let both roots have absolute values of at most $R$. If $R \ge 1$, then
# $R > R^\star$. If $R = 0$, then $\beta = 0$ and $\eta \lambda = 1$ for every $\lambda$, so
# $\kappa = 1$ and $R^\star = 0$. Now let $0 < R < 1$. The product of the roots is
# $\beta$, so $\beta \le R^2 < R$. No real root is larger than $R$ or smaller than $-R$, so
# $p_\lambda(R) \ge 0$ and $p_\lambda(-R) \ge 0$, that is,
#
# $$ (1 - R)(R - \beta) \le \eta \lambda R \le (1 + R)(R + \beta) . $$
#
# Divide the right inequality for $\lambda_{\mathrm{max}}$ by the left one for $\lambda_{\mathrm{min}}$. For
# $\beta < R$ the quotient $\frac{R + \beta}{R - \beta}$ increases with $\beta$, and
# $\beta \le R^2$. Therefore
#
# $$ \kappa \le \frac{1 + R}{1 - R} \cdot \frac{R + \beta}{R - \beta} \le \Big(\frac{1 + R}{1 - R}\Big)^2 , $$
#
# hence $R \ge R^\star$. With the values of (3), every $\eta\lambda$ lies between
# $(1 - \sqrt\beta)^2$ and $(1 + \sqrt\beta)^2$, so that
# $\lvert 1 + \beta - \eta \lambda \rvert \le 2 \sqrt\beta$. Then the roots of $p_\lambda$ are equal, or
# complex conjugates, and both have the absolute value $\sqrt\beta = R^\star$. $\blacksquare$
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
