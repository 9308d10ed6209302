# %% [markdown]
# # Can the losses be predicted without descending?
#
# At the end of this page you know why the second order is exact for the article's losses,
# you have predicted its printed losses from the expansion alone, digit for digit, and you
# know how close its steps came to the limit.

# %%
import random

import numpy as np
import sympy as sp

SEED = 20
samples = [0, 1, 2, 3]
lr, divisor = sp.Rational(3, 10), 10
w, x, y, rho = sp.symbols("w x y rho", real=True)

# %% [markdown]
# ## A squared loss has no remainder
#
# The [clean toy](../zero/clean.py) fits *ŷ* = *xw* to four samples on the line *y* = *x*,
# from *w* = 2. The loss of one sample is a square, of degree 2 in *w*. So is the mean of all
# four:

# %%
loss = (x * w - y) ** 2
mean_loss = sum(loss.subs({x: i, y: i}) for i in samples) / sp.Integer(len(samples))
print(sp.factor(mean_loss), "third derivative", mean_loss.diff(w, 3))

# %% [markdown]
# With a third derivative of zero the [remainder](tangent.py) of second order is zero, for
# short steps and for long ones: the expansion *is* the loss. One step of the toy draws
# one sample and goes *ρ* = *η*/*m* times against the slope of its loss, with the learning
# rate *η* and the divisor *m*.

# %%
#| code-fold: From the pages before
from gdbook.taylor.derivatives import expansion

# %%
slope = loss.diff(w)
expanded = expansion(mean_loss, w, w - rho * slope, 2)
factor = sp.factor(expanded.subs(y, x) / mean_loss)
factor

# %%
#| echo: false
from gdbook.taylor.derivatives import taylor_polynomial

along = mean_loss, [w], [w], [-slope], 2, rho
assert sp.expand(expanded - taylor_polynomial(*along, constants=[x, y])) == 0

# %% [markdown]
# This is the loss after the step over the loss before, on this toy, where *y* = *x*. *w* is
# gone: whatever the parameter was, a step on the sample *x* multiplies the mean loss by this
# factor. The first loss is that at *w* = 2. Nothing else is needed but the order of the
# samples.
#
# ## The prediction
#
# The seed gives the [order](../experiment/randomness.py). Apart from the loss at the start,
# this cell computes no parameter, no gradient and no loss; its fractions are exact.

# %%
random.seed(SEED)
order = []
for _ in range(8):
    epoch = samples.copy()
    random.shuffle(epoch)
    order += epoch
order = order[:29]  # as many as the article printed

predicted = [mean_loss.subs(w, 2)]
for drawn in order:
    predicted.append(predicted[-1] * factor.subs({x: drawn, rho: lr / divisor}))
exact = [f"{float(loss_after):.6f}" for loss_after in predicted[1:]]
print(*exact[:8])

# %%
#| echo: false
from gdbook.ledger import published, read_ledger

ledger = published(read_ledger())
printed = [text for name, text in ledger.items() if name.startswith("clean.loss.")]
others = [k for k, text in enumerate(exact, 1) if text != printed[k - 1]]
gaps = [float(exact[k - 1]) - float(printed[k - 1]) for k in others]
assert len(printed) == len(exact)
assert np.allclose(np.abs(gaps), 1e-6, rtol=1e-3)

# %% [markdown]
# Of the `=len(printed)` losses that the article printed, `=len(printed) - len(others)` are
# these, to the last digit. The others, after steps `=" and ".join(map(str, others))`, differ
# by one in the last digit: `=exact[others[0] - 1]` here, `=printed[others[0] - 1]` there. The
# expansion has no error. Where does the difference come from?
#
# ## The last digit
#
# The article's parameter is a float32 number. Near 1 such numbers lie
# `=1e6 * np.spacing(np.float32(1)):.2f` millionths apart. After each step the parameter lands
# beside where it should, and the loss with it. So compute the step in float32, as the article
# did, and expand the mean loss along the step that was really taken:

# %%
first, second = (sp.lambdify(w, mean_loss.diff(w, k)) for k in (1, 2))
slope_of = sp.lambdify((w, x, y), slope)
place, total, in_float32 = np.float32(2), float(predicted[0]), []
for drawn in np.array(order, np.float32):
    landed = place - np.float32(lr) * slope_of(place, drawn, drawn) / np.float32(
        divisor
    )
    step = float(landed) - float(place)
    total += first(float(place)) * step + second(float(place)) * step**2 / 2
    place = landed
    in_float32.append(f"{total:.6f}")

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.tables import MARK, markdown_table

assert in_float32 == printed
rows = []
for epoch, k in enumerate(range(0, len(order), 4), 1):
    part = slice(k, k + 4)
    texts = [map(str, order[part]), in_float32[part], printed[part]]
    mark = MARK[in_float32[part] == printed[part]]
    rows.append([str(epoch), *("\u00a0".join(text) for text in texts), mark])
