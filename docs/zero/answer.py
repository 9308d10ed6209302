# %% [markdown]
# # So why is the loss not zero?
#
# You will learn
#
# - what keeps each of the article's five losses from zero;
# - how large each of the four causes is;
# - why two of the five losses print as zero.
#
# You need: [the linear regression](../experiment/train.py) and the four toys of this part.

# %%
import random
from functools import partial

import numpy as np
import torch

SEED, divisor = 20, 10
x = np.arange(4.0)
clean, wrong = x, np.array([0, 1, 2, 3.1])

# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed, synthetic_data
from gdbook.data import shuffled

setup_seed(SEED)
features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
first_w = torch.normal(0, 0.01, (2, 1))

# %% [markdown]
# ## Four causes
#
# Let $f(\mathbf w)$ be the mean loss of all samples, and let $\mathbf w^*$ be a minimizer of
# it. If the model has a bias, it is one of the components of $\mathbf w$. We write the loss
# that is printed at the end of a descent as a sum of four parts:
#
# $$
# \text{loss} = N + U + S + R . \tag{1}
# $$
#
# - $N = f(\mathbf w^*)$ is the least possible loss. If it is positive, then no parameters
#   fit all labels. In the article's experiments the cause is **label noise**: a small random
#   error in every label, or a large error in one label.
# - $U$ comes from **unfinished descent**. The start is far from $\mathbf w^*$, and a part of
#   that distance is left at the end.
# - $S$ comes from a **constant step size**. A step reduces the loss of one mini-batch, and
#   $\mathbf w^*$ does not minimize the loss of each mini-batch. If the learning rate stays
#   the same, then the steps lead away from $\mathbf w^*$ again and again.
# - $R$ comes from **rounding**: every operation in float32 rounds its result.
#
# ## How the parts are measured
#
# For a linear model there is a formula for everything above $N$. The regression has the
# factor $c = \frac12$ in its loss, the toys have $c = 1$.
#
# **Statement.** Let $f(\mathbf w) = \frac cn \lVert \mathbf X \mathbf w - \mathbf y \rVert^2$
# with $c > 0$, and let the gradient be zero at $\mathbf w^*$, that is
# $\mathbf X^\top (\mathbf X \mathbf w^* - \mathbf y) = \mathbf 0$. Then for every $\mathbf w$
#
# $$
# f(\mathbf w) = f(\mathbf w^*)
#   + \tfrac cn \lVert \mathbf X (\mathbf w - \mathbf w^*) \rVert^2 . \tag{2}
# $$
#
# **Proof.** Write $\mathbf X \mathbf w - \mathbf y$ as
# $(\mathbf X \mathbf w^* - \mathbf y) + \mathbf X (\mathbf w - \mathbf w^*)$ and expand the
# squared norm. The mixed term is
# $2 (\mathbf w - \mathbf w^*)^\top \mathbf X^\top (\mathbf X \mathbf w^* - \mathbf y)$, which
# is zero. $\blacksquare$
#
# The last term of (2) is not negative, so $\mathbf w^*$ is a minimizer. To split the last term,
# we run each descent three times with the same orders of the samples:
#
# 1. as in the article, in float32;
# 2. in float64, whose rounding errors are about $2^{29}$ times smaller;
# 3. in float64 with the labels $\mathbf X \mathbf w^*$. The parameters $\mathbf w^*$ fit these
#    labels exactly, so the gradient of every mini-batch is zero at $\mathbf w^*$, and no step
#    leads away from it.
#
# Then $R$ is the loss of run 1 minus the loss of run 2, and $U$ is the loss of run 3 for its
# own labels. $S$ is what remains of the loss of run 2 without $N$ and $U$.

# %%
#| code-fold: Both descents, for any kind of floating-point number


def orders_of(num_samples, num_epochs):
    """Return the orders of the samples that the seed draws, one for each epoch."""
    random.seed(SEED)
    return [shuffled(num_samples) for _ in range(num_epochs)]


orders, toy_orders = orders_of(1000, 300), orders_of(4, 30_000)


def regression(X, y, w, orders):
    """Return w at the end. Shapes: X (1000, 3), y (1000,), w (3,)."""
    rate = 0.0003 / divisor
    for order in orders:
        batches = X[order].reshape(100, 10, 3), y[order].reshape(100, 10)
        for X_batch, y_batch in zip(*batches, strict=True):
            r = X_batch @ w - y_batch
            w = w - rate * (r @ X_batch)  # for vectors the same as X_batch.T @ r
    return w


