# %% [markdown]
# # What does torch do in your place?
#
# You will learn
#
# - which part of torch replaces which function of the training by hand,
# - where the factor 2 and the division by the batch size are,
# - by how much the two trainings differ, and in which unit this is measured,
# - what `DataLoader(shuffle=True)` needs to be reproducible.

# %%
import random

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
lr, num_epochs, batch_size = 0.0003, 300, 10

# %%
#| code-fold: From earlier pages
from gdbook.course import data_iter, setup_seed, squared_loss, synthetic_data

setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
start = torch.cat([torch.normal(0, 0.01, (2,)), torch.zeros(1)])

# %% [markdown]
# ## Function by function
#
# - `linreg` becomes `nn.Linear`. It stores the weights as a row and draws its first weights
#   and bias.
# - `squared_loss` becomes `nn.MSELoss`. It has no factor $\frac12$ and returns the mean of the
#   mini-batch, a single number. So `l.sum()` is not needed.
# - `sgd` becomes `optim.SGD`. It does not divide, and it does not clear the gradients.
# - `data_iter` becomes `DataLoader`. It shuffles with torch, not with `random`.
#
# ## Sum or mean, and the factor one half
#
# For residuals $r_i = \hat y_i - y_i$ the loss by hand is $\sum_i \frac12 r_i^2$, a sum over
# the $B$ samples of a mini-batch. By default `nn.MSELoss` computes $\frac1B \sum_i r_i^2$. The
# next cell computes three gradients with respect to the weights: of the sum by hand, of
# `MSELoss` with its default, and of `MSELoss` as a sum. It also prints their ratios to the
# first one.

# %%
X, y = features[:batch_size], labels[:batch_size]
gradients = {}
for name, loss in {
    "by hand": lambda y_hat, y: squared_loss(y_hat, y).sum(),
    "mean": nn.MSELoss(),
    "sum": nn.MSELoss(reduction="sum"),
}.items():
    w = start[:2, None].clone().requires_grad_()
    loss(X @ w, y).backward()
    gradients[name] = w.grad[:, 0]
    print(f"{name:8}", gradients[name], gradients[name] / gradients["by hand"])

# %% [markdown]
# With its default, `MSELoss` gives $2 / B$ times the gradient by hand. The function `sgd`
# divides by a number $m$, the *divisor*, and `optim.SGD` does not divide. So torch makes the same
# step if its learning rate is
#
# $$
# \eta_{\text{torch}} = \eta\, \frac{B}{2 m} . \tag{1}
# $$
#
# With $m = B$ this is half of $\eta$.

# %%
#| code-fold: Check
torch.testing.assert_close(gradients["mean"], 2 / batch_size * gradients["by hand"])
torch.testing.assert_close(gradients["sum"], 2 * gradients["by hand"])

# %% [markdown]
# A [last, smaller mini-batch](sgd.py#a-last-smaller-mini-batch) has a smaller $B$ and the same
# $m$. So no single learning rate fits all steps. One can sum with `reduction="sum"`
# (exercise 1), or omit this mini-batch with `DataLoader(…, drop_last=True)`.
#
# ## The training with torch's parts
#
# The training keeps `data_iter`, so that it uses the same mini-batches as the training by
# hand. It also starts at the same parameters. Everything else comes from torch. By (1) with
# $m = B$ it gets the learning rate $\eta / 2$. To save time, it trains for 100 epochs only. An epoch
# has `=num_examples // batch_size` steps.


# %%
def train_by_torch(lr, num_epochs):
    """Parameters before the first and after each step."""
    net, loss = nn.Linear(2, 1), nn.MSELoss()
    nn.utils.vector_to_parameters(start.clone(), net.parameters())
    optimizer = torch.optim.SGD(net.parameters(), lr)
    path = [start.numpy()]
    for _ in range(num_epochs):
        for X, y in data_iter(batch_size, features, labels):
            optimizer.zero_grad()
            loss(net(X), y).backward()
            optimizer.step()
            step = nn.utils.parameters_to_vector(net.parameters())
            path.append(step.detach().numpy())
    return np.stack(path)


