# %% [markdown]
# # Does a non-linearity help?
#
# You will learn
#
# - how a jump in the prediction makes a loss of zero possible,
# - on which samples the jump acts, and why this changes during the run,
# - what the loss looks like near its only zero.
#
# You need: [the clean toy](clean.py) and [a wrong label](wrong-label.py).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

SEED = 20
features = torch.tensor([0, 1, 2, 3])
labels = torch.tensor([0, 1, 2, 3.1])
start, lr, num_epochs, divisor = 2.0, 0.3, 300, 10

# %% [markdown]
# ## A jump in the prediction
#
# No straight line fits the four samples. So the article applies a non-linear function to
# the prediction $xw$: it adds a tenth to every value of 3 or more.
#
# $$
# \hat y = \begin{cases} xw & \text{if } xw < 3 , \\ xw + \tfrac{1}{10} & \text{if } xw \ge 3 . \end{cases} \tag{1}
# $$

# %%
from gdbook.course import simple_linreg
from gdbook.linear import simple_non_linearity

print(simple_non_linearity(simple_linreg(features, torch.tensor([1.0]))))

# %% [markdown]
# At $w = 1$ the predictions are the labels: 0, 1, 2 and `=labels[3]:.1f`. The loss is zero.
# It is zero nowhere else. For $w < 3$ the prediction at $x = 1$ is $w$, which equals the
# label 1 only for $w = 1$. For $w \ge 3$ this prediction is larger than 3.
#
# What the jump adds is constant on each of its sides: zero on one, a tenth on the
# other. So wherever $xw \ne 3$, the derivative of the loss of a sample has the same
# form as before:
#
# $$
# \frac{\partial}{\partial w} (\hat y - y)^2 = 2 x \, (\hat y - y) . \tag{2}
# $$
#
# At the jump itself there is no derivative; the program uses (2) there too, as autograd does.
# %%
#| code-fold: From earlier pages
from gdbook.course import setup_seed
from gdbook.data import shuffled

# %%
setup_seed(SEED)
x, y = features.float().numpy(), labels.numpy()
eta, m = np.float32(lr), np.float32(divisor)
path = [np.float32(start)]
for _ in range(num_epochs):
    for i in shuffled(len(x)):
        y_hat = x[i] * path[-1]
        if y_hat >= 3:
            y_hat = y_hat + np.float32(0.1)
        path.append(path[-1] - eta * (2 * (y_hat - y[i]) * x[i]) / m)
w = np.array(path)
print(f"after {num_epochs} epochs w is {w[-1]}")

# %% [markdown]
# The article prints the loss after every step here too. All 29 losses, published and
# reproduced:

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import wrong_label_non_linearity
from gdbook.tables import trace_table

toy = wrong_label_non_linearity(by_hand=True)
assert (toy.history.params[:, 0] == w).all()
Markdown(trace_table("non_linearity.loss", toy))

# %% [markdown]
# ## On which samples does the jump act?
#
# The condition in (1) is about the *prediction* $xw$, not about $x$. As long as $w$ is
# large, the jump acts on more than one sample:

# %%
for value in [2.0, 1.6, 1.4, 1.0, 0.99]:
    y_hat = simple_linreg(features, torch.tensor([value]))
    print(f"w = {value}: the jump acts at x =", features[y_hat >= 3].tolist())

# %% [markdown]
# While $3/2 \le w < 3$, it also acts on $x = 2$, and makes this prediction, which is already
# too large, still larger. So the first step, which draws $x = 2$, is longer than the one of
# [the clean toy](clean.py), and the residual of $x = 2$ contains the added tenth after this
# step too. The mean loss is then `=published:non_linearity.loss.1` here, and
# `=published:clean.loss.1` for the clean toy. Once $w < 3/2$, the jump acts at most on
# $x = 3$. For $1 \le w < 3/2$, (1) and (2) give for each of the four samples
#
# $$
# w - 1 \;\leftarrow\; \Bigl( 1 - \frac{2 \eta x_i^2}{m} \Bigr) (w - 1) , \tag{3}
# $$
#
# the same as for the clean toy. Exercise 3 proves it. From here on, $w$ comes closer to 1 and
# does not go below it.

