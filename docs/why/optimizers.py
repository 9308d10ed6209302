# %% [markdown]
# # Do other updates descend faster?
#
# You will learn
#
# - the formulas of momentum, Nesterov's momentum, AdaGrad, RMSProp and Adam, and their code;
# - which path gradient descent, momentum and Adam take through a long valley;
# - on which problems the other updates help.
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
# Each update takes the parameters $\mathbf w$, the gradient $\mathbf g$ at $\mathbf w$, a state and a
# learning rate $\eta$, and returns the new parameters and the new state. A state starts at
# zero. Gradient descent has no state:
#
# $$ \mathbf w \leftarrow \mathbf w - \eta\, \mathbf g . \tag{1} $$

# %%
from gdbook.optimizers import sgd_update

updates = [sgd_update]

# %% [markdown]
# The numbers $\beta, \gamma, \beta_1$ and $\beta_2$ below lie between 0 and 1.
# *Momentum* (Polyak, 1964) adds up all gradients, and gives older ones smaller weights. The
# [page before](momentum.py) derives its rate. Its state is the velocity $\mathbf v$:
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, \mathbf v . \tag{2} $$

# %%
#| code-fold: From earlier pages
from gdbook.optimizers import momentum_update

# %%
updates.append(momentum_update)

# %% [markdown]
# *Nesterov's momentum* is (2) with the gradient at the point $\mathbf u = \mathbf w - \eta \beta \mathbf v$, to
# which the old velocity alone would lead. With the new velocity
# $\mathbf v' = \beta \mathbf v + \mathbf g$, the next such point is
# $\mathbf w - \eta \mathbf v' - \eta \beta \mathbf v' = \mathbf u - \eta\, (\mathbf g + \beta \mathbf v')$.
# If we now write $\mathbf w$ for $\mathbf u$, the update is
#
# $$ \mathbf v \leftarrow \beta \mathbf v + \mathbf g, \qquad \mathbf w \leftarrow \mathbf w - \eta\, (\mathbf g + \beta \mathbf v) . \tag{3} $$

# %%
from gdbook.optimizers import nesterov_update

updates.append(nesterov_update)

# %% [markdown]
# The other three updates divide each component of the step by a measure of the size of this
# component in the gradients so far. Squares, roots and quotients are taken component by component,
# and $\varepsilon$ is a small number that avoids division by zero. *AdaGrad* (Duchi, Hazan and Singer, 2011) adds up the squares:
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
# Three steps of each from 0, with $\eta = 1/10$ and a gradient that is always 1:

# %%
lengths = {}
for update in updates:
    w, state, path = 0.0, (), [0.0]
    for _ in range(3):
        w, state = update(w, 1.0, state, 0.1)
        path.append(w)
    lengths[update.__name__] = -np.diff(path)
    print(f"{update.__name__:16}", *[f"{w:.4f}" for w in path[1:]])

# %% [markdown]
# The steps of both kinds of momentum become longer, those of AdaGrad and RMSProp shorter. RMSProp
# begins with long steps, because its average starts at zero. Adam corrects this. For this constant
# gradient, which is 1, its steps are as long as those of gradient descent.
#
# Both kinds of momentum, AdaGrad and RMSProp keep one number of state for each parameter, Adam two. For
# each parameter a step (1) takes 2 operations and a step of Adam 14, without the computation of the
# gradient.
#
# ## Three paths through a valley
#
# The loss $\tfrac12 \mathbf w^\top \mathbf H \mathbf w$ of two parameters has the curvatures 1 and
# 1/20, which are the eigenvalues of $\mathbf H$. Its axes, the eigenvectors, are turned by 20
# degrees. Its contours are long ellipses, so we call its graph a valley. Gradient descent has the
# [best fixed learning rate for the worst start](how-long.py#beyond-2l), and momentum has the
# [settings with the best rate](momentum.py#what-is-the-best-rate). The learning rate of Adam is not
# tuned, so look only at the form of its path.