# %%
random.seed(SEED)
by_torch = train_by_torch(lr / 2, 100)

# %% [markdown]
# The training by hand is written with NumPy here, and trains for all `=num_epochs` epochs. It
# needs no autograd, because there is a
# [formula for the gradient](sgd.py#the-gradient-by-formula-and-by-autograd).

# %%
#| code-fold: The training by hand, in float32
design = np.c_[features.numpy(), np.ones(num_examples, np.float32)]
targets = labels[:, 0].numpy()


def train_by_hand(lr, num_epochs):
    """Parameters before the first and after each step."""
    path = [start.numpy()]
    for _ in range(num_epochs):
        for X, y in data_iter(batch_size, design, targets):
            gradient = (X @ path[-1] - y) @ X
            path.append(path[-1] - np.float32(lr) * gradient / np.float32(batch_size))
    return np.stack(path)


# %%
random.seed(SEED)
by_hand = train_by_hand(lr, num_epochs)


def mean_losses(path):
    """Mean of half the squared residuals, at the start and after each epoch."""
    residuals = path[::100].astype(float) @ design.T - targets
    return (residuals**2).mean(axis=1) / 2


def results(path, epoch):
    """The article's four results after an epoch, as it prints them."""
    errors = np.array([2, -3.4, 4.2]) - path[100 * epoch]
    return [*(f"{error:.4f}" for error in errors), f"{mean_losses(path)[epoch]:.6f}"]


hand_100, torch_100 = results(by_hand, 100), results(by_torch, 100)
hand_300 = results(by_hand, num_epochs)

# %% [markdown]
# The table has the errors and the mean loss. After epoch 100 compare torch with the training by
# hand. After epoch `=num_epochs` compare the training by hand with the published results:
#
# | result | torch, epoch 100 | by hand, epoch 100 | by hand, epoch `=num_epochs` | article |
# |:--|--:|--:|--:|--:|
# | error of $w_0$ | `=torch_100[0]` | `=hand_100[0]` | `=hand_300[0]` | `=published:regression.w_error.1` |
# | error of $w_1$ | `=torch_100[1]` | `=hand_100[1]` | `=hand_300[1]` | `=published:regression.w_error.2` |
# | error of $b$ | `=torch_100[2]` | `=hand_100[2]` | `=hand_300[2]` | `=published:regression.b_error` |
# | loss | `=torch_100[3]` | `=hand_100[3]` | `=hand_300[3]` | `=published:regression.loss` |
#
# After epoch 100 both trainings have the same four results. After epoch `=num_epochs` those of the
# training by hand are the published ones. A test of this book also trains with torch for all
# `=num_epochs` epochs, and gets the published results too.
#
# All losses in the table have the factor $\frac12$. `nn.MSELoss`, without this factor, gives twice
# as much.

# %%
#| code-fold: Check
assert torch_100 == hand_100

# %% [markdown]
# ## By how much do they differ?
#
# Both trainings compute in float32, with 24 binary digits. torch multiplies the residuals by
# $2 / B$ before it adds the terms of the gradient. The training by hand divides the sum
# afterwards. So the roundings differ. The *unit in the last place* of a
# float32 number $x$, $\operatorname{ulp}(x)$, is the distance from $\lvert x \rvert$ to the
# next larger float32 number. Numbers near 0 have a small ulp. NumPy calls it `spacing`.

# %%
same_steps = by_hand[: len(by_torch)]
difference = np.abs(by_torch.astype(float) - same_steps)
in_final_ulps = (difference / np.spacing(np.abs(by_hand[-1]))).max()
in_own_ulps = (difference / np.spacing(np.abs(same_steps))).max()
print("largest difference in ulps of the final values: ", in_final_ulps)
print("largest difference in ulps of the present values:", in_own_ulps)

