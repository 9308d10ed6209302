# %% [markdown]
# # When is a loss really zero?
#
# At the end of this page you know why the clean toy prints a zero in epoch 8, at which
# step its loss is exactly zero, why it can be, and which labels would have prevented it.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

SEED = 20
x = np.array([0.0, 1, 2, 3])  # features, and labels too: the truth is y = x
start, lr, divisor, num_epochs = 2.0, 0.3, 10, 17
ULP = 2.0**-23  # from 1 to 2, neighbouring float32 numbers are this far apart

# %% [markdown]
# ## Zero as printed
#
# A step with the sample $x$ multiplies the distance between $w$ and 1 by
# $1 - 2 \eta x^2 / m$. A pass uses every sample once, so it multiplies by the product $a$ of
# the four, in whatever order. The loss goes with the square of the distance: an epoch
# multiplies it by $a^2$. Six decimals show a zero from half a millionth down.

# %%
factors = [1 - 2 * lr * number**2 / divisor for number in x]
a = math.prod(factors)
first_loss = np.mean(x**2) * (start - 1) ** 2
shown = math.ceil(math.log(0.5e-6 / first_loss) / math.log(a**2))
print("factors", *[f"{factor:.2f}" for factor in factors], f"product {a:.6f}")
for epoch in (1, 2, shown - 1, shown):
    print(f"epoch {epoch}, predicted loss {first_loss * a ** (2 * epoch):f}")

# %%
#| echo: false
from gdbook.experiments import clean_toy
from gdbook.ledger import published, read_ledger
from gdbook.theory.zero import epoch_contraction, epochs_to_print_zero

# what the page writes out is what the tests hold
assert math.isclose(a, epoch_contraction(x, lr, divisor))
assert shown == epochs_to_print_zero(x, start - 1, lr, divisor)
ledger = published(read_ledger())
trace = [ledger[f"clean.loss.{k}"] for k in range(1, 30)]
assert f"{first_loss * a**2:f}" == trace[3]
assert f"{first_loss * a**4:f}" == trace[7]
assert f"{first_loss * a ** (2 * shown - 2):f}" == trace[4 * shown - 5] != "0.000000"
assert trace[-1] == "0.000000"

# %% [markdown]
# The article printed `=published:clean.loss.4` after its epoch 1, `=published:clean.loss.8`
# after its epoch 2, `=published:clean.loss.28` after its epoch `=shown - 1`, and its first
# `=published:clean.loss.29` within epoch `=shown`: as predicted, and as every other order
# of the samples would have printed.
#
# ## Zero exactly
#
# In real numbers the loss never becomes zero. In float32 it can be, and
# every order leads there in the same epoch. To see it, take steps with every operation
# rounded to float32, and collect all values that they can reach, in whatever order.

# %%
#| code-fold: A step in float32, and all values that all orders can reach
from gdbook.theory.zero import float_orders, float_step

# %%
ends = float_orders(x, x, start, lr, divisor, num_epochs)
for epoch in (1, 2, 8, 14, 15, 16, 17):
    units = ((ends[epoch] - 1) / ULP).astype(int)
    print(f"after epoch {epoch:2}, w - 1 in units:", *units)
certain = next(epoch for epoch, reached in enumerate(ends) if (reached == 1).all())
print(f"exactly 1 in every order from epoch {certain} on")

# %% [markdown]
# <span class="margin">Four samples can stand in 4 · 3 · 2 · 1 = 24 orders.</span>
# With 24 orders for each epoch there are 24<sup>`=certain`</sup> ways to get there, and yet at
# the end of an epoch at most `=max(len(reached) for reached in ends)` values are possible.
# The run beside the prediction, in the article's order:

# %%
#| code-fold: From the pages before
from gdbook.data import setup_seed, shuffled

# %%
setup_seed(SEED)
drawn = [i for _ in range(num_epochs) for i in shuffled(len(x))]
path = [np.array([start], np.float32)]
for i in drawn:
    path.append(float_step(path[-1], x[i], x[i], lr, divisor))
w = np.concatenate(path)
losses = [np.mean((x.astype(np.float32) * number - x) ** 2) for number in w]
exact = losses.index(0)
print(f"exactly zero from step {exact}, in epoch {(exact - 1) // 4 + 1}, as", end=" ")
print(f"number {(exact - 1) % 4 + 1} of its epoch, with x = {x[drawn[exact - 1]]:.0f}")

# %%
#| echo: false
assert (clean_toy(by_hand=True).history.params[: len(w), 0] == w).all()

