# %% [markdown]
# # Do other updates descend faster?
#
# You will learn
#
# - the formulas of Nesterov's momentum, AdaGrad, RMSProp and Adam, and their code;
# - which path gradient descent, momentum and Adam take in a valley of two parameters;
# - how six tuned updates compare in a long valley of ten parameters.
#
# You need: [eigenvalues and the limit of a step](how-long.py), and
# [the best rate of momentum](momentum.py).

# %%
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch

SEED, num_steps = 20, 300
rng = np.random.default_rng(SEED)

# %% [markdown]
# ## Gradient descent and five others
#
# Each update, or *optimizer*, takes the parameters $\mathbf w$, the gradient $\mathbf g$ at $\mathbf w$, a state and a
# learning rate $\eta$, and returns the new parameters and the new state. The state is what an update
# keeps from one step to the next. Before the first step the code has `()` in its place, which stands for
# zeros. Gradient descent has no state:
#
# $$ \mathbf w \leftarrow \mathbf w - \eta\, \mathbf g . \tag{1} $$

# %%
from gdbook.optimizers import sgd_update

updates = [sgd_update]

# %% [markdown]
# *Momentum* is the update of the [page before](momentum.py), with the velocity $\mathbf v$ as its state.
# The numbers $\beta$, $\gamma$, $\beta_1$ and $\beta_2$ on this page are at least 0 and less than 1:
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, \mathbf v . \tag{2} $$

# %%
#| code-fold: From earlier pages
from gdbook.optimizers import momentum_update

# %%
updates.append(momentum_update)

# %% [markdown]
# *Nesterov's momentum* takes the gradient where the old velocity alone would lead, at
# $\mathbf u = \mathbf w - \eta \beta \mathbf v$. With this gradient $\mathbf g$ the new velocity is
# $\mathbf v_1 = \beta \mathbf v + \mathbf g$, and the step leads to
# $\mathbf w - \eta \mathbf v_1 = \mathbf u - \eta \mathbf g$. The next point for a gradient is then
# $\mathbf u - \eta \mathbf g - \eta \beta \mathbf v_1$. The code keeps only the points at which it takes
# gradients. If we write $\mathbf w$ for these points, the update is (Sutskever et al., 2013)
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, (\mathbf g + \beta \mathbf v) . \tag{3} $$

# %%
from gdbook.optimizers import nesterov_update

updates.append(nesterov_update)

# %% [markdown]
# The other three updates divide each component of the step by a number that measures how large this
# component of the gradient has been so far. Squares, roots and quotients are taken component by component,
# and $\varepsilon$ is a small positive number that avoids division by zero. *AdaGrad* (Duchi, Hazan and Singer, 2011) adds up the squares:
#
# $$ \mathbf s \leftarrow \mathbf s + \mathbf g^2, \qquad \mathbf w \leftarrow \mathbf w - \eta\, \frac{\mathbf g}{\sqrt{\mathbf s} + \varepsilon} . \tag{4} $$

# %%
from gdbook.optimizers import adagrad_update

updates.append(adagrad_update)

# %% [markdown]
# *RMSProp* (Hinton, 2012) averages the squares instead, with smaller weights for older ones. The
# average starts at zero:
#
# $$
# \begin{aligned}
# \mathbf s &\leftarrow \gamma \mathbf s + (1 - \gamma)\, \mathbf g^2, \\
# \mathbf w &\leftarrow \mathbf w - \eta\, \frac{\mathbf g}{\sqrt{\mathbf s} + \varepsilon} .
# \end{aligned} \tag{5}
# $$

# %%
from gdbook.optimizers import rmsprop_update

updates.append(rmsprop_update)

# %% [markdown]
# *Adam* (Kingma and Ba, 2015) averages the gradient and its square, and corrects both averages for their
# start at zero. In step $t = 1, 2, \dots$
#
# $$
# \begin{aligned}
# \mathbf m &\leftarrow \beta_1 \mathbf m + (1 - \beta_1)\, \mathbf g, \\
# \mathbf s &\leftarrow \beta_2 \mathbf s + (1 - \beta_2)\, \mathbf g^2, \\
# \hat{\mathbf m} &= \mathbf m / (1 - \beta_1^t), \quad \hat{\mathbf s} = \mathbf s / (1 - \beta_2^t), \\
# \mathbf w &\leftarrow \mathbf w - \eta\, \hat{\mathbf m} \big/ \big(\sqrt{\hat{\mathbf s}} + \varepsilon\big) .
# \end{aligned} \tag{6}
# $$

# %%
from gdbook.optimizers import adam_update

