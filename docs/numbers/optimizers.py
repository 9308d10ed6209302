# %% [markdown]
# # Do other updates descend faster?
#
# At the end of this page you have momentum, Nesterov, AdaGrad, RMSProp and Adam in a few
# lines each, equal to torch's, and you know on which problems they help, and what they
# cost.

# %%
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import torch

SEED, num_steps = 20, 300
rng = np.random.default_rng(SEED)

# %% [markdown]
# ## Five updates from five papers
#
# Each takes the parameters, the gradient, what it remembers (its state) and a step size,
# and returns the new parameters and the new state. Plain descent remembers nothing.
# Beside each, three steps under a gradient that is always 1:

# %%
from gdbook.optimizers import Update, sgd_update


def three_steps(update: Update) -> None:
    """Print where three steps of size 0.1 lead from 0."""
    w, state = 0.0, ()
    for _ in range(3):
        w, state = update(w, 1.0, state, 0.1)
        print(f"{w:.4f}", end=" ")


three_steps(sgd_update)

# %% [markdown]
# *Momentum* (Polyak, 1964) keeps rolling. Its velocity is the sum of all gradients, of
# which older ones weigh less.

# %%
from gdbook.optimizers import momentum_update

three_steps(momentum_update)

# %% [markdown]
# *Nesterov's* momentum takes the gradient where the velocity is about to lead.

# %%
from gdbook.optimizers import nesterov_update

three_steps(nesterov_update)

# %% [markdown]
# The other three divide by the size of the gradients so far, each parameter by its own.
# *AdaGrad* adds up the squares, and its steps shorten for ever.

# %%
from gdbook.optimizers import adagrad_update

three_steps(adagrad_update)

# %% [markdown]
# *RMSProp* averages the squares, and forgets old ones. The average starts at zero, so the
# first steps are long.

# %%
from gdbook.optimizers import rmsprop_update

three_steps(rmsprop_update)

# %% [markdown]
# *Adam* averages the gradient and its square, and corrects both averages for their start.

# %%
from gdbook.optimizers import adam_update

three_steps(adam_update)

# %% [markdown]
# ## The same as torch's
#
# Both get the same thousand random gradients in float32, five parameters of very
# different scales, with torch's own settings.

# %%
start = rng.normal(size=5).astype(np.float32)
scales = 10.0 ** rng.uniform(-3, 1, 5)
gradients = (scales * rng.normal(0.3, 1, (1000, 5))).astype(np.float32)
twins = {
    "SGD": (sgd_update, torch.optim.SGD),
    "Momentum": (momentum_update, partial(torch.optim.SGD, momentum=0.9)),
    "Nesterov": (
        nesterov_update,
        partial(torch.optim.SGD, momentum=0.9, nesterov=True),
    ),
    "AdaGrad": (adagrad_update, torch.optim.Adagrad),
    "RMSProp": (rmsprop_update, torch.optim.RMSprop),
    "Adam": (adam_update, torch.optim.Adam),
}

# %%
for name, (update, make) in twins.items():
    w, state, off = start, (), 0.0
    theirs = torch.tensor(start, requires_grad=True)
    optimizer = make([theirs], lr=0.01)
    for gradient in gradients:
        theirs.grad = torch.from_numpy(gradient)
        optimizer.step()
        w, state = update(w, gradient, state, 0.01)
        off = max(off, np.abs(w - theirs.detach().numpy()).max())
    print(f"{name:8} moved {np.abs(w - start).max():6.2f}, apart {off:.0e}")

# %% [markdown]
# ## A long valley
#
# The loss is a quadratic of ten parameters whose curvatures reach from 1 down to a
# thousandth, its axes turned at random. Plain descent must keep its step below 2 for the
# steepest axis, and creeps along the flattest.

# %%
from gdbook.optimizers import ill_conditioned, quadratic_gradient
from gdbook.theory import excess_loss

H = ill_conditioned(1000, 10, SEED)
minimiser, tuning, fresh = rng.normal(size=(3, 10))
valley = quadratic_gradient(H, minimiser)

# %% [markdown]
# A comparison is fair when every update is tuned by the same search. Here each gets 100
# settings: 100 step sizes, even on a logarithmic scale, or 20 with each of five values
# where there is a second setting. What is best after `=num_steps` steps from one start
# then runs from another.

# %%
#| code-fold: The search
from gdbook.optimizers import UPDATES, descend, tune


# %%
def height(w: np.ndarray) -> np.ndarray:
    """Loss above its least value."""
    return excess_loss(w, minimiser, H)


tuned, paths = {}, {}
for name, update in UPDATES.items():
    tuned[name] = tune(name, valley, height, tuning, num_steps)
    settings = tuned[name].settings
    path = [*descend(update, valley, fresh, num_steps, **settings)]
    paths[name] = height(np.stack(path))
    print(
        f"{name:8} {paths[name][-1]:.0e} with", *(f"{v:.3g}" for v in settings.values())
    )

# %%
#| code-fold: Code of the figure
#| fig-cap: Six tuned updates in the valley, from a start that none was tuned on. Momentum and Adam leave plain descent behind by many powers of ten; AdaGrad and RMSProp stay near it.
#| fig-alt: Loss over 300 steps on a logarithmic axis. SGD, AdaGrad and RMSProp flatten out above a ten-thousandth. Nesterov falls to about ten to the minus ten, Momentum and Adam to ten to the minus twelve and below.
from gdbook.figures_methods import descents

