# %% [markdown]
# # Do other updates descend faster?
#
# At the end of this page you have momentum, Nesterov, AdaGrad, RMSProp and Adam in a few
# lines each, equal to torch's, and you know on which problems they help, and what they
# cost.

# %%
from collections.abc import Callable
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import torch

SEED, num_steps = 20, 300
rng = np.random.default_rng(SEED)

# %% [markdown]
# ## Plain descent and five others
#
# Each takes the parameters, the gradient, what it remembers (its state) and a step size,
# and returns the new parameters and the new state. Plain descent remembers nothing.
# Below each, three steps under a gradient that is always 1:

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
# *Nesterov's* momentum takes the gradient where the velocity is about to lead. Here `w`
# already is that look-ahead point, so the gradient is taken at `w`.

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
# Our update and torch's get the same thousand random gradients in float32, for five
# parameters of very different scales, with torch's own settings.

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
# A comparison is fair when every update is tuned by the same search. Here each gets 100
# settings: 100 step sizes, even on a logarithmic scale, or 20 with each of five values
# where there is a second setting. The best is the one whose worst of 20 starts ends lowest
# after `=num_steps` steps. It is then judged by 200 starts that it has not seen.

# %%
#| code-fold: The settings to search, and the descent
from gdbook.optimizers import UPDATES, descend, search_grid


# %%
def search(name: str, gradient: Callable, height: Callable, starts: np.ndarray) -> dict:
    """Find the settings whose worst start ends lowest; all are tried at once."""
    lists = search_grid(name, 100, 1e-4, 10)
    grid = {key: values[:, None] for key, values in lists.items()}  # (100, 1, 1)
    rows = np.tile(starts, (100, 1, 1))
    *_, ends = descend(UPDATES[name], gradient, rows, num_steps, **grid)
    with np.errstate(over="ignore", invalid="ignore"):  # some settings diverge
        worst = np.nan_to_num(height(ends), nan=np.inf).max(axis=1)
    return {key: values[worst.argmin()].item() for key, values in lists.items()}


# %%
#| echo: false
from gdbook.tables import power_of_ten

# %%
tuned, paths = {}, {}
for name, update in UPDATES.items():
    tuned[name] = search(name, valley, height, tuning)
    path = descend(update, valley, fresh, num_steps, **tuned[name])
    paths[name] = np.stack([height(w) for w in path])
    settings = ", ".join(f"{value:.3g}" for value in tuned[name].values())
    print(f"{name:8} {np.median(paths[name][-1]):.0e} with {settings}")

# %%
#| code-fold: Code of the figure
#| fig-cap: Six tuned updates in the valley, the median of 200 fresh starts. Momentum, Nesterov and Adam leave plain descent behind by powers of ten; AdaGrad and RMSProp stay near it.
#| fig-alt: "Loss over 300 steps on a logarithmic axis. SGD, AdaGrad and RMSProp flatten out between `=power_of_ten(medians['AdaGrad'][-1])` and `=power_of_ten(medians['RMSProp'][-1])`. Nesterov ends at `=power_of_ten(medians['Nesterov'][-1])`, Adam at `=power_of_ten(medians['Adam'][-1])`, Momentum at `=power_of_ten(medians['Momentum'][-1])`."
from gdbook.figures.optimizers import descents

medians = {name: np.median(heights, axis=1) for name, heights in paths.items()}
descents(medians)
plt.show()

# %% [markdown]
# ## What theory says of it
#
# For plain descent and for momentum the outcome is known without a run. On each axis the
# last two distances make the next one, through a matrix of two rows that holds step size,
# momentum and curvature. Its power says what is left; plain descent has no momentum.


# %%
def left(curvature: float, eta: float, beta: float = 0) -> float:
    """Share of the distance that num_steps leave on an axis."""
    two_rows = [[1 + beta - eta * curvature, -beta], [1, 0]]
    return np.linalg.matrix_power(two_rows, num_steps)[0].sum()


curvatures, V = np.linalg.eigh(H)
for name in ("SGD", "Momentum"):
    shares = np.array([left(c, *tuned[name].values()) for c in curvatures])
    end = np.median((shares * ((fresh - minimiser) @ V)) ** 2 @ curvatures / 2)
    print(f"{name}: {end:.3e}; run {medians[name][-1]:.3e}")

beta, root = tuned["Momentum"]["momentum"], np.sqrt(curvatures[-1] / curvatures[0])
print(f"a step: {np.sqrt(beta):.4f}; best possible {(root - 1) / (root + 1):.4f}")

# %%
#| echo: false
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate

rates = [heavy_ball_rate(c, *tuned["Momentum"].values()) for c in curvatures]
assert np.allclose(rates, np.sqrt(beta), rtol=1e-9, atol=0)
assert np.isclose(np.sqrt(best_heavy_ball(H)[1]), (root - 1) / (root + 1), rtol=1e-9)

# %% [markdown]
# Where momentum swings, as it does here on every axis, each step multiplies the distance by
# √*β* = `=np.sqrt(beta):.4f`. The best setting of momentum would reach
# `=(root - 1) / (root + 1):.4f`; plain descent, `=(root**2 - 1) / (root**2 + 1):.4f`.
#
# ## The axes decide
#
# AdaGrad, RMSProp and Adam give each *parameter* a step size. In the valley it is the
# axes that want one, and they lie across the parameters. Turn them back, so that every
# axis is a parameter:

# %%
straight = quadratic_gradient(np.diag(curvatures), minimiser @ V)
for name, update in UPDATES.items():
    settings = search(name, straight, lambda w: height(w @ V.T), tuning @ V)
    *_, ends = descend(update, straight, fresh @ V, num_steps, **settings)
    end = np.median(height(ends @ V.T))
    print(f"{name:8} turned {medians[name][-1]:.0e}, straight {end:.0e}")

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
from gdbook.optimizers import batch_gradient, tune
from gdbook.tables import markdown_table
from gdbook.theory.floor import excess_loss

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
    rows.append([name, setting, power_of_ten(excess), f"{losses[name]:.6f}"])
Markdown(markdown_table(["update", "setting", "above the floor", "loss"], rows))

# %% [markdown]
# The floor is `=floor:.6f`, and every one of them has come so near that its loss prints
# the same. The article, with steps far shorter than the best, printed
# `=published:regression.loss` after 300 epochs.
#
# ## What a step costs
#
# Counted per parameter, in a second step, when the state is filled, and without the
# gradient, which all of them need:

# %%
#| echo: false
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
rows = [[name, str(n), str(buffers(UPDATES[name]))] for name, n in operations.items()]
Markdown(markdown_table(["update", "operations", "numbers to remember"], rows))

# %% [markdown]
# Adam does `=operations["Adam"] // operations["SGD"]` times the arithmetic of plain descent,
# and keeps `=buffers(UPDATES["Adam"])` numbers beside each parameter.
#
# ## What was found
#
# - Plain descent and five others in a few lines each, equal to torch's to rounding over
#   1,000 steps.
# - In a long valley tuned momentum ends at `=power_of_ten(medians["Momentum"][-1])` and Adam
#   at `=power_of_ten(medians["Adam"][-1])`, where plain descent ends at
#   `=power_of_ten(medians["SGD"][-1])`.
# - Updates that scale parameters gain most where the axes are parameters.
# - On the regression there is nothing to gain.
#
# The article's second question starts here: [why minus the gradient?](../why/minus.py)