# %% [markdown]
# In all `=len(by_torch) - 1:,` steps, no parameter differs by more than
# `=np.ceil(in_final_ulps):.0f` ulp of its *final* value. The ulp of its *present* value
# can be much smaller, because the parameters start near 0. In that unit the largest
# difference is `=in_own_ulps:.3g`. So if you give a difference in ulps, also say to
# which number the ulp belongs.

# %%
#| code-fold: Check
# the limits are wider than the values: another processor may round differently
assert 0 < in_final_ulps <= 2
assert in_final_ulps < in_own_ulps <= 16
assert 100 * np.spacing(np.float32(0.01)) < np.spacing(np.float32(2))

# %% [markdown]
# ## What if torch gets the same $\eta$?
#
# Now torch gets the learning rate $\eta$, not $\eta / 2$. By (1) this is the training by hand with
# $2 \eta$. The next cell compares the parameters after each step of 20 epochs.

# %%
random.seed(SEED)
same_lr = train_by_torch(lr, 20)
random.seed(SEED)
twice = train_by_hand(2 * lr, 150)
print(f"largest difference: {np.abs(same_lr - twice[: len(same_lr)]).max():.0e}")

# %%
#| code-fold: Code of the figure
#| fig-cap: The mean loss of two trainings by hand (lines) and of two by torch (points). The points lie on the lines. With twice the learning rate, the loss needs about half of the epochs.
#| fig-alt: Mean loss over 300 epochs on a logarithmic axis. Two lines fall, one of them about twice as steeply, and both flatten near the same value. Points lie on the first third of the first line and on the beginning of the second.
from gdbook.figures.optimizers import same_descent

loss_hand, loss_twice = mean_losses(by_hand), mean_losses(twice)
lines = {r"by hand, $\eta$": loss_hand, r"by hand, $2\eta$": loss_twice}
paths = {r"torch, $\eta/2$": by_torch, r"torch, $\eta$": same_lr}
same_descent(lines, {name: mean_losses(path) for name, path in paths.items()})
plt.show()

# %%
#| code-fold: Check
assert np.abs(same_lr - twice[: len(same_lr)]).max() < 1e-5
assert np.abs(same_lr - by_hand[: len(same_lr)]).max() > 0.1
epochs_needed = [(losses < 1e-4).argmax() for losses in (loss_hand, loss_twice)]
assert abs(epochs_needed[0] / epochs_needed[1] - 2) < 0.05

# %% [markdown]
# ## When is `shuffle=True` reproducible?
#
# A `DataLoader` with `shuffle=True` draws the order of each epoch with torch. `random.seed`
# has no effect on it. By default it uses torch's global generator. Then the order depends
# on the seed of torch and on all numbers that torch has drawn since.

# %%
data = TensorDataset(torch.arange(6))


def order(loader):
    """The samples of one epoch."""
    return [sample.item() for (sample,) in loader]


for seed, draw_before in ((1, False), (2, False), (3, True)):
    random.seed(seed)  # without effect
    torch.manual_seed(SEED)
    if draw_before:
        nn.Linear(2, 1)  # draws its weights
    print(order(DataLoader(data, shuffle=True)))

# %% [markdown]
# The first two orders are equal. The third order differs, because the layer has drawn
# numbers before it. If the loader has a generator of its own, this does not happen:

# %%
for draw_before in (False, True):
    generator = torch.Generator().manual_seed(SEED)
    loader = DataLoader(data, shuffle=True, generator=generator)
    if draw_before:
        nn.Linear(2, 1)
    print(order(loader), order(loader))

