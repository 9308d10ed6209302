# %% [markdown]
# # What does torch do in your place?
#
# At the end of this page you know which part of torch replaces which line of the
# hand-written descent, where the 2 and the division by the batch size hide, and when
# two runs must agree to the last digit.

# %%
import random

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 20
lr, num_epochs, batch_size = 0.0003, 300, 10

# %% [markdown]
# ## Line by line
#
# | by hand | torch | what is different |
# |:--|:--|:--|
# | `linreg(X, w, b)` | `nn.Linear(2, 1)` | keeps the weights as a row, draws a start of its own |
# | `squared_loss(y_hat, y)` | `nn.MSELoss()` | no half, and the mean of the batch |
# | `l.sum().backward()` | `l.backward()` | the mean is a single number already |
# | `data_iter(…)` | `DataLoader(TensorDataset(…), …)` | shuffles with torch, not with `random` |
# | `sgd(params, lr, batch_size)` | `torch.optim.SGD(params, lr)` | does not divide |
#
# ## Where the factors hide
#
# The gradient of one mini-batch, three times: by the formula for the sum of
# `squared_loss`, by autograd from the same sum, and from `nn.MSELoss`.

# %%
#| code-fold: From the pages before
from gdbook.data import setup_seed, shuffled, synthetic_data
from gdbook.linear import squared_loss

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
start = torch.normal(0, 0.01, (2, 1)), torch.zeros(1)

# %%
X, y = features[:batch_size], labels[:batch_size]
w = start[0].clone().requires_grad_()
residuals = (X @ w - y).detach()
by_hand = (X.T @ residuals)[:, 0]
(of_sum,) = torch.autograd.grad(squared_loss(X @ w, y).sum(), w)
(of_mean,) = torch.autograd.grad(nn.MSELoss()(X @ w, y), w)
print("by hand ", by_hand)
print("autograd", of_sum[:, 0])
print("MSELoss ", of_mean[:, 0])
print(f"by hand / MSELoss {(by_hand[0] / of_mean[0]).item():.4f}")

# %% [markdown]
# `nn.MSELoss` averages the squares of the batch: its gradient is the one by hand times 2
# and divided by the number $B$ of samples. By hand the step divides by the divisor $m$,
# and `torch.optim.SGD` does not divide. So for one and the same step torch must be given
#
# $$
# \eta_{\text{torch}} = \eta\, \frac{B}{2 m} ,
# $$
#
# and twice that for the toys, since their loss has no half.

# %%
from gdbook.optimizers import torch_lr

print("regression:", torch_lr(lr, batch_size, divisor=10, halved=True))
print("toys:", torch_lr(0.3, batch_size=1, divisor=10, halved=False))

# %% [markdown]
# Where the divisor is the batch size, the two cancel. They do not where the last batch is
# short: `=1000` samples in batches of 30 leave one of 10. `sgd(…, 30)` still divides by
# 30, `nn.MSELoss` by 10. No single step size makes the two the same:

# %%
for size in (30, 10):
    print(f"batch of {size}: {torch_lr(lr, size, divisor=30, halved=True):.6f}")

# %% [markdown]
# With torch, then, the samples of a short batch count more than the others, here three
# times as much. `DataLoader(…, drop_last=True)` leaves them out.
#
# ## The same run from torch's parts
#
# For the same numbers torch needs the same start, and the order of Python's `random`.
# A sampler hands it over.

# %%
#| code-fold: The same start, the same order, and the loop
from gdbook.optimizers import linear_module, same_loader, torch_train

# %%
random.seed(SEED)
loader = same_loader(features, labels, batch_size)
eta, epochs = torch_lr(lr, batch_size, divisor=10, halved=True), 20
first = torch_train(linear_module(*start), loader, eta, epochs)

# %% [markdown]
# And by hand, in NumPy's float32, to the end:

# %%
from gdbook.experiments import linear_value_and_grad

X = np.c_[features.numpy(), np.ones(1000, np.float32)]
y, theta = labels.numpy()[:, 0], np.append(*[part.numpy() for part in start])


def descend(lr: float, num_epochs: int) -> np.ndarray:
    """Parameters after each step of the hand-written descent."""
    random.seed(SEED)
    path, eta = [theta], np.float32(lr)
    for _ in range(num_epochs):
        for drawn in np.reshape(shuffled(1000), (-1, batch_size)):
            _, (gradient,) = linear_value_and_grad(X[drawn], y[drawn], path[-1])
            path.append(path[-1] - eta * gradient / np.float32(batch_size))
    return np.array(path)


by_hand = descend(lr, num_epochs)

# %% [markdown]
# A step of torch's parts takes far longer than a step by hand. So torch runs the first and
# the last `=epochs` epochs here; the tests of this book run all `=num_epochs`. The orders
# between them are drawn and not run, and the last epochs start where the descent by hand
# stands.

# %%
random.seed(SEED)
for _ in range(num_epochs - epochs):
    shuffled(1000)
far = torch.tensor(by_hand[(num_epochs - epochs) * 100])
last = torch_train(linear_module(far[:2, None], far[2:]), loader, eta, epochs)

by_torch = np.full_like(by_hand, np.nan)  # nan: not run
by_torch[: len(first)], by_torch[-len(last) :] = first, last
last_place = np.nanmax(np.abs(by_hand - by_torch) / np.spacing(np.abs(by_hand[-1])))
print("largest difference, in the last place:", last_place)