# %%
#| code-fold: Check
assert w[0] - w[1] > 0.24 * (w[0] - 1)  # longer than the clean toy's first step
assert w[1] >= 1.5
first = next(k for k, v in enumerate(w) if v < 1.5)
for before, after in zip(w[first:60], w[first + 1 : 61], strict=True):
    factors = [1 - 2 * lr * k**2 / divisor for k in range(4)]
    assert min(abs(after - 1 - factor * (before - 1)) for factor in factors) < 1e-6
assert (w[first:] >= 1).all()
assert w[-1] == 1

# %% [markdown]
# ## The loss near its zero
#
# For $w < 1$ the jump acts on no sample. Just below this limit, the prediction at
# $x = 3$ is about a tenth too low. So the mean loss jumps at $w = 1$:


# %%
def mean_loss(w: np.ndarray) -> np.ndarray:
    """Mean loss of the four samples for each of many parameters, shape (k,)."""
    y_hat = w[:, None] * x
    return np.mean((np.where(y_hat >= 3, y_hat + 0.1, y_hat) - y) ** 2, axis=1)


just_below, at = mean_loss(np.array([1 - 1e-6, 1]))
print(f"just below 1: {just_below:.6f}, at 1: {at:.6f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: The loss jumps where a prediction crosses 3. The inset shows the jump at $w = 1$, which is too small for the large axis. The loss is low on the right side of it, where $w \ge 1$.
#| fig-alt: Mean loss over w from below 1 to above 2, a parabola with a visible jump at w equal to 3/2. The descent starts at w equal to 2 and comes down to 1. An inset shows the neighbourhood of 1. Left of 1 the loss is about `=just_below:.4f` and higher, at 1 it drops to zero, and on the right it rises again.
from gdbook.figures.toys import jump_and_descent

grid = np.array(
    [
        *np.linspace(0.6, 1 - 1e-9, 80),
        *np.linspace(1, 1.5 - 1e-9, 100),
        *np.linspace(1.5, 2.1, 100),
    ]
)
near = np.array([*np.linspace(0.97, 1 - 1e-9, 60), *np.linspace(1, 1.03, 60)])
steps = w[:29].astype(float)
jump_and_descent(
    grid, mean_loss(grid), steps, mean_loss(steps), near, mean_loss(near), [80, 180]
)
plt.show()

# %%
#| code-fold: Check
assert abs(just_below - 0.1**2 / 4) < 1e-6
assert at < 1e-12
assert steps[0] == 2
assert mean_loss(near).argmin() == 60  # at w = 1
left, right = mean_loss(np.array([1.5 - 1e-9, 1.5]))
assert right - left > 0.02

# %% [markdown]
# Just below 1 the residual at $x = 3$ is about minus a tenth, and the mean loss is a quarter
# of its square, `=just_below:.4f`. At 1 the loss is zero. On the side where it is low,
# $w \ge 1$, the descent comes to 1. By (3) it does not cross to the other side.
#
# ## Step by step
#
# The figure shows the run near $w = 1$; choose another *View* to see its start. Its other
# controls are those of [the clean toy](clean.py#step-by-step). *Play* the run. After how many steps does $w$ come into the view? Then change the seed. Does $w$ always
# come close to 1?

# %%
#| code-fold: Code of the figure
#| widget: gd-replay experiment=non_linearity view=near step=0
#| fig-cap: The distance $w - 1$ after each step. In 50 steps it falls to less than a millionth.
#| fig-alt: The distance of w from 1 after each of the first 50 steps on a logarithmic axis. It falls from 1 to below one millionth.
fig, ax = plt.subplots()
ax.semilogy(w[:51].astype(float) - 1, "o-", markersize=3, linewidth=1)
ax.set(xlabel="step", ylabel="w − 1")
plt.show()

# %% [markdown]
# The run comes into the view after `=int((w < 1.06).argmax())` steps. It comes close to 1 with
# every seed. For $3/2 \le w \le 2$, (3) still holds for the samples other than $x = 2$, and a
# step with $x = 2$ makes $w - 1$ smaller but not negative. Every epoch contains one step with
# $x = 3$, which multiplies $w - 1$ by `=1 - 2 * lr * 9 / divisor:.2f`. So after the first
# epoch $1 \le w < 3/2$. From then on, by (3), every epoch multiplies $w - 1$ by the same
# factor, `=np.prod(1 - 2 * lr * np.arange(4) ** 2 / divisor):.2f`.
#
# The loss converges to zero here, with the same data that had a wrong label for the straight
# line. [The next page](data-or-model.py) asks what this proves.
#
# ## Summary
#
# - With the jump the loss is zero at $w = 1$ and nowhere else.
# - The jump acts on predictions. It acts on $x = 3$ alone only while $1 \le w < 3/2$.
# - At $w = 1$ the loss jumps from `=just_below:.4f` to zero. The descent stays on the side
#   where the loss is low.
#
# ## Exercises
#
# **1.** The first step draws $x = 2$. Compute $w$ after this step and the mean loss there,
# without a program.
#
# /// details | Hint
# At $w = 2$ the jump acts on $x = 2$. Does it still do so after the step?
# ///
#
# /// details | Solution
#
# The prediction is 4 and a tenth, the residual 2 and a tenth. After the step $2w$ is still
# larger than 3.
# %%
w_1 = 2 - 0.03 * 2 * 2 * (4.1 - 2)
squares = [0, (w_1 - 1) ** 2, (2 * w_1 + 0.1 - 2) ** 2, (3 * w_1 + 0.1 - 3.1) ** 2]
print(f"w = {w_1:.3f}, loss {sum(squares) / 4:f}")

# %% [markdown]
# This is the published `=published:non_linearity.loss.1`.
#
# ///
#
# **2.** Start at $w = 0$, where the jump acts on no sample. Does the run come to $w = 1$ from
# below, although it has to cross the jump?
#
# /// details | Hint
# For $w < 1$ the sample $x = 3$ moves $w$ towards $`=labels[3]:.1f` / 3$.
# ///
#
# /// details | Solution
# %%
setup_seed(SEED)
v, trace = np.float32(0), []
for _ in range(num_epochs):
    for i in shuffled(4):
        y_hat = x[i] * v + np.float32(0.1 if x[i] * v >= 3 else 0)
        v = v - eta * (2 * (y_hat - y[i]) * x[i]) / m
        trace.append(v)
crossed = next(k for k, v in enumerate(trace, 1) if v >= 1)
print(f"w >= 1 from step {crossed} on, at the end w = {trace[-1]}")

# %% [markdown]
# Yes. Below 1 the sample $x = 3$ moves $w$ towards $`=labels[3]:.1f` / 3$, which is above 1.
# Once $w$ has crossed the jump, (3) holds, and $w$ does not go below 1 again. The derivative
# (2) contains no information about the jump: without the jump, the steps up to the crossing
# are the same.
#
# ///
#
# **3.** Prove (3), and that $w$ cannot leave the interval $1 \le w < 3/2$ again, if
# $0 < 18 \eta \le m$.
#
# /// details | Hint
# Show that in this interval the residual $\hat y_i - y_i$ is $x_i (w - 1)$, also for
# $x_i = 3$.
# ///
#
# /// details | Solution
#
# For $1 \le w < 3/2$ the predictions $0$, $w$ and $2w$ are below 3, and $3w \ge 3$. So the
# residuals of $x_i = 0, 1, 2$ are $x_i w - x_i$, and the residual of $x_i = 3$ is
# $(3w + \tfrac{1}{10}) - (3 + \tfrac{1}{10}) = 3w - 3$. All are $x_i (w - 1)$, and by (2) a
# step subtracts $\tfrac{2 \eta}{m} x_i^2 (w - 1)$ from $w$. This is (3). Since
# $x_i^2 \le 9$, the factor in (3) lies between $1 - 18 \eta / m \ge 0$ and 1. So the new
# $w - 1$ is not negative and not larger than the old one. $\blacksquare$
#
# ///
#
# Next: [is the data wrong, or the model?](data-or-model.py)