updates.append(adam_update)

# %% [markdown]
# The lengths of three steps of each, with $\eta = 1/10$ and a gradient that is always 1. The other settings are
# the defaults of the code, $\beta = \beta_1 = 9/10$, $\gamma = 99/100$ and $\beta_2 = 999/1000$:

# %%
lengths = {}
for update in updates:
    w, state, path = 0.0, (), [0.0]
    for _ in range(3):
        w, state = update(w, 1.0, state, 0.1)
        path.append(w)
    lengths[update.__name__] = -np.diff(path)
    print(f"{update.__name__:16}", *[f"{d:.4f}" for d in lengths[update.__name__]])

# %% [markdown]
# The steps of both kinds of momentum become longer, those of AdaGrad and RMSProp shorter. RMSProp
# begins with long steps, because its average starts at zero. Adam corrects its averages for that. If
# every gradient is 1, $\hat{\mathbf m}$ and $\hat{\mathbf s}$ are 1 too, and the steps of Adam are as long
# as those of gradient descent.
#
# Both kinds of momentum, AdaGrad and RMSProp keep one number of state for each parameter, Adam two. For
# each parameter a step (1) takes 2 operations and a step of Adam 14, square roots included, without the
# computation of the gradient.
#
# ## Three paths through a valley
#
# The loss $\tfrac12 \mathbf w^\top \mathbf H \mathbf w$ is the valley of the page before, turned by 20
# degrees: the curvatures, which are the eigenvalues of $\mathbf H$, are 1 and 1/20. Gradient descent has
# $\eta = 2 / (\lambda_{\mathrm{min}} + \lambda_{\mathrm{max}})$, which is the
# [best fixed learning rate for the worst start](how-long.py#beyond-2l). Momentum has the
# [settings with the best rate](momentum.py#what-is-the-best-rate). The learning rate of Adam is not tuned,
# so look only at the form of its path.


# %%
def best_momentum(low, high):
    """Settings of momentum with the best rate for curvatures from low to high."""
    a, b = np.sqrt([low, high])
    return {"lr": 4 / (a + b) ** 2, "momentum": ((b - a) / (b + a)) ** 2}


low, high, turn = 1 / 20, 1.0, np.radians(20)
turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
H2 = turned @ np.diag([low, high]) @ turned.T
cases = {
    "gradient descent": (sgd_update, {"lr": 2 / (low + high)}),
    "momentum": (momentum_update, best_momentum(low, high)),
    "Adam": (adam_update, {"lr": 0.3}),
}
plane_paths = {}
for name, (update, settings) in cases.items():
    w, state, points = turned @ [-5.0, 1.0], (), []
    for _ in range(31):
        points.append(w)
        w, state = update(w, H2 @ w, state, **settings)
    plane_paths[name] = np.array(points)

# %%
#| code-fold: Code of the figure
#| fig-cap: "The first 30 steps from the same start. Gradient descent crosses the valley in every step. The zigzags of momentum become larger at first, and then smaller, faster than those of gradient descent. After 30 steps momentum is nearer to the minimum than gradient descent. In its first step Adam changes both parameters by $\\eta$, one up and one down."
#| fig-alt: Three panels with the same elliptical contours of a long valley. The path of gradient descent has many zigzags that become smaller along the valley. Those of momentum are larger at first, and have vanished near the minimum. The path of Adam starts at 45 degrees to the axes of the parameters, down to the right. It turns up, becomes level, and ends near the minimum.
from gdbook.figures.optimizers import paths_on_contours

paths_on_contours(H2, plane_paths)
plt.show()

# %% [markdown]
# ## A long valley of ten parameters
#
# The loss is a quadratic function of ten parameters with curvatures from a thousandth to 1,
# and its axes are turned at random. Gradient descent needs a learning rate below 2, because
# the largest curvature is 1. A step then multiplies the component along the axis of the smallest curvature
# by more than `=1 - 2 * 0.001:.3f`.

# %%
from gdbook.optimizers import quadratic_gradient

axes = np.linalg.qr(rng.normal(size=(10, 10)))[0]
H = axes * np.geomspace(0.001, 1, 10) @ axes.T
minimiser, tuning = rng.normal(size=10), rng.normal(size=(20, 10))
fresh = rng.normal(size=(200, 10))
valley = quadratic_gradient(H, minimiser)


def height(w: np.ndarray) -> np.ndarray:
    """Loss above its least value, for rows of parameters."""
    return np.sum((w - minimiser) @ H * (w - minimiser), axis=-1) / 2