def toy(labels, num_epochs, bias=False, lift=0, lr=0.3, number=float):
    """Return w and b after each epoch; lift is added to predictions of 3 or more."""
    samples = [
        (number(one), number(label)) for one, label in zip(x, labels, strict=True)
    ]
    eta, m, raised, w, b = (number(v) for v in (lr, divisor, lift, 2, 0))
    path = [(w, b)]
    for order in toy_orders[:num_epochs]:
        for i in order:
            x_i, y_i = samples[i]
            y_hat = x_i * w + b
            r = (y_hat + raised if y_hat >= 3 else y_hat) - y_i
            w = w - eta * (2 * r * x_i) / m
            b = b - eta * (2 * r) / m if bias else b
        path.append((w, b))
    return np.array(path)


# %% [markdown]
# The next cell contains the three runs and the sum (1). Here `run(labels, number)` returns
# the parameters at the end of a descent that computes with one kind of number.


# %%
def three_runs(X, y, run):
    """Return the parameters at the ends of the runs 1, 2 and 3."""
    fitted = X @ np.linalg.lstsq(X, y)[0]
    return run(y, np.float32), run(y, float), run(fitted, float)


def split(X, y, c, ends):
    """Return N, U, S and R in millionths."""
    best = np.linalg.lstsq(X, y)[0]

    def loss(w, labels):
        return c * np.mean((X @ w - labels) ** 2)

    first, second = (loss(w, y) for w in ends[:2])
    N, U = loss(best, y), loss(ends[2], X @ best)
    return 1e6 * np.array([N, U, second - N - U, first - second])


# %% [markdown]
# ## How large is each cause?
#
# Three of the five losses do not print as zero. Their parts, in millionths:

# %%
ones = np.ones(1000)
X = np.column_stack([features.double(), ones])
y, start = labels[:, 0].double().numpy(), np.append(first_w.double(), 0)
plane = np.column_stack([x, ones[:4]])


def run_regression(labels, number):
    """Return the weights and the bias after 300 epochs."""
    return regression(*(part.astype(number) for part in (X, labels, start)), orders)


def run_toy(labels, number, bias=False):
    """Return the slope, and with a bias the bias too, after 30,000 epochs."""
    return toy(labels, 30_000, bias, number=number)[-1, : 1 + bias]


descents = {
    "regression": (X, y, 1 / 2, run_regression),
    "wrong label": (x[:, None], wrong, 1, run_toy),
    "with a bias": (plane, wrong, 1, partial(run_toy, bias=True)),
}
ends = {name: three_runs(A, t, run) for name, (A, t, c, run) in descents.items()}
parts = {name: split(A, t, c, ends[name]) for name, (A, t, c, run) in descents.items()}
print("     ", *(f"{name:>11}" for name in parts))
rows = [[*four, four.sum()] for four in parts.values()]
for part, *row in zip(["N", "U", "S", "R", "sum"], *rows, strict=True):
    print(f"{part:5}", *(f"{number:11.3f}" for number in row))

# %%
#| echo: false
from gdbook.ledger import published, read_ledger

ledger = published(read_ledger())
for mine, name in zip(parts, ["regression", "wrong_label", "bias"], strict=True):
    assert f"{parts[mine].sum() / 1e6:f}" == ledger[f"{name}.loss"]

# %%
#| code-fold: Check
share = {name: 100 * four / four.sum() for name, four in parts.items()}
for four in parts.values():
    assert four[0] > 7 * np.abs(four[1:]).sum()
    assert abs(four[3]) < 0.002
    assert f"{four.sum() / 1e6:f}" == f"{four[:3].sum() / 1e6:f}"
assert 0 < parts["regression"][2] < 0.001
assert parts["regression"][1] > 0.002
for name in ("wrong label", "with a bias"):
    assert parts[name][1] < 0.5e-14  # in millionths: zero to twenty decimals
    assert parts[name][2] > 0.002