# %%
def mean_loss(path: np.ndarray) -> np.ndarray:
    """Mean of ½r² over all samples, before the first and after each epoch."""
    return np.mean((path[::100].astype(float) @ X.T - y) ** 2, axis=1) / 2


true = np.array([2, -3.4, 4.2])
hand, torched = true - by_hand[-1], true - by_torch[-1]
loss_hand, loss_torch = mean_loss(by_hand), mean_loss(by_torch)

# %% [markdown]
# | after epoch `=num_epochs` | published | by hand | by torch |
# |:--|--:|--:|--:|
# | error of w0 | `=published:regression.w_error.1` | `=hand[0]:.4f` | `=torched[0]:.4f` |
# | error of w1 | `=published:regression.w_error.2` | `=hand[1]:.4f` | `=torched[1]:.4f` |
# | error of b | `=published:regression.b_error` | `=hand[2]:.4f` | `=torched[2]:.4f` |
# | loss, with its half | `=published:regression.loss` | `=loss_hand[-1]:.6f` | `=loss_torch[-1]:.6f` |
# | what `nn.MSELoss` prints | | | `=2 * loss_torch[-1]:.6f` |
#
# The article's numbers, all four, from torch's own parts. Parameters differ by no more than
# `=last_place:.1f` units in the last binary place. They do differ, because torch rounds the
# same product in another order. And whoever reads the loss off `nn.MSELoss` sees twice
# the number.
#
# ## With the same step size
#
# Give torch the step size itself, not its half, and every step is twice as long.
# The prediction: it follows the hand-written descent with twice the step size.

# %%
random.seed(SEED)
same_lr = torch_train(linear_module(*start), loader, lr, 20)
twice = descend(2 * lr, 150)
for times, path in ((1, by_hand), (2, twice)):
    off = np.abs(same_lr - path[: len(same_lr)]).max()
    print(f"{times} x the step size by hand: off {off:.0e}")

# %%
#| code-fold: Code of the figure
#| fig-cap: Two descents by hand (lines) and two by torch (points). With the step size that belongs to the other loss, torch needs half of the epochs.
#| fig-alt: Mean loss over 300 epochs on a logarithmic axis. Two lines fall, one of them twice as steeply, and flatten at the same floor. Points lie on both ends of the first line and on the beginning of the second.
from gdbook.figures.optimizers import same_descent

lines = {"η by hand": loss_hand, "2η by hand": mean_loss(twice)}
points = {"torch, half of η": loss_torch, "torch, η": mean_loss(same_lr)}
same_descent(lines, points)
plt.show()

# %% [markdown]
# ## With `shuffle=True`
#
# Left to itself, a `DataLoader` asks torch's generator for the order, not Python's
# `random`. It is another descent then, and as good a one. From where the run above ended
# we continue for 10 epochs, once with each order:

# %%
far = torch.tensor(by_torch[-1])
w, b = far[:2, None], far[2:]
own = DataLoader(TensorDataset(features, labels), batch_size, shuffle=True)
setup_seed(SEED)
ends = [torch_train(linear_module(w, b), one, eta, 10)[-1] for one in (loader, own)]
print("apart", *(f"{part:.1e}" for part in np.abs(ends[0] - ends[1])))

# %%
#| echo: false
from gdbook.theory.floor import rounding_spread, shuffled_spread

X64 = X.astype(float)
order = shuffled_spread(X64, y.astype(float), lr, batch_size, 10)
rounding = rounding_spread(by_torch[-1], X64.T @ X64 / 1000, lr, 1000)
of_order, of_rounding = (2**0.5 * part.max() for part in (order, rounding))

# %% [markdown]
# Theory knows the size of it beforehand. The orders of 10 epochs move the ends apart by a
# standard deviation of up to `=1e6 * of_order:.1f` millionths, the rounding of 1,000 steps by
# `=1e6 * of_rounding:.1f`.
# The printed digits notice neither.
#
# On the toy with a wrong label they do: there a pass in another order ends
# [at another point](../zero/wrong-label.py). A pass leaves a third of every distance, so
# that the last 60 of the 30,000 epochs tell where the run ends; the others are drawn and
# not run.

# %%
x, wrong = torch.arange(4.0)[:, None], torch.tensor([[0], [1], [2], [3.1]])
setup_seed(SEED)
for _ in range(30_000 - 60):
    shuffled(4)
eta = torch_lr(0.3, batch_size=1, divisor=10, halved=False)
own = DataLoader(TensorDataset(x, wrong), shuffle=True)
for one in (same_loader(x, wrong, 1), own):
    module = linear_module(torch.tensor([[2.0]]), None)
    print(f"w {torch_train(module, one, eta, 60)[-1, 0]:.4f}")

# %% [markdown]
# The first is the published `=published:wrong_label.w`. The second is no error: another
# order ends elsewhere.
#
# ## What was found
#
# - `nn.MSELoss` has no half and divides by the batch; `torch.optim.SGD` does not divide.
#   The step size can make up for both.
# - In the same order torch gives the published digits, and parameters that differ by
#   rounding alone. With the same step size it descends twice as fast.
# - `shuffle=True` draws another order: the same digits on the regression, another end on
#   a toy that never settles.
#
# Next: [do other updates descend faster?](optimizers.py)
