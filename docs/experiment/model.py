# %% [markdown]
# # How wrong is a prediction?
#
# You will learn
#
# - which model and which loss the experiment uses,
# - what a wrong shape does to the loss, and how to notice it,
# - where the parameters start, and whether they may start at zero.

# %%
#| code-fold: From earlier pages
import torch

from gdbook.course import setup_seed, synthetic_data

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)

# %% [markdown]
# ## What are the model and the loss?
#
# The model has the same form as the rule that made the labels, without the noise. Its
# parameters are the weights $\mathbf w$ and the constant $b$, called the *bias*. They are
# unknown. The model predicts
#
# $$
# \hat{\mathbf y} = \mathbf X \mathbf w + b . \tag{1}
# $$
#
# The *residual* of a sample is $\hat y_i - y_i$, the prediction minus the label. The loss
# of the sample is half the square of its residual:
#
# $$
# \ell_i = \tfrac12 (\hat y_i - y_i)^2 , \qquad
# \frac{\partial \ell_i}{\partial \hat y_i} = \hat y_i - y_i . \tag{2}
# $$
#
# The factor $\tfrac12$ cancels the 2 of the derivative.
# <span class="margin">The small models of [part 2](../zero/clean.py), called *toys*, omit the factor. This doubles
# their gradients.</span>

# %%
from gdbook.course import linreg, squared_loss

# %%
#| code-fold: Check
y_hat = torch.tensor([1.5], requires_grad=True)
squared_loss(y_hat, torch.tensor([4.0])).backward()
assert y_hat.grad.item() == 1.5 - 4.0

# %% [markdown]
# ## What if the shapes differ?
#
# Predictions and labels are columns, of shape $(n, 1)$. Suppose that the labels have
# shape $(n,)$ instead. Then torch *broadcasts*: it repeats the column $n$ times to the
# right and the labels $n$ times downwards, without an error. Entry $(i, j)$ of the result
# compares prediction $i$ with label $j$.

# %%
flat = labels[:, 0]
truth = linreg(features, true_w.reshape(2, 1), true_b)
for y in (labels, flat):
    table = squared_loss(truth, y)
    print(f"{[*y.shape]}: loss of shape {[*table.shape]}, mean {table.mean():.3g}")

# %% [markdown]
# These predictions use the true parameters. With the wrong shape their mean loss is
# `=squared_loss(truth, flat).mean():.2f`, although almost nothing is wrong with them. Let
# $\bar y$ be the mean of the labels. The mean of the whole table is
#
# $$
# \begin{aligned}
# & \frac{1}{n^2} \sum_{i, j} \tfrac12 (\hat y_i - y_j)^2 \\
# & = \frac{1}{2n} \sum_i (\hat y_i - \bar y)^2 + \frac{1}{2n} \sum_j (y_j - \bar y)^2 .
# \end{aligned} \tag{3}
# $$
#
# *Proof.* Write $\hat y_i - y_j = (\hat y_i - \bar y) - (y_j - \bar y)$ and expand the
# square. The mixed term is a product of two sums, and $\sum_j (y_j - \bar y) = 0$. $\blacksquare$
#
# The second sum of (3) does not depend on the parameters. The first sum is zero if and
# only if every prediction is $\bar y$. So the wrong loss has its minimum at
# $\mathbf w = \mathbf 0$ and $b = \bar y$, and training goes there (exercise 2). There
# is no other minimizer, because the columns of $\mathbf X$ and a column of ones are
# linearly independent here. With these parameters the wrong loss is smaller than with
# the true ones:

# %%
mean_label = torch.full_like(labels, labels.mean().item())
for name, y_hat in (("true parameters", truth), ("mean label", mean_label)):
    right, wrong = squared_loss(y_hat, labels).mean(), squared_loss(y_hat, flat).mean()
    print(f"{name:15} right loss {right:8.5f}   wrong loss {wrong:6.2f}")

# %%
#| code-fold: Check
part_1 = ((truth - flat.mean()) ** 2).mean() / 2
part_2 = ((flat - flat.mean()) ** 2).mean() / 2
assert torch.isclose(squared_loss(truth, flat).mean(), part_1 + part_2)  # (3)
assert squared_loss(truth, flat).mean() > squared_loss(mean_label, flat).mean()
assert squared_loss(truth, labels).mean() < squared_loss(mean_label, labels).mean()