# %% [markdown]
# Label noise is the largest part of all three losses. It is `=share["regression"][0]:.1f` %
# of the loss of the regression, `=share["wrong label"][0]:.1f` % with one wrong label, and
# `=share["with a bias"][0]:.1f` % when the model has a bias too. No learning rate and no
# number of epochs can reduce this part.
#
# The second largest part is not the same in the regression and in the two toys:
#
# - The regression's learning rate is so small that after 300 epochs the descent is not
#   finished: $U$ is `=share["regression"][1]:.1f` % of the loss. In this run $S$ is below a
#   thousandth of a millionth.
# - The toys take large steps. After 30,000 epochs $U$ is zero to twenty decimals. But each
#   step uses a single sample, and at $\mathbf w^*$ the gradients of the single samples are
#   not all zero: $S$ is `=share["wrong label"][2]:.1f` % and
#   `=share["with a bias"][2]:.1f` % of the loss.
#
# The absolute value of $R$ is smaller than two thousandths of a millionth. Without $R$,
# all three losses would print the same six decimals.
#
# The part $S$ depends on the last few orders of the samples. The next cell observes the run
# with one wrong label after each of the epochs 100 to 30,000. There $U$ is zero to twenty
# decimals, so that $S$ is the last term of (2). In millionths:

# %%
best = x @ wrong / (x @ x)
late = toy(wrong, 30_000)[100:, 0]
S = 1e6 * np.mean(x**2) * (late - best) ** 2
print(f"S: {S.min():.3f} to {S.max():.3f}, mean {S.mean():.3f}")

# %%
#| code-fold: Check
fitted = toy(x * best, 30_000)[100:, 0]
assert (np.mean(x**2) * (fitted - best) ** 2 < 0.5e-20).all()
assert np.isclose(S[-1], parts["wrong label"][2])

# %% [markdown]
# So the published loss `=published:wrong_label.loss` is the loss after one particular epoch.
# The page on the [attractor](../digits/attractor.py) tells which parameters are possible
# at the end of an epoch.
#
# ## Why do two losses print as zero?
#
# On clean data, and with the non-linearity, $w = 1$ fits all four labels, so $N = 0$. The
# gradient of every single sample is zero there, so $S = 0$ too. What remains in exact
# arithmetic is $U$. On [clean data](clean.py) an epoch multiplies $w - 1$ by
#
# $$
# a = \prod_{i=1}^{4} \left( 1 - \tfrac{2 \eta}{m} x_i^2 \right) ,
# $$
#
# and the loss is proportional to $(w - 1)^2$. So after $t$ epochs the loss is
#
# $$
# f(w_t) = a^{2t} f(w_0) . \tag{3}
# $$
#
# That is positive for every $t$, because $a$ is not zero. The program computes in float32.
# The cell prints after how many epochs the loss prints as zero, and after how many it is
# zero:

# %%
a = np.prod(1 - 2 * 0.3 / divisor * x**2)
exact = np.mean(x**2) * a ** (2 * np.arange(301))
print(f"after 300 epochs, by (3):  {exact[-1]:.0e}")
zeros = {}
for name, four, lift in [("clean data", clean, 0), ("non-linearity", wrong, 0.1)]:
    w = toy(four, 300, lift=lift, number=np.float32)[:, 0]
    y_hat = x.astype(np.float32) * w[:, None]
    y_hat[y_hat >= 3] += np.float32(lift)
    losses = np.mean((y_hat - four.astype(np.float32)) ** 2, axis=1)
    zeros[name] = np.argmax(losses < 5e-7), np.argmax(losses == 0)
    assert (losses[zeros[name][0] :] < 5e-7).all()  # it stays so
    assert (w[zeros[name][1] :] == 1).all()
    print("{:14} prints 0 after {}, is 0 after {}".format(name, *zeros[name]))

# %%
#| code-fold: Check
assert losses[0] > 5e-7
assert (losses[zeros["non-linearity"][1] :] == 0).all()
assert (exact > 0).all()
assert f"{exact[8]:f}" == "0.000000" != f"{exact[7]:f}"

# %% [markdown]
# Six printed decimals are zero for every loss below half a millionth. Some epochs later, the
# result of a step is rounded to $w = 1$, and from then on the loss is exactly 0. The page
# on [zero in floating point](../digits/zero.py) explains that step.
#
# ## The answer, experiment by experiment

# %%
#| code-fold: The least possible losses
floors = {name: four[0] / 1e6 for name, four in parts.items()}
w_clean = x @ clean / (x @ x)
floors["clean"] = np.mean((x * w_clean - clean) ** 2)
floors["non-linearity"] = np.mean((np.where(x >= 3, x + 0.1, x) - wrong) ** 2)  # w = 1