descents(paths, heights=[1e-6, 1e-14, 1e-10, 1e-4, 1e-2, 1e-12])
plt.show()

# %% [markdown]
# Adam is thrown out once on the way, up to `=paths["Adam"][100:].max():.1f`: where
# gradients have long been small it divides by little. A search that looks at the end
# does not see it.
#
# ## What theory says of it
#
# For plain descent and for momentum the outcome is known without a run. Plain descent
# multiplies the error on each axis by 1 minus step size times curvature. Momentum swings
# on every axis that is steep enough for its setting `beta`, and there the error shrinks
# by the root of `beta` a step. How fast the best setting of all would be is known, too.

# %%
curvatures, V = np.linalg.eigh(H)
left = (1 - tuned["SGD"].settings["lr"] * curvatures) ** num_steps
predicted = np.sum(curvatures * (left * ((fresh - minimiser) @ V)) ** 2) / 2
print(f"SGD: {predicted:.4e}; run {paths['SGD'][-1]:.4e}")

eta, beta = tuned["Momentum"].settings.values()
print("swings on every axis:", np.all(eta * curvatures > (1 - np.sqrt(beta)) ** 2))
tops = [paths["Momentum"][k : k + 50].max() for k in (50, 250)]
print(
    f"Momentum: {np.sqrt(beta):.4f} a step; run {(tops[1] / tops[0]) ** (1 / 400):.4f}"
)
root = np.sqrt(curvatures[-1] / curvatures[0])
print(f"best possible: {(root - 1) / (root + 1):.4f} a step")

# %% [markdown]
# ## The axes decide
#
# AdaGrad, RMSProp and Adam give each *parameter* a step size. In the valley it is the
# axes that want one, and they lie across the parameters. Turn them back, so that every
# axis is a parameter:

# %%
straight = quadratic_gradient(np.diag(curvatures), minimiser @ V)
for name, update in UPDATES.items():
    found = tune(name, straight, lambda w: height(w @ V.T), tuning @ V, num_steps)
    *_, end = descend(update, straight, fresh @ V, num_steps, **found.settings)
    print(f"{name:8} turned {paths[name][-1]:.0e}, straight {height(end @ V.T):.0e}")

# %% [markdown]
# The first three do not know which way the parameters point: the same numbers. For the
# other three the valley has become a round bowl, and they reach its bottom to rounding.
#
# ## On the regression
#
# Its curvatures are nearly equal, so that there is little to gain. Ten epochs of the
# article's mini-batches, the same search, and then other batches than the search saw:

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.data import setup_seed, synthetic_data
from gdbook.experiments import TRUE_B, TRUE_W
from gdbook.optimizers import batch_gradient
from gdbook.tables import markdown_table

setup_seed(SEED)
features, labels = synthetic_data(TRUE_W, TRUE_B, 1000)
X, y = np.c_[features.double().numpy(), np.ones(1000)], labels[:, 0].double().numpy()
G, best = X.T @ X / 1000, np.linalg.lstsq(X, y, rcond=None)[0]
floor = np.mean((X @ best - y) ** 2) / 2
seen, unseen = (batch_gradient(X, y, 10, seed) for seed in (SEED, SEED + 1))
losses, rows = {}, []
for name, update in UPDATES.items():
    found = tune(name, seen, lambda w: excess_loss(w, best, G), np.zeros(3), 1000)
    *_, end = descend(update, unseen, np.zeros((1, 3)), 1000, **found.settings)
    excess = excess_loss(end[0], best, G)
    losses[name] = floor + excess
    setting = ", ".join(f"{value:.2g}" for value in found.settings.values())
    rows.append([name, setting, f"{excess:.0e}", f"{losses[name]:.6f}"])
Markdown(markdown_table(["update", "setting", "above the floor", "loss"], rows))

# %% [markdown]
# The floor is `=floor:.6f`, and every one of them has come so near that its loss prints
# the same. The article, with steps far shorter than the best, printed
# `=published:regression.loss` after 300 epochs.
#
# ## What a step costs
#
# Let the parameters count what is done with them in a second step, when the state is
# filled. The gradient, which all of them need, is not counted.

# %%
from gdbook.optimizers import buffers


class Counted(np.ndarray):
    """Parameters that count the operations in which they take part."""

    count = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """Count, and do what is asked."""
        Counted.count += 1
        plain = [np.asarray(part) for part in inputs]
        return ufunc(*plain, **kwargs).view(Counted)


operations = {}
for name, update in UPDATES.items():
    w = np.ones(3).view(Counted)
    _, state = update(w, w, (), 0.1)
    Counted.count = 0
    update(w, w, state, 0.1)
    operations[name] = Counted.count
    print(f"{name:8} {Counted.count:2} operations, state {buffers(update)}")

# %% [markdown]
# Per parameter and step, that is: Adam does `=operations["Adam"] // operations["SGD"]`
# times the arithmetic of plain descent, and keeps `=buffers(adam_update)` numbers beside
# each parameter.
#
# ## What was found
#
# - Five updates in a few lines each, equal to torch's to rounding over 1,000 steps.
# - In a long valley tuned momentum and Adam end at `=paths["Momentum"][-1]:.0e` and
#   `=paths["Adam"][-1]:.0e`, where plain descent ends at `=paths["SGD"][-1]:.0e`.
# - Updates that scale parameters gain most where the axes are parameters.
# - On the regression there is nothing to gain.
#
# The article's second question starts here: [why minus the gradient?](../why/minus.py)