# %% [markdown]
# In a fair comparison the same search tunes every update, that is, chooses its settings. Here it tries
# 100 settings of each. Gradient descent and AdaGrad have 100 learning rates from $10^{-4}$ to 10, evenly
# spaced on a logarithmic scale. The others have 20 such learning rates with each of five values
# of a second setting: $\beta$ for both kinds of momentum, $\gamma$ for RMSProp, $\beta_1$ for Adam. The
# five values are 1/2, 4/5, 9/10, 19/20 and 99/100. All else keeps its default. For each setting the
# search notes the largest loss of 20 starts after `=num_steps` steps, and it chooses the setting for
# which this is smallest. The comparison uses 200 other starts. The outputs and the figure call gradient
# descent SGD; the outputs call $\beta$ and $\beta_1$ momentum, and $\gamma$ decay.

# %%
#| code-fold: The settings to search, and the descent
from gdbook.optimizers import UPDATES, descend, search_grid


# %%
def search(
    name: str, gradient: Callable, height: Callable, starts: np.ndarray, steps: int
) -> dict:
    """Find the settings whose worst start ends lowest; all are tried at once."""
    lists = search_grid(name, 100, 1e-4, 10)
    grid = {key: values[:, None] for key, values in lists.items()}  # (100, 1, 1)
    rows = np.tile(starts, (100, 1, 1))
    *_, ends = descend(UPDATES[name], gradient, rows, steps, **grid)
    with np.errstate(over="ignore", invalid="ignore"):  # some settings diverge
        worst = np.nan_to_num(height(ends), nan=np.inf).max(axis=1)
    return {key: values[worst.argmin()].item() for key, values in lists.items()}


# %%
#| echo: false
from gdbook.formats import power_of_ten, power_of_ten_tex  # noqa: F401

# %%
tuned, paths = {}, {}
for name, update in UPDATES.items():
    tuned[name] = search(name, valley, height, tuning, num_steps)
    path = descend(update, valley, fresh, num_steps, **tuned[name])
    paths[name] = np.stack([height(w) for w in path])
    settings = ", ".join(f"{key} {value:.3g}" for key, value in tuned[name].items())
    print(f"{name:8} {np.median(paths[name][-1]):.0e} with {settings}")

# %%
#| code-fold: Code of the figure
#| fig-cap: Six tuned updates in the valley, median of 200 new starts. Momentum, Nesterov and Adam end at less than a thousandth of the loss of gradient descent. AdaGrad and RMSProp end within a factor of 10 of it.
#| fig-alt: "Loss over 300 steps on a logarithmic axis. SGD, AdaGrad and RMSProp fall more and more slowly, and end between `=power_of_ten(min(slow))` and `=power_of_ten(max(slow))`. The lines of the other three are steeper at the end, and those of Nesterov and Momentum have ripples. Nesterov ends at `=power_of_ten(medians['Nesterov'][-1])`, Adam at `=power_of_ten(medians['Adam'][-1])`, Momentum at `=power_of_ten(medians['Momentum'][-1])`."
from gdbook.figures.optimizers import descents

medians = {name: np.median(heights, axis=1) for name, heights in paths.items()}
slow = [medians[name][-1] for name in ("SGD", "AdaGrad", "RMSProp")]
descents(medians)
plt.show()

# %% [markdown]
# Are the settings with the best rate even better? They are those of $\kappa = 1000$, the condition
# number of this valley:

# %%
fastest, compared = best_momentum(0.001, 1), {}
for name, settings in {"tuned": tuned["Momentum"], "best rate": fastest}.items():
    *_, ends = descend(momentum_update, valley, fresh, num_steps, **settings)
    compared[name] = np.median(height(ends))
    rate = np.sqrt(settings["momentum"])
    print(f"{name:9} rate {rate:.4f}, loss {compared[name]:.0e}")

# %% [markdown]
# Not after `=num_steps` steps. Their rate is smaller, but the loss is larger, because a rate says
# only what happens in the long run. At the best rate the two roots are equal on the axes of the smallest
# and the largest curvature, and the factor $1 + bt$ of
# [the page on momentum](momentum.py#how-many-steps-does-momentum-save) is still large. With the tuned
# settings the roots are different on every axis, and the rate is $\sqrt\beta$ on all of them, because
# $\eta$ lies inside the interval of exercise 1 on that page.
#
# ## Do the axes matter?
#
# AdaGrad, RMSProp and Adam give each *parameter* its own step size. The axes of the valley are
# not parallel to the axes of the coordinates. We turn the valley and the starts, so that every axis of
# the valley is parallel to one coordinate axis, and tune all updates again:

# %%
curvatures, V = np.linalg.eigh(H)
straight = quadratic_gradient(np.diag(curvatures), minimiser @ V)
for name, update in UPDATES.items():
    settings = search(name, straight, lambda w: height(w @ V.T), tuning @ V, num_steps)
    *_, ends = descend(update, straight, fresh @ V, num_steps, **settings)
    end = np.median(height(ends @ V.T))
    print(f"{name:8} turned {medians[name][-1]:.0e}, straight {end:.0e}")

# %% [markdown]
# A step of gradient descent or of momentum adds multiples of gradients. If the valley and the start turn,
# the path turns with them, and the loss stays the same up to rounding.
#
# The median loss of AdaGrad, RMSProp and Adam is now zero up to rounding, and less than that of momentum. In
# the first valley it was larger. The reason is exercise 2: if $\varepsilon = 0$, the curvature of an
# axis does not change the path of its parameter. Then a small curvature is no disadvantage.
#
# ## Summary
#
# - Gradient descent and five other updates take a few lines each. They agree with torch's
#   up to rounding (exercise 1).
# - In the long valley, each update tuned, the median loss after `=num_steps` steps is
#   $`=power_of_ten_tex(medians["Momentum"][-1])`$ with momentum,
#   $`=power_of_ten_tex(medians["Adam"][-1])`$ with Adam, and
#   $`=power_of_ten_tex(medians["SGD"][-1])`$ with gradient descent.
# - If every axis of this valley is parallel to one coordinate axis, the median loss of AdaGrad, RMSProp and
#   Adam is less than that of momentum: zero up to rounding.
# - On the regression of the article, all six updates end within two percent of the least loss (exercise 3).
#
# ## Exercises
#
# **1.** Give `adam_update` and `torch.optim.Adam` the same thousand random gradients of five parameters,
# with $\eta = 1/100$, in float32. By how much do their parameters differ at most? Do the same for the
# other updates, and in float64.
#
# /// details | Hint
# Write a gradient into `.grad` of a tensor, and call `optimizer.step()`. Momentum is
# `torch.optim.SGD` with `momentum=0.9`, Nesterov's with `nesterov=True` too.
# ///
#
# /// details | Solution
# %%
twins = {
    sgd_update: (torch.optim.SGD, {}),
    momentum_update: (torch.optim.SGD, {"momentum": 0.9}),
    nesterov_update: (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    adagrad_update: (torch.optim.Adagrad, {}),
    rmsprop_update: (torch.optim.RMSprop, {}),
    adam_update: (torch.optim.Adam, {}),
}
gradients = np.random.default_rng(SEED).normal(0.3, 1, (1000, 5))


def largest_difference(update, make, settings, dtype):
    """Largest difference of a parameter from torch's, over all steps."""
    w, state, off = np.ones(5, dtype), (), 0.0
    theirs = torch.from_numpy(w.copy()).requires_grad_()
    optimizer = make([theirs], lr=0.01, **settings)
    for gradient in gradients.astype(dtype):
        theirs.grad = torch.from_numpy(gradient)
        optimizer.step()
        w, state = update(w, gradient, state, 0.01)
        off = max(off, np.abs(w - theirs.detach().numpy()).max())
    return off


apart = {}
for update, twin in twins.items():
    apart[update.__name__] = [
        largest_difference(update, *twin, dtype) for dtype in (np.float32, np.float64)
    ]
    single, double = apart[update.__name__]
    print(f"{update.__name__:15} float32 {single:.0e}, float64 {double:.0e}")
# %% [markdown]
# The differences are rounding errors. In float64 rounding errors are $2^{29}$ times smaller, and the
# differences are smaller by about this factor, or by more.
#
# ///
#
# **2.** Let $\varepsilon = 0$, and let every gradient of one parameter be multiplied by the same number
# $c > 0$. Prove that this parameter takes the same steps by (4), (5) and (6). What follows for the path if
# the gradient is $\lambda (w - w^\star)$? How long is the first step by RMSProp, and by Adam?
#
# /// details | Hint
# How does the component $s$ change? How do $m$ and $\hat m$? They are zero before the first step.
# ///
#
# /// details | Solution
#
# The component $s$ is a sum of squares of gradients with fixed weights, so it is multiplied by $c^2$, and
# $\sqrt{s}$ by $c$. The component $m$ is a sum of gradients with fixed weights and is multiplied by $c$.
# $\hat m$ and $\hat s$ are $m$ and $s$ divided by numbers without gradients. In each quotient $c$
# cancels. $\blacksquare$
#
# Take the gradients $\lambda (w - w^\star)$ and $c \lambda (w - w^\star)$ from the same start. As long as
# the points have been the same, the gradients differ by the factor $c$, so the next points are the same too. By
# induction the whole paths are the same: the path does not depend on $\lambda > 0$.
#
# Let $g \ne 0$ be the first gradient. RMSProp divides it by $\sqrt{1 - \gamma}\, \lvert g \rvert$, so the
# length is $\eta / \sqrt{1 - \gamma}$. For Adam $\hat m = g$ and $\hat s = g^2$, so the length is $\eta$.
# With $g = 50$, $\eta = 1/10$ and $\gamma = 99/100$:
# %%
for update in (rmsprop_update, adam_update):
    print(f"{abs(update(0.0, 50.0, (), 0.1, eps=0.0)[0]):.4f}")
# %% [markdown]
# ///
#
# **3.** Compare the six updates on the regression of [the first part](../experiment/train.py): ten epochs
# from zero, in mini-batches of 10. Why is there little to gain? These are the data, the loss above
# that of least squares, and the mini-batches:

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
X, y = np.c_[features.double().numpy(), np.ones(1000)], labels[:, 0].double().numpy()

# %%
from gdbook.optimizers import batch_gradient

G, least = X.T @ X / 1000, np.linalg.lstsq(X, y, rcond=None)[0]
floor = np.mean((X @ least - y) ** 2) / 2


def excess(w: np.ndarray) -> np.ndarray:
    """Loss above that of least squares, for rows of parameters."""
    return np.sum((w - least) @ G * (w - least), axis=-1) / 2


seen, *unseen = (batch_gradient(X, y, 10, seed) for seed in range(SEED, SEED + 6))

# %% [markdown]
# /// details | Hint
# Call `search` with `seen` and `excess`, and compare on the five orders of samples in `unseen`. What is
# $\kappa$ here? What else keeps the updates from the least loss?
# ///
#
# /// details | Solution
# %%
above, zero = {}, np.zeros((1, 3))
for name, update in UPDATES.items():
    settings = search(name, seen, excess, zero, 1000)
    runs = [descend(update, order, zero, 1000, **settings) for order in unseen]
    above[name] = [excess(end).item() for *_, end in runs]
    least_of, most = min(above[name]), max(above[name])
    found = ", ".join(f"{key} {value:.2g}" for key, value in settings.items())
    print(f"{name:8} {least_of:.0e} to {most:.0e} with {found}")
kappa, best_lr = np.linalg.cond(G), 2 / np.linalg.eigvalsh(G)[[0, -1]].sum()
w = zero
for _ in range(6):
    w = w - best_lr * (w - least) @ G
print(f"kappa {kappa:.2f}, floor {floor:.6f}")
print(f"six steps with all samples {excess(w).item():.0e}")

# %% [markdown]
# The curvatures are nearly equal. With the gradient of all samples, gradient descent multiplies the distance
# in each step by at most $(\kappa - 1)/(\kappa + 1)$, here `=(kappa - 1) / (kappa + 1):.2f`. After six such steps
# the loss is lower than that of each of the 30 runs above. So what is left there is caused by the gradients
# of the mini-batches, which differ from it. Which update ends lowest depends on the order of the
# samples. All end within two percent of the floor, the loss of least squares. The article, with a
# learning rate smaller than all of these, printed `=published:regression.loss` after 300 epochs.
#
# ///

# %%
#| echo: false
from gdbook.optimizers import buffers, tune
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate

assert [*UPDATES.values()] == updates
assert [buffers(update) for update in UPDATES.values()] == [0, 1, 1, 1, 1, 2]
found_by_the_package = tune("SGD", seen, excess, zero[0], 1000).settings
assert found_by_the_package == search("SGD", seen, excess, zero, 1000)
lr, beta = tuned["Momentum"].values()
assert (1 - np.sqrt(beta)) ** 2 / 0.001 < lr < (1 + np.sqrt(beta)) ** 2
hb = [heavy_ball_rate(c, lr, beta) for c in curvatures]
assert np.allclose(hb, np.sqrt(beta), rtol=1e-9, atol=0)
assert np.allclose(best_heavy_ball(H), [*fastest.values()], rtol=1e-9, atol=0)
ends_of_all = [above[name][k] for name in UPDATES for k in range(5)]
assert max(ends_of_all) < 0.02 * floor
lowest = {min(UPDATES, key=lambda name: above[name][k]) for k in range(5)}
assert len(lowest) > 1

# %% [markdown]
# Next: [where do the last digits come from?](../digits/errors.py)