# %% [markdown]
# | Experiment | Published loss | Least possible loss | Model | What keeps it from zero |
# |:--|--:|--:|:--|:--|
# | [Regression](../experiment/train.py) | `=published:regression.loss` | `=floors["regression"]:f` | $\hat y = \mathbf x^\top \mathbf w + b$ | Noise in every label; unfinished descent, `=share["regression"][1]:.1f`&nbsp;% |
# | [Clean data](clean.py) | `=published:clean.loss.29` | `=floors["clean"]:f` | $\hat y = xw$ | Nothing: it prints as zero from epoch `=zeros["clean data"][0]` on |
# | [A wrong label](wrong-label.py) | `=published:wrong_label.loss` | `=floors["wrong label"]:f` | $\hat y = xw$ | One wrong label; a constant step, `=share["wrong label"][2]:.1f` % |
# | [A bias](bias.py) | `=published:bias.loss` | `=floors["with a bias"]:f` | $\hat y = xw + b$ | One wrong label; a constant step, `=share["with a bias"][2]:.1f` % |
# | [A non-linearity](non-linearity.py) | `=published:non_linearity.loss.29` | `=floors["non-linearity"]:f` | $\hat y = xw$, raised by one tenth from 3 on | Nothing: it prints as zero from epoch `=zeros["non-linearity"][0]` on |
#
# The article says that the loss of a neural network can be zero. This is so when the model
# can represent the labels. It does not follow that the model is right: whether the labels
# or the model are wrong is [a different question](data-or-model.py).
#
# ## Summary
#
# - A loss above zero has up to four parts: label noise, unfinished descent, the effect of a
#   constant step, and rounding.
# - In the article's experiments label noise is the largest part whenever the loss does not print
#   as zero. More training cannot remove it.
# - The descent of the regression is not finished. The toys with the wrong label do not come
#   to rest. The error budget of the regression is on [its own page](../digits/errors.py), and
#   [another page](../digits/settle.py) tells how to make such a toy converge.
# - A printed zero is a loss below half a millionth. Here an exact zero comes from rounding.
#
# ## Exercises
#
# **1.** Train the regression for 600 epochs instead of 300. Which of the four parts changes
# most? Predict the six decimals of the loss before you run it.
#
# /// details | Hint
# At the start $U$ is nearly the whole loss, about 15 (see
# [training](../experiment/train.py)). By which factor have 300 epochs reduced it?
# ///
#
# /// details | Solution
#
# 300 epochs divide $U$ by more than ten million, and 300 more epochs do so again. $N$ stays,
# $S$ and $R$ are very small, and the loss prints as $N$ does: `=floors["regression"]:f`.
# %%
longer = regression(X, y, ends["regression"][1], orders)  # the same orders again
print(f"{np.mean((X @ longer - y) ** 2) / 2:f}")

# %% [markdown]
# ///
#
# **2.** Divide the learning rate of the toy with a wrong label by ten. What happens to $N$,
# and what to the mean of $S$ over the late epochs?
#
# /// details | Hint
# $N$ does not depend on the descent. Use `toy(wrong, 3000, lr=0.03)`.
# ///
#
# /// details | Solution
#
# %%
slow = toy(wrong, 3000, lr=0.03)[1000:, 0]
S_slow = 1e6 * np.mean(x**2) * np.mean((slow - best) ** 2)
print(f"mean of S: {S_slow:.3f} instead of {S.mean():.3f} millionths")

# %% [markdown]
# $N$ stays. A learning rate 10 times smaller makes the mean of $S$
# `=S.mean() / S_slow:.0f` times smaller.
#
# ///
#
# **3.** Let the last label be $3 + \delta$, and let the model be $\hat y = xw$. Prove that
# the least possible loss is $\frac{5}{56} \delta^2$.
#
# /// details | Hint
# Find $w^*$ from $\sum x_i (x_i w^* - y_i) = 0$ first.
# ///
#
# /// details | Solution
#
# The condition is $14 w^* = 14 + 3 \delta$, so $w^* = 1 + \frac{3}{14} \delta$. The residuals
# $x_i w^* - y_i$ are $\frac{3}{14} \delta$ times 0, 1 and 2, and for the last sample
# $\frac{9}{14} \delta - \delta = -\frac{5}{14} \delta$. The mean of their squares is
# $\frac14 \cdot \frac{9 + 36 + 25}{196} \delta^2 = \frac{5}{56} \delta^2$. $\blacksquare$
# %%
delta = 0.1
print(5 / 56 * delta**2, floors["wrong label"])

# %% [markdown]
# ///
#
# Next: [why minus the gradient?](../why/minus.py)
