# %% [markdown]
# # How close does training come?
#
# You will learn
#
# - how the article's linear regression is trained, with its results to the last printed digit,
# - how many updates it makes, and how they reduce the distance from the minimum,
# - how the parameters move over the contours of the loss,
# - why the final loss is not zero.

# %%
import matplotlib.pyplot as plt
import torch

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
lr, num_epochs, batch_size = 0.0003, 300, 10

# %%
#| code-fold: From earlier pages
from gdbook.course import (
    data_iter,
    linreg,
    setup_seed,
    sgd,
    squared_loss,
    synthetic_data,
)

setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

# %% [markdown]
# ## The loop
#
# For each mini-batch, the loop computes the predictions, the losses and the gradient, and
# updates the parameters. After each epoch it records the mean loss of all samples and the
# parameters. `path` contains the first parameters too.

# %%
losses, path = [], [[*w.flatten().tolist(), b.item()]]
for _ in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        l = squared_loss(linreg(X, w, b), y)
        l.sum().backward()
        sgd([w, b], lr, batch_size)
    with torch.no_grad():
        losses.append(squared_loss(linreg(features, w, b), labels).mean().item())
    path.append([*w.flatten().tolist(), b.item()])

print(f"epoch {num_epochs}, loss {losses[-1]:f}")
print("error of w:", true_w - w.detach().flatten())
print("error of b:", true_b - b.detach())

# %% [markdown]
# The *error* of a parameter is its true value minus its final value. The table compares
# these numbers with those that the article printed, to as many digits. The weight of
# feature 0 is $w_0$, the weight of feature 1 is $w_1$.

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.formats import markdown_table
from gdbook.ledger import published, read_ledger
from gdbook.tables import MARK

printed = published(read_ledger())
results = {
    ("loss", "regression.loss"): losses[-1],
    ("error of $w_0$", "regression.w_error.1"): true_w[0] - path[-1][0],
    ("error of $w_1$", "regression.w_error.2"): true_w[1] - path[-1][1],
    ("error of $b$", "regression.b_error"): true_b - path[-1][2],
}
rows = []
for (name, identifier), value in results.items():
    text = f"{value:.{len(printed[identifier].partition('.')[2])}f}"
    rows.append([name, printed[identifier], text, MARK[text == printed[identifier]]])
Markdown(markdown_table(["after epoch 300", "published", "here", "equal"], rows))

# %% [markdown]
# ## How much do all updates reduce the distance?
#
# An epoch has $n / B$ updates, with $n$ samples in mini-batches of $B$. So the number $T$ of
# updates and the sum of their learning rates are
#
# $$
# \begin{aligned}
# T &= `=num_epochs` \cdot \frac{`=num_examples`}{`=batch_size`}
#    = `=num_epochs * num_examples // batch_size:,` , \\
# \eta T &= `=lr` \cdot T = `=lr * num_epochs * num_examples / batch_size:.0f` .
# \end{aligned} \tag{1}
# $$
#
# What does $\eta T = 9$ mean? A sample has the residual
# $\mathbf x^\top (\mathbf w - \mathbf w_{\text{true}}) + (b - b_{\text{true}}) - \varepsilon$.
# The two features and the noise $\varepsilon$ have mean 0 and are independent of each
# other. The features have variance 1, the noise has variance $\sigma^2$. So the mixed
# terms of the squared residual have the expected value 0, and the expected loss is
#
# $$
# \tfrac12 \lVert \mathbf w - \mathbf w_{\text{true}} \rVert^2
#   + \tfrac12 (b - b_{\text{true}})^2 + \tfrac12 \sigma^2 . \tag{2}
# $$
#
# The gradient of this expected value is the vector of all parameters minus that of the
# true parameters. So a step against this gradient multiplies the distance from the true
# parameters by $1 - \eta$. After $T$ steps the factor is
#
# $$
# (1 - \eta)^T \approx e^{-\eta T} = e^{-9} , \tag{3}
# $$
#
# because $\ln(1 - \eta) \approx -\eta - \frac12 \eta^2$ for small $\eta$. The relative
# error of (3) is about $\frac12 \eta^2 T$. It must be small too; here it is
# `=lr**2 * 30_000 / 2:.5f`. For example, a thousand steps with $\eta = `=0.001`$ and
# ten steps with $\eta = `=0.1`$ have about the same factor, because $\eta T = 1$ for
# both.
#
# For our data (3) is an approximation. A step uses the gradient of a mini-batch, not of (2).
# The variances of `=num_examples:,` samples are not exactly 1. And the mean loss of all
# samples has its minimum not at the true parameters, but at the *least-squares solution*.
# The next cell appends a column of ones to $\mathbf X$, so that the bias is the last weight,
# and torch computes this minimum directly:

# %%
design = torch.cat([features, torch.ones(num_examples, 1)], dim=1).double()
# the default driver rounds differently from run to run
best = torch.linalg.lstsq(design, labels.double(), driver="gelsd").solution[:, 0]
path = torch.tensor(path).double()
distance = (path - best).norm(dim=1)
print(f"predicted factor {(1 - lr) ** 30_000:.6f}, e^-9 = {torch.tensor(-9).exp():.6f}")
print(f"measured factor  {distance[-1] / distance[0]:.6f}")