# %% [markdown]
# The two epochs have different orders, and both lines are equal. So a reproducible training
# needs a seed for the generator of the loader, and a seed of torch for the data and the first
# parameters.
#
# ## Summary
#
# - `nn.MSELoss` has no factor $\frac12$ and divides by the size of the mini-batch.
#   `optim.SGD` does not divide. With the learning rate (1) the steps are those by hand.
# - With the same mini-batches, torch's parts print the results of the training by hand. In
#   `=len(by_torch) - 1:,` steps the parameters differ only by rounding, by at most
#   `=np.ceil(in_final_ulps):.0f` ulp of their final values.
# - With the same learning rate and $m = B$, torch makes the steps by hand with $2 \eta$.
# - `shuffle=True` uses torch's random numbers. With a seeded generator of its own, a loader
#   repeats its orders, whatever else torch draws.
#
# ## Exercises
#
# **1.** Which learning rate does torch need with `nn.MSELoss(reduction="sum")`?
#
# /// details | Hint
# The first output shows the factor between the gradient of the sum and the gradient by hand.
# ///
#
# /// details | Solution
#
# The gradient of the sum is twice the gradient by hand, so $2 \eta_{\text{torch}} = \eta / m$
# and $\eta_{\text{torch}} = \eta / (2 m)$. This does not depend on $B$, so it also fits a last,
# smaller mini-batch. The next cell compares one step:
# %%
w_hand = start[:2] - lr / batch_size * gradients["by hand"]
w_sum = start[:2] - lr / (2 * batch_size) * gradients["sum"]
print(torch.equal(w_hand, w_sum))

# %% [markdown]
# The two steps are equal.
#
# ///
#
# **2.** Suppose that the loss by hand is $\sum_i r_i^2$, without the factor $\frac12$. Which
# learning rate replaces (1)? What is its value for $B = 1$, $m = 10$ and $\eta = `=0.3`$?
#
# /// details | Hint
# The gradient of this loss is twice that of $\sum_i \frac12 r_i^2$.
# ///
#
# /// details | Solution
#
# $\eta_{\text{torch}} = \eta B / m$. The next cell makes both steps for one sample, with the
# prediction $xw$ and without a bias:
# %%
w = torch.tensor([2.0], requires_grad=True)
x, target = torch.tensor([3.0]), torch.tensor([3.0])
nn.MSELoss()(x * w, target).backward()
print("by hand:", (w - 0.3 / 10 * 2 * (x * w - target) * x).item())
print("torch:  ", (w - 0.3 * 1 / 10 * w.grad).item())

# %% [markdown]
# The learning rate for torch is `=0.3 * 1 / 10:.2f`.
#
# ///
#
# **3.** Write a `DataLoader` that gives the mini-batches of `data_iter`: its order must come
# from Python's `random`.
#
# /// details | Hint
# `DataLoader` accepts a `sampler`: an object whose iterator gives the indices of an epoch.
# ///
#
# /// details | Solution
# %%
from gdbook.optimizers import SameOrder

loader = DataLoader(
    TensorDataset(features, labels), batch_size, sampler=SameOrder(num_examples)
)
random.seed(SEED)
theirs = list(loader)
random.seed(SEED)
ours = list(data_iter(batch_size, features, labels))
print(all(torch.equal(X, Z) for (X, _), (Z, _) in zip(theirs, ours, strict=True)))

# %% [markdown]
# All mini-batches are equal.
#
# ///
#
# **4.** Prove: if a mini-batch has $B$ samples, one step of `optim.SGD` on `nn.MSELoss` with
# the learning rate (1) is the step by hand, for every model $\hat y = f(\mathbf x; \mathbf w)$
# that is differentiable in $\mathbf w$.
#
# /// details | Hint
# Write both gradients with $r_i \nabla f(\mathbf x_i; \mathbf w)$.
# ///
#
# /// details | Solution
#
# The chain rule gives $\nabla \sum_i \frac12 r_i^2 = \sum_i r_i \nabla f(\mathbf x_i; \mathbf w)
# =: \mathbf s$ and $\nabla \frac1B \sum_i r_i^2 = \frac2B\, \mathbf s$. Therefore
#
# $$
# \eta\, \frac{B}{2 m} \cdot \frac{2}{B}\, \mathbf s = \frac{\eta}{m}\, \mathbf s . \qquad
# \blacksquare
# $$
#
# ///
#
# Next: [when can the loss be zero?](../zero/clean.py)