# %% [markdown]
# How does one notice it?
#
# - The losses have the shape $(n, n)$ instead of $(n, 1)$. Print the shape once, or write
#   `assert y_hat.shape == y.shape` into the loss.
# - By (3) the mean loss never falls below half the variance of the labels, and training makes
#   all predictions nearly equal (exercise 2).
# - `torch.nn.functional.mse_loss` prints a warning if the shapes differ.
#
# *Dive into Deep Learning* and the article write `y.reshape(y_hat.shape)` in the loss. That gives the
# labels the shape of the predictions. Here they have it from the start.

# %%
#| code-fold: Check
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch.nn.functional.mse_loss(truth, flat)
assert "broadcasting" in str(caught[0].message)
assert torch.equal(flat.reshape(truth.shape), labels)

# %% [markdown]
# ## Where do the parameters start?
#
# The weights start as small random numbers, the bias starts at zero. The weights are
# drawn after the data, from the same generator. So
# [the order of the calls](randomness.py#exercises) matters.

# %%
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
print(w, b)

# %% [markdown]
# The article has the same numbers in a comment: `=published:regression.initial_w.1` and
# `=published:regression.initial_w.2` for the weights, `=published:regression.initial_b` for
# the bias. These are the first three reproduced numbers.

# %%
with torch.no_grad():
    start = squared_loss(linreg(features, w, b), labels).mean()
    zeros = squared_loss(torch.zeros_like(labels), labels).mean()
print(f"mean loss at the start {start:.4f}, of the predictions zero {zeros:.4f}")

# %% [markdown]
# With the weights near zero and the bias zero, the predictions are near zero. So the mean
# loss at the start is nearly $\frac{1}{2n} \sum_i y_i^2$, the mean loss of predictions that are
# exactly zero.

# %%
#| code-fold: Check
with torch.no_grad():
    gaps = []
    for t in (1, 0.1, 0.01, 0):  # the first weights, scaled towards zero
        loss = squared_loss(linreg(features.double(), t * w.double(), b), labels)
        gaps.append(abs(loss.mean() - (labels.double() ** 2).mean() / 2).item())
assert abs(start - zeros) < 0.001 * zeros
assert gaps[0] > gaps[1] > gaps[2] > gaps[3] == 0

# %% [markdown]
# ## May the weights start at zero?
#
# In this model they may. The loss is quadratic. If the columns of $\mathbf X$ and a column of ones
# are linearly independent, as they are here, its gradient is zero at one point only, the
# parameters with the smallest mean loss. At zero the gradient is not zero, so the descent
# leaves this point:

# %%
w_0, b_0 = torch.zeros(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
squared_loss(linreg(features, w_0, b_0), labels).mean().backward()
print("gradient at zero:", w_0.grad.flatten(), b_0.grad)

# %%
#| code-fold: Check
ones = torch.column_stack([features, torch.ones(num_examples)])
assert torch.linalg.matrix_rank(ones) == 3
by_hand = -(ones.T @ labels).flatten() / num_examples
assert torch.allclose(torch.cat([w_0.grad.flatten(), b_0.grad]), by_hand, atol=1e-4)
assert by_hand.abs().min() > 1

# %% [markdown]
# In a network with a hidden layer, the weights may not all start at zero: exercises 3 and
# 4 show why. For such networks, small random numbers are a common choice.
#
# ## Summary
#
# - The model has the form of the rule behind the labels. Three parameters are to be found.
# - The loss of a sample is half the square of its residual. The mean loss starts at
#   `=start:.2f`, because the first predictions are near zero.
# - Labels of shape $(n,)$ against predictions of shape $(n, 1)$ give an $n \times n$ table,
#   and training finds the mean label. Compare the shapes.
# - The parameters of this linear regression may start at zero. The weights of a network
#   with a hidden layer may not all start at zero.
#
# ## Exercises
#
# **1.** Let the weights start at zero and the bias at the mean label. Predict the mean
# loss from numbers that this page or [the last one](data.py) shows.
#
# /// details | Hint
# Every prediction is $\bar y$. What is the mean of $(\bar y - y_i)^2$?
# ///
#
# /// details | Solution
#
# It is half the variance of the labels. By exercise 3 of the last page this is about
# $\tfrac12 (\lVert \mathbf w \rVert^2 + \sigma^2)$ with the true weights.

# %%
print(f"{squared_loss(mean_label, labels).mean():.2f}, about {(2**2 + 3.4**2) / 2:.2f}")

# %% [markdown]
# The two differ a little, because the variance of a finite sample differs from that of
# the distribution.
#
# ///
#
# **2.** Train the model with the wrong loss: 100 steps against the gradient of
# `squared_loss(y_hat, flat).mean()`, with learning rate $\tfrac12$. Where do $\mathbf w$ and $b$ go?
#
# /// details | Hint
# Equation (3) names the predictions with the smallest wrong loss.
# ///
#
# /// details | Solution

# %%
params = torch.zeros(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
with torch.no_grad():
    params[0].copy_(true_w.reshape(2, 1))  # start at the true weights
for _ in range(100):
    gradients = torch.autograd.grad(
        squared_loss(linreg(features, *params), flat).mean(), params
    )
    with torch.no_grad():
        for param, gradient in zip(params, gradients, strict=True):
            param -= 0.5 * gradient
print(f"largest weight {params[0].abs().max():.4f}")
print(f"bias {params[1].item():.4f}, mean label {labels.mean():.4f}")

# %% [markdown]
# The weights go to zero and the bias goes to the mean label, even from the true weights.
#
# ///
#
# **3.** A network with one hidden layer predicts
# $\hat y = \sum_j v_j \tanh(\mathbf w_j^\top \mathbf x) + b$. All its weights start at zero.
# Prove that gradient descent can change only $b$.
#
# /// details | Hint
# Write down the derivatives with respect to $v_j$ and $\mathbf w_j$.
# ///
#
# /// details | Solution
#
# Let $r$ be the residual of a sample. Its loss has the derivatives
#
# $$
# \begin{aligned}
# \frac{\partial \ell}{\partial v_j} &= r \tanh(\mathbf w_j^\top \mathbf x) , \\
# \frac{\partial \ell}{\partial \mathbf w_j}
# &= r\, v_j \bigl(1 - \tanh^2(\mathbf w_j^\top \mathbf x)\bigr)\, \mathbf x .
# \end{aligned}
# $$
#
# For $\mathbf w_j = \mathbf 0$ the first is zero, because $\tanh 0 = 0$. For $v_j = 0$ the
# second is zero. So a step leaves $v_j$ and $\mathbf w_j$ at zero, and the same holds for
# the next step. Only $b$ can change. $\blacksquare$

# %%
W, v, bias = torch.zeros(2, 4), torch.zeros(4, 1), torch.zeros(1)
for param in (W, v, bias):
    param.requires_grad_()
squared_loss(torch.tanh(features @ W) @ v + bias, labels).mean().backward()
print(
    "largest gradient:", W.grad.abs().max(), v.grad.abs().max(), bias.grad.abs().max()
)

# %% [markdown]
# The network stays at constant predictions.
#
# ///
#
# **4.** Now all hidden units of the network start with the same weights, not zero:
# $v_j = v$ and $\mathbf w_j = \mathbf u$ for all $j$. Prove that they stay equal to each other
# during the whole descent. What is lost?
#
# /// details | Hint
# Compare the derivatives of exercise 3 for two units.
# ///
#
# /// details | Solution
#
# The derivatives with respect to $v_j$ and $\mathbf w_j$ depend on $j$ only through $v_j$ and
# $\mathbf w_j$. If these are equal for two units, so are the derivatives, and so are the
# weights after the step. By induction this holds after every step. $\blacksquare$

# %%
W, v = torch.full((2, 4), 0.1), torch.full((4, 1), 0.1)
for _ in range(50):
    W.requires_grad_(), v.requires_grad_()
    l = squared_loss(torch.tanh(features @ W) @ v, labels).mean()
    steps = torch.autograd.grad(l, (W, v))
    W, v = W.detach() - 0.1 * steps[0], v.detach() - 0.1 * steps[1]
print(W)

# %% [markdown]
# The four columns, one for each unit, have changed and are equal. Four equal units compute
# the same as one unit with the weight $4v$. So three of the four units are lost. Random first
# weights make the units different.
#
# ///
#
# Next: [what does one step do?](sgd.py)