# %%
low, high, turn = 1 / 20, 1.0, np.radians(20)
turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
H2 = turned @ np.diag([low, high]) @ turned.T
a, b = np.sqrt([low, high])
cases = {
    "gradient descent": (sgd_update, {"lr": 2 / (low + high)}),
    "momentum": (
        momentum_update,
        {"lr": 4 / (a + b) ** 2, "momentum": ((b - a) / (b + a)) ** 2},
    ),
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
#| fig-cap: "The first 30 steps from the same start. Gradient descent crosses the valley in every step, and moves slowly along it. The zigzags of momentum become larger at first, but fall faster afterwards. Adam first moves both parameters by equal amounts."
#| fig-alt: Three panels with the same elliptical contours of a long valley. The path of gradient descent has many zigzags that become smaller along the valley. Those of momentum are larger at first, and have vanished near the minimum. The path of Adam starts at 45 degrees to the axes of the parameters, and then bends towards the minimum.
from gdbook.figures.optimizers import paths_on_contours

paths_on_contours(H2, plane_paths)
plt.show()

# %% [markdown]
# ## A long valley of ten parameters
#
# The loss is a quadratic function of ten parameters with curvatures from a thousandth to 1,
# and its axes are turned at random. Gradient descent needs a learning rate below 2, because
# the largest curvature is 1. So it converges slowly along the axis of the smallest curvature.

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
# In a fair comparison the same search tunes every update. Here each has 100
# settings: 100 learning rates, evenly spaced on a logarithmic scale, or 20 with each of five values
# of a second setting. This is $\beta$, $\gamma$ or, for Adam, $\beta_1$. The search takes the setting
# whose worst of 20 starts has the least loss after `=num_steps` steps. The comparison uses 200 other starts.

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
    settings = ", ".join(f"{value:.3g}" for value in tuned[name].values())
    print(f"{name:8} {np.median(paths[name][-1]):.0e} with {settings}")

# %%
#| code-fold: Code of the figure
#| fig-cap: Six tuned updates in the valley, median of 200 new starts. Momentum, Nesterov and Adam end at less than a thousandth of the loss of gradient descent. AdaGrad and RMSProp end within a factor of 10 of it.
#| fig-alt: "Loss over 300 steps on a logarithmic axis. SGD, AdaGrad and RMSProp flatten out between `=power_of_ten(min(slow))` and `=power_of_ten(max(slow))`. Nesterov ends at `=power_of_ten(medians['Nesterov'][-1])`, Adam at `=power_of_ten(medians['Adam'][-1])`, Momentum at `=power_of_ten(medians['Momentum'][-1])`."
from gdbook.figures.optimizers import descents

medians = {name: np.median(heights, axis=1) for name, heights in paths.items()}
slow = [medians[name][-1] for name in ("SGD", "AdaGrad", "RMSProp")]
descents(medians)
plt.show()

# %% [markdown]
# The search had only five values of $\beta$ for momentum. The rate is $\sqrt\beta$ on all axes if
# $\eta$ lies in the interval of [exercise 1 on momentum](momentum.py#exercises). Compare it with the
# [best rate](momentum.py#what-is-the-best-rate) for $\kappa = 1000$, the condition number of this valley:

# %%
lr, beta = tuned["Momentum"].values()
left, right = (1 - np.sqrt(beta)) ** 2 / 0.001, (1 + np.sqrt(beta)) ** 2
best_rate = (np.sqrt(1000) - 1) / (np.sqrt(1000) + 1)
print(f"learning rate {lr:.2f}, interval from {left:.2f} to {right:.2f}")
for name, rate in {"tuned": np.sqrt(beta), "best": best_rate}.items():
    tenth = np.log(10) / np.log(1 / rate)
    print(f"{name:5} rate {rate:.4f}, {tenth:.0f} steps for a factor of ten")

# %% [markdown]
# Tuned momentum is near the best rate.
#
# ## Do the axes matter?
#
# AdaGrad, RMSProp and Adam give each *parameter* its own step size. The axes of the valley are
# not those of the parameters. We turn the valley, so that every axis belongs to one
# parameter:

# %%
curvatures, V = np.linalg.eigh(H)
straight = quadratic_gradient(np.diag(curvatures), minimiser @ V)
for name, update in UPDATES.items():
    settings = search(name, straight, lambda w: height(w @ V.T), tuning @ V, num_steps)
    *_, ends = descend(update, straight, fresh @ V, num_steps, **settings)
    end = np.median(height(ends @ V.T))
    print(f"{name:8} turned {medians[name][-1]:.0e}, straight {end:.0e}")

# %% [markdown]
# Gradient descent and both kinds of momentum do not depend on the directions of the axes: they
# give the same numbers. For AdaGrad, RMSProp and Adam the loss at the end is more than six powers
# of ten smaller.
#
# ## Summary
#
# - Gradient descent and five other updates take a few lines each. They agree with torch's
#   up to rounding (exercise 1).
# - In the long valley tuned momentum ends at
#   $`=power_of_ten_tex(medians["Momentum"][-1])`$ and Adam at
#   $`=power_of_ten_tex(medians["Adam"][-1])`$, where gradient descent ends at
#   $`=power_of_ten_tex(medians["SGD"][-1])`$.
# - If every axis of this valley belongs to one parameter, AdaGrad, RMSProp and Adam end at a loss
#   that is more than six powers of ten smaller.
# - On the regression, all six updates print the same loss (exercise 3).
#
# ## Exercises
#
# **1.** Give `adam_update` and `torch.optim.Adam` the same thousand random gradients in float32.
# By how much do their parameters differ at most? Do the same for the other updates.
#
# /// details | Hint
# Write a gradient into `.grad` of a tensor, and call `optimizer.step()`.
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
gradients = np.random.default_rng(SEED).normal(0.3, 1, (1000, 5)).astype(np.float32)
apart = {}
for update, (make, settings) in twins.items():
    w, state, off = np.ones(5, np.float32), (), 0.0
    theirs = torch.ones(5, requires_grad=True)
    optimizer = make([theirs], lr=0.01, **settings)
    for gradient in gradients:
        theirs.grad = torch.from_numpy(gradient)
        optimizer.step()
        w, state = update(w, gradient, state, 0.01)
        off = max(off, np.abs(w - theirs.detach().numpy()).max())
    apart[update.__name__] = off
    print(f"{update.__name__:15} moved {np.abs(w - 1).max():.2f}, apart {off:.0e}")
# %% [markdown]
# The differences are rounding errors of float32.
#
# ///
#
# **2.** Prove that (4), (5) and (6) with $\varepsilon = 0$ take the same steps if every gradient
# is multiplied by the same number $c > 0$. How long are the first steps of RMSProp and of Adam?
#
# /// details | Hint
# How does $\mathbf s$ change? How do $\mathbf m$ and $\hat{\mathbf m}$? The states are zero before the
# first step.
# ///
#
# /// details | Solution
#
# All terms of $\mathbf s$ are multiplied by $c^2$, hence $\sqrt{\mathbf s}$ and
# $\sqrt{\hat{\mathbf s}}$ by $c$. $\mathbf m$ is a linear combination of gradients, and is multiplied by
# $c$ too. In each quotient $c$ cancels. $\blacksquare$
#
# The first step of RMSProp divides by $\sqrt{1 - \gamma}\, \lvert g \rvert$, so its length is
# $\eta / \sqrt{1 - \gamma}$ in each component with $g \ne 0$. Adam corrects this factor: the length is
# $\eta$. With the gradient 50:
# %%
for update in (rmsprop_update, adam_update):
    print(f"{update(0.0, 50.0, (), 0.1, eps=0.0)[0]:.4f}")
# %% [markdown]
# ///
#
# **3.** Compare the six updates on the article's regression, after ten epochs of its
# mini-batches. Why is there little to gain?
#
# /// details | Hint
# Use `search`, `batch_gradient` below, and other batches for the comparison than for the search. What is
# $\kappa$ here?
# ///
#
# /// details | Solution
# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data
from gdbook.optimizers import batch_gradient

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
X, y = np.c_[features.double().numpy(), np.ones(1000)], labels[:, 0].double().numpy()

# %%
G, best = X.T @ X / 1000, np.linalg.lstsq(X, y, rcond=None)[0]
floor = np.mean((X @ best - y) ** 2) / 2


def excess(w: np.ndarray) -> np.ndarray:
    """Loss above the floor, for rows of parameters."""
    return np.sum((w - best) @ G * (w - best), axis=-1) / 2


losses, zero = {}, np.zeros((1, 3))
seen, unseen = (batch_gradient(X, y, 10, seed) for seed in (SEED, SEED + 1))
for name, update in UPDATES.items():
    settings = search(name, seen, excess, zero, 1000)
    *_, end = descend(update, unseen, zero, 1000, **settings)
    losses[name] = floor + excess(end[0])
    print(f"{name:8} above the floor {excess(end[0]):.0e}, loss {losses[name]:.6f}")

# %% [markdown]
# The curvatures are nearly equal: $\kappa$ is `=np.linalg.cond(G):.2f`. The floor, the loss of
# least squares, is `=floor:.6f`, and all six losses print like it. The article, with a much smaller
# learning rate, printed `=published:regression.loss` after 300 epochs.
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
hb = [heavy_ball_rate(c, *tuned["Momentum"].values()) for c in curvatures]
assert np.allclose(hb, np.sqrt(beta), rtol=1e-9, atol=0)
assert np.isclose(best_heavy_ball(H)[1], best_rate**2, rtol=1e-9, atol=0)

# %% [markdown]
# Next: [where do the last digits come from?](../digits/errors.py)
