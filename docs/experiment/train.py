# %% [markdown]
# # How close does training come?
#
# At the end of this page you have run the article's linear regression to its end, with
# its results to the last printed digit, and you know which results are noise in the
# labels.

# %%
#| code-fold: From the pages before
import matplotlib.pyplot as plt
import torch

from gdbook.data import data_iter, setup_seed, synthetic_data
from gdbook.linear import linreg, squared_loss
from gdbook.sgd import sgd

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

# %%
lr, num_epochs, batch_size = 0.0003, 300, 10

# %% [markdown]
# ## The loop
#
# An epoch is one pass over the shuffled samples. After each, the loss of all samples
# together is written down.

# %%
losses = []
for _ in range(num_epochs):
    for X, y in data_iter(batch_size, features, labels):
        l = squared_loss(linreg(X, w, b), y)
        l.sum().backward()
        sgd([w, b], lr, batch_size)
    with torch.no_grad():
        losses.append(squared_loss(linreg(features, w, b), labels).mean().item())

print(f"epoch {num_epochs}, loss {losses[-1]:f}")
print("error of w:", true_w - w.detach().flatten())
print("error of b:", true_b - b.detach())

# %% [markdown]
# The article printed these numbers. Set beside them, as text, to the last digit (`.1` and
# `.2` are the weights of the features 0 and 1, called w0 and w1 below):

# %%
#| echo: false
from IPython.display import Markdown

from gdbook.experiments import linear_regression
from gdbook.tables import result_table

result = linear_regression(by_hand=True)
ids = ["initial_w", "initial_b", "loss", "w_error", "b_error"]
Markdown(result_table([f"regression.{name}" for name in ids], result))

# %% [markdown]
# ## Reading the result
#
# A loss of `=losses[-1]:f` is not zero. How much of it could a perfect training remove?
# For a linear model the least possible loss needs no descent. With a column of ones added
# to $\mathbf X$, the bias becomes the last weight. The least loss is then reached where
# $\mathbf X^\top \mathbf X \mathbf w = \mathbf X^\top \mathbf y$, the *least-squares*
# solution.

# %%
from gdbook.linear import design_matrix, least_squares

X, y = design_matrix(features), labels.double()
best = least_squares(X, y)
floor = squared_loss(X @ best, y).mean().item()
print(f"least possible loss {floor:.8f}, training {losses[-1]:.8f}")

# %%
#| code-fold: Code of the figure
#| fig-cap: The loss falls by the same factor every epoch until it meets the floor that the noise sets, `=floor:f`.
#| fig-alt: Mean loss against epoch on a logarithmic axis. A straight descent over many powers of ten bends at the end towards a horizontal dashed line.
from gdbook.figures.regression import loss_curve

loss_curve(losses, floor)
plt.show()

# %% [markdown]
# Of the final loss, `=floor / losses[-1] * 100:.1f` percent is noise in these very labels;
# no weights remove it. The rest is unfinished descent. For the parameters it is the other
# way round: most of their error is unfinished descent.

# %%
truth = torch.cat([true_w, torch.tensor([true_b])]).double()
final = torch.cat([w.detach().flatten(), b.detach()]).double()
print("       error     = noise     + unfinished")
parts = zip(["w0", "w1", "b "], truth - final, truth - best[:, 0], strict=True)
for name, total, noise in parts:
    print(f"{name}  {total:+.6f}    {noise:+.6f}   {total - noise:+.6f}")

# %% [markdown]
# ## What was found
#
# - The run ends where the article's did, digit for digit.
# - Its loss is almost all noise; the errors of its parameters are not. The same run
#   is finished in one sense and unfinished in the other.
#
# The article's first question starts here:
# [when can the loss be zero?](../zero/clean.py)