# %% [markdown]
# The measured factor is `=distance[-1] / distance[0] / torch.tensor(-9).exp():.1f` times the
# predicted one. [Part 4](../digits/errors.py) uses the variances of these data and
# predicts all four printed numbers.

# %%
#| code-fold: Check
factor = distance[-1] / distance[0]
error = 1 - (1 - lr) ** 30_000 / torch.tensor(-9).double().exp()
assert abs(error - lr**2 * 30_000 / 2) < 1e-5
assert 0.5 < factor / torch.tensor(-9).exp() < 2
assert abs((1 - 0.001) ** 1000 / (1 - 0.1) ** 10 - 1) < 0.1

# %% [markdown]
# ## The path on the contours
#
# The loss depends on three parameters. The contours show the mean loss as a function of the
# two weights, with the bias at its least-squares value. The path shows the two weights
# during the training.

# %%
w0, w1 = torch.linspace(-1, 4, 101).double(), torch.linspace(-4.5, 0.5, 101).double()
grid = torch.cartesian_prod(w0, w1)
predictions = grid @ design[:, :2].T + best[2]
surface = ((predictions - labels[:, 0]) ** 2).mean(dim=1).reshape(101, 101) / 2

# %%
#| code-fold: Code of the figure
#| fig-data: false
#| fig-cap: The two weights during training, with a point after every tenth epoch. From one contour to the next the loss is halved. The contours are nearly circles around the least-squares solution, and the path to it is nearly straight.
#| fig-alt: Contours of the mean loss in the plane of the weights w0 and w1, nearly circles around the least-squares solution near (`=true_w[0]:.0f`, `=true_w[1]:.1f`). The path starts near (0, 0) and runs in a nearly straight line to the center. Points after every tenth epoch come closer together towards the center.
from gdbook.figures.regression import descent_on_contours

descent_on_contours(w0, w1, surface, path, best)
plt.show()

# %% [markdown]
# Between two neighbouring points there are 1,000 updates, with
# $1000\, \eta = `=1000 * lr:.1f`$. By (3) they multiply the distance from the minimum by
# about $e^{-1000 \eta} \approx `=torch.tensor(-0.3).exp():.2f`$, whatever the distance is. So the
# first points are far apart, and the last ones coincide in the figure.
#
# The contours are nearly circles because both features have a variance near 1 and are
# nearly uncorrelated. Exercise 3 changes this.

# %%
#| code-fold: Check
weights = path[:, :2] - best[:2]
rates = torch.linalg.eigvalsh(design[:, :2].T @ design[:, :2] / num_examples)
assert (rates[1] / rates[0]) ** 0.5 < 1.1  # long over short axis of a contour
across = weights[:, 0] * weights[0, 1] - weights[:, 1] * weights[0, 0]
assert (across / weights[0].norm() ** 2).abs().max() < 0.03  # off the straight line
steps = (path[10::10, :2] - path[:-10:10, :2]).norm(dim=1)
assert (steps[1:] < steps[:-1]).all()
assert steps[-10:].sum() < 5 / 300  # less than a pixel of 300, for the width of 5

# %% [markdown]
# ## Why is the loss not zero?
#
# The least-squares solution has the smallest mean loss of all parameters. This loss is not
# zero, because the labels contain noise:

# %%
floor = ((design @ best - labels[:, 0]) ** 2).mean().item() / 2
print(f"least possible loss {floor:.8f}, training {losses[-1]:.8f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: The mean loss after each epoch. It falls until it is near the least possible loss, `=floor:f`, which the label noise determines.
#| fig-alt: Mean loss against epoch on a logarithmic axis. A straight line falls over several powers of ten and bends at the end towards a horizontal dashed line, the least possible loss.
from gdbook.figures.regression import loss_curve

loss_curve(losses, floor)
plt.show()

# %% [markdown]
# Label noise makes up `=floor / losses[-1] * 100:.1f` percent of the final loss; no choice
# of parameters can remove it. The rest is *unfinished descent*: 100 more epochs would remove
# nearly all of it.
#
# The error of a parameter has two parts: the true value minus the least-squares value, which
# the noise determines, and the least-squares value minus the final value, the unfinished
# descent. In each of the three errors the unfinished descent is the larger part. So the loss
# has nearly converged, and the parameters have not.
# [The error budget](../digits/errors.py) computes all parts.

# %%
#| code-fold: Check
noise = torch.tensor([2, -3.4, 4.2]).double() - best
assert floor < losses[-1] < 1.1 * floor
assert ((best - path[-1]).abs() > noise.abs()).all()
assert (torch.tensor(losses).diff()[:250] < 0).all()

# %% [markdown]
# ## Summary
#
# - The training ends with the numbers that the article printed.
# - It makes `=num_epochs * num_examples // batch_size:,` updates, with $\eta T = 9$. They
#   multiply the distance from the minimum by a factor of the order of $e^{-9}$.
# - The path is nearly straight, because the contours are nearly circles.
# - The final loss is near the least possible loss, which the label noise determines.
#
# ## Exercises
#
# **1.** Suppose that the training stops after 150 epochs. Predict the error of $b$, then
# read it from `path`.
#
# /// details | Hint
# $T$ is half as large, and $b$ starts at 0.
# ///
#
# /// details | Solution
# %%
print(f"predicted {4.2 * (1 - lr) ** 15_000:.4f}, measured {4.2 - path[150, 2]:.4f}")

# %% [markdown]
# The prediction is $`=true_b`\, (1 - \eta)^{15000} \approx `=true_b`\, e^{-9/2}$. The measured
# error differs from it, as (3) is an approximation for these data.
#
# ///
#
# **2.** Train with ten times the learning rate and a tenth of the epochs. Predict the errors
# of the parameters, to four decimals.
#
# /// details | Hint
# What is $\eta T$?
# ///
#
# /// details | Solution
#
# $\eta T$ is 9 again. So the errors should be nearly the same.
# %%
#| code-fold: The same loop as a function, with NumPy and without autograd
import random

import numpy as np

X32, y32 = design.float().numpy(), labels[:, 0].numpy()


def train(X, y, lr, num_epochs, batch_size):
    """Parameters at the end, in float32, with the gradient by formula."""
    random.seed(SEED)
    theta = path[0].float().numpy()
    for _ in range(num_epochs):
        for X_batch, y_batch in data_iter(batch_size, X, y):
            gradient = (X_batch @ theta - y_batch) @ X_batch
            theta = theta - np.float32(lr) * gradient / np.float32(batch_size)
    return theta


# %%
short = train(X32, y32, 10 * lr, num_epochs // 10, batch_size)
print("errors:", *(f"{error:.4f}" for error in [2, -3.4, 4.2] - short))

# %% [markdown]
# The four decimals are as before. The later digits differ: $(1 - \eta)^T$ is not exactly
# $e^{-\eta T}$, and fewer orders of the samples were used.
#
# ///
#
# **3.** Multiply feature 1 by 3. Its true weight is then a third as large. Which weight now
# converges faster, and by which factor?
#
# /// details | Hint
# The variance of feature 1 is now 9. What happens to the term of $w_1$ in (2)?
# ///
#
# /// details | Solution
#
# The term of $w_1$ in (2) gets the factor 9, and so does its derivative. So a step multiplies
# the distance of $w_1$ from its true value by about $1 - 9 \eta$. The next cell makes 10
# epochs, 1,000 updates:
# %%
scaled = train(X32 * np.float32([1, 3, 1]), y32, lr, 10, batch_size)
left = 1 - scaled / [2, -3.4 / 3, 4.2]
print("errors, over the true values:", *(f"{part:.2f}" for part in left))
print(f"predicted: {(1 - lr) ** 1000:.2f} and {(1 - 9 * lr) ** 1000:.2f}")

# %% [markdown]
# The weight of the larger feature converges about nine times faster: it needs about a ninth
# of the updates for the same factor. The path is now bent, since $w_1$ is near its true value
# long before $w_0$.
#
# ///
#
# **4.** The article does not state its batch size. With its learning rate and its number of
# epochs, which batch sizes print its errors? By which factor do the errors change from 9 to
# 10, and from 10 to 11, by (3)?
#
# /// details | Hint
# With batch size $B$, $\eta T = 90 / B$. A full gradient step multiplies the vector
# $\boldsymbol\theta - \boldsymbol\theta^*$, with the least-squares solution
# $\boldsymbol\theta^*$, by the matrix
# $\mathbf I - \frac{\eta}{n} \mathbf X^\top \mathbf X$, where $\mathbf X$ has the column of ones.
# ///
#
# /// details | Solution
#
# By (3) the factors are $e^{90/9 - 90/10} = e$ and
# $e^{90/10 - 90/11} \approx `=torch.tensor(90/110).exp():.1f`$. The training confirms that the
# errors grow by about these factors:
# %%
for size in (9, 10, 11):
    errors = [2, -3.4, 4.2] - train(X32, y32, lr, num_epochs, size)
    print(size, *(f"{error:+.4f}" for error in errors))

# %% [markdown]
# The published errors are `=published:regression.w_error.1`,
# `=published:regression.w_error.2` and `=published:regression.b_error`. Of these three batch
# sizes, 10 prints them. We do not train with all the others, but replace each mini-batch step
# by a full gradient step: $T$ steps multiply the distance vector by the matrix of the hint to
# the power $T$.
# %%
M = torch.eye(3).double() - lr * design.T @ design / num_examples
for size in range(1, num_examples + 1):
    T = num_epochs * num_examples // size
    final = best + torch.linalg.matrix_power(M, T) @ (path[0] - best)
    errors = [f"{error:.4f}" for error in torch.tensor([2, -3.4, 4.2]) - final]
    if errors == ["0.0004", "-0.0008", "0.0008"]:
        print(size, *errors)

# %% [markdown]
# By this approximation, only batch size 10 prints the errors of the article.
#
# ///
#
# Next: [what does torch do in your place?](by-torch.py)
