# %% [markdown]
# # What does one step do?
#
# At the end of this page you have done one step of mini-batch stochastic gradient
# descent by hand, and you know where the division by the batch size belongs.

# %%
#| code-fold: From the pages before
import torch

from gdbook.data import setup_seed, synthetic_data
from gdbook.linear import linreg, squared_loss

SEED = 20
true_w, true_b, num_examples = torch.tensor([2, -3.4]), 4.2, 1000
setup_seed(SEED)
features, labels = synthetic_data(true_w, true_b, num_examples)
w = torch.normal(0, 0.01, (2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

# %%
lr, batch_size = 0.0003, 10

# %% [markdown]
# ## A mini-batch
#
# A step does not look at all `=num_examples:,` samples. It looks at a *mini-batch* of
# `=batch_size`. An epoch shuffles the samples once and cuts them into
# `=num_examples // batch_size` mini-batches, so that every sample is seen once.
# <span class="margin">The article never states its batch size. The published numbers come
# out with `=batch_size`.</span>

# %%
from gdbook.data import data_iter

X, y = next(data_iter(batch_size, features, labels))
print(X.shape, y.shape)

# %% [markdown]
# ## The gradient, twice
#
# For a batch the loss is $L = \sum_i \tfrac12 (\hat y_i - y_i)^2$. The chain rule gives
# its gradient:
#
# $$
# \frac{\partial L}{\partial \mathbf w} = \mathbf X^\top (\hat{\mathbf y} - \mathbf y) ,
# \qquad
# \frac{\partial L}{\partial b} = \sum_i (\hat y_i - y_i) .
# $$
#
# Once by this formula, once by torch's *autograd*, which follows the computation
# backwards:

# %%
l = squared_loss(linreg(X, w, b), y)
l.sum().backward()

residual = (linreg(X, w, b) - y).detach()
print("by hand: ", (X.T @ residual).flatten(), residual.sum())
print("autograd:", w.grad.flatten(), b.grad)

# %% [markdown]
# ## The update and the learning rate
#
# A step moves each parameter against its gradient. The gradient belongs to the *sum* of
# the losses; divided by the batch size $m$ it belongs to their mean, and the learning
# rate $\eta$ keeps its meaning when the batch size changes:
#
# $$
# \mathbf w \leftarrow \mathbf w - \frac{\eta}{m} \frac{\partial L}{\partial \mathbf w} ,
# \qquad
# b \leftarrow b - \frac{\eta}{m} \frac{\partial L}{\partial b} .
# $$

# %%
from gdbook.sgd import sgd

old = l.detach().mean()
sgd([w, b], lr, batch_size)
new = squared_loss(linreg(X, w, b), y).detach().mean()
print(f"loss of this batch before {old:f}, after {new:f}")

# %% [markdown]
# One step lowers the loss of its own batch by `=(1 - new / old) * 100:.2f` percent. With
# $\eta = `=lr`$ the steps are short; [how long they could be](../why/minus.py) is a
# question of its own.
#
# ## What was found
#
# - A step costs one mini-batch, not the whole data set.
# - The gradient by formula and the gradient by autograd agree.
# - The divisor belongs to the batch. Keep it in mind: the article's
#   [next experiment](../zero/clean.py) changes the batch size and forgets the divisor.
#
# Next: [how close does training come?](train.py)