head = ["epoch", "*x* drawn", "predicted", "published", "equal"]
Markdown(markdown_table(head, rows))

# %% [markdown]
# All `=len(printed)` are equal as text. The loss was evaluated once, at the start. Every
# other number is a sum of first-order and second-order terms.

# %%
#| echo: false
#| fig-cap: The expansion predicts the staircase; the dots are what the article printed. The last one, printed as zero, is below every logarithmic axis.
#| fig-alt: Mean loss on a logarithmic axis against steps 1 to 29. A staircase goes down from 2 to a ten-millionth, and a dot sits on every stair but the last.
import matplotlib.pyplot as plt

from gdbook.figures.taylor import predicted_losses

predicted_losses(np.array(predicted[1:], float), np.array(printed, float))
plt.show()

# %% [markdown]
# ## How close were the steps to the limit?
#
# The [limit](how-long.py) of one quadratic is 2 over its curvature. The mean loss of the toy
# has a curvature, and each sample has one of its own. A step on the sample *x* multiplies
# the distance to the answer by 1 − *ρ* times that curvature, so an epoch of all four
# multiplies it, in whatever order they come, by

# %%
epoch_factor = sp.prod(1 - rho * loss.diff(w, 2).subs(x, i) for i in samples)
epoch_factor

# %% [markdown]
# As long as this is between −1 and 1, epoch after epoch shrinks the distance. Where does
# it first leave that range?

# %%
edges = [*sp.real_roots(epoch_factor - 1), *sp.real_roots(epoch_factor + 1)]
limits = {
    "toy, all samples": 2 / mean_loss.diff(w, 2),
    "toy, the sample x = 3 alone": 2 / loss.diff(w, 2).subs(x, 3),
    "toy, epochs of single samples": min(edge for edge in edges if edge > 0),
}
for name, limit in limits.items():
    print(f"{name:30} {float(limit):.4f}")

# %% [markdown]
# The regression has three parameters, and its curvature is the
# [largest eigenvalue](how-long.py) of a Hessian: that of all samples, or that of the
# mini-batch, among all that its 300 epochs drew, that curves most.

# %%
#| echo: false
from bisect import bisect_left

import torch

from gdbook.data import minibatches, setup_seed, shuffled, synthetic_data
from gdbook.linear import design_matrix, hessian
from gdbook.theory.step_size import batch_mean_square_radius

setup_seed(SEED)
X = design_matrix(synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)[0])
drawn = [B for _ in range(300) for (B,) in minibatches(shuffled(len(X)), 10, X)]
batches = torch.stack(drawn)
sharpest = torch.linalg.eigvalsh(batches.mT @ batches / 10).max().item()
limits |= {
    "regression, all samples": 2 / torch.linalg.eigvalsh(hessian(X)).max().item(),
    "regression, that mini-batch": 2 / sharpest,
}
average = bisect_left(
    range(200_000), 1, key=lambda k: batch_mean_square_radius(X.numpy(), k / 1e5, 10)
)
taken = {"toy": lr / divisor, "regression": 0.0003}
rows = []
for name, limit in limits.items():
    step = float(taken[name.split(",")[0]])
    rows.append(
        [name, f"{float(limit):.4f}", f"{step:.4f}", f"{float(limit) / step:,.1f}"]
    )
assert min(float(limit) for limit in list(limits.values())[3:]) / 0.0003 > 1000
assert lr > max(list(limits.values())[:3])
Markdown(
    markdown_table(["descent", "stable up to", "the article's step", "ratio"], rows)
)

# %% [markdown]
# The toy's step, `=float(lr)` over `=divisor`, is well below every limit. The `=float(lr)`
# that the listing seems to say is beyond all three: an epoch would multiply the distance by
# `=float(epoch_factor.subs(rho, lr)):.3f`. The divisor that was left behind by accident
# made the toy converge. The regression, on the other hand, could have taken steps more
# than a thousand times as long.
#
# The limit of that mini-batch is the cautious one: below it no single batch of the run makes
# any distance larger. In the mean square, over random batches, the limit is
# `=average / 1e5:.4f`, as [part 3](../numbers/step-size.py#in-mini-batches) computes.
#
# ## What was found
#
# - The squared loss of a linear model is quadratic, so its second-order expansion is exact.
# - It predicts all `=len(printed)` printed losses: `=len(printed) - len(others)` at once, the
#   others when float32's rounding of the parameter is followed.
# - The toy converged thanks to its divisor. The regression's steps were more than a thousand
#   times shorter than they could have been.
#
# Next: [how do I do this for a function of my own?](your-own.py)