# %%
#| code-fold: Code of the figure
#| fig-cap: "The distance of the slope from 1, in units in the last place. Line: predicted in real numbers. Dots: the run in float32. The last unit goes in step `=exact`."
#| fig-alt: Distance of w from 1 against the step on a logarithmic axis. The dots of the run follow the predicted staircase over seven powers of ten, from 8 million units at the start to one unit at step `=exact - 1`; from step `=exact` on the distance is zero. A dashed line at about `=math.sqrt(0.5e-6 / 3.5) / ULP:,.0f` units marks where the loss begins to print as zero.
from gdbook.figures.toys import distance_in_units

real = (start - 1) * np.cumprod([1.0, *(factors[i] for i in drawn)])
prints_zero = math.sqrt(0.5e-6 / np.mean(x**2))
distance_in_units(real / ULP, (w.astype(float) - 1) / ULP, prints_zero / ULP)
plt.show()

# %% [markdown]
# ## Why can it be?
#
# Let the slope be one unit above 1. A sample asks for its share $2 \eta x^2 / m$ of that unit
# to be taken away, and the result is rounded to whole units.

# %%
shares = 2 * lr / divisor * x**2
near = np.array([1 + ULP], np.float32)
for number, share in zip(x, shares, strict=True):
    moved = float_step(near, number, number, lr, divisor) != near
    print(f"x = {number:.0f} asks for {share:.2f}: w", "moves" if moved else "stays")

# %% [markdown]
# Only the sample 3 asks for more than half a unit, and gets it rounded up. That is why
# the exact zero comes with the first sample 3 of epoch `=certain`, in the article's order at
# step `=exact`. With a smaller step no sample reaches one half, every step near 1 is rounded
# away, and the slope stalls:

# %%
#| code-fold: Where a descent stalls
from gdbook.theory.zero import stalled_ulps

# %%
for small in (0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
    w_stalled = np.array([start], np.float32)
    for _ in range(int(40 / small)):
        for i in shuffled(len(x)):
            w_stalled = float_step(w_stalled, x[i], x[i], small, divisor)
    share, off = 2 * small / divisor * 9, (w_stalled[0] - 1) / ULP
    predicted = stalled_ulps(x, small, divisor)
    print(f"lr {small:.2f}, share {share:.3f}: predicted {predicted:2}, run {off:2.0f}")

# %% [markdown]
# All six losses print as zero, but only the first, at lr `=lr`, is exactly zero.
#
# ## Which labels allow it?
#
# The loss is exactly zero only if there is one slope in float32 whose products with the
# features, rounded, are the labels, rounded, for all samples at once. The labels 0, 1, 2, 3 are
# numbers that float32 holds exactly, and so is the slope 1. Labels on other lines through
# the origin have less luck:

# %%
#| code-fold: All slopes with a loss of zero
from gdbook.theory.zero import fitting_slopes

# %%
for s in (1, 1.25, 0.7, 0.1, 1.1, 1.3):
    reached = float_orders(x, s * x, start, lr, divisor, 40)[-1]
    w_end, y32 = reached[:, None], (s * x).astype(np.float32)
    loss = np.mean((x.astype(np.float32) * w_end - y32) ** 2, axis=1)
    fits = len(fitting_slopes(x, s * x))
    print(f"y = {s:4} x: slopes that fit {fits}, loss at the end {loss.max():.1e}")

# %% [markdown]
# For the last two lines no float32 slope has the loss zero, although the model is right
# and the labels have no noise but their own rounding. For the line of slope one tenth
# there is such a slope, and the descent stalls one unit beside it. All these losses print
# as zero.
#
# The article's toy with a non-linearity adds a tenth to every prediction of 3 or more, and
# its last label is 3 and a tenth. Its loss becomes exactly zero only because two roundings
# agree: 3 plus the rounded tenth, rounded, is the rounded label. Of 99 lifts, one
# for each number of hundredths, these would not have allowed it:

# %%
#| code-fold: Whether a lifted prediction meets its label
from gdbook.theory.zero import lift_fits

# %%
print([k for k in range(1, 100) if not lift_fits(3, k / 100)], "hundredths")

# %% [markdown]
# ## What was found
#
# - Printed: the loss shrinks to `=a**2:.4f` of itself in an epoch, and prints as zero from
#   epoch `=shown` on.
# - Exact: from step `=exact` in epoch `=certain` on, and in every other order in that epoch too.
# - It takes a step large enough to remove the last unit, and labels that one float32 slope
#   can meet. Rounding decides whether a loss is zero.
#
# Next: [what did the left-over divisor do?](divisor.py)
